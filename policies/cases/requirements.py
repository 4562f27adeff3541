"""The requirements on cases: reports reviewed and grievances answered in time, and no license in use under a sanction."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, DateField, F, Min, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from hmislead.compliance.expressions import AddDays
from hmislead.compliance.registry import Evaluation, Requirement, register
from hmislead.tenancy import context
from hmislead.tenancy.models import Implementation
from policies.cases.models import Deviation, Grievance, Sanction
from policies.cases.querysets import covering, sanctioned_licenses


def deviations_reviewed(evaluation: Evaluation) -> QuerySet[Any]:
    """The implementation: no deviation report waits longer than its day for a review (GOV-29)."""
    rows = Deviation.objects.filter(received_on__lte=evaluation.as_of)
    waiting = rows.filter(Q(reviewed_on=None) | Q(reviewed_on__gt=evaluation.as_of))
    return _by_first_due(evaluation, rows, waiting.values("implementation").annotate(first=Min("review_by")))


def grievances_in_time(evaluation: Evaluation) -> QuerySet[Any]:
    """The implementation: every grievance is acknowledged, decided and its appeal decided by its day (POL-33)."""
    day = evaluation.as_of
    rows = Grievance.objects.filter(received_on__lte=day)
    due = Case(
        When(Q(acknowledged_on=None) | Q(acknowledged_on__gt=day), then=F("acknowledge_by")),
        When(Q(decided_on=None) | Q(decided_on__gt=day), then=F("decide_by")),
        When(
            Q(appeal_decided_on=None) | Q(appeal_decided_on__gt=day), appealed_on__lte=day, then=F("decide_appeal_by")
        ),
        default=Value(None),
        output_field=DateField(),
    )
    first = rows.annotate(due=due).exclude(due=None).values("implementation").annotate(first=Min("due"))
    return _by_first_due(evaluation, rows, first)


def _by_first_due(evaluation: Evaluation, rows: QuerySet[Any], first: QuerySet[Any]) -> QuerySet[Any]:
    """The implementation by the earliest day of what waits: nothing waits, all is met; nothing ever came, it is not asked."""
    here = Implementation.objects.filter(pk=context.current().pk)
    soon = evaluation.as_of + dt.timedelta(days=2)
    found = here.annotate(
        ever=Subquery(rows.values("implementation").annotate(day=Min("received_on")).values("day")[:1]),
        expires_on=Subquery(first.values("first")[:1], output_field=DateField()),
    )
    return found.annotate(
        result=Case(
            When(ever=None, then=Value("not_applicable")),
            When(expires_on__lt=evaluation.as_of, then=Value("overdue")),
            When(expires_on__lte=soon, then=Value("due_soon")),
            default=Value("met"),
            output_field=CharField(),
        ),
        due_on=Cast(F("expires_on"), DateField()),
        lapses_on=AddDays(Cast(F("expires_on"), DateField()), 1),
        note=Value("", CharField()),
    )


def not_sanctioned(evaluation: Evaluation) -> QuerySet[Any]:
    """Licenses that a sanction takes away (GOV-20): they fail while it acts. All others are not asked about."""
    acting = Sanction.objects.acting(evaluation.as_of).filter(covering()).order_by("number")
    return sanctioned_licenses(evaluation.as_of).annotate(
        result=Value("not_met", CharField()),
        due_on=Value(None, DateField()),
        lapses_on=Value(None, DateField()),
        note=Concat(Value("Sanction "), Subquery(acting.values("number")[:1]), output_field=CharField()),
    )


def _list(name: str, slug: str, subject_id: UUID) -> str:
    return reverse(f"cases:{name}", kwargs={"slug": slug})


def deviations_of(slug: str, subject_id: UUID) -> str:
    return f"{_list('deviation-list', slug, subject_id)}?state=received"


def grievances_of(slug: str, subject_id: UUID) -> str:
    return _list("grievance-list", slug, subject_id)


def sanctions_of(slug: str, subject_id: UUID) -> str:
    """The page with the sanctions on one license, for its holder too."""
    return reverse("cases:license-sanctions", kwargs={"slug": slug, "pk": subject_id})


def register_case_requirements() -> None:
    """Called once, when the app is ready."""
    register(
        Requirement(
            code="deviations-reviewed",
            title="Deviation reports reviewed in time",
            subject="implementation",
            standards=("GOV-29", "POL-35"),
            evaluate=deviations_reviewed,
            link=deviations_of,
            fix="Review reports",
            order=82,
        ),
        Requirement(
            code="grievances-in-time",
            title="Grievances answered in time",
            subject="implementation",
            standards=("POL-33", "PAR-17"),
            evaluate=grievances_in_time,
            link=grievances_of,
            fix="See grievances",
            order=83,
        ),
        Requirement(
            code="not-sanctioned",
            title="No sanction takes the license away",
            subject="license",
            standards=("GOV-20",),
            evaluate=not_sanctioned,
            link=sanctions_of,
            fix="Read the notice",
            blocks=True,
            order=38,
            plain="No sanction on this license",
        ),
    )
