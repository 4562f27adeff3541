"""Dates as people and programs write them in spreadsheets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

Cell = str | int | float | bool | date | datetime | None

ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?", re.ASCII)
THREE_NUMBERS = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?:[ T,].*)?", re.ASCII)
MONTH_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})(?:[ T,].*)?", re.ASCII)
DAY_THEN_NAME = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -]([0-9]{4}|[0-9]{2})(?:[ T,].*)?", re.ASCII)
SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?", re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Day 0 of the serial numbers of spreadsheets (the 1900 system, whose day 60 never was).
SPREADSHEET_DAY_ZERO = date(1899, 12, 30)
#: Serials from 1954 to 2064. Other numbers are not dates but ids or counts.
FIRST_SERIAL, LAST_SERIAL = 20_000, 60_000
#: Two-digit years up to this one are of this century.
LAST_SHORT_YEAR = 68
NO_DATE = ("", "never", "none", "n/a", "na", "null", "-", "--", "0")


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date read from a cell.

    `value` is None when the cell is blank, says "never" or cannot be read; `blank` tells the two apart.
    `ambiguous`: the numbers also make a date the other way round. `other_order`: they make one only that way.
    """

    value: date | None = None
    blank: bool = False
    ambiguous: bool = False
    other_order: bool = False


def parse_date(cell: Cell, day_first: bool = False) -> ParsedDate:
    """Read a date: ISO, US month/day/year (or day/month/year), named months, spreadsheet serials, date cells.

    A time after the date is dropped. Never raises: what cannot be read has no value and is not blank.
    """
    if isinstance(cell, datetime):
        return ParsedDate(cell.date())
    if isinstance(cell, date):
        return ParsedDate(cell)
    if isinstance(cell, bool):
        return ParsedDate()
    text = "" if cell is None else str(cell).strip()
    if text.lower() in NO_DATE:
        return ParsedDate(blank=True)
    if SERIAL.fullmatch(text):
        return ParsedDate(_from_serial(float(text)))
    if match := ISO.fullmatch(text):
        return ParsedDate(_date(match[1], match[2], match[3]))
    if match := THREE_NUMBERS.fullmatch(text):
        return _either_way(match[1], match[2], match[3], day_first)
    return ParsedDate(_named_month(text))


def finds_day_first(cells: Iterable[Cell]) -> tuple[bool, bool]:
    """Return (day comes first, that is certain) for a column of dates.

    One date such as 25/12/2026 settles it. When no date does, month first is taken and it is certain only if no date in
    the column can be read both ways. Dates that settle it both ways leave month first, and it is not certain.
    """
    month_first = day_first = ambiguous = False
    for cell in cells:
        read = parse_date(cell)
        day_first = day_first or read.other_order
        ambiguous = ambiguous or read.ambiguous
        month_first = month_first or _only_month_first(cell)
    if day_first != month_first:
        return day_first, True
    return False, not (day_first or ambiguous)


def _only_month_first(cell: Cell) -> bool:
    return isinstance(cell, str) and parse_date(cell, day_first=True).other_order


def _either_way(first: str, second: str, year: str, day_first: bool) -> ParsedDate:
    month_first_date, day_first_date = _date(year, first, second), _date(year, second, first)
    chosen, other = (day_first_date, month_first_date) if day_first else (month_first_date, day_first_date)
    if chosen is None:
        return ParsedDate(other_order=other is not None)
    return ParsedDate(chosen, ambiguous=other is not None and other != chosen)


def _named_month(text: str) -> date | None:
    if match := MONTH_NAMED_FIRST.fullmatch(text):
        name, day, year = match[1], match[2], match[3]
    elif match := DAY_THEN_NAME.fullmatch(text):
        day, name, year = match[1], match[2], match[3]
    else:
        return None
    month = name[:3].lower()
    return _date(year, str(MONTHS.index(month) + 1), day) if month in MONTHS else None


def _from_serial(serial: float) -> date | None:
    if not FIRST_SERIAL <= serial < LAST_SERIAL:
        return None
    return SPREADSHEET_DAY_ZERO + timedelta(days=int(serial))


def _date(year: str, month: str, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= LAST_SHORT_YEAR else 1900
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None
