"""Licenses: list, one license with THE answer on top, and asking for one."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Exists, F, Model, OuterRef, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.audit.timeline import timeline
from hmislead.compliance import gate
from hmislead.compliance.models import FAILING, State, Status, Task
from hmislead.directory import policy_people as policy
from hmislead.directory.departure_words import clock, late_words
from hmislead.directory.forms_people import LicenseForPersonForm, LicenseRequestForm
from hmislead.directory.gate_words import tell
from hmislead.directory.models import Departure, License, Organization, Person
from hmislead.directory.operations import departures, license_requests
from hmislead.directory.people_app import LICENSE_BULK_ACTIONS
from hmislead.directory.views.license_moves import MOVES, buttons
from hmislead.directory.views.people import at
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing, render_list
from hmislead.web.panels import panels_for
from hmislead.web.searching import containing
from hmislead.web.templatetags.web import long_date

GATE_CHOICES = (("open", "May use the HMIS"), ("shut", "May not use the HMIS"))


class LicenseFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Person or user name", method="search")
    state = django_filters.ChoiceFilter(empty_label="Any", choices=License.State.choices)
    organization = django_filters.ModelChoiceFilter(
        empty_label="Any",
        label="Agency",
        widget=ComboBox,
        queryset=lambda request: Organization.objects.visible_to(request.user).current().only("name"),
    )
    gate = django_filters.ChoiceFilter(empty_label="Any", label="Access gate", choices=GATE_CHOICES, method="with_gate")
    account_state = django_filters.ChoiceFilter(
        empty_label="Any", label="Account", choices=License.AccountState.choices
    )
    ends = django_filters.DateFromToRangeFilter(label="Access ends", field_name="gates__lapses_on")
    can_write = django_filters.BooleanFilter(label="Enters data")
    leaving = django_filters.BooleanFilter(label="Departure without proof", method="with_departure")

    class Meta:
        model = License
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        return containing(rows, value, ("person__first_name", "person__last_name", "person__email", "username"))

    def with_gate(self, rows: Any, name: str, value: str) -> Any:
        may_use = Q(state=License.State.ACTIVE, gates__is_open=True)
        return rows.filter(may_use) if value == "open" else rows.exclude(may_use)

    def with_departure(self, rows: Any, name: str, value: bool) -> Any:
        running = Exists(Departure.objects.filter(license=OuterRef("pk"), proved_at=None))
        return rows.filter(running) if value else rows.exclude(running)


def may_use(row: Any) -> str:
    """The state of the list's gate column."""
    return "may_use" if row.state == License.State.ACTIVE and row.gate_open else "may_not_use"


def last_good_day(row: Any) -> dt.date | None:
    """The day before an open gate shuts, for who may use the HMIS."""
    if may_use(row) == "may_not_use" or row.lapses_on is None:
        return None
    day: dt.date = row.lapses_on - dt.timedelta(days=1)
    return day


LICENSES = Listing(
    name="directory.licenses",
    title="Licenses",
    line="What was decided about each license, and how its account was seen in the HMIS.",
    noun=("license", "licenses"),
    filterset=LicenseFilter,
    order=("person__last_name", "person__first_name"),
    search_placeholder="Person or user name",
    columns=[
        Column(
            "person",
            "Person",
            "person",
            link=License.get_absolute_url,
            sort=("person__last_name", "person__first_name"),
        ),
        Column("organization", "Agency", "organization.name", sort="organization__name"),
        Column("state", "License", "state", kind="state", sort="state"),
        Column("gate", "Access", may_use, kind="state"),
        Column("until", "Access until", last_good_day, kind="near_day", sort="lapses_on"),
        Column("account_state", "Account", lambda row: row.get_account_state_display(), sort="account_state"),
        Column("last_sign_in_on", "Last sign-in", "last_sign_in_on", kind="near_day", sort="last_sign_in_on"),
        Column("observed_on", "Account seen on", "observed_on", kind="day", sort="observed_on", default=False),
        Column("email", "E-mail", "person.email", sort="person__email", default=False),
        Column("username", "User name", "username", sort="username", default=False),
        Column("access_role", "Role in the HMIS", "access_role", sort="access_role", default=False),
        Column("can_write", "Enters data", "can_write", kind="yes_no", sort="can_write", default=False),
        Column("requested_on", "Requested", "requested_on", kind="day", sort="requested_on", default=False),
        Column("activated_on", "Active since", "activated_on", kind="day", sort="activated_on", default=False),
        Column("terminated_on", "Ended", "terminated_on", kind="day", sort="terminated_on", default=False),
        Column("state_reason", "Reason", "state_reason", default=False),
    ],
    empty=Empty("No license is here yet", "An agency requests them one by one; a roster brings many at once."),
    bulk_actions=LICENSE_BULK_ACTIONS,
    primary=Action("Request a license", lambda request: at(request, "license-request"), "request_licenses", "add"),
    more=[Action("Report a departure", lambda request: at(request, "departure-report"), "report_departures")],
)


