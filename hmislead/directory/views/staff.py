"""The HMIS Lead's staffing, and the number of users per administrator it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from hmislead.access.pages import page
from hmislead.directory import forms_people
from hmislead.directory.models import StaffPosition
from hmislead.directory.operations import staff
from hmislead.directory.querysets import running
from hmislead.directory.views.people import at
from hmislead.tenancy import context, settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import Action, Column, Empty, Listing, render_list
from hmislead.web.searching import containing


class PositionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Person", method="search")
    function = django_filters.ChoiceFilter(empty_label="Any", choices=StaffPosition.Function.choices)
    now = django_filters.BooleanFilter(label="Held today", method="held_today")

    class Meta:
        model = StaffPosition
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        return containing(rows, value, ("person__first_name", "person__last_name"))

    def held_today(self, rows: Any, name: str, value: bool) -> Any:
        today = running(settings.today())
        return rows.filter(today) if value else rows.exclude(today)


STAFF = Listing(
    name="directory.staff",
    title="Staff",
    line="Who does what at the HMIS Lead, and for which share of full time.",
    noun=("position", "positions"),
    filterset=PositionFilter,
    order=("ends_on", "function", "person__last_name"),
    search_placeholder="Person",
    columns=[
        Column("person", "Person", "person", link=lambda row: row.person.get_absolute_url(), sort="person__last_name"),
        Column("function", "Function", lambda row: row.get_function_display(), sort="function"),
        Column("fte", "Share of full time", "fte", kind="number", sort="fte"),
        Column("organization", "Employed by", "organization.name", sort="organization__name"),
        Column("starts_on", "From", "starts_on", kind="day", sort="starts_on"),
        Column("ends_on", "Last day", "ends_on", kind="day", sort="ends_on"),
        Column("change", "Change", lambda row: "", html=lambda row: _links(row), export=False),
    ],
    empty=Empty(
        "No position is recorded yet", "Record who administers the HMIS: users per administrator are counted from it."
    ),
    primary=Action("Add a position", lambda request: at(request, "staff-create"), "manage_staff", "add"),
)
READ_ONLY = replace(STAFF, columns=[column for column in STAFF.columns if column.key != "change"])


def _links(row: StaffPosition) -> Any:
    kwargs = {"slug": context.current().slug, "pk": row.pk}
    change = format_html('<a href="{}">Change</a>', reverse("directory:staff-edit", kwargs=kwargs))
    if row.ends_on:
        return change
    return format_html('{} · <a href="{}">End</a>', change, reverse("directory:staff-end", kwargs=kwargs))


@page("view_staff")
def staff_list(request: Any) -> HttpResponse:
    """The positions, and the ratio on top."""
    rows = StaffPosition.objects.visible_to(request.user).select_related("person", "organization")
    figures = {"ratio": staff.administrator_ratio(settings.today())}
    listing = STAFF if request.access.has("manage_staff") else READ_ONLY
    return render_list(request, listing, rows, "directory/staff_list.html", figures)


@page("manage_staff")
def staff_create(request: Any) -> HttpResponseBase:
    """Add a position."""
    about = _form_page(request, "Add a position", "Add position")

    def act(data: dict[str, Any]) -> tuple[str, str]:
        person, organization = data.pop("person"), data.pop("organization")
        position = staff.add_position(person_id=person.pk, organization_id=organization.pk, by=request.user, **data)
        _warn(request, position)
        return at(request, "staff-list"), "The position is recorded."

    return answer_sent(request, forms_people.NewPositionForm(request.POST or None, by=request.user), about, act)


@page("manage_staff")
def staff_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Correct a position."""
    position = StaffPosition.objects.visible_to(request.user).select_related("person").get(pk=pk)
    line = "To change the share from a day on, end this position and add another: the past stays as it was."
    about = _form_page(request, f"Change the position of {position.person}", "Save", line)
    initial = {name: getattr(position, name) for name in ("function", "fte", "starts_on", "ends_on")}

    def act(data: dict[str, Any]) -> tuple[str, str]:
        _warn(request, staff.change_position(position_id=pk, by=request.user, **data))
        return at(request, "staff-list"), "The changes are saved."

    return answer_sent(request, forms_people.PositionForm(request.POST or None, initial=initial), about, act)


@page("manage_staff")
def staff_end(request: Any, pk: UUID) -> HttpResponseBase:
    """Set the last day of a position."""
    position = StaffPosition.objects.visible_to(request.user).select_related("person").get(pk=pk)
    title = f"End {position.person} as {position.get_function_display().lower()}"
    about = _form_page(request, title, "End position")

    def act(data: dict[str, Any]) -> tuple[str, str]:
        staff.end_position(position_id=pk, ends_on=data["ends_on"], by=request.user)
        return at(request, "staff-list"), "The last day is recorded."

    return answer_sent(request, forms_people.EndForm(request.POST or None), about, act)


def _form_page(request: Any, title: str, button: str, line: str = "") -> FormPage:
    back = at(request, "staff-list")
    return FormPage(title, button, back, line, [("Staff", back)])


def _warn(request: Any, position: StaffPosition) -> None:
    share = staff.full_time_share(position.person_id, max(position.starts_on, settings.today()))
    if share > 1:
        messages.warning(
            request, f"All positions of {position.person} now add up to {share} of full time. Is that right?"
        )
