"""What other systems can be told of: codes that rooms register in `apps.py`, and `emit`, which their operations call.

    emit("agreement.recorded", subject_kind="agreement", subject_id=agreement.pk, data={"type": agreement.type})

The rows are written in the transaction of the change itself, so an event is never lost and never told of a change that
was rolled back; the sender is woken after the commit. What is told is identifiers, codes, numbers and days: a receiver
asks the API for the rest, with a token of its own.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from hmislead.tenancy import context
from hmislead.webhooks.models import Delivery, Due, Endpoint

TEST = "webhook.test"
CODE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
# What a text may be: a code of ours or a number of a record. No spaces, no capital words, no addresses.
PLAIN = re.compile(r"[a-z0-9_.:]{1,60}|[A-Z]{1,3}-[0-9-]{1,20}")
log = structlog.get_logger("hmislead.webhooks")


@dataclass(frozen=True)
class Event:
    """Something that happens. `code` is `thing.what_happened`, `label` a sentence's beginning for people."""

    code: str
    label: str


@dataclass(frozen=True)
class Subject:
    """The record an event is about, as the API names it, and what else is told of it."""

    kind: str
    id: uuid.UUID
    data: Mapping[str, Any] = field(default_factory=dict)


EVENTS: dict[str, Event] = {}


def register(*events: Event) -> None:
    """Add events. Raises ValueError for a code that is taken or no code."""
    for event in events:
        if event.code in EVENTS or not CODE.fullmatch(event.code):
            raise ValueError(f"The event {event.code} is registered twice or is no code.")
        EVENTS[event.code] = event


def choices() -> list[tuple[str, str]]:
    """What an endpoint may listen to, in order: (code, label)."""
    return sorted((event.code, event.label) for event in EVENTS.values() if event.code != TEST)


def label(code: str) -> str:
    """An event in words; its code, should it no longer be registered."""
    return EVENTS[code].label if code in EVENTS else code


def emit(code: str, *, subject_kind: str, subject_id: uuid.UUID, data: Mapping[str, Any] | None = None) -> None:
    """Tell the endpoints that listen to `code` of one record, once the caller's transaction is committed.

    In setup, and once closed, nothing is told: people load old papers in peace. Raises ValueError for a code that is not
    registered, or `data` that could hold something personal.
    """
    emit_all(code, [Subject(subject_kind, subject_id, data or {})])


def emit_all(code: str, subjects: Iterable[Subject]) -> None:
    """As `emit`, for many records at once: the same few queries."""
    if code not in EVENTS:
        raise ValueError(f"{code} is no event.")
    told = [(each, plain(each.data)) for each in subjects]
    if not told or not context.current().suspends_and_mails:
        return
    endpoints = list(Endpoint.objects.listening_to(code))
    if endpoints:
        queue(endpoints, code, told)


def queue(
    endpoints: Iterable[Endpoint], code: str, told: Iterable[tuple[Subject, dict[str, Any]]], *, is_test: bool = False
) -> list[Delivery]:
    """The deliveries of what happened now, each with the row that makes the sender see it."""
    now = timezone.now()
    listening = list(endpoints)
    made = []
    for subject, data in told:
        event_id = uuid.uuid4()
        for endpoint in listening:
            common = {"event": code, "event_id": event_id, "happened_at": now, "next_at": now, "is_test": is_test}
            about = {"subject_kind": subject.kind, "subject_id": subject.id, "data": data}
            made.append(Delivery(endpoint=endpoint, **common, **about))
    Delivery.objects.bulk_create(made)
    offer(made)
    return made


def offer(deliveries: Iterable[Delivery]) -> None:
    """Let the sender see waiting deliveries from now on, and wake it after the commit."""
    here, now = context.current(), timezone.now()
    rows = [
        Due(delivery_id=each.pk, implementation=here, endpoint_id=each.endpoint_id, not_before=now)
        for each in deliveries
    ]
    Due.objects.bulk_create(rows, update_conflicts=True, update_fields=["not_before"], unique_fields=["delivery_id"])
    for endpoint_id in {row.endpoint_id for row in rows}:
        transaction.on_commit(partial(_wake, str(here.pk), str(endpoint_id)))


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as it is stored. Raises ValueError for a value that is no identifier, code, number or day."""
    return {name: _plain(name, value) for name, value in data.items()}


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str) and (not value or PLAIN.fullmatch(value)):
        return str(value)
    raise ValueError(f"{name} of an event is no identifier, code, number or day.")


def _wake(implementation_id: str, endpoint_id: str) -> None:
    from hmislead.webhooks import tasks

    try:
        tasks.send_due_of.apply_async(
            kwargs={"implementation_id": implementation_id, "endpoint_id": endpoint_id}, expires=60
        )
    except OperationalError:
        # The rows are safe; the scheduler looks for them every half minute.
        log.warning("broker did not answer", endpoint=endpoint_id)
