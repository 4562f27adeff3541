"""What documents prove: plans and policies that a CoC approved and has looked at within the year (POL-10..15)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.urls import reverse

from hmislead.compliance.expressions import AddMonths
from hmislead.compliance.registry import Evaluation, Requirement, by_expiry, register
from hmislead.directory.models import CoC
from hmislead.documents import types
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
        )
    )
