"""What people are told about webhooks."""

from __future__ import annotations

from hmislead.notices.models import How
from hmislead.notices.registry import NoticeType

TURNED_OFF = "webhook_turned_off"

TYPES = (
    NoticeType(
        TURNED_OFF,
        "A webhook was turned off",
        "Administrators of the HMIS Lead.",
        "you look after how other systems are told of changes",
        default=How.AT_ONCE,
        permission="manage_settings",
        button="Open the webhook",
    ),
)
