"""The lists of notices, messages and reminders to agencies."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hmislead.notices import registry
from hmislead.notices.models import BulkSend, Message, Notice
from hmislead.tenancy import context
from hmislead.web.listing import BulkAction, Column, Empty, Listing
from hmislead.web.templatetags.web import chip


def address(name: str, **kwargs: Any) -> str:
    """One of these pages in the current implementation."""
    return reverse(f"notices:{name}", kwargs={"slug": context.current().slug, **kwargs})


def type_choices() -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in registry.TYPES.values()]


def type_label(row: Any) -> str:
    return registry.label(row.type)


def _read_chip(row: Notice) -> SafeString:
    return chip("unchanged", "read") if row.read_at else chip("open", "new")


def _sentence(row: Notice) -> SafeString:
    """A link that screen readers read in the language of the sentence; the page around it is English."""
    language = format_html(' lang="{}"', row.language) if row.language != "en" else ""
    return format_html('<a href="{}"{}>{}</a>', address("notice-open", pk=row.pk), language, row.sentence)


class NoticeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter("sentence", "icontains", label="Search notices")
    unread = django_filters.BooleanFilter("read_at", lookup_expr="isnull", label="New")
    type = django_filters.ChoiceFilter(choices=type_choices, label="About", empty_label="Anything")

    class Meta:
        model = Notice
        fields = ("type",)


NOTICES = Listing(
    name="notices.notices",
    title="Notices",
    line="What you were told here. Nobody else sees this list.",
    noun=("notice", "notices"),
    filterset=NoticeFilter,
    order=("-created_at",),
    search_placeholder="Search notices",
    columns=[
        Column("sentence", "Notice", "sentence", html=_sentence),
        Column("read", "Read", lambda row: "Read" if row.read_at else "New", html=_read_chip, sort="read_at"),
        Column("due_on", "Due", "due_on", kind="near_day", sort="due_on"),
        Column("created_at", "Told", "created_at", kind="moment", sort="created_at"),
        Column("type", "About", type_label, default=False),
    ],
    empty=Empty("No notices yet", "When something needs you, it shows here and in your e-mail."),
    bulk_actions=[BulkAction("Mark as read", lambda request: address("notice-read"), sign="check", name="read")],
)


class MessageFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="Search subject or address")
    state = django_filters.ChoiceFilter(
        choices=[choice for choice in Message.State.choices if choice[0] != "draft"], label="State", empty_label="Any"
    )
    missed = django_filters.BooleanFilter(method="that_did_not_arrive", label="Did not arrive")
    type = django_filters.ChoiceFilter(choices=type_choices, label="About", empty_label="Anything")
    created = django_filters.DateFromToRangeFilter("created_at__date", label="Written")
    bulk = django_filters.ModelChoiceFilter(
        queryset=lambda request: BulkSend.objects.visible_to(request.user),
        label="Reminder to agencies",
        empty_label="Any",
    )

    class Meta:
        model = Message
        fields = ("type",)

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(subject__icontains=value) | Q(address__icontains=value))

    def that_did_not_arrive(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        missed = Q(state__in=Message.MISSED)
        return queryset.filter(missed if value else ~missed)


MESSAGES = Listing(
    name="notices.messages",
    title="Message log",
    line="Every e-mail, exactly as it was or will be sent, and what became of it.",
    noun=("message", "messages"),
    filterset=MessageFilter,
    order=("-created_at",),
    search_placeholder="Search subject or address",
    quick_filters=3,
    columns=[
        Column("subject", "Subject", "subject", link=Message.get_absolute_url, sort="subject"),
        Column("address", "To", "address", sort="address"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column(
            "trouble", "What went wrong", lambda row: row.get_trouble_display() if row.trouble else "", sort="trouble"
        ),
        Column("type", "About", type_label, sort="type"),
        Column("not_before", "Leaves from", "not_before", kind="moment", sort="not_before", default=False),
        Column("sent_at", "Sent", "sent_at", kind="moment", sort="sent_at"),
        Column("organization", "Agency", "organization", sort="organization__name", default=False),
        Column("attempts", "Tries", "attempts", kind="number", sort="attempts", default=False),
        Column("created_at", "Written", "created_at", kind="moment", sort="created_at", default=False),
    ],
    empty=Empty("No e-mail yet", "E-mail is written when something is due or happens. In setup nothing is mailed."),
)


class BulkFilter(django_filters.FilterSet):
    q = django_filters.CharFilter("title", "icontains", label="Search titles")
    state = django_filters.ChoiceFilter(choices=BulkSend.State.choices, label="State", empty_label="Any")

    class Meta:
        model = BulkSend
        fields = ("state",)


BULKS = Listing(
    name="notices.bulk",
    title="Reminders to agencies",
    line="Reminders written by hand to the leads and contacts of chosen agencies.",
    noun=("reminder", "reminders"),
    filterset=BulkFilter,
    order=("-number",),
    search_placeholder="Search titles",
    columns=[
        Column("number", "Number", str, link=BulkSend.get_absolute_url, sort="number"),
        Column("title", "Title", "title", sort="title"),
        Column("state", "State", "shown_state", kind="state", sort="state"),
        Column("count", "Messages", "count", kind="number", sort="count"),
        Column("drafted_by", "Written by", "drafted_by"),
        Column("sent_at", "Sent", "sent_at", kind="moment", sort="sent_at"),
    ],
    empty=Empty(
        "No reminders yet",
        "Choose agencies in the grid of agencies and requirements, then press Remind.",
        "Go to the grid",
        lambda request: reverse("compliance:grid", kwargs={"slug": context.current().slug}),
    ),
)
