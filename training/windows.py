"""Fixed yearly windows: from an opening to a closing day, given as month and day, possibly across the new year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """One year's window. People licensed on or after `cutoff` wait for the next one."""

    opens: dt.date
    closes: dt.date
    cutoff: dt.date


@dataclass(frozen=True)
class Windows:
    """The three windows that matter on a day: the last that has opened, the one before it and the one after."""

    previous: Window
    current: Window
    following: Window


def windows_on(day: dt.date, *, opens: str, closes: str, cutoff: str) -> Windows:
    """The windows around `day`. `opens`, `closes` and `cutoff` are days of the year as MM-DD.

    A closing before its opening in the calendar lies in the next year. The cut-off of a window is the last such day on
    or before its closing.
    """
    opened = _last(opens, day)
    return Windows(*(_window(opened.year + shift, opens, closes, cutoff) for shift in (-1, 0, 1)))


def _window(year: int, opens: str, closes: str, cutoff: str) -> Window:
    first = _in_year(opens, year)
    last = _in_year(closes, year if closes >= opens else year + 1)
    return Window(first, last, _last(cutoff, last))


def _last(month_day: str, on_or_before: dt.date) -> dt.date:
    found = _in_year(month_day, on_or_before.year)
    return found if found <= on_or_before else _in_year(month_day, on_or_before.year - 1)


def _in_year(month_day: str, year: int) -> dt.date:
    return dt.date.fromisoformat(f"{year:04d}-{month_day}")
