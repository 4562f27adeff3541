"""Reports in the navigation, on the agency page, on the home page and in the API."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from hmislead.web import api_routes, home_items, navigation, panels
from hmislead.web.home_items import HomeItem
from hmislead.web.navigation import NavItem
from hmislead.web.panels import Panel
from reporting import policy
from reporting.models import Kind, Report

PANEL_ROWS = 5
FAILED_FOR = dt.timedelta(days=14)  # after that nobody waits for the report any more


def register_places() -> None:
    """Called once, when the app is ready."""
    navigation.register(
        NavItem("Reporting", 10, "Reports", "reporting:report-list", "view_reports"),
        NavItem("Reporting", 20, "Monthly reports", "reporting:schedule-list", "view_reports"),
    )
    panels.register(
        Panel("organization", "reports", "Reports", "reporting/_agency_panel.html", of_agency, "view_reports", order=90)
    )
    home_items.register(failed_items)
    api_routes.register("reports", "reporting.api.ReportViewSet")
    api_routes.register("report-schedules", "reporting.api.ScheduleViewSet")


def of_agency(request: Any, organization: Any) -> dict[str, Any]:
    """The latest reports about an agency, and the way to a new one for who may ask."""
    slug = request.implementation.slug
    reports = Report.objects.visible_to(request.user).filter(organization=organization)
    asks = organization.merged_into_id is None and policy.may_request(request.user, organization=organization)
    new = reverse("reporting:report-new", kwargs={"slug": slug})
    return {
        "reports": reports.order_by("-created_at")[:PANEL_ROWS],
        "new_url": f"{new}?kind={Kind.CHO}&organization={organization.pk}" if asks else "",
        "all_url": f"{reverse('reporting:report-list', kwargs={'slug': slug})}?organization={organization.pk}",
    }


def failed_items(request: Any) -> list[HomeItem]:
    """The reader's own reports that could not be made lately."""
    if not request.access.has("request_reports"):
        return []
    since = timezone.now() - FAILED_FOR
    failed = Report.objects.visible_to(request.user).filter(
        state=Report.State.FAILED, requested_by=request.user, finished_at__gte=since
    )
    return [
        HomeItem(
            f"Report {report.number} could not be made",
            "See why",
            report.get_absolute_url(),
            due_on=timezone.localtime(report.finished_at).date(),
            weight=6,
            state="failed",
        )
        for report in failed[:PANEL_ROWS]
    ]
