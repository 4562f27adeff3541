"""One cell: text in, typed value out, or a fault that says what is wrong and how to put it right."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from hmislead.directory.hmis_csv.spec import CodeList, Column, Spec

Value = str | int | date | datetime | None

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?", re.ASCII)
ISO_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
ISO_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?", re.ASCII
)
US_DATE_TIME = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: +([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])[Mm])?)?", re.ASCII
)
#: What the database holds; a longer number is a slip of the keyboard.
LARGEST_INTEGER = 2_147_483_647

PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "coc_code": (
        re.compile(r"[A-Za-z]{2}-[0-9]{3}", re.ASCII),
        "Write the CoC code as two letters, a dash and three digits.",
    ),
    "geocode": (re.compile(r"[0-9]{6}", re.ASCII), "Enter HUD's six-digit geocode, with any zeros at its start."),
    "state": (re.compile(r"[A-Za-z]{2}", re.ASCII), "Enter the two letters of the state."),
    "zip": (re.compile(r"[0-9]{5}", re.ASCII), "Enter the five digits of the ZIP code, with any zeros at its start."),
    "phone": (
        re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}", re.ASCII),
        "Enter the ten digits of the phone number and nothing else.",
    ),
    "extension": (re.compile(r"[0-9]{1,5}", re.ASCII), "Enter up to five digits."),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Enter a full e-mail address."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell. `value` is what can still be used of it, when `usable`."""

    message: str
    fix: str
    usable: bool = False
    value: Value = None


Reader = Callable[[str], Value | Fault]


def cell_reader(column: Column, spec: Spec) -> Reader:
    """Return the function that reads a trimmed, non-blank cell of this column.

    The function returns the typed value, or a Fault; it never raises.
    """
    if column.type == "integer":
        return _code_reader(spec.lists[column.code_list]) if column.code_list else _count
    if column.type == "date":
        return read_date
    if column.type == "datetime":
        return read_datetime
    return _text_reader(column, spec)


def read_integer(text: str) -> int | Fault:
    """Return a whole number; "12.0", as spreadsheets write it, counts as 12."""
    if not WHOLE_NUMBER.fullmatch(text):
        return Fault("This is not a whole number.", "Enter a whole number in the HMIS and make the export again.")
    number = int(text.partition(".")[0])
    if abs(number) > LARGEST_INTEGER:
        return Fault("This number is too large.", "Correct the number in the HMIS and make the export again.")
    return number


def _count(text: str) -> Value | Fault:
    number = read_integer(text)
    if isinstance(number, int) and number < 0:
        return Fault("This count is less than zero.", "Enter zero or more in the HMIS and make the export again.")
    return number


def _code_reader(codes: CodeList) -> Reader:
    allowed = frozenset(int(code) for code in codes.values)
    retired = frozenset(int(code) for code in codes.retired)

    def read(text: str) -> Value | Fault:
        number = read_integer(text)
        if isinstance(number, Fault) or number in allowed:
            return number
        if number in retired:
            message = f"HUD has retired this code of list {codes.number}. It is kept as it is."
            return Fault(message, f"Choose a code HUD still uses from {codes.name} in the HMIS.", True, number)
        message = f"This code is not on HUD's list {codes.number} ({codes.name}). It is not used."
        return Fault(message, f"Choose a code from {codes.name} in the HMIS and make the export again.")

    return read


def read_date(text: str) -> date | Fault:
    """Return a date written as HUD asks (2026-01-31); one a spreadsheet rewrote (1/31/2026) comes in a usable fault."""
    match = ISO_DATE.fullmatch(text)
    if match:
        return _date_or_fault(lambda: date.fromisoformat(match[1]))
    slashed = US_DATE_TIME.fullmatch(text)
    if slashed and slashed[4] is None:
        return _rewritten(_date_or_fault(lambda: date(int(slashed[3]), int(slashed[1]), int(slashed[2]))))
    return _not_a_date()


def read_datetime(text: str) -> datetime | Fault:
    """Return a date and time as HUD writes it (2026-01-31 13:05:00): local time of the HMIS, without a zone."""
    if ISO_DATE_TIME.fullmatch(text):
        return _datetime_or_fault(lambda: datetime.fromisoformat(text))
    slashed = US_DATE_TIME.fullmatch(text)
    if slashed:
        return _rewritten(_datetime_or_fault(lambda: _us_datetime(slashed)))
    return _not_a_date()


def _us_datetime(match: re.Match[str]) -> datetime:
    month, day, year, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if match[7]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if match[7] in "Pp" else 0)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - HUD exports local times without a zone


def _date_or_fault(read: Callable[[], date]) -> date | Fault:
    try:
        return read()
    except ValueError:
        return _not_a_date()


def _datetime_or_fault(read: Callable[[], datetime]) -> datetime | Fault:
    try:
        return read()
    except ValueError:
        return _not_a_date()


def _not_a_date() -> Fault:
    return Fault(
        "This is not a date that exists, written year-month-day.",
        "Correct the date in the HMIS and make the export again.",
    )


def _rewritten(read: date | Fault) -> Fault:
    if isinstance(read, Fault):
        return read
    message = "This date is written month/day/year; HUD's format is year-month-day. It is read as month/day/year."
    return Fault(
        message, "Upload the export as the HMIS made it: opening it in a spreadsheet rewrites dates.", True, read
    )


def _text_reader(column: Column, spec: Spec) -> Reader:
    longest = column.max_length or 1_000
    pattern, fix = PATTERNS.get(column.pattern or "", (None, ""))
    known_cocs = spec.lists["CoCCodes"].values if column.pattern == "coc_code" else {}

    def read(text: str) -> Value | Fault:
        if pattern is not None and not pattern.fullmatch(text):
            return Fault("This is not written as HUD asks. It is not used.", fix)
        if column.pattern in ("coc_code", "state"):
            text = text.upper()
        if known_cocs and text not in known_cocs:
            return Fault(
                "This CoC code is not on HUD's list. It is kept as it is.",
                "Check the CoC code in the HMIS.",
                True,
                text,
            )
        if len(text) <= longest:
            return text
        if column.identifies:
            return Fault(
                f"This id is longer than {longest} characters.", "Ask your HMIS vendor for ids of that length."
            )
        message = f"This text is longer than {longest} characters. Only its start is kept."
        return Fault(message, "Shorten the text in the HMIS and make the export again.", True, text[:longest].rstrip())

    return read
