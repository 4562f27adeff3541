"""Runs: the list, one with its progress and what it changed, and starting one by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.compliance import nights
from hmislead.compliance.filters import ChangeFilter, RunFilter
from hmislead.compliance.models import Run
from hmislead.compliance.views_requirements import change_listing, visible_changes
from hmislead.web.listing import Column, Empty, Listing, render_list


@page("view_compliance")
def run_list(request: Any) -> HttpResponse:
    listing = Listing(
        name="compliance.runs",
        title="Nightly runs",
        line="Every night each requirement is checked for everybody, and what changed is kept.",
        columns=[
            Column("as_of", "For the day", "as_of", "day", link=Run.get_absolute_url, sort="as_of"),
            Column("kind", "Kind", lambda row: row.get_kind_display(), sort="kind"),
            Column("state", "State", "state", "state", sort="state"),
            Column("units", "Steps done", lambda row: f"{len(row.done)} of {row.total}"),
            Column("changed", "Changes", "changed", "number", sort="changed"),
            Column("created_at", "Started", "created_at", "moment", sort="created_at"),
            Column("finished_at", "Finished", "finished_at", "moment", sort="finished_at"),
        ],
        filterset=RunFilter,
        order=("-as_of", "-created_at"),
        noun=("run", "runs"),
        empty=Empty("No run yet", "The first one starts tonight. You can also start one by hand."),
    )
    runs = Run.objects.visible_to(request.user)
    return render_list(request, listing, runs, "compliance/run_list.html")


@page("view_compliance")
def run_detail(request: Any, pk: Any) -> HttpResponse:
    run = get_object_or_404(Run.objects.visible_to(request.user), pk=pk)
    listing = change_listing(request.implementation.slug)
    changes = visible_changes(request.user).filter(run=run)
    listing = Listing(
        name="compliance.run.changes",
        title=f"Run for {run.as_of.day} {run.as_of:%B %Y}",
        columns=[column for column in listing.columns if column.key != "as_of"],
        filterset=ChangeFilter,
        order=("requirement", "new_state"),
        noun=("change", "changes"),
        empty=Empty("Nothing changed in this run", "Every result was the same as before."),
    )
    return render_list(request, listing, changes, "compliance/run_detail.html", {"run": run})


@page("view_compliance")
def run_progress(request: HttpRequest, pk: Any) -> HttpResponse:
    """The progress bar alone, asked for by the page while the run goes on."""
    run = get_object_or_404(Run.objects.visible_to(request.user), pk=pk)
    return render(request, "compliance/_run_progress.html", {"run": run})


@page("manage_compliance")
@require_POST
def run_start(request: Any) -> HttpResponse:
    run = nights.start_run(by=request.user)
    messages.success(request, "Checks have started. You can leave this page; they go on.")
    return redirect(reverse("compliance:run-detail", kwargs={"slug": request.implementation.slug, "pk": run.pk}))
