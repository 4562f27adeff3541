"""The grid of agencies × requirements, and the pictures of compliance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from hmislead.access.pages import page
from hmislead.compliance import grid, trends
from hmislead.compliance.filters import GridFilter
from hmislead.compliance.registry import Requirement
from hmislead.directory.models import Organization
from hmislead.web.listing import Action, BulkAction, Column, Empty, Listing, render_list
from hmislead.web.navigation import address
from hmislead.web.templatetags.web import chip, long_date


def grid_listing(request: Any, cells: grid.Cells, day: dt.date | None) -> Listing:
    """The list's declaration for one reader and one day: a column per requirement, filled from `cells`."""
    slug = request.implementation.slug
    columns = [
        Column("name", "Agency", "name", link=Organization.get_absolute_url, sort="name"),
        *(
            Column(
                requirement.code,
                requirement.title,
                partial(_plain, cells, requirement),
                html=_cell_of(cells, requirement, slug),
            )
            for requirement in grid.requirements_of_agencies()
        ),
    ]
    remind = address("notices:bulk-new", slug)
    actions = (
        [BulkAction("Remind", remind, "send_notices", "mail_outline", name="remind")] if remind and day is None else []
    )
    return Listing(
        name="compliance.grid",
        title="Agencies and requirements",
        line=f"As recorded on {long_date(day)}. The requirements are named as they are today."
        if day
        else "As it stands now. Each cell leads to what is behind it.",
        columns=columns,
        filterset=GridFilter,
        order=("name",),
        noun=("agency", "agencies"),
        search_placeholder="Search agencies",
        bulk_actions=actions,
        more=[Action("Compliance in pictures", reverse("compliance:overview", kwargs={"slug": slug}))],
        empty=Empty("No agencies yet", "Import an HMIS export or add agencies, and their requirements show here."),
    )


@page("view_compliance")
def grid_page(request: HttpRequest) -> HttpResponse:
    day = parse_date(request.GET.get("on", "")) if request.GET.get("on") else None
    organizations = Organization.objects.visible_to(request.user).current()
    exported = "export" in request.GET
    cells = grid.cells_on(day, organizations) if exported else {}

    def count(rows: list[Organization]) -> None:
        cells.update(grid.cells_on(day, organizations.filter(pk__in=[row.pk for row in rows])))

    return render_list(request, replace(grid_listing(request, cells, day), before_rows=count), organizations)


@page("view_compliance")
def overview(request: HttpRequest) -> HttpResponse:
    """Compliance over time, by CoC and by requirement."""
    charts = [trends.over_time(request.user), trends.by_requirement(request.user), trends.by_coc(request.user)]
    return render(request, "compliance/overview.html", {"charts": [chart for chart in charts if chart]})


def _plain(cells: grid.Cells, requirement: Requirement, organization: Organization) -> str:
    cell = cells.get((organization.pk, requirement.code))
    if cell is None:
        return ""
    if cell.total <= 1:
        return cell.words
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(cell.counts.items()))


def _cell_of(cells: grid.Cells, requirement: Requirement, slug: str) -> Callable[[Organization], SafeString]:
    """Draws the cells of one column. A grid has a thousand: what they share is written once."""
    url = reverse("compliance:requirement-detail", kwargs={"slug": slug, "code": requirement.code})
    start, title = escape(f"{url}?organization="), escape(requirement.title)
    nothing = format_html('<span class="quiet">{}</span>', "–")

    def cell_of(organization: Organization) -> SafeString:
        cell = cells.get((organization.pk, requirement.code))
        if cell is None:
            return nothing
        sign = chip(cell.worst, cell.words if cell.total <= 1 else f"{cell.words} hold")
        about = f'<span class="usa-sr-only">: {title} at {escape(organization.name)}</span>'
        # Every part is escaped above, or a key.
        return mark_safe(f'<a class="cell-link" href="{start}{organization.pk}">{sign}{about}</a>')  # noqa: S308

    return cell_of
