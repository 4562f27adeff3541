"""Rows of webhooks as the sender would have left them."""

from __future__ import annotations

import uuid

from django.utils import timezone

from hmislead.accounts.sealing import seal
from hmislead.webhooks.models import Attempt, Delivery, Endpoint
from hmislead.webhooks.signing import new_secret


def endpoint(name="Data warehouse", **columns):
    given = {"url": "https://example.org/hook?code=abc", "codes": ["agreement.recorded"]}
    return Endpoint.objects.create(name=name, sealed_secret=seal(new_secret()), **given | columns)


def failed_delivery(of=None, **columns):
    """One that was tried once and given up."""
    now = timezone.now()
    tried = {"response_status": 500, "trouble": "status"}
    given = {"event": "agreement.recorded", "event_id": uuid.uuid4(), "happened_at": now, "subject_kind": "agreement"}
    given |= {"subject_id": uuid.uuid4(), "data": {"type": "participation"}, "state": "failed", "attempts": 1}
    made = Delivery.objects.create(endpoint=of or endpoint(name="Old listener"), **{**given, **tried, **columns})
    Attempt.objects.create(delivery=made, tried_at=now, milliseconds=12, **tried)
    return made
