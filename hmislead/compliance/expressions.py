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


def _number(value: Any) -> Any:
    return Value(value, IntegerField()) if isinstance(value, int) else value
