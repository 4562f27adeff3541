"""One agency with its tabs; adding, changing, closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.compliance.models import FAILING, Status
from hmislead.directory import policy
from hmislead.directory.forms.organizations import (
    AttestationForm,
    JoinForm,
    OrganizationAddForm,
    OrganizationForm,
    RoleForm,
)
from hmislead.directory.models import (
    ComparableDatabaseAttestation,
    Contact,
    License,
    Organization,
    OrganizationRole,
    Participation,
    Project,
    Signatory,
)
from hmislead.directory.operations import organizations
from hmislead.directory.views.organization_list import state_of
from hmislead.directory.views.pieces import at, crumbs_of, day_page, merges_of, simple, sure_page, tabs
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.panels import panels_for

# What hangs on an agency and is told in its history.
PARTS_OF_AGENCY: tuple[type[Model], ...] = (
    OrganizationRole,
    Participation,
    Contact,
    Signatory,
    ComparableDatabaseAttestation,
)


def find(request: Any, pk: UUID) -> Organization:
    """The agency, if the reader may know of it. Raises DoesNotExist."""
    found: Organization = Organization.objects.visible_to(request.user).select_related("merged_into").get(pk=pk)
    return found


def frame(request: Any, organization: Organization) -> dict[str, Any]:
    """What every tab of an agency needs."""
    found: list[tuple[str, str, int | None]] = [("Overview", organization.get_absolute_url(), None)]
    if request.access.has("view_people"):
        licenses = License.objects.visible_to(request.user).filter(organization=organization).living()
        people_url = f"{at(request, 'license-list')}?organization={organization.pk}"
        found.append(("People and licenses", people_url, licenses.count()))
    projects = Project.objects.visible_to(request.user).filter(organization=organization, removed_on=None)
    found.append(("Projects", at(request, "organization-projects", pk=organization.pk), projects.count()))
    found.append(("Contacts and signatories", at(request, "organization-contacts", pk=organization.pk), None))
    found.append(("History", at(request, "organization-history", pk=organization.pk), None))
    return {
        "organization": organization,
        "state": state_of(organization),
        "tabs": tabs(request, found),
        "may_manage": policy.may_manage(request.user) and organization.merged_into_id is None,
        "may_manage_contacts": organization.merged_into_id is None
        and policy.may_manage_contacts(request.user, organization.pk),
    }


@page("view_directory")
def organization_detail(request: Any, pk: UUID) -> HttpResponse:
    """One agency: the facts people come for, what it is, where it takes part, panels of the rooms."""
    organization = find(request, pk)
    statuses = Status.objects.visible_to(request.user).filter(subject_kind="organization", subject_id=pk)
    owed = statuses.exclude(state="not_applicable")
    today = settings.today()
    context = {
        **frame(request, organization),
        "roles": organization.roles.order_by("ends_on", "role"),
        "participations": organization.participations.visible_to(request.user)
        .select_related("coc")
        .order_by("-starts_on"),
        "attestations": organization.database_attestations.select_related("attested_by", "file")[:5],
        "owed": owed.count() if request.access.has("view_compliance") else None,
        "good": owed.exclude(state__in=FAILING).count(),
        "licenses": License.objects.visible_to(request.user).filter(organization=organization, state="active").count()
        if request.access.has("view_people")
        else None,
        "projects": Project.objects.visible_to(request.user)
        .filter(organization=organization, removed_on=None)
        .exclude(operating_until__lt=today)
        .count(),
        "contacts_due": organization.contacts.filter(ends_on=None).order_by("affirmed_on").first(),
        "panels": panels_for(request, "organization", organization),
        "merges": merges_of(request, organization),
    }
    return render(request, "directory/organization_detail.html", context)


@page("view_directory")
def organization_history(request: Any, pk: UUID) -> HttpResponse:
    """What happened to the agency and to what hangs on it."""
    organization = find(request, pk)
    at_agency = {"organization_id": pk}
    related = dict.fromkeys(PARTS_OF_AGENCY, at_agency)
    context = {**frame(request, organization), "entries": timeline([organization], related=related, by=request.user)}
    return render(request, "directory/organization_history.html", context)


# Forms


def _list_crumb(request: Any) -> tuple[str, str]:
    return ("Agencies", at(request, "organization-list"))


def about(request: Any, organization: Organization, title: str, button: str, line: str = "", **more: Any) -> FormPage:
    """A form page below an agency."""
    back = more.pop("back", organization.get_absolute_url())
    return FormPage(title, button, back, line, crumbs_of(organization, _list_crumb(request)), **more)


@page("manage_directory")
def organization_add(request: Any) -> HttpResponseBase:
    """Add an agency by hand."""
    policy.require_manage(request.user)
    listed = at(request, "organization-list")
    shown = FormPage("Add an agency", "Add agency", listed, "Nothing is sent to the agency.", [_list_crumb(request)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        cocs = [coc.pk for coc in data.pop("cocs")]
        organization = organizations.add_organization(by=request.user, cocs=cocs, **data)
        return organization.get_absolute_url(), f"{organization} is added."

    return answer_sent(request, OrganizationAddForm(request.POST or None, by=request.user), shown, act)


@page("manage_directory")
def organization_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Change an agency's own facts."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    initial = {name: getattr(organization, name) for name in organizations.FIELDS}
    form = OrganizationForm(request.POST or None, initial=initial)
    shown = about(request, organization, f"Change {organization}", "Save")
    return simple(
        request,
        form,
        shown,
        organizations.change_organization,
        "The changes are saved.",
        organization_id=organization.pk,
    )


@page("manage_directory")
def role_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Record what an agency is."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    shown = about(request, organization, "Add a role", "Add role", "What the organization is, from a day on.")
    form = RoleForm(request.POST or None)
    return simple(request, form, shown, organizations.give_role, "The role is recorded.", organization_id=pk)


@page("manage_directory")
def role_end(request: Any, pk: UUID) -> HttpResponseBase:
    """Give a role its last day."""
    role = OrganizationRole.objects.visible_to(request.user).select_related("organization").get(pk=pk)
    policy.require_manage(request.user)
    shown = about(request, role.organization, f"End the role {role}", "End role", danger=True)
    return day_page(
        request, shown, organizations.end_role, "The role has its last day.", label="Last day in this role", role_id=pk
    )


@page("manage_directory")
def coc_join(request: Any, pk: UUID) -> HttpResponseBase:
    """Record that an agency takes part in a CoC."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    line = "Projects in your HMIS export do this by themselves."
    shown = about(request, organization, "Add a CoC", "Add CoC", line)
    form = JoinForm(request.POST or None, by=request.user)
    return simple(request, form, shown, organizations.join_coc, "The CoC is recorded.", organization_id=pk)


