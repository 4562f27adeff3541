"""The list of legal reviews."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from hmislead.documents import types
from hmislead.documents.models import LegalReview
from hmislead.web.listing import Column, Empty, Listing


class LegalReviewFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    outcome = django_filters.MultipleChoiceFilter(choices=LegalReview.Outcome.choices, label="Found")
    type = django_filters.ChoiceFilter(
        field_name="document__type", choices=types.CHOICES, label="Kind", empty_label="Any"
    )
    reviewed_on = django_filters.DateFromToRangeFilter(label="Reviewed")

    class Meta:
        model = LegalReview
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            who = Q(reviewer__icontains=word) | Q(covers__icontains=word)
            rows = rows.filter(who | Q(document__title__icontains=word))
        return rows


def legal_reviews_for(user: Any) -> QuerySet[Any]:
    """Legal reviews a reader may see, with what their rows show."""
    rows: QuerySet[Any] = LegalReview.objects.visible_to(user)
    return rows.select_related("document", "file", "recorded_by")


def _document_url(review: LegalReview) -> str:
    return f"{review.document.get_absolute_url()}#panel-legal"


LEGAL_REVIEWS = Listing(
    name="documents.legal_reviews",
    title="Legal reviews",
    line="Which lawyer looked at which document, for which law, and what they found.",
    filterset=LegalReviewFilter,
    order=("-reviewed_on",),
    noun=("legal review", "legal reviews"),
    search_placeholder="Document, reviewer or law",
    columns=[
        Column("document", "Document", "document", link=_document_url, sort="document__title"),
        Column("version_number", "Version", "version_number", sort="version_number"),
        Column("reviewer", "Reviewed by", "reviewer", sort="reviewer"),
        Column("reviewed_on", "On", "reviewed_on", kind="day", sort="reviewed_on"),
        Column("outcome", "Found", "get_outcome_display", sort="outcome"),
        Column("covers", "Law", "covers"),
        Column("opinion", "Opinion", "opinion", default=False),
        Column("file", "File", "file.name", default=False),
    ],
    empty=Empty(text="Record a legal review on the page of the document that was looked at. It is kept here."),
)
