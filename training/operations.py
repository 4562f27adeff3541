"""Courses, completions and certifications. Pages, API, imports and commands call these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction

from hmislead.access import scopes
from hmislead.compliance.engine import recheck
from hmislead.directory.models import Person
from hmislead.errors import DomainError
from hmislead.files.operations import store_file
from hmislead.tenancy import settings
from training import policy
from training.models import Completion, Course, SecurityCertification, Source, Topic

NOT_YOURS = "Only the HMIS Lead's staff may record training."


@dataclass(frozen=True)
class CompletionData:
    """That a person completed a course on a day. `score` in percent."""

    course_id: UUID
    person_id: UUID
    completed_on: dt.date
    score: Decimal | None = None


@dataclass(frozen=True)
class CertificationData:
    """That a person certified the security rules on a day."""

    person_id: UUID
    certified_on: dt.date


@dataclass(frozen=True)
class Recorded:
    """How many were new, and how many were recorded before and stayed as they were."""

    added: int
    same: int


@transaction.atomic
def add_course(
    *, title: str, topics: Iterable[str], by: Any, validity_months: int | None = None, external_code: str = ""
) -> Course:
    """Add a course (TRN-05..13). `validity_months` None: as long as the setting says.

    Raises DomainError for a title that is taken or missing, or no topic.
    """
    _require_recorder(by)
    _check_course(title, list(topics))
    return Course.objects.create(
        title=title.strip(), topics=sorted(topics), validity_months=validity_months, external_code=external_code.strip()
    )


@transaction.atomic
def change_course(
    *,
    course_id: UUID,
    title: str,
    topics: Iterable[str],
    by: Any,
    validity_months: int | None = None,
    external_code: str = "",
) -> Course:
    """Change a course. Whoever completed it is checked again, since topics and months decide what counts."""
    course = _locked_course(course_id, by)
    _check_course(title, list(topics), but=course)
    course.title, course.topics, course.external_code = title.strip(), sorted(topics), external_code.strip()
    course.validity_months = validity_months
    course.save(update_fields=["title", "topics", "validity_months", "external_code", "updated_at"])
    recheck(people=course.completions.values_list("person_id", flat=True))
    return course


@transaction.atomic
def retire_course(*, course_id: UUID, by: Any) -> Course:
    """Take no new completions of a course from now on. Those on record keep counting."""
    course = _locked_course(course_id, by)
    if course.retired_on:
        raise DomainError("This course is retired already.")
    course.retired_on = settings.today()
    course.save(update_fields=["retired_on", "updated_at"])
    return course


@transaction.atomic
def bring_back_course(*, course_id: UUID, by: Any) -> Course:
    """Take completions of a retired course again."""
    course = _locked_course(course_id, by)
    if course.retired_on is None:
        raise DomainError("This course is not retired.")
    course.retired_on = None
    course.save(update_fields=["retired_on", "updated_at"])
    return course


@transaction.atomic
def record_completions(
    *,
    completions: Iterable[CompletionData],
    by: Any,
    source: str = Source.HAND,
    carried_over: bool = False,
    check: bool = True,
) -> Recorded:
    """Record who completed what and when (TRN-14..19, TRN-29): one person or many. What is recorded already stays.

    `check=False` leaves the re-check to a caller with many of them. Raises DomainError for a day ahead or a retired
    course, DoesNotExist for a course or person out of sight.
    """
    _require_recorder(by)
    wanted = list({(item.person_id, item.course_id, item.completed_on): item for item in completions}.values())
    _check_completions(wanted, by)
    new = _unrecorded(wanted)
    user = by if getattr(by, "pk", None) else None
    Completion.objects.bulk_create(
        [
            Completion(
                course_id=item.course_id,
                person_id=item.person_id,
                completed_on=item.completed_on,
                score=item.score,
                source=source,
                carried_over=carried_over,
                recorded_by=user,
            )
            for item in new
        ],
        ignore_conflicts=True,  # somebody else may be reporting the same (person, course, day) right now
    )
    if check:
        recheck(people={item.person_id for item in wanted})
    return Recorded(len(new), len(wanted) - len(new))


@transaction.atomic
def correct_completion(
    *, completion_id: UUID, note: str, by: Any, completed_on: dt.date | None = None, course_id: UUID | None = None
) -> Completion:
    """Put the day or the course of a completion right (left out: it stays), and say why in `note`. History keeps what
    was recorded before.

    Raises DomainError for no note, a day ahead, a retired course, or what is on record already.
    """
    completion: Completion = Completion.objects.visible_to(by).select_for_update(of=("self",)).get(pk=completion_id)
    _require_recorder(by)
    words = " ".join(note.split())
    if not words:
        raise DomainError("Say why this is corrected. Nothing was changed.")
    wanted = CompletionData(
        course_id or completion.course_id, completion.person_id, completed_on or completion.completed_on
    )
    _check_completions([wanted], by)
    same = Completion.objects.filter(
        person_id=wanted.person_id, course_id=wanted.course_id, completed_on=wanted.completed_on
    )
    if same.exclude(pk=completion.pk).exists():
        raise DomainError("This person, course and day are on record already. Remove the wrong one instead.")
    completion.course_id, completion.completed_on, completion.note = wanted.course_id, wanted.completed_on, words[:300]
    completion.save(update_fields=["course", "completed_on", "note", "updated_at"])
    recheck(people=[completion.person_id])
    return completion


@transaction.atomic
def remove_completion(*, completion_id: UUID, by: Any) -> None:
    """Take away a completion that was recorded by mistake. History keeps that it was there."""
    completion = Completion.objects.visible_to(by).select_for_update(of=("self",)).get(pk=completion_id)
    _require_recorder(by)
    person_id = completion.person_id
    completion.delete()
    recheck(people=[person_id])


@transaction.atomic
def certify_myself(*, statement: str, by: Any) -> SecurityCertification:
    """A person's own yearly statement, for today (SEC-40, SEC-41). `statement` are the words they were shown.

    Raises DomainError when these are not the words of the setting any more, PermissionDenied for who is no person here.
    """
    person_id = scopes.of(by).person_id
    if person_id is None:
        raise PermissionDenied("You are not recorded as a person here, so there is nothing to certify.")
    if statement.split() != settings.value("security_certification.statement").split():
        raise DomainError("The words have changed since you opened this page. Read them again, then certify.")
    return _certify(person_id, settings.today(), by, statement=settings.value("security_certification.statement"))


@transaction.atomic
def record_certification(
    *,
    person_id: UUID,
    certified_on: dt.date,
    by: Any,
    statement: str = "",
    file: File[bytes] | None = None,
    carried_over: bool = False,
    check: bool = True,
) -> SecurityCertification:
    """Record that a person certified the security rules on a day, from a paper of theirs. Recorded twice it stays one.

    Raises DomainError for a day ahead, RefusedFile for a file that may not come in.
    """
    person = Person.objects.visible_to(by).get(pk=person_id)
    _require_recorder(by)
    _refuse_ahead(certified_on)
    return _certify(person.pk, certified_on, by, statement=statement, file=file, carried_over=carried_over, check=check)


@transaction.atomic
def record_certifications(
    *,
    certifications: Iterable[CertificationData],
    by: Any,
    statement: str = "",
    carried_over: bool = False,
    check: bool = True,
) -> Recorded:
    """Record many certifications at once, of one `statement`. What is recorded already stays as it is.

    Raises DomainError for a day ahead, DoesNotExist for a person out of sight.
    """
    _require_recorder(by)
    wanted = set(certifications)
    ids = {item.person_id for item in wanted}
    if Person.objects.visible_to(by).filter(pk__in=ids, merged_into=None).count() != len(ids):
        raise Person.DoesNotExist
    for item in wanted:
        _refuse_ahead(item.certified_on)
    rows = SecurityCertification.objects.filter(person_id__in=ids).values_list("person_id", "certified_on")
    new = wanted - {CertificationData(*row) for row in rows}
    user = by if getattr(by, "pk", None) else None
    SecurityCertification.objects.bulk_create(
        [
            SecurityCertification(
                person_id=item.person_id,
                certified_on=item.certified_on,
                statement=statement,
                carried_over=carried_over,
                recorded_by=user,
            )
            for item in sorted(new, key=lambda each: (each.certified_on, each.person_id))
        ],
        ignore_conflicts=True,  # somebody else may be recording the same person and day right now
    )
    if check:
        recheck(people=ids)
    return Recorded(len(new), len(wanted) - len(new))


@transaction.atomic
def remove_certification(*, certification_id: UUID, by: Any) -> None:
    """Take away a certification that was recorded by mistake. History keeps that it was there."""
    certification = (
        SecurityCertification.objects.visible_to(by).select_for_update(of=("self",)).get(pk=certification_id)
    )
    _require_recorder(by)
    person_id = certification.person_id
    certification.delete()
    recheck(people=[person_id])


def _certify(
    person_id: UUID,
    certified_on: dt.date,
    by: Any,
    *,
    statement: str,
    file: File[bytes] | None = None,
    carried_over: bool = False,
    check: bool = True,
) -> SecurityCertification:
    person = Person.objects.get(pk=person_id)
    certification, _ = SecurityCertification.objects.get_or_create(
        person=person,
        certified_on=certified_on,
        defaults={
            "statement": statement,
            "carried_over": carried_over,
            "recorded_by": by if getattr(by, "pk", None) else None,
        },
    )
    if file is not None:
        certification.file = store_file(file=file, permission="view_evidence", by=by, person=person)
        certification.save(update_fields=["file", "updated_at"])
    if check:
        recheck(people=[person_id])
    return certification


def _require_recorder(by: Any) -> None:
    if not policy.can_record(by):
        raise PermissionDenied(NOT_YOURS)


def _locked_course(course_id: UUID, by: Any) -> Course:
    course = Course.objects.visible_to(by).select_for_update(of=("self",)).get(pk=course_id)
    _require_recorder(by)
    return course


def _check_course(title: str, topics: list[str], but: Course | None = None) -> None:
    if not title.strip():
        raise DomainError("Give the course a title.")
    if not topics or not set(topics) <= set(Topic.values):
        raise DomainError("Choose at least one topic that the course covers.")
    same = Course.objects.filter(title__iexact=title.strip())
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise DomainError("There is a course with this title already. Use that one, or choose another title.")


def _check_completions(wanted: list[CompletionData], by: Any) -> None:
    """Every course and person is in sight, no course is retired, no day lies ahead. Two queries, however many."""
    courses = Course.objects.visible_to(by).in_bulk({item.course_id for item in wanted})
    people = set(
        Person.objects.visible_to(by)
        .filter(pk__in={item.person_id for item in wanted}, merged_into=None)
        .values_list("pk", flat=True)
    )
    for item in wanted:
        if item.course_id not in courses:
            raise Course.DoesNotExist
        if item.person_id not in people:
            raise Person.DoesNotExist
        course = courses[item.course_id]
        if course.retired_on and item.completed_on > course.retired_on:
            raise DomainError(f"{course.title} was retired before that day. Choose another course or day.")
        _refuse_ahead(item.completed_on)


def _unrecorded(wanted: list[CompletionData]) -> list[CompletionData]:
    rows = Completion.objects.filter(
        person_id__in={item.person_id for item in wanted}, course_id__in={item.course_id for item in wanted}
    )
    known = set(rows.values_list("person_id", "course_id", "completed_on"))
    return [item for item in wanted if (item.person_id, item.course_id, item.completed_on) not in known]


def _refuse_ahead(day: dt.date) -> None:
    if day > settings.today():
        raise DomainError("That day lies ahead. Give the day on which it was done.")
