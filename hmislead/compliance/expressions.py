"""Date arithmetic in the database, the same for every requirement."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, Func, IntegerField, Value


class AddMonths(Func):
    """`date` plus calendar months: 29 February plus 12 months is 28 February, 31 January plus one is the last of February."""

    template = "CAST(%(expressions)s) AS date)"
    arg_joiner = " + make_interval(months => "
    output_field = DateField()

    def __init__(self, date: Any, months: Any, **extra: Any) -> None:
        super().__init__(date, _number(months), **extra)


class AddDays(Func):
    """`date` plus days."""

    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = DateField()

    def __init__(self, date: Any, days: Any, **extra: Any) -> None:
        super().__init__(date, _number(days), **extra)


class LocalDay(Func):
    """The day on which a moment of a tenant's row falls, in the zone of its implementation."""

    template = "(%(expressions)s)::date"
    arg_joiner = " AT TIME ZONE "
    output_field = DateField()

    def __init__(self, moment: str, zone: str = "implementation__timezone", **extra: Any) -> None:
        super().__init__(moment, zone, **extra)


def _number(value: Any) -> Any:
    return Value(value, IntegerField()) if isinstance(value, int) else value
