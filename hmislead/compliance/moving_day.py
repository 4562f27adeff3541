"""A day that can be moved after SQL was written with it, so that one text of SQL serves every day.

Code that writes SQL may add days to it and hand it on as a value. Whoever looks at it more closely (compares it, asks for
its year or its text) may write other SQL on another day: that is noticed, and the SQL then belongs to this day alone.
What Python reads in C unseen by us (`datetime.combine`) is caught by a test that asks this of each requirement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any


class MovingDay(dt.date):
    """A date so many days after a first one. `looked` is shared by all days that come of one `starting`."""

    offset: int
    looked: list[str]

    @classmethod
    def starting(cls, day: dt.date, offset: int = 0, looked: list[str] | None = None) -> MovingDay:
        """`day`, watched from now on: `looked` tells afterwards what was asked of it."""
        made = cls(day.year, day.month, day.day)
        made.offset, made.looked = offset, [] if looked is None else looked
        return made

    def __add__(self, delta: dt.timedelta) -> MovingDay:
        return MovingDay.starting(_plain(self) + delta, self.offset + delta.days, self.looked)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, dt.timedelta):
            return self + -other
        self.looked.append("difference")
        return _plain(self) - other

    def __eq__(self, other: object) -> bool:
        if isinstance(other, MovingDay) and other.looked is self.looked:
            return self.offset == other.offset  # alike on every day
        self.looked.append("equality")
        return _plain(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return dt.date.__hash__(self)

    def __copy__(self) -> MovingDay:
        return self

    def __deepcopy__(self, memo: Any) -> MovingDay:
        return self


def _plain(day: MovingDay) -> dt.date:
    return dt.date.fromordinal(dt.date.toordinal(day))


def _noticed(name: str) -> Callable[..., Any]:
    def look(self: MovingDay, *args: Any, **named: Any) -> Any:
        self.looked.append(name)
        return getattr(_plain(self), name)(*args, **named)

    return look


def _noticed_part(name: str) -> property:
    def look(self: MovingDay) -> Any:
        self.looked.append(name)
        return getattr(_plain(self), name)

    return property(look)


for _name in (
    *("__lt__", "__le__", "__gt__", "__ge__", "__rsub__", "__str__", "__repr__", "__format__", "__reduce__"),
    *("isoformat", "strftime", "timetuple", "toordinal", "weekday", "isoweekday", "isocalendar", "replace", "ctime"),
):
    setattr(MovingDay, _name, _noticed(_name))
for _name in ("year", "month", "day"):
    setattr(MovingDay, _name, _noticed_part(_name))


def moved(values: dict[str, Any], to: dt.date) -> dict[str, Any]:
    """The values of SQL written with a moving day, for the first day `to`."""
    return {
        name: to + dt.timedelta(days=value.offset) if isinstance(value, MovingDay) else value
        for name, value in values.items()
    }
