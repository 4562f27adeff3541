"""The list of documents."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, JSONField, OuterRef, QuerySet, Subquery, Value

from hmislead.documents import completeness, types
from hmislead.documents.models import Block, Document, DocumentVersion, VersionEffect
from hmislead.documents.operations.reviews import due_on, reviewable
from hmislead.tenancy import settings
from hmislead.web.listing import Action, Column, Empty, Listing
from hmislead.web.navigation import address


class DocumentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains")
    type = django_filters.ChoiceFilter(choices=types.CHOICES, label="Kind", empty_label="Any")
    state = django_filters.ChoiceFilter(
        choices=DocumentVersion.State.choices, field_name="latest_state", label="Latest version", empty_label="Any"
    )
    is_public = django_filters.BooleanFilter(label="Shown to the public")

    class Meta:
        model = Document
        fields = ()


def document_rows(user: Any) -> QuerySet[Any]:
    """Documents `user` may see, with the state and number of the latest version they may see and the one in effect."""
    versions = DocumentVersion.objects.visible_to(user).filter(document=OuterRef("pk")).order_by("-number")
    effective = versions.filter(state=DocumentVersion.State.EFFECTIVE)
    due = reviewable(settings.today()).filter(
        version__document=OuterRef("pk"), pk__in=VersionEffect.objects.visible_to(user).values("pk")
    )
    due = due.annotate(due=due_on(settings.value("documents.review_months"))).order_by("due")
    blocks = Block.objects.filter(version=OuterRef("latest_id"))
    return Document.objects.visible_to(user).annotate(
        latest_id=Subquery(versions.values("pk")[:1]),
        latest_holds=Subquery(versions.values("holds")[:1]),
        answers=Value(completeness.answers(), JSONField()),
        in_spanish=Exists(blocks) & ~Exists(blocks.filter(body_es="")),
        next_review=Subquery(due.values("due")[:1]),
        latest_state=Subquery(versions.values("state")[:1]),
        latest_number=Subquery(versions.values("number")[:1]),
        effective_number=Subquery(effective.values("number")[:1]),
        in_effect_since=Subquery(effective.values("effective_on")[:1]),
    )


def _complete(row: Any) -> str:
    """How much of what it owes the latest version holds."""
    return "" if row.latest_holds is None else f"{completeness.share(row.type, row.latest_holds, row.answers)} %"


def _languages(row: Any) -> str:
    return "English, Spanish" if row.in_spanish else "English"


def _new(request: Any) -> str:
    return address("documents:document-new", request.implementation.slug) or ""


DOCUMENTS = Listing(
    name="documents.documents",
    title="Documents",
    line="Templates of agreements, and the plans and policies your CoCs approve.",
    filterset=DocumentFilter,
    order=("type", "title"),
    noun=("document", "documents"),
    search_placeholder="Title",
    columns=[
        Column("number", "Number", "number", kind="codes", sort="number"),
        Column("title", "Document", "title", link=Document.get_absolute_url, sort="title"),
        Column("type", "Kind", "get_type_display", sort="type"),
        Column("latest_state", "Latest version", "latest_state", kind="state", sort="latest_state"),
        Column("latest_number", "Version", "latest_number", sort="latest_number"),
        Column("effective_number", "In effect", "effective_number", sort="effective_number"),
        Column("in_effect_since", "Since", "in_effect_since", kind="day", sort="in_effect_since"),
        Column("complete", "Complete", _complete),
        Column("languages", "Languages", _languages, sort="in_spanish", default=False),
        Column("next_review", "Next review", "next_review", kind="near_day", sort="next_review"),
        Column("is_public", "Public", "is_public", kind="yes_no", sort="is_public"),
    ],
    empty=Empty(
        text="Begin with one of our starting texts: each is complete against the Standards and yours to change.",
        action="New document",
        url=_new,
    ),
    primary=Action("New document", _new, "edit_documents", "add"),
)