@page("manage_directory")
def coc_leave(request: Any, pk: UUID) -> HttpResponseBase:
    """Give an agency's part in a CoC its last day."""
    taken = Participation.objects.visible_to(request.user).select_related("organization", "coc").get(pk=pk)
    policy.require_manage(request.user)
    shown = about(request, taken.organization, f"End the part in {taken.coc.number}", "End participation", danger=True)
    return day_page(
        request,
        shown,
        organizations.leave_coc,
        "The part in the CoC has its last day.",
        label="Last day in this CoC",
        participation_id=pk,
    )


@page("manage_directory")
def attestation_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Record a victim service provider's comparable-database attestation."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    line = "The agency states that its comparable database meets HUD's standards."
    shown = about(request, organization, "Record an attestation", "Record attestation", line)
    form = AttestationForm(request.POST or None, request.FILES or None, by=request.user)
    return simple(
        request,
        form,
        shown,
        organizations.attest_comparable_database,
        "The attestation is recorded.",
        organization_id=pk,
    )


@page("manage_directory")
def access_only(request: Any, pk: UUID) -> HttpResponseBase:
    """Mark an agency as access-only, or take the mark off."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    wanted = not organization.is_access_only
    title = "Mark as access only" if wanted else "Take off “access only”"
    line = (
        "It uses the HMIS without a project of its own, so it owes no active project."
        if wanted
        else "It then owes an active HMIS project again."
    )
    shown = about(request, organization, title, title, line)
    return sure_page(
        request,
        shown,
        organizations.mark_access_only,
        "The agency is marked." if wanted else "The mark is taken off.",
        organization_id=pk,
        is_access_only=wanted,
    )


@page("manage_directory")
def organization_close(request: Any, pk: UUID) -> HttpResponseBase:
    """Close an agency."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    line = "Its roles, its parts in CoCs, its contacts and signatories end with it. Everything stays on record."
    shown = about(request, organization, f"Close {organization}", "Close agency", line, danger=True)
    return day_page(
        request,
        shown,
        organizations.close_organization,
        f"{organization} is closed.",
        label="Last day of the agency",
        organization_id=pk,
    )


@page("manage_directory")
def organization_reopen(request: Any, pk: UUID) -> HttpResponseBase:
    """Take back that an agency closed."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    line = "Roles, CoCs and contacts that ended with it are added anew."
    shown = about(request, organization, f"Open {organization} again", "Open again", line)
    return sure_page(
        request, shown, organizations.reopen_organization, f"{organization} is open again.", organization_id=pk
    )
