"""What notices add to the registries at start-up."""

from __future__ import annotations

from hmislead.compliance import nights
from hmislead.notices import events, home, metrics, purging, reminders, tracking
from hmislead.notices.ground_types import register_ground_types
from hmislead.notices.notices_settings import register_notices_settings
from hmislead.web import api_routes, home_items, navigation
from hmislead.web import metrics as monitor
from hmislead.web.navigation import NavItem


def register_all() -> None:
    """Called once, when the notices app is ready."""
    register_notices_settings()
    register_ground_types()
    nights.register_after("reminders", reminders.after_night)
    nights.register_after("tasks", events.tasks_after_night)
    nights.register_after("old mail", purging.after_night)
    monitor.register(metrics.figures)
    tracking.connect()
    home_items.register(home.failed_messages)
    navigation.register_link("notices", "notices:notice-list")
    navigation.register_link("notice_settings", "notices:preference-edit")
    navigation.register(
        NavItem("Settings", 60, "Message log", "notices:message-list", "view_messages"),
        NavItem("Settings", 61, "Reminders to agencies", "notices:bulk-list", "send_notices"),
    )
    api_routes.register("notices", "hmislead.notices.api.NoticeViewSet")
    api_routes.register("messages", "hmislead.notices.api.MessageViewSet")
