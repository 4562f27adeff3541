"""Home: what needs you today, two pictures, and what changed since last night."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.compliance import subjects, trends
from hmislead.compliance.models import Change, Run
from hmislead.web.home_items import items_for

CHANGES_SHOWN = 8


@page(MEMBER)
def home(request: Any) -> HttpResponse:
    slug = request.implementation.slug
    sees_compliance = request.access.has("view_compliance")
    charts = [trends.over_time(request.user), trends.by_requirement(request.user)] if sees_compliance else []
    changes = last_changes(request)
    context = {
        "items": items_for(request),
        "sees_compliance": sees_compliance,
        "charts": [chart for chart in charts if chart],
        "changes": [
            (change, subjects.title_of(change), subjects.name_of(change), subjects.page_of(change, slug))
            for change in changes
        ],
        "last_run": Run.objects.visible_to(request.user).filter(state="finished").first(),
    }
    return render(request, "compliance/home.html", context)


def last_changes(request: Any) -> list[Change]:
    """The latest changes among what the reader may see."""
    rows = subjects.with_names(Change.objects.visible_to(request.user)).exclude(new_state="").exclude(old_state="")
    return list(rows.order_by("-as_of", "-recorded_at")[:CHANGES_SHOWN])
