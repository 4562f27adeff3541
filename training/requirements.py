"""The requirements that training and certification prove (TRN-14..19, SEC-40, SEC-41)."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, DateField, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from hmislead.access.permissions import OWN
from hmislead.compliance.expressions import AddMonths
from hmislead.compliance.registry import Evaluation, Requirement, by_expiry, register
from hmislead.directory.models import License, Person
from training.windows import Windows, windows_on


def licensed_people(day: dt.date) -> QuerySet[Any]:
    """People who hold or have asked for a license on a day: requested, blocked, active or suspended."""
    living = License.objects.living_on(day).filter(person=OuterRef("pk"))
    return Person.objects.filter(Exists(living), merged_into=None)


def trained(evaluation: Evaluation, *, topic: str) -> QuerySet[Any]:
    """Per person with a living license: trained in `topic` before first access, and again each year."""
    if evaluation.setting(f"training.{topic}.mode") == "window":
        return _trained_in_window(evaluation, topic)
    return _trained_rolling(evaluation, topic)


def _counts(evaluation: Evaluation, topic: str) -> Q:
    return Q(completions__course__topics__contains=[topic], completions__completed_on__lte=evaluation.as_of)


def _trained_rolling(evaluation: Evaluation, topic: str) -> QuerySet[Any]:
    """Each completion counts for the course's months, else the setting's, its own day of the month included."""
    months = Coalesce("completions__course__validity_months", Value(evaluation.setting("training.months")))
    good_until = AddMonths(F("completions__completed_on"), months)
    people = licensed_people(evaluation.as_of).annotate(
        expires_on=Max(good_until, filter=_counts(evaluation, topic), output_field=DateField())
    )
    return by_expiry(people, evaluation)


def _trained_in_window(evaluation: Evaluation, topic: str) -> QuerySet[Any]:
    """A completion since a window's opening holds until the next window has closed and its grace is over.

    Who never had the training does not meet the requirement, whatever the window. Who was licensed on or after a
    window's cut-off waits for the next window. A late completion counts from its day on.
    """
    day = evaluation.as_of
    windows = windows_on(
        day,
        opens=evaluation.setting("training.window.opens"),
        closes=evaluation.setting("training.window.closes"),
        cutoff=evaluation.setting("training.window.cutoff"),
    )
    grace = dt.timedelta(days=evaluation.setting("training.window.grace_days"))
    living = Q(licenses__requested_on__lte=day) & (Q(licenses__terminated_on=None) | Q(licenses__terminated_on__gt=day))
    people = licensed_people(day).alias(
        last_completed=Max("completions__completed_on", filter=_counts(evaluation, topic)),
        licensed_on=Min(Coalesce("licenses__activated_on", "licenses__requested_on"), filter=living),
    )
    return people.annotate(
        result=_by_window(windows, {0: "overdue", 1: "due_soon", 2: "met"}, day, grace),
        due_on=_dates(windows, dt.timedelta(0)),
        lapses_on=_dates(windows, grace + dt.timedelta(days=1)),
        note=Value("", CharField()),
    )


def _satisfied(windows: Windows) -> tuple[Q, Q]:
    """Whose duty of the current window is done, and whose of the one before it."""
    return tuple(  # type: ignore[return-value]
        Q(last_completed__gte=window.opens) | Q(licensed_on__gte=window.cutoff)
        for window in (windows.current, windows.previous)
    )


def _by_window(windows: Windows, words: dict[int, str], day: dt.date, grace: dt.timedelta) -> Case:
    this, before = _satisfied(windows)
    open_still = day <= windows.current.closes + grace
    missed_before = day > windows.previous.closes + grace
    return Case(
        When(last_completed=None, then=Value("not_met")),
        When(this, then=Value(words[2])),
        When(before, then=Value(words[1] if open_still else words[0])),
        default=Value(words[0] if missed_before else words[1]),
        output_field=CharField(),
    )


def _dates(windows: Windows, after: dt.timedelta) -> Case:
    """The closing day that counts for each person, plus `after`; NULL for who was never trained."""
    this, before = _satisfied(windows)
    return Case(
        When(last_completed=None, then=Value(None)),
        When(this, then=Value(windows.following.closes + after)),
        When(before, then=Value(windows.current.closes + after)),
        default=Value(windows.previous.closes + after),
        output_field=DateField(),
    )


def security_certified(evaluation: Evaluation) -> QuerySet[Any]:
    """Per person with a living license, Lead staff included: certified within the year (SEC-40, SEC-41)."""
    last = Max(
        "security_certifications__certified_on",
        filter=Q(security_certifications__certified_on__lte=evaluation.as_of),
    )
    months = evaluation.setting("security_certification.months")
    people = licensed_people(evaluation.as_of).alias(last_certified=last)
    return by_expiry(people.annotate(expires_on=AddMonths(F("last_certified"), months)), evaluation)


def training_of(slug: str, subject_id: UUID) -> str:
    """The page with one person's training and certification."""
    return reverse("training:person-training", kwargs={"slug": slug, "pk": subject_id})


def register_training_requirements() -> None:
    """Called once, when the app is ready."""
    topics = (
        ("software", "Software training", ("TRN-14", "TRN-17", "TRN-20", "TRN-21", "SEC-47"), 30),
        ("privacy", "Privacy training", ("TRN-15", "TRN-18", "PRI-40", "GOV-27", "SEC-47"), 31),
        ("security", "Security training", ("TRN-16", "TRN-19", "SEC-37", "SEC-38", "GOV-27", "SEC-47"), 32),
    )
    for topic, title, standards, order in topics:
        register(
            Requirement(
                code=f"training-{topic}",
                title=f"{title} up to date",
                subject="person",
                standards=standards,
                evaluate=partial(trained, topic=topic),
                link=training_of,
                fix="See the training",
                blocks=True,
                order=order,
                plain=title,
            )
        )
    register(
        Requirement(
            code="security-certification",
            title="Security rules certified this year",
            subject="person",
            standards=("SEC-40", "SEC-41"),
            evaluate=security_certified,
            link=training_of,
            fix="Certify the security rules",
            fixed_by=(OWN, "record_evidence"),
            blocks=True,
            order=33,
            plain="Your yearly security statement",
        )
    )
