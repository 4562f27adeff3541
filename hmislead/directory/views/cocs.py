"""CoCs: list, one CoC with its bodies, designations and signatories, and changing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Model, Prefetch
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.directory import policy
from hmislead.directory.forms.cocs import BodyForm, CoCForm, DesignationForm, MemberForm, MinutesForm
from hmislead.directory.forms.organizations import SignatoryForm
from hmislead.directory.models import BodyMember, CoC, Designation, GoverningBody, Organization, Project, Signatory
from hmislead.directory.operations import cocs, contacts
from hmislead.directory.querysets import running
from hmislead.directory.views.pieces import at, crumbs_of, day_page, simple, tabs
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import Action, Column, Empty, Listing, render_list
from hmislead.web.panels import panels_for
from hmislead.web.searching import containing


class CoCFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Number or name", method="search")

    class Meta:
        model = CoC
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        return containing(rows, value, ("number", "name"))


def _designated(kind: str) -> Any:
    def words(row: CoC) -> str:
        today = settings.today()
        for each in row.designations.all():
            if each.kind == kind and each.starts_on <= today and (each.ends_on is None or each.ends_on >= today):
                return each.software or str(each.organization)
        return ""

    return words


COCS = Listing(
    name="directory.cocs",
    title="CoCs",
    line="The Continuums of Care this HMIS serves.",
    noun=("CoC", "CoCs"),
    filterset=CoCFilter,
    order=("number",),
    search_placeholder="Number or name",
    columns=[
        Column("number", "Number", "number", link=CoC.get_absolute_url, sort="number"),
        Column("name", "Name", "name", sort="name"),
        Column("lead", "HMIS Lead", _designated(Designation.Kind.LEAD)),
        Column("software", "HMIS software", _designated(Designation.Kind.SOFTWARE)),
        Column("website", "Website", "website", default=False),
    ],
    empty=Empty("No CoC is here yet", "Add the Continuums of Care that this HMIS serves."),
    primary=Action("Add a CoC", lambda request: at(request, "coc-add"), "manage_directory", "add"),
)


@page("view_directory")
def coc_list(request: Any) -> HttpResponse:
    """The CoCs of the reader's share."""
    designations = Prefetch("designations", Designation.objects.select_related("organization"))
    return render_list(request, COCS, CoC.objects.visible_to(request.user).prefetch_related(designations))


def find(request: Any, pk: UUID) -> CoC:
    """The CoC, if the reader may know of it. Raises DoesNotExist."""
    found: CoC = CoC.objects.visible_to(request.user).get(pk=pk)
    return found


def _frame(request: Any, coc: CoC) -> dict[str, Any]:
    found = [
        ("Overview", coc.get_absolute_url(), None),
        ("History", at(request, "coc-history", pk=coc.pk), None),
    ]
    return {
        "coc": coc,
        "tabs": tabs(request, found),
        "may_manage": policy.may_manage(request.user),
        "may_decide": policy.may_record_decisions(request.user, coc.pk),
    }


@page("view_directory")
def coc_detail(request: Any, pk: UUID) -> HttpResponse:
    """One CoC: whom it designated, who governs it, who signs for it."""
    coc = find(request, pk)
    today = settings.today()
    agencies = Organization.objects.visible_to(request.user).current().filter(participations__coc=coc)
    designations = list(coc.designations.select_related("organization", "body", "minutes"))
    seats = BodyMember.objects.filter(running(today)).select_related("person")
    active = [each for each in designations if each.ends_on is None or each.ends_on >= today]
    context = {
        **_frame(request, coc),
        "designations": designations,
        "missing": [label for kind, label in Designation.Kind.choices if not any(each.kind == kind for each in active)],
        "bodies": coc.bodies.prefetch_related(Prefetch("members", seats)),
        "signatories": Signatory.objects.visible_to(request.user).filter(coc=coc).select_related("person"),
        "agencies": agencies.filter(running(today, "participations__")).distinct().count(),
        "projects": Project.objects.visible_to(request.user)
        .filter(locations__coc=coc, locations__removed_on=None, removed_on=None)
        .exclude(operating_until__lt=today)
        .distinct()
        .count(),
        "panels": panels_for(request, "coc", coc),
        "today": today,
    }
    return render(request, "directory/coc_detail.html", context)


@page("view_directory")
def coc_history(request: Any, pk: UUID) -> HttpResponse:
    """What happened to the CoC and to what hangs on it."""
    coc = find(request, pk)
    related: dict[type[Model], dict[str, Any]] = {
        each: {"coc_id": pk} for each in (GoverningBody, Designation, Signatory)
    }
    bodies = [body.pk for body in coc.bodies.all()]
    related[BodyMember] = {"body_id__in": bodies}
    entries = timeline([coc], related=related, by=request.user)
    return render(request, "directory/coc_history.html", {**_frame(request, coc), "entries": entries})


# Forms


def _about(request: Any, coc: CoC, title: str, button: str, line: str = "", **more: Any) -> FormPage:
    listed = ("CoCs", at(request, "coc-list"))
    return FormPage(title, button, coc.get_absolute_url(), line, crumbs_of(coc, listed), **more)


