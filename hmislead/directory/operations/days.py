"""Days and moments given to operations, in the implementation's time zone."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from hmislead.errors import DomainError
from hmislead.tenancy import context, settings


def local_day(moment: dt.datetime) -> dt.date:
    """The date of a moment in the implementation's time zone."""
    return moment.astimezone(context.current().zone).date()


def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day in the implementation's time zone."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=context.current().zone)


def past_day(effective_at: dt.date | dt.datetime | None) -> dt.date:
    """The day a fact holds from; default today. Raises DomainError for a day to come."""
    if isinstance(effective_at, dt.datetime):
        effective_at = local_day(effective_at)
    day = effective_at or settings.today()
    if day > settings.today():
        raise DomainError("This day is still to come. Choose today or an earlier day.")
    return day


def past_moment(moment: dt.datetime | None) -> dt.datetime:
    """The moment something happened; default now. Raises DomainError for a moment to come."""
    now = timezone.now()
    if moment is not None and moment > now:
        raise DomainError("This time is still to come. Give the time at which it was done.")
    return moment or now
