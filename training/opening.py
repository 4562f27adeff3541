"""Completions and certifications from a spreadsheet: read against what is on record, written in few statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower

from hmislead.directory.models import Person
from hmislead.jobs import progress
from hmislead.opening.loaders import ColumnGuide, Loader, Plan, Row, Rows
from hmislead.tenancy import settings
from training import operations, policy
from training.models import Completion, Course, SecurityCertification, Source
from training.operations import CertificationData, CompletionData

COLUMNS = (
    ColumnGuide("email", "The person's e-mail address.", "pat@example.org", required=True),
    ColumnGuide("record", "training or certification. Empty means training.", "training"),
    ColumnGuide("course", "The course's title, or its code in your learning system.", "HMIS basics"),
    ColumnGuide("completed_on", "The day it was completed or certified.", "2026-03-14", required=True, is_date=True),
    ColumnGuide("score", "Score in percent, if there was one.", "92"),
)
CERTIFICATION_WORDS = {"certification", "security certification", "certified"}
TRAINING_WORDS = {"", "training", "course", "completion"}


@dataclass
class Known:
    """What the rows are compared with."""

    people: dict[str, UUID]
    courses: dict[str, Course]
    completions: set[tuple[Any, ...]]
    certifications: set[tuple[Any, ...]]


def _known(rows: Iterable[Row], by: Any) -> Known:
    """Read in five queries, however many rows there are."""
    emails = {row.text("email").casefold() for row in rows}
    people = Person.objects.visible_to(by).current().annotate(address=Lower("email")).filter(address__in=emails - {""})
    known = dict(people.values_list("address", "pk"))
    courses: dict[str, Course] = {}
    for course in Course.objects.visible_to(by):
        for name in filter(None, (course.external_code, course.title)):
            courses[" ".join(name.casefold().split())] = course
    about = {"person_id__in": set(known.values())}
    return Known(
        known,
        courses,
        set(Completion.objects.filter(**about).values_list("person_id", "course_id", "completed_on")),
        set(SecurityCertification.objects.filter(**about).values_list("person_id", "certified_on")),
    )


def plan(rows: Rows, by: Any) -> Plan:
    """What would be added. The same completion (person, course, day) is never added twice."""
    known, found = _known(rows.rows, by), Plan(problems=rows.problems)
    for row in progress.counted(rows.rows):
        item = _item(rows, row, known)
        if item is None:
            continue
        if isinstance(item, CertificationData):
            seen, key = known.certifications, (item.person_id, item.certified_on)
        else:
            seen, key = known.completions, (item.person_id, item.course_id, item.completed_on)
        if key in seen:
            found.same += 1
        else:
            seen.add(key)
            found.add.append(item)
    return found


def _item(rows: Rows, row: Row, known: Known) -> CompletionData | CertificationData | None:
    person = known.people.get(row.text("email").casefold())
    if person is None:
        rows.leave_out(
            row, "email", "Nobody here has this e-mail address.", "Correct the address, or add the person first."
        )
        return None
    day = row.values["completed_on"]
    if day > settings.today():
        rows.leave_out(row, "completed_on", "This day lies ahead.", "Give the day on which it was done.")
        return None
    word = row.text("record").casefold()
    if word in CERTIFICATION_WORDS:
        return CertificationData(person, day)
    if word not in TRAINING_WORDS:
        rows.leave_out(row, "record", "This is neither training nor certification.", "Write one of the two words.")
        return None
    return _completion(rows, row, known, person)


def _completion(rows: Rows, row: Row, known: Known, person: UUID) -> CompletionData | None:
    course = known.courses.get(row.text("course").casefold())
    if course is None:
        fix = "Write its title as it stands in the list of courses, or add the course first."
        rows.leave_out(row, "course", "There is no course with this title or code.", fix)
        return None
    day = row.values["completed_on"]
    if course.retired_on and day > course.retired_on:
        rows.leave_out(row, "course", "This course was retired before that day.", "Choose another course or day.")
        return None
    try:
        score = Decimal(row.text("score").rstrip("% ")) if row.text("score") else None
    except InvalidOperation:
        score = Decimal(-1)
    if score is not None and not 0 <= score <= 100:
        rows.leave_out(row, "score", "This is not a percentage.", "Write a number from 0 to 100, or leave it empty.")
        return None
    return CompletionData(course.pk, person, day, score)


def save(items: list[CompletionData | CertificationData], by: Any, carried_over: bool) -> None:
    """Write all, and check the people again once."""
    completions = [item for item in items if isinstance(item, CompletionData)]
    certifications = [item for item in items if isinstance(item, CertificationData)]
    if completions:
        operations.record_completions(
            completions=completions, by=by, source=Source.CSV, carried_over=carried_over, check=False
        )
    if certifications:
        operations.record_certifications(certifications=certifications, by=by, carried_over=carried_over, check=False)
    progress.step("Checking whoever they are about")
    operations.recheck(people={item.person_id for item in items})


LOADER = Loader(
    kind="completions",
    title="Load training and certifications from a spreadsheet",
    lead="One row for each completed course or security certification.",
    columns=COLUMNS,
    plan=plan,
    save=save,
    may=policy.can_load,
    list_url="training:completion-list",
)