@page("manage_directory")
def coc_add(request: Any) -> HttpResponseBase:
    """Add a CoC."""
    policy.require_manage(request.user)
    listed = at(request, "coc-list")
    shown = FormPage("Add a CoC", "Add CoC", listed, crumbs=[("CoCs", listed)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        coc = cocs.add_coc(by=request.user, **data)
        return coc.get_absolute_url(), f"{coc} is added."

    return answer_sent(request, CoCForm(request.POST or None), shown, act)


@page("manage_directory")
def coc_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Change a CoC's own facts."""
    coc = find(request, pk)
    policy.require_manage(request.user)
    form = CoCForm(request.POST or None, initial={name: getattr(coc, name) for name in cocs.COC_FIELDS})
    shown = _about(request, coc, f"Change {coc}", "Save")
    return simple(request, form, shown, cocs.change_coc, "The changes are saved.", coc_id=pk)


@page("record_decisions")
def body_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Add a board or committee."""
    coc = find(request, pk)
    policy.require_record_decisions(request.user, pk)
    shown = _about(request, coc, "Add a governing body", "Add body")
    return simple(request, BodyForm(request.POST or None), shown, cocs.add_body, "The body is added.", coc_id=pk)


@page("record_decisions")
def body_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Change a board or committee."""
    body = GoverningBody.objects.visible_to(request.user).select_related("coc").get(pk=pk)
    policy.require_record_decisions(request.user, body.coc_id)
    form = BodyForm(request.POST or None, initial={name: getattr(body, name) for name in cocs.BODY_FIELDS})
    shown = _about(request, body.coc, f"Change {body}", "Save")

    def act(data: dict[str, Any]) -> tuple[str, str]:
        cocs.change_body(body_id=pk, by=request.user, **data)
        return shown.back, "The changes are saved."

    return answer_sent(request, form, shown, act)


@page("record_decisions")
def member_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Give a person a seat."""
    body = GoverningBody.objects.visible_to(request.user).select_related("coc").get(pk=pk)
    policy.require_record_decisions(request.user, body.coc_id)
    shown = _about(request, body.coc, f"Add a member to {body}", "Add member")
    form = MemberForm(request.POST or None, by=request.user)
    return simple(request, form, shown, cocs.seat_member, "The member is added.", body_id=pk)


@page("record_decisions")
def member_end(request: Any, pk: UUID) -> HttpResponseBase:
    """Give a seat its last day."""
    member = BodyMember.objects.visible_to(request.user).select_related("body__coc", "person").get(pk=pk)
    policy.require_record_decisions(request.user, member.body.coc_id)
    shown = _about(request, member.body.coc, f"End the seat of {member.person}", "End seat", danger=True)
    return day_page(request, shown, cocs.end_seat, "The seat has its last day.", label="Last day", member_id=pk)


@page("record_decisions")
def designation_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Record whom the CoC designates."""
    coc = find(request, pk)
    policy.require_record_decisions(request.user, pk)
    line = "The CoC's decision that names its HMIS Lead or its HMIS software."
    shown = _about(request, coc, "Record a designation", "Record designation", line)
    initial = {"kind": request.GET.get("kind", Designation.Kind.LEAD)}
    form = DesignationForm(request.POST or None, request.FILES or None, coc=coc, by=request.user, initial=initial)
    return simple(request, form, shown, cocs.designate, "The designation is recorded.", coc_id=pk)


@page("record_decisions")
def designation_end(request: Any, pk: UUID) -> HttpResponseBase:
    """Give a designation its last day."""
    row = Designation.objects.visible_to(request.user).select_related("coc", "organization").get(pk=pk)
    policy.require_record_decisions(request.user, row.coc_id)
    line = f"{row.organization} is then no longer designated. The decision and its minutes stay on record."
    shown = _about(
        request, row.coc, f"End the designation of the {row.get_kind_display()}", "End it", line, danger=True
    )
    return day_page(
        request,
        shown,
        cocs.end_designation,
        "The designation has its last day.",
        label="Last day",
        designation_id=pk,
    )


@page("record_decisions")
def designation_minutes(request: Any, pk: UUID) -> HttpResponseBase:
    """Add the minutes to a designation."""
    row = Designation.objects.visible_to(request.user).select_related("coc").get(pk=pk)
    policy.require_record_decisions(request.user, row.coc_id)
    shown = _about(request, row.coc, f"Add the minutes: {row.get_kind_display()}", "Add minutes")
    form = MinutesForm(request.POST or None, request.FILES or None)
    return simple(request, form, shown, cocs.attach_minutes, "The minutes are kept.", designation_id=pk)


@page("record_decisions")
def coc_signatory_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Record who may bind a CoC."""
    coc = find(request, pk)
    policy.require_record_decisions(request.user, pk)
    line = "Whose signature binds the CoC, and what gives them that power."
    shown = _about(request, coc, "Add a signatory", "Add signatory", line)
    form = SignatoryForm(request.POST or None, by=request.user)
    return simple(request, form, shown, contacts.add_signatory, "The signatory is recorded.", coc_id=pk)
