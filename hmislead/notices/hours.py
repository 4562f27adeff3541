"""Business hours of an implementation: when its mail may go out (settings `hours.*`)."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

import holidays

from hmislead.tenancy import context, settings

# Nobody closes for longer than this at a stretch. A calendar without one open day in it is a mistake of the settings,
# and mail then goes out by the clock alone instead of never.
LONGEST_CLOSURE = 60


@dataclass(frozen=True)
class BusinessHours:
    """`opens` and `closes` are local times; the hour of closing itself is closed. `days`: 0 is Monday."""

    zone: zoneinfo.ZoneInfo
    opens: dt.time
    closes: dt.time
    days: frozenset[int]
    closed_on: frozenset[dt.date]
    federal_holidays: bool

    def is_working_day(self, day: dt.date) -> bool:
        """True for a working day that is no federal holiday (or the day it is observed) and not closed by hand."""
        if day.weekday() not in self.days or day in self.closed_on:
            return False
        return not (self.federal_holidays and is_federal_holiday(day))

    def opening(self, day: dt.date) -> dt.datetime:
        """The moment of opening on a day."""
        return dt.datetime.combine(day, self.opens, tzinfo=self.zone).astimezone(dt.UTC)

    def closing(self, day: dt.date) -> dt.datetime:
        """The moment of closing on a day; midnight when the hours end before they begin."""
        if self.closes > self.opens:
            return dt.datetime.combine(day, self.closes, tzinfo=self.zone).astimezone(dt.UTC)
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=self.zone).astimezone(dt.UTC)

    def is_open(self, moment: dt.datetime) -> bool:
        """True from opening up to, and without, closing on a working day."""
        day = moment.astimezone(self.zone).date()
        return self.is_working_day(day) and self.opening(day) <= moment < self.closing(day)

    def next_open(self, moment: dt.datetime) -> dt.datetime:
        """The first moment from `moment` on at which mail may go out: `moment` itself within business hours."""
        return moment if self.is_open(moment) else self.next_opening(moment)

    def next_opening(self, after: dt.datetime) -> dt.datetime:
        """The first opening later than `after`."""
        first = after.astimezone(self.zone).date()
        days = [first + dt.timedelta(days=number) for number in range(LONGEST_CLOSURE)]
        ahead = [day for day in days if self.opening(day) > after]
        return self.opening(next((day for day in ahead if self.is_working_day(day)), ahead[0]))

    def next_week_opening(self, after: dt.datetime) -> dt.datetime:
        """The first opening of a week, later than `after`: Monday's, or Tuesday's when Monday is closed."""
        opening = self.next_opening(after)
        while not self._is_first_of_week(opening):
            opening = self.next_opening(opening)
        return opening

    def last_open(self, before: dt.datetime, *, since: dt.datetime) -> dt.datetime | None:
        """The last moment from `since` to `before` at which mail may go out (half an hour before closing, if the hours
        end first); None when there is none."""
        if self.is_open(before):
            return before
        day = before.astimezone(self.zone).date()
        while day >= since.astimezone(self.zone).date():
            latest = self.closing(day) - dt.timedelta(minutes=30)
            if self.is_working_day(day) and since <= latest <= before:
                return latest
            day -= dt.timedelta(days=1)
        return None

    def _is_first_of_week(self, opening: dt.datetime) -> bool:
        day = opening.astimezone(self.zone).date()
        earlier = [day - dt.timedelta(days=back) for back in range(1, day.weekday() + 1)]
        return not any(self.is_working_day(each) for each in earlier)


_FEDERAL = holidays.country_holidays("US", categories=("government",))


def is_federal_holiday(day: dt.date) -> bool:
    """True on a federal holiday and, where it falls on a weekend, on the day it is observed."""
    return day in _FEDERAL


def current() -> BusinessHours:
    """The business hours of the current implementation, as set for today."""
    keys = ["hours.opens", "hours.closes", "hours.days", "hours.federal_holidays", "hours.closed_on"]
    chosen = settings.values(keys)
    return BusinessHours(
        zone=context.current().zone,
        opens=dt.time.fromisoformat(chosen["hours.opens"]),
        closes=dt.time.fromisoformat(chosen["hours.closes"]),
        days=frozenset(chosen["hours.days"]),
        closed_on=frozenset(dt.date.fromisoformat(day) for day in chosen["hours.closed_on"]),
        federal_holidays=chosen["hours.federal_holidays"],
    )
