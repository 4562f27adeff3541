"""What a Lead may decide: the registry of settings, and their value on a day.

Each room registers its own settings in its `apps.py`. A value holds from its effective date, so that last year's
result stays explained by last year's rule. Proposed defaults: `numbers.md` of the Standards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from hmislead.errors import DomainError
from hmislead.tenancy.context import current
from hmislead.tenancy.models import SettingValue

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class SettingDefinition:
    """One thing a Lead may decide. `kind` is a key of `_CHECKERS`."""

    key: str
    label: str
    group: str
    kind: str
    default: Any
    help: str = ""
    standards: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    order: int = field(default=100, compare=False)


DEFINITIONS: dict[str, SettingDefinition] = {}


def register(*definitions: SettingDefinition) -> None:
    """Add settings to the registry. Raises ValueError for a key that is taken."""
    for definition in definitions:
        if definition.key in DEFINITIONS:
            raise ValueError(f"The setting {definition.key} is registered twice.")
        DEFINITIONS[definition.key] = definition


def today() -> dt.date:
    """Today in the current implementation's time zone."""
    return timezone.now().astimezone(current().zone).date()


def groups() -> dict[str, list[SettingDefinition]]:
    """The settings by group, both in the order in which they are shown."""
    found: dict[str, list[SettingDefinition]] = {}
    for definition in DEFINITIONS.values():
        found.setdefault(definition.group, []).append(definition)
    return {group: sorted(found[group], key=lambda each: each.order) for group in sorted(found)}


def words(definition: SettingDefinition, value: Any) -> str:
    """A value in words: "Yes", "90, 60, 30 days", "Lead administrator"."""
    labels = dict(definition.choices)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if definition.key == "hours.days":
        return ", ".join(WEEKDAYS[day] for day in sorted(value))
    if isinstance(value, list):
        text = ", ".join(labels.get(str(part), str(part)) for part in value) or "None"
    else:
        text = labels.get(str(value), str(value)) or "Nothing"
    return f"{text} {definition.unit}".strip()


def value(key: str, *, on: dt.date | None = None) -> Any:
    """The value of `key` in the current implementation on a day (default: today). KeyError for an unknown key."""
    return values([key], on=on)[key]


def values(keys: list[str] | None = None, *, on: dt.date | None = None) -> dict[str, Any]:
    """The values of several keys (default: all) on a day, in one query."""
    wanted = {key: DEFINITIONS[key].default for key in (keys or DEFINITIONS)}
    rows = SettingValue.objects.filter(key__in=wanted, effective_from__lte=on or today()).order_by("effective_from")
    for row in rows:
        wanted[row.key] = row.value
    return wanted


def check(definition: SettingDefinition, value: Any) -> Any:
    """`value` as it is stored. Raises DomainError with a sentence when it is none of what the setting may be."""
    checker = _CHECKERS[definition.kind]
    return checker(definition, value)


def _integer(definition: SettingDefinition, value: Any) -> int:
    try:
        number = int(str(value).strip())
    except ValueError:
        raise DomainError(f"{definition.label}: give a whole number.") from None
    low, high = definition.minimum, definition.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise DomainError(f"{definition.label}: give a number from {low} to {high}.")
    return number


def _boolean(definition: SettingDefinition, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text not in {"yes", "no", "true", "false", "on", "off", "1", "0", ""}:
        raise DomainError(f"{definition.label}: say yes or no.")
    return text in {"yes", "true", "on", "1"}


def _choice(definition: SettingDefinition, value: Any) -> str:
    if value not in {key for key, _ in definition.choices}:
        raise DomainError(
            f"{definition.label}: choose one of " + ", ".join(label for _, label in definition.choices) + "."
        )
    return str(value)


def _choices(definition: SettingDefinition, value: Any) -> list[str]:
    """Several of the choices, in their own order."""
    parts = value if isinstance(value, list) else [part.strip() for part in str(value).split(",") if part.strip()]
    for part in parts:
        _choice(definition, part)
    return [key for key, _ in definition.choices if key in parts]


def _text(definition: SettingDefinition, value: Any) -> str:
    return str(value or "").strip()[:500]


def _numbers(definition: SettingDefinition, value: Any) -> list[int]:
    parts = (
        value if isinstance(value, list) else [part for part in str(value).replace(";", ",").split(",") if part.strip()]
    )
    return sorted({_integer(definition, part) for part in parts}, reverse=True)


def _dates(definition: SettingDefinition, value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value).replace(",", " ").split()
    try:
        return sorted({dt.date.fromisoformat(str(part)).isoformat() for part in parts})
    except ValueError:
        raise DomainError(f"{definition.label}: write each day as 2027-03-14.") from None


def _month_day(definition: SettingDefinition, value: Any) -> str:
    """`MM-DD`; 29 February is not a day of every year, so it is refused."""
    text = str(value).strip()
    try:
        dt.datetime.strptime(f"2001-{text}", "%Y-%m-%d")  # noqa: DTZ007 - a day of the year, not a moment
    except ValueError:
        raise DomainError(f"{definition.label}: write the day as month-day, such as 09-30.") from None
    return text


def _time(definition: SettingDefinition, value: Any) -> str:
    try:
        return dt.time.fromisoformat(str(value).strip()).strftime("%H:%M")
    except ValueError:
        raise DomainError(f"{definition.label}: write the time as 08:30.") from None


_CHECKERS: dict[str, Callable[[SettingDefinition, Any], Any]] = {
    "integer": _integer,
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
    "text": _text,
    "numbers": _numbers,
    "dates": _dates,
    "month_day": _month_day,
    "time": _time,
}
