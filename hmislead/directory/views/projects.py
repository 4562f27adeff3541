"""Projects: list, one project with its descriptor data, adding and changing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.directory import policy
from hmislead.directory.forms.projects import PART_FORMS, ProjectAddForm, ProjectForm
from hmislead.directory.hmis_csv.spec import load_spec
from hmislead.directory.models import CoC, HMISParticipation, Organization, Project, ProjectCoC
from hmislead.directory.operations import projects
from hmislead.directory.querysets import running
from hmislead.directory.views import organizations
from hmislead.directory.views.pieces import at, changed, crumbs_of, day_page, done, tabs
from hmislead.directory.views.project_words import describe, label_of, state_of
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing, render_list
from hmislead.web.searching import containing

PART_TITLES = {
    "location": "location",
    "funder": "funder",
    "inventory": "beds and units",
    "hmis": "HMIS participation",
    "ce": "part in Coordinated Entry",
    "affiliation": "affiliation with a residential project",
}


class ProjectFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Name", method="search")
    organization = django_filters.ModelChoiceFilter(
        label="Agency",
        empty_label="Any",
        widget=ComboBox,
        queryset=lambda request: Organization.objects.visible_to(request.user).filter(merged_into=None).only("name"),
    )
    project_type = django_filters.ChoiceFilter(
        label="Type",
        choices=load_spec().choices("ProjectType"),
        field_name="project_type",
        empty_label="Any",
    )
    coc = django_filters.ModelChoiceFilter(
        label="CoC",
        method="in_coc",
        empty_label="Any",
        widget=ComboBox,
        queryset=lambda request: CoC.objects.visible_to(request.user),
    )
    state = django_filters.ChoiceFilter(
        label="State", choices=[("active", "Operating"), ("ended", "Ended")], method="with_state", empty_label="Any"
    )
    hmis = django_filters.ChoiceFilter(
        label="HMIS participation",
        choices=HMISParticipation.Kind.choices,
        method="with_hmis",
        empty_label="Any",
    )

    class Meta:
        model = Project
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        return containing(rows, value, ("name", "common_name"))

    def in_coc(self, rows: Any, name: str, value: Any) -> Any:
        located = ProjectCoC.objects.filter(project=OuterRef("pk"), coc=value, removed_on=None)
        return rows.filter(Exists(located))

    def with_state(self, rows: Any, name: str, value: str) -> Any:
        operating = Q(operating_until=None) | Q(operating_until__gte=settings.today())
        return rows.filter(operating) if value == "active" else rows.exclude(operating)

    def with_hmis(self, rows: Any, name: str, value: str) -> Any:
        periods = HMISParticipation.objects.filter(running(settings.today()), project=OuterRef("pk"), removed_on=None)
        return rows.filter(Exists(periods.filter(kind=value)))


def _short_type(row: Project) -> str:
    return label_of("project_type", row.project_type)


def _cocs(row: Any) -> str:
    return ", ".join(sorted({each.coc_code for each in row.all_locations if each.removed_on is None}))


def _hmis_now(row: Any) -> str:
    today = settings.today()
    for each in row.all_hmis_participations:
        started = each.starts_on is None or each.starts_on <= today
        if each.removed_on is None and started and (each.ends_on is None or each.ends_on >= today):
            return str(each.get_kind_display())
    return ""


def _beds(row: Any) -> int:
    today = settings.today()
    return sum(
        each.beds
        for each in row.all_inventory
        if each.removed_on is None
        and (each.starts_on is None or each.starts_on <= today)
        and (each.ends_on is None or each.ends_on >= today)
    )


PROJECTS = Listing(
    name="directory.projects",
    title="Projects",
    line="HMIS projects of the agencies, as your HMIS export tells them.",
    noun=("project", "projects"),
    filterset=ProjectFilter,
    order=("name",),
    search_placeholder="Name",
    columns=[
        Column("name", "Project", "name", link=Project.get_absolute_url, sort="name"),
        Column(
            "organization",
            "Agency",
            "organization.name",
            link=lambda row: row.organization.get_absolute_url(),
            sort="organization__name",
        ),
        Column("type", "Type", _short_type, sort="project_type"),
        Column("cocs", "CoCs", _cocs, kind="codes"),
        Column("hmis", "HMIS participation", _hmis_now),
        Column("beds", "Beds now", _beds, kind="number"),
        Column("state", "State", state_of, kind="state"),
        Column("from", "Operating from", "operating_from", kind="day", sort="operating_from", default=False),
        Column("until", "Operating until", "operating_until", kind="day", sort="operating_until", default=False),
        Column(
            "population",
            "Target population",
            lambda row: label_of("target_population", row.target_population),
            default=False,
        ),
    ],
    empty=Empty("No project is here yet", "Projects come with an import of your HMIS export, or are added by hand."),
    primary=Action("Add a project", lambda request: at(request, "project-add"), "manage_directory", "add"),
)


def for_list(rows: Any) -> Any:
    """Projects with what a list shows of each, in a constant number of queries."""
    return rows.select_related("organization").prefetch_related(
        *(Prefetch(each, to_attr=f"all_{each}") for each in ("locations", "hmis_participations", "inventory"))
    )


@page("view_directory")
def project_list(request: Any) -> HttpResponse:
    """The projects the reader may know of; those deleted in the HMIS are left out."""
    rows = Project.objects.visible_to(request.user).filter(removed_on=None)
    return render_list(request, PROJECTS, for_list(rows))


@page("view_directory")
def organization_projects(request: Any, pk: UUID) -> HttpResponse:
    """An agency's projects."""
    organization = organizations.find(request, pk)
    rows = for_list(
        Project.objects.visible_to(request.user).filter(organization=organization).order_by("operating_until", "name")
    )
    shown = [
        {
            "row": row,
            "type": _short_type(row),
            "cocs": _cocs(row),
            "hmis": _hmis_now(row),
            "beds": _beds(row),
            "state": state_of(row),
        }
        for row in rows
    ]
    context = {**organizations.frame(request, organization), "projects": shown}
    return render(request, "directory/organization_projects.html", context)


