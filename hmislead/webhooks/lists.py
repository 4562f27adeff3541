"""The lists of webhooks and of what was sent."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse

from hmislead.tenancy import context
from hmislead.web.listing import Action, Column, Empty, Listing
from hmislead.webhooks import events
from hmislead.webhooks.models import Delivery, Endpoint


def address(name: str, **kwargs: Any) -> str:
    """One of these pages in the current implementation."""
    return reverse(f"webhooks:{name}", kwargs={"slug": context.current().slug, **kwargs})


def every_event() -> list[tuple[str, str]]:
    return [*events.choices(), (events.TEST, events.label(events.TEST))]


class EndpointFilter(django_filters.FilterSet):
    q = django_filters.CharFilter("name", "icontains", label="Search names")
    state = django_filters.ChoiceFilter(choices=Endpoint.State.choices, label="State", empty_label="Any")
    event = django_filters.ChoiceFilter(method="told_of", choices=events.choices, label="Told of", empty_label="Any")

    class Meta:
        model = Endpoint
        fields = ("state",)

    def told_of(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(codes__contains=[value])


ENDPOINTS = Listing(
    name="webhooks.endpoints",
    title="Webhooks",
    line="Other systems that are told of changes as they happen.",
    noun=("webhook", "webhooks"),
    filterset=EndpointFilter,
    order=("state", "name"),
    search_placeholder="Search names",
    columns=[
        Column("name", "Name", "name", link=Endpoint.get_absolute_url, sort="name"),
        Column("host", "Host", "host"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("events", "Events", lambda row: len(row.codes), kind="number"),
        Column("failures", "Failed tries in a row", "failures", kind="number", sort="failures"),
        Column("created_at", "Added", "created_at", kind="moment", sort="created_at", default=False),
    ],
    empty=Empty(
        "No webhooks yet",
        "Add one to have another system told of changes, instead of asking the API again and again.",
        "Add a webhook",
        lambda request: address("endpoint-new"),
    ),
    primary=Action("Add a webhook", lambda request: address("endpoint-new"), "manage_settings", "add"),
    more=[Action("Everything sent", lambda request: address("delivery-list"))],
)


class DeliveryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="Search by event or id")
    state = django_filters.ChoiceFilter(choices=Delivery.State.choices, label="State", empty_label="Any")
    endpoint = django_filters.ModelChoiceFilter(
        queryset=lambda request: Endpoint.objects.visible_to(request.user), label="Webhook", empty_label="Any"
    )
    event = django_filters.ChoiceFilter(choices=every_event, label="Event", empty_label="Any")
    happened = django_filters.DateFromToRangeFilter("happened_at__date", label="Happened")

    class Meta:
        model = Delivery
        fields = ("state",)

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By a part of the code, or by a whole id: that of the event or that of its subject."""
        found = Q(event__icontains=value)
        compact = value.strip().replace("-", "").lower()
        if len(compact) == 32 and set(compact) <= set("0123456789abcdef"):
            found |= Q(event_id=compact) | Q(subject_id=compact)
        return queryset.filter(found)


DELIVERIES = Listing(
    name="webhooks.deliveries",
    title="Sent to webhooks",
    line="Every event for every webhook, and what became of it.",
    noun=("delivery", "deliveries"),
    filterset=DeliveryFilter,
    order=("-created_at",),
    search_placeholder="Search by event or id",
    columns=[
        Column("event", "Event", lambda row: events.label(row.event), link=Delivery.get_absolute_url, sort="event"),
        Column("endpoint", "Webhook", "endpoint", sort="endpoint__name"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("happened_at", "Happened", "happened_at", kind="moment", sort="happened_at"),
        Column("attempts", "Tries", "attempts", kind="number", sort="attempts"),
        Column("response_status", "Last answer", lambda row: row.response_status or "", sort="response_status"),
        Column(
            "trouble", "What went wrong", lambda row: row.get_trouble_display() if row.trouble else "", sort="trouble"
        ),
        Column("next_at", "Next try", "next_at", kind="moment", sort="next_at", default=False),
        Column("delivered_at", "Arrived", "delivered_at", kind="moment", sort="delivered_at", default=False),
        Column("code", "Code", "event", sort="event", default=False),
        Column("event_id", "Id", lambda row: str(row.event_id), default=False),
    ],
    empty=Empty("Nothing sent yet", "What a webhook is told of shows here. In setup nothing is sent."),
)
