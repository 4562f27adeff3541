"""What the home page says of mail: messages that did not arrive."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from hmislead.notices.models import Message
from hmislead.web.home_items import HomeItem

SHOWN_FOR = dt.timedelta(days=14)


def failed_messages(request: Any) -> list[HomeItem]:
    """For whoever sees the message log: how many messages failed or came back lately."""
    since = timezone.now() - SHOWN_FOR
    messages = Message.objects.visible_to(request.user).filter(state__in=Message.MISSED, updated_at__gte=since)
    failed = messages.count()
    if not failed:
        return []
    words = "1 message did not arrive." if failed == 1 else f"{failed:,} messages did not arrive."
    url = reverse("notices:message-list", kwargs={"slug": request.implementation.slug})
    return [HomeItem(words, "See which", f"{url}?missed=true", weight=6, state="failed")]
