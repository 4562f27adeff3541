"""Thin Celery doors to `delivery`."""

from __future__ import annotations

import uuid

from celery import shared_task

from hmislead.webhooks import delivery


@shared_task(name="webhooks.send_due")
def send_due() -> None:
    """Every half minute: one task for each endpoint that something waits for."""
    for implementation_id, endpoint_id in delivery.endpoints_due():
        ids = {"implementation_id": str(implementation_id), "endpoint_id": str(endpoint_id)}
        send_due_of.apply_async(kwargs=ids, expires=30)


@shared_task(name="webhooks.send_due_of")
def send_due_of(*, implementation_id: str, endpoint_id: str) -> None:
    """Send what is due to one endpoint. May run twice at once: each delivery is claimed by one of them."""
    delivery.send_due_of(uuid.UUID(implementation_id), uuid.UUID(endpoint_id))