def find(request: Any, pk: UUID) -> Project:
    """The project, if the reader may know of it. Raises DoesNotExist."""
    found: Project = Project.objects.visible_to(request.user).select_related("organization").get(pk=pk)
    return found


def _frame(request: Any, project: Project) -> dict[str, Any]:
    found = [
        ("Overview", project.get_absolute_url(), None),
        ("History", at(request, "project-history", pk=project.pk), None),
    ]
    return {
        "project": project,
        "state": state_of(project),
        "tabs": tabs(request, found),
        "may_manage": policy.may_manage(request.user),
    }


@page("view_directory")
def project_detail(request: Any, pk: UUID) -> HttpResponse:
    """One project with its descriptor data."""
    project = find(request, pk)
    loaded = for_list(Project.objects.filter(pk=pk)).get()
    context = {
        **_frame(request, project),
        "type": label_of("project_type", project.project_type),
        "cocs": _cocs(loaded),
        "hmis": _hmis_now(loaded),
        "beds": _beds(loaded),
        **describe(project, request.user),
    }
    return render(request, "directory/project_detail.html", context)


@page("view_directory")
def project_history(request: Any, pk: UUID) -> HttpResponse:
    """What happened to the project and to its parts."""
    project = find(request, pk)
    related = {model: {"project_id": pk} for model in projects.PARTS.values()}
    entries = timeline([project], related=related, by=request.user)
    return render(request, "directory/project_history.html", {**_frame(request, project), "entries": entries})


# Forms


def _about(request: Any, project: Project, title: str, button: str, line: str = "", **more: Any) -> FormPage:
    listed = ("Projects", at(request, "project-list"))
    return FormPage(title, button, project.get_absolute_url(), line, crumbs_of(project, listed), **more)


@page("manage_directory")
def project_add(request: Any) -> HttpResponseBase:
    """Add a project by hand."""
    policy.require_manage(request.user)
    listed = at(request, "project-list")
    line = "Projects in your HMIS export come by themselves. Add by hand what it does not hold."
    shown = FormPage("Add a project", "Add project", listed, line, [("Projects", listed)])
    initial = {"organization": request.GET.get("organization")}

    def act(data: dict[str, Any]) -> tuple[str, str]:
        organization = data.pop("organization")
        project = projects.add_project(organization_id=organization.pk, by=request.user, **data)
        return project.get_absolute_url(), f"{project} is added. Add where it works and its HMIS participation next."

    return answer_sent(request, ProjectAddForm(request.POST or None, by=request.user, initial=initial), shown, act)


@page("manage_directory")
def project_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Change a project's own facts."""
    project = find(request, pk)
    policy.require_manage(request.user)
    form = ProjectForm(request.POST or None, initial={name: getattr(project, name) for name in projects.FIELDS})
    shown = _about(request, project, f"Change {project}", "Save")

    def act(data: dict[str, Any]) -> tuple[str, str]:
        projects.change_project(project_id=pk, by=request.user, **data)
        return shown.back, "The changes are saved."

    return answer_sent(request, form, shown, act)


@page("manage_directory")
def project_end(request: Any, pk: UUID) -> HttpResponseBase:
    """Give a project its last day of operation."""
    project = find(request, pk)
    policy.require_manage(request.user)
    shown = _about(request, project, f"End {project}", "End project", "Its data stays on record.", danger=True)
    return day_page(
        request,
        shown,
        projects.end_project,
        "The project has its last day.",
        label="Last day of operation",
        project_id=pk,
    )


@page("manage_directory")
def part_add(request: Any, pk: UUID, part: str) -> HttpResponseBase:
    """Add a location, funder, inventory or participation."""
    project = find(request, pk)
    policy.require_manage(request.user)
    shown = _about(request, project, f"Add {PART_TITLES[part]}", "Add")
    form = PART_FORMS[part](request.POST or None, by=request.user)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        projects.add_part(project_id=pk, part=part, by=request.user, **data)
        return shown.back, "It is recorded."

    return answer_sent(request, form, shown, act)


@page("manage_directory")
def part_edit(request: Any, pk: UUID, part: str) -> HttpResponseBase:
    """Change a part of a project."""
    row = projects.PARTS[part].objects.visible_to(request.user).get(pk=pk)
    policy.require_manage(request.user)
    initial = {name: _as_choice(getattr(row, name)) for name in projects.PART_FIELDS[part]}
    form = PART_FORMS[part](request.POST or None, by=request.user, initial=initial)
    shown = _about(request, find(request, row.project_id), f"Change {PART_TITLES[part]}", "Save")

    def act(data: dict[str, Any]) -> tuple[str, str]:
        projects.change_part(part=part, part_id=pk, by=request.user, **changed(form))
        return shown.back, "The changes are saved."

    return answer_sent(request, form, shown, act)


@require_POST
@page("manage_directory")
def part_remove(request: Any, pk: UUID, part: str) -> HttpResponseBase:
    """Take out a part recorded by mistake."""
    row = projects.remove_part(part=part, part_id=pk, by=request.user)
    project = find(request, row.project_id)
    return done(request, project.get_absolute_url(), "It is taken out. The history keeps it.")


def _as_choice(value: Any) -> Any:
    """A yes-no-unknown column as its choice is called."""
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else value
