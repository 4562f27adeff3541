"""The list of documents."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery

from hmislead.documents import types
from hmislead.documents.models import Document, DocumentVersion
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
    return Document.objects.visible_to(user).annotate(
        latest_state=Subquery(versions.values("state")[:1]),
        latest_number=Subquery(versions.values("number")[:1]),
        effective_number=Subquery(effective.values("number")[:1]),
        in_effect_since=Subquery(effective.values("effective_on")[:1]),
    )


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
        Column("number", "Number", "number", sort="number"),
        Column("title", "Document", "title", link=Document.get_absolute_url, sort="title"),
        Column("type", "Kind", "get_type_display", sort="type"),
        Column("latest_state", "Latest version", "latest_state", kind="state", sort="latest_state"),
        Column("latest_number", "Version", "latest_number", sort="latest_number"),
        Column("effective_number", "In effect", "effective_number", sort="effective_number"),
        Column("in_effect_since", "Since", "in_effect_since", kind="day", sort="in_effect_since"),
        Column("is_public", "Public", "is_public", kind="yes_no", sort="is_public"),
    ],
    empty=Empty(
        text="Begin with one of our starting texts: each is complete against the Standards and yours to change.",
        action="New document",
        url=_new,
    ),
    primary=Action("New document", _new, "edit_documents", "add"),
)
