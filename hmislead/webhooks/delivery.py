"""The sender: takes due deliveries, one transaction each, and notes what became of them.

The row of `Due` stays locked during the call, so two workers never make the same one, and a worker that dies gives it
back with its connection. Between the receiver's yes and our commit lies a moment: a worker that dies in it sends again,
with the same `webhook-id`. Receivers tell repeats by it.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from django.urls import reverse
from django.utils import timezone

from hmislead.accounts.sealing import unseal
from hmislead.notices import audience
from hmislead.notices.operations import notify
from hmislead.tenancy import context, settings
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation
from hmislead.webhooks import announcements, reach, signing
from hmislead.webhooks.models import Attempt, Delivery, Due, Endpoint, Trouble

State = Delivery.State
BATCH = 200
MOST_SECONDS = 25  # then the next look, half a minute later, goes on: one slow receiver never fills the workers
# After each failed try; when they are used up the delivery has failed and waits for a person.
WAITS = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720)]
log = structlog.get_logger("hmislead.webhooks")


@dataclass(frozen=True)
class Outcome:
    """What one call came to. `milliseconds` is how long it took."""

    status: int | None
    trouble: str
    milliseconds: int

    @property
    def arrived(self) -> bool:
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)

    @property
    def is_away(self) -> bool:
        """True when the receiver as a whole is in trouble, not this one message."""
        return self.status is None or self.status >= 500 or self.status == HTTPStatus.TOO_MANY_REQUESTS


def endpoints_due() -> list[tuple[UUID, UUID]]:
    """(implementation, endpoint) with a delivery that may go now: one look at one small global table."""
    due = Due.objects.filter(not_before__lte=timezone.now())
    return list(due.order_by().values_list("implementation_id", "endpoint_id").distinct())


def send_due_of(implementation_id: UUID, endpoint_id: UUID) -> int:
    """Make the calls that are due to one endpoint, oldest first. Returns how many arrived.

    Stops at the first one that a receiver in trouble did not take: the others wait with it.
    """
    implementation = Implementation.objects.get(pk=implementation_id)
    with cross_into(implementation, why="send webhooks that are due"):
        due = Due.objects.filter(implementation=implementation, endpoint_id=endpoint_id, not_before__lte=timezone.now())
        ids = list(due.order_by("not_before", "delivery_id").values_list("delivery_id", flat=True)[:BATCH])
    arrived, started = 0, time.monotonic()
    for delivery_id in ids:
        with context.use(implementation):
            outcome = _take(delivery_id)
        if outcome is None:
            continue
        with context.use(implementation):
            _account(endpoint_id, outcome)
        arrived += outcome.arrived
        if (not outcome.arrived and outcome.is_away) or time.monotonic() - started > MOST_SECONDS:
            break
    return arrived


def body_of(delivery: Delivery) -> bytes:
    """What is sent, byte for byte the same at every try."""
    told = {
        "id": str(delivery.event_id),
        "type": delivery.event,
        "timestamp": delivery.happened_at.isoformat(),
        "implementation": context.current().slug,
        "subject": {"kind": delivery.subject_kind, "id": str(delivery.subject_id)},
        "data": delivery.data,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _take(delivery_id: UUID) -> Outcome | None:
    """Claim one delivery and make its call. None when another worker has it, or when it should not go now."""
    slots = Due.objects.select_for_update(skip_locked=True)
    slot = slots.filter(pk=delivery_id, not_before__lte=timezone.now()).first()
    if slot is None:
        return None
    found = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint")
    delivery = found.filter(pk=delivery_id).first()
    if delivery is None or delivery.state != State.WAITING or not _may_go(delivery):
        slot.delete()
        return None
    outcome = _call(delivery)
    delivery.attempts += 1
    _note(delivery, slot, outcome)
    return None if delivery.is_test else outcome


def _may_go(delivery: Delivery) -> bool:
    """A test goes to any endpoint that is not removed; the rest waits until the endpoint is active again.

    What waited when the implementation was closed is told no more.
    """
    is_over = not context.current().suspends_and_mails and not delivery.is_test
    if delivery.endpoint.state == Endpoint.State.REMOVED or is_over:
        delivery.become(State.CANCELLED, next_at=None)
        return False
    return delivery.is_test or delivery.endpoint.is_listening


def _call(delivery: Delivery) -> Outcome:
    endpoint, body, started = delivery.endpoint, body_of(delivery), time.monotonic()
    keys = [unseal(endpoint.sealed_secret)]
    if endpoint.two_secrets:
        keys.append(unseal(endpoint.sealed_previous))
    if not keys[0]:
        return Outcome(None, Trouble.SECRET, 0)
    headers = signing.headers(
        filter(None, keys), message_id=str(delivery.event_id), timestamp=int(time.time()), body=body
    )
    status: int | None = None
    try:
        status = reach.post(endpoint.url, body=body, headers=headers)
        trouble: str = Trouble.NONE if 200 <= status < 300 else Trouble.STATUS
    except reach.NotReachedError as error:
        trouble = error.trouble
    return Outcome(status, trouble, int((time.monotonic() - started) * 1000))


def _note(delivery: Delivery, slot: Due, outcome: Outcome) -> None:
    """Keep what one try came to, and when the next one is."""
    now = timezone.now()
    columns: dict[str, Any] = {"response_status": outcome.status, "trouble": outcome.trouble}
    Attempt.objects.create(delivery=delivery, tried_at=now, milliseconds=outcome.milliseconds, **columns)
    columns |= {"attempts": delivery.attempts, "next_at": None}
    if outcome.arrived:
        delivery.become(State.DELIVERED, delivered_at=now, **columns)
        slot.delete()
        return
    log.warning("webhook not taken", delivery=str(delivery.pk), trouble=outcome.trouble, attempt=delivery.attempts)
    if delivery.is_test or delivery.attempts > len(WAITS):
        delivery.become(State.FAILED, **columns)
        slot.delete()
        return
    slot.not_before = columns["next_at"] = now + WAITS[delivery.attempts - 1]
    slot.save(update_fields=["not_before"])
    for name, value in columns.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=[*columns, "updated_at"])


def _account(endpoint_id: UUID, outcome: Outcome) -> None:
    """Count failures in a row; after too many, or when the receiver says it is gone, turn the endpoint off.

    In a transaction of its own: who pauses or changes an endpoint never waits for a call.
    """
    if outcome.arrived:
        Endpoint.objects.filter(pk=endpoint_id, failures__gt=0).update(failures=0)
        return
    endpoint = Endpoint.objects.select_for_update(of=("self",)).filter(pk=endpoint_id).first()
    if endpoint is None or not endpoint.is_listening:
        return
    endpoint.failures += 1
    endpoint.save(update_fields=["failures", "updated_at"])
    if endpoint.failures >= settings.value("webhooks.turn_off_after") or outcome.status == HTTPStatus.GONE:
        endpoint.become(Endpoint.State.DISABLED)
        _tell(endpoint)
    elif outcome.is_away:
        _hold_back(endpoint)


def _hold_back(endpoint: Endpoint) -> None:
    """While a receiver is away only now and then one delivery finds out; the others wait without using up their tries."""
    until = timezone.now() + WAITS[min(endpoint.failures, len(WAITS)) - 1]
    # Rows another worker is calling for are left alone: waiting for them could make the two wait for each other.
    others = Due.objects.select_for_update(skip_locked=True).filter(endpoint_id=endpoint.pk, not_before__lt=until)
    ids = list(others.values_list("delivery_id", flat=True))
    Due.objects.filter(pk__in=ids).update(not_before=until)
    Delivery.objects.filter(pk__in=ids, state=State.WAITING).update(next_at=until)


def _tell(endpoint: Endpoint) -> None:
    notify(
        type=announcements.TURNED_OFF,
        recipients=audience.holders("lead_administrator"),
        sentence=f"A webhook was turned off after {endpoint.failures} failed tries: see why, then turn it on again.",
        path=reverse("webhooks:endpoint-detail", kwargs={"slug": context.current().slug, "pk": endpoint.pk}),
    )
