"""What documents prove: clauses that are there, and plans and policies that a CoC approved within the year (POL-10..15)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from hmislead.compliance.expressions import AddMonths
from hmislead.compliance.registry import Evaluation, Requirement, by_expiry, register
from hmislead.directory.models import CoC
from hmislead.documents import completeness, types
from hmislead.documents.clause_map import CONDITIONS, MINIMUM, clauses_of, crosswalk, setting_of
from hmislead.documents.models import Document, VersionEffect


def documents_reviewed(evaluation: Evaluation) -> QuerySet[Any]:
    """Per CoC: every plan and policy the HMIS Lead keeps is in effect there and was approved or reaffirmed in time.

    The day of the document that is due first counts. A document that is not in effect in the CoC fails it.
    """
    kinds = set(evaluation.setting("documents.approved_by_body")) & types.POLICIES
    effects = VersionEffect.objects.in_effect(evaluation.as_of)
    here = effects.filter(coc=OuterRef(OuterRef("pk")), version__document=OuterRef("pk"))
    kept = Document.objects.filter(type__in=kinds, needs_approval=True, retired_on=None)
    held = effects.filter(
        coc=OuterRef("pk"),
        version__document__type__in=kinds,
        version__document__needs_approval=True,
        version__document__retired_on=None,
    )
    due = held.annotate(due=AddMonths("reviewed_on", evaluation.setting("documents.review_months"))).order_by("due")
    found = CoC.objects.annotate(
        lacks_one=Exists(kept.exclude(Exists(here))), expires_on=Subquery(due.values("due")[:1])
    )
    judged = by_expiry(found, evaluation)
    return judged.annotate(
        result=Case(When(lacks_one=True, then=Value("not_met")), default=F("result"), output_field=CharField()),
        due_on=Case(When(lacks_one=True, then=None), default=F("due_on")),
        lapses_on=Case(When(lacks_one=True, then=None), default=F("lapses_on")),
        note=Case(
            When(lacks_one=True, then=Value("A plan or policy is not in effect here")),
            default=Value(""),
            output_field=CharField(),
        ),
    )


def clauses_present(evaluation: Evaluation) -> QuerySet[Any]:
    """Per CoC: every document in effect there holds the clauses that its type must hold, by the clause map.

    Conditional clauses follow the settings of the day. What a version holds is counted by the operations that change it.
    """
    here = VersionEffect.objects.in_effect(evaluation.as_of).filter(coc=OuterRef("pk"))
    short = here.filter(_lacking(evaluation)).order_by().values("coc").annotate(count=Count("pk")).values("count")
    found = CoC.objects.annotate(
        has_documents=Exists(here), short=Coalesce(Subquery(short, output_field=IntegerField()), 0)
    )
    return found.annotate(
        result=Case(
            When(has_documents=False, then=Value("not_applicable")),
            When(short=0, then=Value("met")),
            default=Value("not_met"),
            output_field=CharField(),
        ),
        due_on=Value(None, DateField()),
        lapses_on=Value(None, DateField()),
        note=Case(
            When(short=1, then=Value("1 document lacks clauses")),
            When(short__gt=1, then=Concat(Cast("short", CharField()), Value(" documents lack clauses"))),
            default=Value(""),
            output_field=CharField(),
        ),
    )


def _lacking(evaluation: Evaluation) -> Q:
    """Of effects: their version does not hold all that its type owes on the day. What was never counted is lacking."""
    answers = {setting_of(condition): evaluation.setting(setting_of(condition)) for condition in CONDITIONS}
    lacking = Q(pk__in=[])
    for kind in types.TYPES:
        owed = completeness.owed_by(kind, answers)
        lacking |= Q(version__document__type=kind) & ~Q(version__holds__contains=owed)
    return lacking


def documents_of(slug: str, coc_id: UUID) -> str:
    """The list of documents in effect."""
    return reverse("documents:document-list", kwargs={"slug": slug}) + "?state=effective"


def owed_standards() -> tuple[str, ...]:
    """The Standards of the catalogue that some type must always hold."""
    owed = {clause.standard for kind in types.TYPES for clause in clauses_of(kind) if clause.need == MINIMUM}
    return tuple(sorted(owed - set(crosswalk())))


def reviews_of(slug: str, coc_id: UUID) -> str:
    """The page with the reviews of a CoC."""
    return reverse("approvals:review-list", kwargs={"slug": slug}) + f"?coc={coc_id}"


def register_document_requirements() -> None:
    """Called once, when the app is ready."""
    register(
        Requirement(
            code="documents-reviewed",
            title="Plans and policies approved and reviewed in time",
            subject="coc",
            standards=("POL-10", "POL-11", "POL-12", "POL-14", "POL-15"),
            evaluate=documents_reviewed,
            link=reviews_of,
            fix="See the reviews",
            order=14,
            plain="The CoC's yearly review of plans and policies",
        ),
        Requirement(
            code="documents-complete",
            title="Documents in effect hold the clauses they must hold",
            subject="coc",
            standards=owed_standards(),
            evaluate=clauses_present,
            link=documents_of,
            fix="See the documents",
            order=15,
            plain="The clauses of the CoC's governing documents",
        ),
    )
