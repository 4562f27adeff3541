"""Delivery reports of a mail provider (django-anymail) become the delivery state of the message."""

from __future__ import annotations

from typing import Any

from anymail.signals import EventType, tracking

from hmislead.notices.models import Message
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation, as_uuid

State, Trouble = Message.State, Message.Trouble
# What each report means for us. Opening and clicking are not followed: nobody is watched reading their mail.
MEANS = {
    EventType.DELIVERED: (State.DELIVERED, Trouble.NONE),
    EventType.BOUNCED: (State.BOUNCED, Trouble.ADDRESS),
    EventType.REJECTED: (State.BOUNCED, Trouble.REFUSED),
    EventType.FAILED: (State.BOUNCED, Trouble.REFUSED),
}


def connect() -> None:
    """Listen. Called once, when the notices app is ready."""
    tracking.connect(on_report, dispatch_uid="notices.tracking")


def on_report(sender: Any, event: Any, esp_name: str = "", **kwargs: Any) -> None:
    """Note a report about one of our messages. Reports about others, and those that change nothing, are passed over."""
    metadata = event.metadata or {}
    message_id, implementation_id = as_uuid(metadata.get("message", "")), as_uuid(metadata.get("implementation", ""))
    if event.event_type not in MEANS or message_id is None or implementation_id is None:
        return
    implementation = Implementation.objects.filter(pk=implementation_id).first()
    if implementation is None:
        return
    state, trouble = MEANS[event.event_type]
    with cross_into(implementation, why="note a delivery report"):
        # The row is locked while it is being sent: a report that is quicker than our own commit waits here.
        message = Message.objects.select_for_update().filter(pk=message_id).first()
        if message and state in Message.NEXT[message.state]:
            message.become(state, trouble=trouble)
