"""The demonstration's webhooks: one in every state, and deliveries in each of theirs. Nothing is called for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from hmislead.demo.story import Story
from hmislead.directory.models import License
from hmislead.webhooks import operations
from hmislead.webhooks.delivery import WAITS
from hmislead.webhooks.models import Attempt, Delivery, Endpoint, Trouble

State = Delivery.State
CODES = ("license.active", "license.suspended", "license.terminated")

# What the receiver answered, try by try.
Tries = Sequence[tuple[int | None, str]]
TAKEN: Tries = [(204, Trouble.NONE)]
LATE: Tries = [(503, Trouble.STATUS), (None, Trouble.UNREACHABLE), (200, Trouble.NONE)]
REFUSED: Tries = [(422, Trouble.STATUS)] * (len(WAITS) + 1)
GONE: Tries = [(None, Trouble.UNREACHABLE)] * (len(WAITS) + 1)


def plan(story: Story) -> None:
    """Everything at the end, dated back: what the year's changes would have told is not made up for."""
    if not story.small:
        story.at(story.today, lambda: tell(story))


def tell(story: Story) -> None:
    """A system that takes nearly everything; one paused; one turned off because it was away; one removed."""
    rows = list(License.objects.filter(state="active").order_by("pk")[:12])
    works = _endpoint(story, "Coordinated entry system", "coordinated-entry")
    for place, license in enumerate(rows[:6]):
        _delivery(
            works, license, story.moment(story.day(20 - place * 3), 9), State.DELIVERED, LATE if place == 4 else TAKEN
        )
    _delivery(works, rows[6], story.moment(story.day(6), 9), State.FAILED, REFUSED)
    paused = _endpoint(story, "Staff directory", "staff-directory")
    _delivery(paused, rows[7], story.moment(story.day(9), 9), State.DELIVERED, TAKEN)
    _delivery(paused, rows[8], story.moment(story.day(1), 9), State.WAITING, [])
    operations.pause_endpoint(endpoint_id=paused.pk, by=story.by)
    away = _endpoint(story, "Data warehouse", "warehouse")
    _delivery(away, rows[9], story.moment(story.day(4), 9), State.FAILED, GONE)
    _delivery(away, rows[10], story.moment(story.day(3), 9), State.WAITING, GONE[:3])
    away.become(Endpoint.State.DISABLED, failures=10)
    gone = _endpoint(story, "Texting service", "texting")
    _delivery(gone, rows[11], story.moment(story.day(2), 9), State.CANCELLED, GONE[:2])
    operations.remove_endpoint(endpoint_id=gone.pk, by=story.by)


def _endpoint(story: Story, name: str, host: str) -> Endpoint:
    """`.example` belongs to nobody: whatever is told later reaches no one."""
    made, _ = operations.add_endpoint(name=name, url=f"https://{host}.example/hmis", codes=CODES, by=story.by)
    return made


def _delivery(endpoint: Endpoint, license: License, began: dt.datetime, state: str, tries: Tries) -> None:
    """An event and what became of it."""
    last: tuple[int | None, str] = tries[-1] if tries else (None, Trouble.NONE)
    when = [began + sum(WAITS[:number], dt.timedelta()) for number in range(len(tries))]
    made = Delivery.objects.create(
        endpoint=endpoint,
        event="license.active",
        event_id=uuid.uuid4(),
        happened_at=began,
        subject_kind="license",
        subject_id=license.pk,
        data={"organization": str(license.organization_id), "person": str(license.person_id)},
        state=state,
        attempts=len(tries),
        response_status=last[0],
        trouble=last[1],
        delivered_at=when[-1] if state == State.DELIVERED else None,
    )
    Delivery.objects.filter(pk=made.pk).update(created_at=began)
    Attempt.objects.bulk_create(_tries(made, when, tries))


def _tries(delivery: Delivery, when: Sequence[dt.datetime], tries: Tries) -> list[Any]:
    """Each with the time it took: three seconds where nothing answered."""
    return [
        Attempt(
            delivery=delivery,
            tried_at=moment,
            milliseconds=3000 if status is None else 180,
            response_status=status,
            trouble=trouble,
        )
        for moment, (status, trouble) in zip(when, tries, strict=True)
    ]
