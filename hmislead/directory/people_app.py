"""What people, licenses and staff add to the registries at start-up."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from hmislead.compliance import nights
from hmislead.directory.people_settings import register_people_settings
from hmislead.directory.webhook_events import register_license_events
from hmislead.web import api_routes, home_items, navigation
from hmislead.web.home_items import HomeItem
from hmislead.web.listing import BulkAction
from hmislead.web.navigation import NavItem

FAR_ENOUGH = 30
ENDPOINTS = (
    ("people", "hmislead.directory.api.people.PersonViewSet"),
    ("licenses", "hmislead.directory.api.licenses.LicenseViewSet"),
    ("departures", "hmislead.directory.api.licenses.DepartureViewSet"),
    ("staff-positions", "hmislead.directory.api.staff.StaffPositionViewSet"),
    ("tasks", "hmislead.compliance.api_tasks.TaskViewSet"),
)


def bulk_url(step: str) -> Any:
    """The address of a bulk step, worked out when a list is shown."""
    return lambda request: reverse(f"directory:license-bulk-{step}", kwargs={"slug": request.implementation.slug})


# A list, so that what else can be done with many licenses (reminders) can be added at start-up.
LICENSE_BULK_ACTIONS: list[BulkAction] = [
    BulkAction("Suspend", bulk_url("suspend"), "manage_licenses", name="suspend"),
    BulkAction("Activate", bulk_url("activate"), "manage_licenses", name="activate"),
    BulkAction("Reactivate", bulk_url("reactivate"), "manage_licenses", name="reactivate"),
    BulkAction("End", bulk_url("terminate"), "manage_licenses", name="terminate"),
]


def register_people() -> None:
    """Called once, when the directory app is ready."""
    register_people_settings()
    register_license_events()
    nights.register_after("departures", lambda run: _carry_out_departures())
    nights.register_after("shut gates", lambda run: _act_on_shut_gates())
    navigation.register(
        NavItem("People and access", 10, "People", "directory:person-list", "view_people", "Your people"),
        NavItem("People and access", 20, "Licenses", "directory:license-list", "view_people", "HMIS licenses"),
        NavItem("People and access", 30, "Departures", "directory:departure-list", "view_people"),
        NavItem("People and access", 40, "Tasks", "compliance:task-list", "view_people"),
        NavItem("People and access", 50, "Staff", "directory:staff-list", "view_staff"),
        NavItem("People and access", 5, "My access", "directory:me", "own"),
    )
    home_items.register(task_items)
    home_items.register(request_items)
    for prefix, viewset in ENDPOINTS:
        api_routes.register(prefix, viewset)


def task_items(request: Any) -> list[HomeItem]:
    """Open tasks the reader can prove, the first due first. No names: the page of the task has them."""
    from hmislead.compliance.models import Task

    rows = Task.objects.provable_by(request.user).open().exclude(kind=Task.Kind.STALE_SIGN_IN)
    return [
        HomeItem(
            sentence=f"{task.title} ({task})",
            button="Record proof",
            url=task.get_absolute_url(),
            due_on=request_day(request, task.due_at),
            weight=1,
            state="overdue" if task.is_late else "open",
        )
        for task in rows.order_by("due_at", "number")[:FAR_ENOUGH]
    ]


def request_items(request: Any) -> list[HomeItem]:
    """Requested licenses whose gate is open: one click from access. For who activates."""
    from hmislead.directory.models import License

    if not request.access.has("manage_licenses"):
        return []
    ready = License.objects.visible_to(request.user).filter(state=License.State.REQUESTED, gates__is_open=True).count()
    if not ready:
        return []
    url = reverse("directory:license-list", kwargs={"slug": request.implementation.slug})
    words = "1 license can be activated" if ready == 1 else f"{ready} licenses can be activated"
    return [
        HomeItem(f"{words}: everything is in place", "See them", f"{url}?state=requested", weight=3, state="requested")
    ]


def request_day(request: Any, moment: Any) -> Any:
    """The day of a moment in the zone of the request's implementation; None stays None."""
    return moment.astimezone(request.implementation.zone).date() if moment else None


def _carry_out_departures() -> None:
    from hmislead.directory.operations import departures

    departures.carry_out_departures()


def _act_on_shut_gates() -> None:
    from hmislead.directory.operations import gate_actions

    gate_actions.act_on_shut_gates()
