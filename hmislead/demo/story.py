"""The demonstration as a story: facts on their days, played in order, with the nights that judged them in between.

Every fact goes through the operations with its own date; the history keeps the true time of recording. Rooms add their
part with `register`. The same on every machine: chance comes from one seed, days count back from today.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from hmislead.compliance import engine, nights
from hmislead.tenancy import context

YEAR = 365
NIGHTLY = 30


@dataclass
class Holder:
    """A license of the story: who, where, since when, and how careful the person is with papers."""

    license_id: UUID
    person_id: UUID
    organization_id: UUID
    since: dt.date
    care: str  # "good", "late", "lapsed" or "never"
    ends: dt.date | None = None


@dataclass
class Story:
    """What the parts share. `by` is the Lead administrator who records things."""

    today: dt.date
    by: Any
    small: bool = False
    random: random.Random = field(default_factory=lambda: random.Random(20260101))  # noqa: S311 - no secret
    cocs: list[Any] = field(default_factory=list)
    lead: Any = None
    vendor: Any = None
    chos: list[Any] = field(default_factory=list)
    vsps: list[Any] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    events: list[tuple[dt.date, int, Callable[[], Any]]] = field(default_factory=list)

    def day(self, ago: int) -> dt.date:
        """The day so many days ago; a negative number lies ahead."""
        return self.today - dt.timedelta(days=ago)

    def moment(self, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """A time of a day, as the clocks of the implementation show it."""
        return dt.datetime.combine(day, dt.time(hour, minute), context.current().zone)

    def at(self, day: dt.date, do: Callable[[], Any]) -> None:
        """Let something happen on a day of the past year. What lies ahead of today does not happen."""
        if day <= self.today:
            self.events.append((day, len(self.events), do))

    def chance(self, percent: float) -> bool:
        return self.random.random() * 100 < percent


PARTS: list[tuple[int, Callable[[Story], None]]] = []


def register(order: int, plan: Callable[[Story], None]) -> None:
    """Add a room's part. It may record opening facts at once and plan later ones with `story.at`."""
    PARTS.append((order, plan))


def tell(story: Story) -> None:
    """Plan all parts, then play the year: facts in order, nights weekly and at last nightly."""
    engine.defer_nothing()
    with engine.paused():
        for _, plan in sorted(PARTS, key=lambda part: part[0]):
            plan(story)
        _tell_planner()
        ahead = sorted(story.events, key=lambda event: event[:2])
        for number, night in enumerate(evaluated_days(story)):
            if number in {2, 20}:
                _tell_planner()
            while ahead and ahead[0][0] <= night:
                ahead.pop(0)[2]()
            nights.record_past_night(night)
        for _, _, do in ahead:
            do()


def _tell_planner() -> None:
    """Gather statistics: all of this is one transaction, which the database's own statistics cannot see into."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def evaluated_days(story: Story) -> list[dt.date]:
    """Weekly through the year, nightly for the last 30 days."""
    weekly = [story.day(ago) for ago in range(YEAR - 1, NIGHTLY, -7)]
    return weekly + [story.day(ago) for ago in range(NIGHTLY, -1, -1)]
