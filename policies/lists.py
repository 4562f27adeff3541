"""The lists of acknowledgements, of how people stand, and of the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse

from hmislead.compliance.models import State, Status
from hmislead.documents import types
from hmislead.tenancy import context
from hmislead.web.listing import Action, BulkAction, Column, Empty, Listing
from policies.announcements import CODES
from policies.models import Acknowledgement, PolicySetting


def address(name: str) -> Any:
    return lambda request: reverse(name, kwargs={"slug": request.implementation.slug})


def _person_page(row: Any) -> str:
    return reverse("policies:person-policies", kwargs={"slug": context.current().slug, "pk": row.person_id})


def _edit_page(row: Any) -> str:
    return reverse("policies:setting-edit", kwargs={"slug": context.current().slug, "pk": row.pk})


class ByPersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            rows = rows.filter(
                Q(person__first_name__icontains=word)
                | Q(person__last_name__icontains=word)
                | Q(person__email__icontains=word)
            )
        return rows


class AcknowledgementFilter(ByPersonFilter):
    read_on = django_filters.DateFromToRangeFilter(label="Acknowledged")
    type = django_filters.ChoiceFilter(
        choices=types.CHOICES, field_name="version__document__type", label="Document", empty_label="Any"
    )

    class Meta:
        model = Acknowledgement
        fields = ()


class StatusFilter(ByPersonFilter):
    state = django_filters.ChoiceFilter(choices=State.choices, label="State", empty_label="Any")

    class Meta:
        model = Status
        fields = ()


class SettingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="document__title", lookup_expr="icontains")

    class Meta:
        model = PolicySetting
        fields = ()


ACKNOWLEDGEMENTS = Listing(
    name="policies.acknowledgements",
    title="Acknowledgements",
    line="Who read which version, and when.",
    filterset=AcknowledgementFilter,
    order=("-read_on",),
    noun=("acknowledgement", "acknowledgements"),
    search_placeholder="Name or e-mail",
    columns=[
        Column("person", "Person", "person", link=_person_page, sort=("person__last_name", "person__first_name")),
        Column("document", "Document", "version.document.title", sort="version__document__title"),
        Column("version", "Version", "version.number", kind="number"),
        Column("language", "Language", lambda row: row.get_language_display()),
        Column("read_on", "Acknowledged", "read_on", kind="day", sort="read_on"),
        Column(
            "score", "Quiz score in percent", lambda row: round(row.attempt.score) if row.attempt else "", kind="number"
        ),
        Column("signed_name", "Name as typed", "signed_name", default=False),
        Column("sha256", "Checksum of the text", "sha256", default=False),
    ],
    empty=Empty(text="People acknowledge policies on their own page, My policies."),
    primary=Action("See who is due", address("policies:status-list"), "view_evidence"),
)
STATUSES = Listing(
    name="policies.status",
    title="Who is due",
    line="How each person stands with the policies they must acknowledge.",
    filterset=StatusFilter,
    order=("due_on",),
    noun=("person", "people"),
    search_placeholder="Name or e-mail",
    columns=[
        Column("person", "Person", "person", link=_person_page, sort=("person__last_name", "person__first_name")),
        Column("state", "State", lambda row: row.get_state_display(), sort="state"),
        Column("due_on", "Due", "due_on", kind="day", sort="due_on"),
        Column("blocks", "Needed for access", lambda row: row.requirement == CODES[0], kind="yes_no"),
    ],
    bulk_actions=[
        BulkAction("Remind", address("policies:status-remind"), "send_notices", "mail_outline", name="remind")
    ],
    empty=Empty(text="Nobody must acknowledge a document yet. Say who does on the page of rules."),
)
SETTINGS = Listing(
    name="policies.rules",
    title="Who acknowledges what",
    line="Each document with the people who must acknowledge it, and its quiz.",
    filterset=SettingFilter,
    order=("document",),
    noun=("rule", "rules"),
    columns=[
        Column("document", "Document", "document.title", link=_edit_page, sort="document__title"),
        Column("audience", "Who", "audience_words"),
        Column("first_access", "Before first access", "first_access", kind="yes_no"),
        Column("yearly", "Every year", "yearly", kind="yes_no"),
        Column("blocks", "Needed for access", "blocks", kind="yes_no"),
        Column("quiz", "Quiz", lambda row: str(row.quiz) if row.quiz else ""),
        Column("starts_on", "Asked for from", "starts_on", kind="day"),
    ],
    empty=Empty(
        text="Choose a document and say who must acknowledge it.",
        action="Add a rule",
        url=address("policies:setting-new"),
    ),
    primary=Action("Add a rule", address("policies:setting-new"), "edit_documents", "add"),
)
# For who reads the rules and may not change them, the title leads to the document.
_to_document = replace(SETTINGS.columns[0], link=lambda row: row.document.get_absolute_url())
SETTINGS_READ = replace(SETTINGS, columns=[_to_document, *SETTINGS.columns[1:]])


def status_rows(user: Any) -> QuerySet[Any]:
    """How people stand with policies, as far as `user` may see."""
    rows: QuerySet[Any] = Status.objects.visible_to(user).filter(requirement__in=CODES, subject_kind="person")
    return rows.select_related("person")
