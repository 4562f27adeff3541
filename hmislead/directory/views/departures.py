"""Departures: report one in under a minute, see every clock, take a mistaken report back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.compliance.models import Task
from hmislead.directory import forms_people
from hmislead.directory.departure_words import clock, late_words
from hmislead.directory.models import Departure, License, Organization
from hmislead.directory.operations import departures
from hmislead.directory.operations.days import local_day
from hmislead.directory.views.people import at
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing, render_list
from hmislead.web.searching import containing
from hmislead.web.templatetags.web import long_date


class DepartureFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Person", method="search")
    clock = django_filters.ChoiceFilter(
        empty_label="Any",
        label="Clock",
        method="with_clock",
        choices=(
            ("running", "Without proof"),
            ("late", "Late, or proved late"),
            ("ahead", "Still to come"),
            ("done", "Proved"),
        ),
    )
    organization = django_filters.ModelChoiceFilter(
        empty_label="Any",
        label="Agency",
        field_name="license__organization",
        widget=ComboBox,
        queryset=lambda request: Organization.objects.visible_to(request.user).current().only("name"),
    )
    departed_at = django_filters.DateFromToRangeFilter(label="Left")

    class Meta:
        model = Departure
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        return containing(rows, value, ("license__person__first_name", "license__person__last_name"))

    def with_clock(self, rows: Any, name: str, value: str) -> Any:
        conditions = {
            "running": Q(proved_at=None) & ~Q(license_was=""),
            "late": Q(ended__gt=F("due_at")) & ~Q(license_was=""),
            "ahead": Q(proved_at=None, license_was=""),
            "done": Q(proved_at__isnull=False),
        }
        return rows.annotate(ended=Coalesce("proved_at", Now())).filter(conditions[value])


DEPARTURES = Listing(
    name="directory.departures",
    title="Departures",
    line="Somebody leaves, a clock runs, and only proof that the account is shut stops it.",
    noun=("departure", "departures"),
    filterset=DepartureFilter,
    order=("-departed_at",),
    search_placeholder="Person",
    columns=[
        Column("person", "Person", "license.person", link=lambda row: row.license.get_absolute_url()),
        Column("organization", "Agency", "license.organization.name", sort="license__organization__name"),
        Column("clock", "Clock", clock, kind="state"),
        Column("departed_at", "Left", "departed_at", kind="moment", sort="departed_at"),
        Column("due_at", "Proof due", "due_at", kind="moment", sort="due_at"),
        Column("proved_at", "Account shut", "proved_at", kind="moment", sort="proved_at"),
        Column("late", "Late by", late_words),
        Column("reported_at", "Reported", "reported_at", kind="moment", sort="reported_at", default=False),
        Column("proof", "Proof", "proof", default=False),
    ],
    empty=Empty(
        "Nobody has left yet", "When somebody leaves an agency, report it here, so that the account is shut in time."
    ),
    primary=Action("Report a departure", lambda request: at(request, "departure-report"), "report_departures", "add"),
)


@page("view_people")
def departure_list(request: Any) -> HttpResponse:
    """The departures at the agencies of the reader."""
    rows = Departure.objects.visible_to(request.user).select_related("license__person", "license__organization")
    return render_list(request, DEPARTURES, rows)


@page("report_departures")
def departure_report(request: Any) -> HttpResponseBase:
    """Report who left and when: two fields, the second filled in."""
    line = "Their license ends, and you are asked for proof that their account is shut."
    back = at(request, "departure-list")
    about = FormPage("Report a departure", "Report departure", back, line, [("Departures", back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        return _report(request, data["license"], data["departed_at"])

    return answer_sent(request, forms_people.DepartureOfForm(request.POST or None, by=request.user), about, act)


@page("report_departures")
def license_departure(request: Any, pk: UUID) -> HttpResponseBase:
    """Report that the holder of this license left, or will leave."""
    license = License.objects.visible_to(request.user).select_related("person", "organization").get(pk=pk)
    back = license.get_absolute_url()
    line = "The license ends, and you are asked for proof that the account is shut."
    about = FormPage(
        f"{license.person} leaves {license.organization}", "Report departure", back, line, [(str(license), back)]
    )

    def act(data: dict[str, Any]) -> tuple[str, str]:
        return _report(request, license, data["departed_at"])

    return answer_sent(request, forms_people.DepartureForm(request.POST or None), about, act)


@require_POST
@page("report_departures")
def departure_undo(request: Any, pk: UUID) -> HttpResponseBase:
    """Take back a mistaken report."""
    license = departures.undo_departure(departure_id=pk, by=request.user)
    messages.success(request, "The report is taken back. The license is again what it was.")
    return redirect(license.get_absolute_url())


def _report(request: Any, license: License, departed_at: Any) -> tuple[str, str]:
    departure = departures.report_departure(license_id=license.pk, departed_at=departed_at, by=request.user)
    if departure.is_ahead:
        day = long_date(local_day(departure.departed_at))
        return license.get_absolute_url(), f"The departure is noted. The license stays as it is until {day}."
    if departure.proved_at:
        return (
            license.get_absolute_url(),
            "The departure is recorded. The account is shut already, so nothing is left to do.",
        )
    task = Task.objects.open().filter(license=license, kind=Task.Kind.DEACTIVATE_ACCOUNT).get()
    return task.get_absolute_url(), "The departure is recorded and the license has ended. Now have the account shut."
