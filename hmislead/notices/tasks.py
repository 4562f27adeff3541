"""Thin Celery doors to `delivery`."""

from __future__ import annotations

import uuid

from celery import shared_task

from hmislead.notices import delivery


@shared_task(name="notices.send_due")
def send_due() -> None:
    """Each minute: one task for each implementation that has mail to send."""
    for implementation_id in delivery.implementations_due():
        send_due_of.apply_async(kwargs={"implementation_id": str(implementation_id)}, expires=60)


@shared_task(name="notices.send_due_of")
def send_due_of(*, implementation_id: str) -> None:
    """Send what is due in one implementation. May run twice at once: each message is claimed by one of them."""
    delivery.send_due_of(uuid.UUID(implementation_id))
