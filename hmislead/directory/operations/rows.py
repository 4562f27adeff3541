"""Saving rows of the directory: checked as a whole first, and only what changed."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from hmislead.directory.operations.days import local_day
from hmislead.tenancy import settings

Row = TypeVar("Row", bound=models.Model)


def create(row: Row) -> Row:
    """Check and insert a row. Raises ValidationError by field."""
    row.full_clean()
    row.save(force_insert=True)
    return row


def change(row: Row, changes: dict[str, Any]) -> bool:
    """Set what differs, check the whole row, save those columns. Returns False when nothing differed."""
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(row, name, changes[name])
    row.full_clean()
    row.save(update_fields=[*changed, "updated_at"])
    return True


def end(row: Any, ends_on: dt.date) -> None:
    """Give a row with `starts_on` its last day. Raises ValidationError when it would end before it starts."""
    if row.starts_on and ends_on < row.starts_on:
        raise ValidationError({"ends_on": "It cannot end before it starts."})
    change(row, {"ends_on": ends_on})


def day_of(effective_at: dt.date | dt.datetime | None) -> dt.date:
    """The day a fact holds from, past or to come; default today in the implementation's time zone."""
    if isinstance(effective_at, dt.datetime):
        return local_day(effective_at)
    return effective_at or settings.today()


def only(changes: dict[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    """`changes`, if all are of `allowed`. Raises ValidationError naming the first that is not."""
    for name in changes:
        if name not in allowed:
            raise ValidationError({name: "This is nothing that can be changed here."})
    return changes
