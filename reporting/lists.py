"""The lists of reports and of monthly reports."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hmislead.directory.models import CoC, Organization
from hmislead.tenancy import context
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing
from reporting.models import Kind, Report, ReportSchedule
from reporting.operations.schedules import next_day


def address(name: str, **kwargs: Any) -> str:
    """The address of a page of this room."""
    return reverse(f"reporting:{name}", kwargs={"slug": context.current().slug, **kwargs})


def number(row: Report) -> SafeString:
    """The number as a link, on one line."""
    return format_html('<a class="nowrap" href="{}">{}</a>', row.get_absolute_url(), row.number)


class AboutFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="Number, agency or CoC")
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Kind")
    organization = django_filters.ModelChoiceFilter(
        queryset=lambda request: Organization.objects.visible_to(request.user), label="Agency", widget=ComboBox
    )
    coc = django_filters.ModelChoiceFilter(queryset=lambda request: CoC.objects.visible_to(request.user), label="CoC")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = Q(organization__name__icontains=value) | Q(coc__name__icontains=value) | Q(coc__number__icontains=value)
        return rows.filter(found | Q(number__icontains=value) if self._meta.model is Report else found)


class ReportFilter(AboutFilter):
    state = django_filters.MultipleChoiceFilter(choices=Report.State.choices, label="State")
    as_of = django_filters.DateFromToRangeFilter(label="Day")

    class Meta:
        model = Report
        fields = ()


class ScheduleFilter(AboutFilter):
    active = django_filters.BooleanFilter(label="Running")

    class Meta:
        model = ReportSchedule
        fields = ()


REPORTS = Listing(
    name="reporting.reports",
    title="Reports",
    line="Each as an accessible PDF and as a workbook, kept as it was made.",
    noun=("report", "reports"),
    filterset=ReportFilter,
    order=("-created_at",),
    search_placeholder="Number, agency or CoC",
    columns=[
        Column("number", "Report", "number", html=number, sort="number"),
        Column("about", "About", "about", sort="organization__name"),
        Column("kind", "Kind", lambda row: row.get_kind_display(), sort="kind"),
        Column("as_of", "Day", "as_of", kind="day", sort="as_of"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("asked", "Asked for", "created_at", kind="moment", sort="created_at"),
        Column("by", "Asked for by", "requested_by", sort="requested_by__name"),
        Column("monthly", "Monthly", lambda row: row.schedule_id is not None, kind="yes_no"),
        Column("finished", "Finished", "finished_at", kind="moment", sort="finished_at", default=False),
        Column("names", "Names people", "names_people", kind="yes_no", sort="names_people", default=False),
        Column("failure", "Why it failed", "failure", default=False),
        Column("checksum", "Checksum of the PDF", lambda row: row.pdf.sha256 if row.pdf else "", default=False),
    ],
    empty=Empty(
        "No report was made yet", "Ask for one of today or of a past day; it is made in the background and kept here."
    ),
    primary=Action("Make a report", lambda request: address("report-new"), "request_reports", "add"),
    more=[Action("Monthly reports", lambda request: address("schedule-list"), "view_reports")],
)

SCHEDULES = Listing(
    name="reporting.schedules",
    title="Monthly reports",
    line="Made every month, after the nightly checks, with the rights of whoever set them up.",
    noun=("monthly report", "monthly reports"),
    filterset=ScheduleFilter,
    order=("kind", "organization__name", "coc__number"),
    search_placeholder="Agency or CoC",
    columns=[
        Column(
            "about", "About", "about", link=lambda row: address("schedule-detail", pk=row.pk), sort="organization__name"
        ),
        Column("kind", "Kind", lambda row: row.get_kind_display(), sort="kind"),
        Column("day", "Day of the month", "day_of_month", kind="number", sort="day_of_month"),
        Column("state", "State", lambda row: "active" if row.active else "paused", kind="state", sort="active"),
        Column("next", "Next", next_day, kind="day"),
        Column("by", "Set up by", "created_by", sort="created_by__name"),
    ],
    empty=Empty("Nothing is made monthly yet", "Set up a report once and it is made every month."),
    primary=Action("Set up a monthly report", lambda request: address("schedule-new"), "request_reports", "add"),
    more=[Action("Reports", lambda request: address("report-list"), "view_reports")],
)
