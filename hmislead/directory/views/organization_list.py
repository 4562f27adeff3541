"""The list of agencies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse

from hmislead.access.pages import page
from hmislead.compliance.models import FAILING, Status
from hmislead.directory import policy
from hmislead.directory.models import CoC, License, Organization, OrganizationRole, Participation, Project
from hmislead.directory.querysets import running
from hmislead.directory.views.pieces import at
from hmislead.tenancy import settings
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing, render_list
from hmislead.web.searching import containing


class OrganizationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Name", method="search")
    role = django_filters.ChoiceFilter(
        label="What it is", choices=OrganizationRole.Role.choices, method="with_role", empty_label="Any"
    )
    coc = django_filters.ModelChoiceFilter(
        label="CoC",
        method="in_coc",
        empty_label="Any",
        widget=ComboBox,
        queryset=lambda request: CoC.objects.visible_to(request.user),
    )
    is_vsp = django_filters.BooleanFilter(label="Victim service provider")
    state = django_filters.ChoiceFilter(
        label="State", choices=[("active", "Active"), ("closed", "Closed")], method="with_state", empty_label="Any"
    )
    failing = django_filters.BooleanFilter(label="Something is missing", method="with_failing")

    class Meta:
        model = Organization
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        return containing(rows, value, ("name", "common_name"))

    def with_role(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(
            Exists(OrganizationRole.objects.filter(running(settings.today()), organization=OuterRef("pk"), role=value))
        )

    def in_coc(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(
            Exists(Participation.objects.filter(running(settings.today()), organization=OuterRef("pk"), coc=value))
        )

    def with_state(self, rows: Any, name: str, value: str) -> Any:
        standing = Q(closed_on=None) | Q(closed_on__gt=settings.today())
        return rows.filter(standing) if value == "active" else rows.exclude(standing)

    def with_failing(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(failing_count__gt=0) if value else rows.filter(failing_count=0)


def state_of(row: Organization) -> str:
    """Active, closed, or (kept to be found) merged."""
    if row.merged_into_id:
        return "merged"
    return "closed" if row.closed_on and row.closed_on <= settings.today() else "active"


def roles_of(row: Any) -> str:
    return ", ".join(role.get_role_display() for role in row.all_roles if role.ends_on is None)


def cocs_of(row: Any) -> str:
    return ", ".join(sorted({taken.coc.number for taken in row.seen_participations if taken.ends_on is None}))


AGENCIES = Listing(
    name="directory.organizations",
    title="Agencies",
    line="Every organization here: agencies, the HMIS Lead, vendors, funders and partners.",
    noun=("agency", "agencies"),
    filterset=OrganizationFilter,
    order=("name",),
    search_placeholder="Name",
    columns=[
        Column("name", "Agency", "name", link=Organization.get_absolute_url, sort="name"),
        Column("roles", "What it is", roles_of),
        Column("cocs", "CoCs", cocs_of, kind="codes"),
        Column("state", "State", state_of, kind="state"),
        Column("projects", "Projects", "project_count", kind="number", sort="project_count"),
        Column("licenses", "Licenses", "license_count", kind="number", sort="license_count"),
        Column("failing", "Missing", "failing_count", kind="number", sort="failing_count"),
        Column("common_name", "Also known as", "common_name", sort="common_name", default=False),
        Column("is_vsp", "Victim service provider", "is_vsp", kind="yes_no", sort="is_vsp", default=False),
        Column("access_only", "Access only", "is_access_only", kind="yes_no", sort="is_access_only", default=False),
        Column("phone", "Telephone", "phone", default=False),
        Column("website", "Website", "website", default=False),
        Column("closed", "Closed on", "closed_on", kind="day", sort="closed_on", default=False),
        Column("created", "Added", "created_at", kind="day", sort="created_at", default=False),
    ],
    empty=Empty(
        "No agency is here yet",
        "Agencies come with an import of your HMIS export, or are added by hand.",
        "Add an agency",
        lambda request: at(request, "organization-add") if policy.may_manage(request.user) else "",
    ),
    primary=Action("Add an agency", lambda request: at(request, "organization-add"), "manage_directory", "add"),
)


def for_list(rows: QuerySet[Organization], user: Any) -> QuerySet[Organization]:
    """Agencies with what a list shows of each; the counts are of what `user` may see.

    What is prefetched stands in lists of its own: for a manager's rows Django copies the query once for each agency.
    """
    participations = Participation.objects.visible_to(user).select_related("coc")
    return rows.prefetch_related(
        Prefetch("roles", to_attr="all_roles"),
        Prefetch("participations", participations, to_attr="seen_participations"),
    ).annotate(
        project_count=_count(Project.objects.visible_to(user).filter(removed_on=None)),
        license_count=_count(License.objects.visible_to(user).living()),
        failing_count=_count(Status.objects.visible_to(user).filter(subject_kind="organization", state__in=FAILING)),
    )


def _count(rows: Any) -> Coalesce:
    per_agency = rows.filter(organization=OuterRef("pk")).order_by().values("organization")
    return Coalesce(Subquery(per_agency.annotate(n=Count("pk")).values("n"), IntegerField()), 0)


@page("view_directory")
def organization_list(request: Any) -> HttpResponse:
    """The agencies the reader may know of, those merged away left out."""
    rows = Organization.objects.visible_to(request.user).filter(merged_into=None)
    hidden = {"licenses"} if not request.access.has("view_people") else set()
    hidden |= {"failing"} if not request.access.has("view_compliance") else set()
    listing = replace(AGENCIES, columns=[each for each in AGENCIES.columns if each.key not in hidden])
    return render_list(request, listing, for_list(rows, request.user))
