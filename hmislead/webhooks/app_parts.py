"""What webhooks add to the registries at start-up."""

from __future__ import annotations

from hmislead.compliance import nights
from hmislead.demo import story
from hmislead.notices.registry import register as register_notices
from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register as register_settings
from hmislead.web import api_routes, navigation
from hmislead.webhooks import announcements, demo, events, operations

GROUP = "Webhooks"


def register_all() -> None:
    """Called once, when the webhooks app is ready."""
    events.register(events.Event(events.TEST, "A test was asked for"))
    register_notices(*announcements.TYPES)
    register_webhook_settings()
    nights.register_after("webhooks", operations.after_night)
    navigation.register(navigation.NavItem("Settings", 46, "Webhooks", "webhooks:endpoint-list", "view_settings"))
    story.register(97, demo.plan)
    api_routes.register("webhooks", "hmislead.webhooks.api.EndpointViewSet", "webhook")
    api_routes.register("webhook-deliveries", "hmislead.webhooks.api.DeliveryViewSet", "webhook-delivery")


def register_webhook_settings() -> None:
    """What a Lead may decide about webhooks."""
    register_settings(
        Setting(
            "webhooks.turn_off_after",
            "Turn a webhook off after",
            GROUP,
            "integer",
            10,
            "With the growing waits between tries, ten failures in a row are about two days.",
            minimum=1,
            maximum=100,
            unit="failed tries in a row",
        ),
        Setting(
            "webhooks.two_secrets_hours",
            "After a new secret the old one still signs for",
            GROUP,
            "integer",
            24,
            "Time to give the receiver the new secret. Every request carries both signatures until then.",
            minimum=0,
            maximum=168,
            unit="hours",
        ),
        Setting(
            "webhooks.keep_days",
            "Keep what was sent for",
            GROUP,
            "integer",
            90,
            "Older deliveries are deleted at night, unless they still wait.",
            minimum=7,
            maximum=1100,
            unit="days",
        ),
    )
