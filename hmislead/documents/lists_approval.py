"""The lists of decisions and of yearly reviews."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse

from hmislead.directory.models import CoC, GoverningBody
from hmislead.documents import types
from hmislead.documents.announcements import path
from hmislead.documents.models import Decision, ReviewCycle
from hmislead.tenancy import settings
from hmislead.web.listing import Action, Column, Empty, Listing


class DecisionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    outcome = django_filters.MultipleChoiceFilter(choices=Decision.Outcome.choices, label="Outcome")
    body = django_filters.ModelChoiceFilter(
        queryset=lambda request: GoverningBody.objects.visible_to(request.user), label="Body", empty_label="Any"
    )
    met_on = django_filters.DateFromToRangeFilter(label="Met")

    class Meta:
        model = Decision
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            about = Q(motion__icontains=word) | Q(number__iexact=word) | Q(agenda_item__icontains=word)
            rows = rows.filter(about | Q(items__version__document__title__icontains=word)).distinct()
        return rows


def decision_url(decision: Decision) -> str:
    """The page of a decision."""
    return path("approvals:decision-detail", pk=decision.pk)


def about(decision: Decision) -> str:
    """The versions of a decision, in words."""
    return "; ".join(str(item.version) for item in decision.items.all())


def decisions_for(user: Any) -> QuerySet[Any]:
    """Decisions a reader may see, with what their rows show."""
    rows: QuerySet[Any] = Decision.objects.visible_to(user)
    return rows.select_related("body__coc").prefetch_related("items__version__document")


def _new(request: Any) -> str:
    return reverse("approvals:decision-new", kwargs={"slug": request.implementation.slug})


DECISIONS = Listing(
    name="documents.decisions",
    title="Decisions",
    filterset=DecisionFilter,
    order=("-met_on",),
    noun=("decision", "decisions"),
    search_placeholder="Document, motion or number",
    columns=[
        Column("number", "Number", "number", kind="codes", link=decision_url, sort="number"),
        Column("met_on", "Met", "met_on", kind="day", sort="met_on"),
        Column("body", "Body", "body", sort="body__name"),
        Column("coc", "CoC", "body.coc.number", kind="codes", sort="body__coc__number"),
        Column("about", "About", about),
        Column("outcome", "Outcome", "state", kind="state", sort="outcome"),
    ],
    empty=Empty(text="What governing bodies decide about documents is listed here, each with its votes."),
    primary=Action("Record a decision", _new, "record_decisions", "add"),
)


class ReviewFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="document__title", lookup_expr="icontains")
    is_open = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull", label="Open")
    type = django_filters.ChoiceFilter(
        field_name="document__type", choices=types.CHOICES, label="Type", empty_label="Any"
    )
    coc = django_filters.ModelChoiceFilter(
        queryset=lambda request: CoC.objects.visible_to(request.user), label="CoC", empty_label="Any"
    )
    due_on = django_filters.DateFromToRangeFilter(label="Due")

    class Meta:
        model = ReviewCycle
        fields = ()


def review_state(cycle: ReviewCycle) -> str:
    """Open, overdue or closed."""
    if cycle.closed_on:
        return "closed"
    return "overdue" if cycle.due_on < settings.today() else "open"


REVIEWS = Listing(
    name="documents.reviews",
    title="Reviews",
    filterset=ReviewFilter,
    order=("due_on",),
    noun=("review", "reviews"),
    search_placeholder="Document",
    columns=[
        Column(
            "document", "Document", "document", link=lambda row: row.document.get_absolute_url(), sort="document__title"
        ),
        Column("coc", "CoC", "coc.number", kind="codes", sort="coc__number"),
        Column("state", "State", review_state, kind="state", sort="closed_on"),
        Column("opened_on", "Opened", "opened_on", kind="day", sort="opened_on"),
        Column("due_on", "Due", "due_on", kind="near_day", sort="due_on"),
        Column("closed_on", "Closed", "closed_on", kind="day", sort="closed_on"),
        Column("outcome", "Outcome", "get_outcome_display", sort="outcome"),
        Column("decision", "Decision", "decision"),
    ],
    primary=Action("Record a decision", _new, "record_decisions", "add"),
    empty=Empty(text="The yearly review of each plan and policy opens by itself and is listed here, with its day."),
)