def for_list(rows: Any) -> Any:
    """Everything one row of the list shows, in one query."""
    return rows.select_related("person", "organization").annotate(
        gate_open=F("gates__is_open"), lapses_on=F("gates__lapses_on")
    )


@page("view_people")
def license_list(request: Any) -> HttpResponse:
    """The licenses the reader may see."""
    return render_list(request, LICENSES, for_list(License.objects.visible_to(request.user)))


@page(MEMBER)
def license_detail(request: Any, pk: UUID) -> HttpResponse:
    """One license: THE answer, why not, the next steps, its account, its tasks and its departure."""
    license = _seen(request, pk)
    told = tell(license, gate.check(license, reader=request.access))
    moves = buttons(request, license, ready=told.is_complete)
    context = {
        "license": license,
        "told": told,
        "primary": moves[:1],
        "moves": moves[1:],
        "seen": f"seen on {long_date(license.observed_on)}" if license.observed_on else "nobody has looked yet",
        "tasks": Task.objects.visible_to(request.user).filter(license=license).order_by("-number"),
        "panels": panels_for(request, "license", license),
        "tabs": _tabs(request, license),
        "list_url": at(request, "license-list") if request.access.has("view_people") else "",
        "agency_url": license.organization.get_absolute_url() if request.access.has("view_directory") else "",
        **_departure(request, license),
        **_unused(request, license),
    }
    return render(request, "directory/license_detail.html", context)


def _unused(request: Any, license: License) -> dict[str, Any]:
    """What brings back a license that was not used for long, or keeps it from that, and the step the reader may take."""
    failing = (*FAILING, State.DUE_SOON)
    status = Status.objects.filter(requirement="recent-use", license=license, state__in=failing).first()
    if status is None or license.state == License.State.TERMINATED:
        return {}
    restarts = license.state in MOVES["restart-use"].frm
    may_restart = restarts and policy.may_manage(request.user, license.organization_id)
    return {
        "unused": {
            "is_late": status.state != State.DUE_SOON,
            "needs_training": "training" in status.note,
            "note": status.note,
            "due_on": status.due_on,
        },
        "restart_url": at(request, "license-restart-use", pk=license.pk) if may_restart else "",
    }


def _departure(request: Any, license: License) -> dict[str, Any]:
    """The latest departure with its clock, and the steps the reader may take about it."""
    departure = Departure.objects.filter(license=license).select_related("reported_by").order_by("-created_at").first()
    if departure is None:
        return {}
    provable = Task.objects.provable_by(request.user).open()
    task = provable.filter(license=license, kind=Task.Kind.DEACTIVATE_ACCOUNT).first()
    undoes = policy.may_report(request.user, license.organization_id) and departures.may_undo(departure)
    return {
        "departure": departure,
        "clock": clock(departure),
        "late": late_words(departure),
        "prove_url": f"{task.get_absolute_url()}prove/" if task and not departure.is_ahead else "",
        "undo_url": at(request, "departure-undo", pk=departure.pk) if undoes else "",
    }


@page(MEMBER)
def license_history(request: Any, pk: UUID) -> HttpResponse:
    """What happened to the license, its departures and its tasks."""
    license = _seen(request, pk)
    related: dict[type[Model], dict[str, Any]] = {
        Departure: {"license_id": license.pk},
        Task: {"license_id": license.pk},
    }
    entries = timeline([license], related=related, by=request.user)
    context = {"license": license, "entries": entries, "tabs": _tabs(request, license)}
    return render(request, "directory/license_history.html", context)


@page("request_licenses")
def license_request(request: Any) -> HttpResponseBase:
    """Ask for a license for somebody by e-mail address. With `?person=` for a person the reader can see."""
    known = request.GET.get("person")
    person = Person.objects.visible_to(request.user).filter(pk=known).first() if _is_key(known) else None
    back = person.get_absolute_url() if person else at(request, "license-list")
    title = f"Request a license for {person}" if person else "Request a license"
    line = "The HMIS Lead activates it once agreement, training and certification are in place."
    about = FormPage(title, "Request license", back, line, [(str(person) if person else "Licenses", back)])
    sent = request.POST or None
    form: Any = LicenseForPersonForm(sent, by=request.user) if person else LicenseRequestForm(sent, by=request.user)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        given = {**data, "organization_id": data["organization"].pk, "by": request.user}
        del given["organization"]
        if person:
            license = license_requests.request_license(person_id=person.pk, **given)
        else:
            license = license_requests.request_license_for(**given)
        return license.get_absolute_url(), f"The license of {license.person} at {license.organization} is requested."

    return answer_sent(request, form, about, act)


def _is_key(text: str | None) -> bool:
    try:
        return bool(text and UUID(text))
    except ValueError:
        return False


def _seen(request: Any, pk: UUID) -> License:
    found: License = License.objects.visible_to(request.user).select_related("person", "organization").get(pk=pk)
    return found


def _tabs(request: Any, license: License) -> list[dict[str, Any]]:
    found = [
        ("Overview", at(request, "license-detail", pk=license.pk)),
        ("History", at(request, "license-history", pk=license.pk)),
    ]
    return [{"label": label, "url": url, "current": url == request.path, "count": None} for label, url in found]
