"""Clocks of cases: they run in business days of the implementation (settings `hours.*`)."""

from __future__ import annotations

import datetime as dt

from hmislead.notices import hours

ONE = dt.timedelta(days=1)
LONGEST = 1000  # calendar days: a calendar without a working day must not run for ever


def after(day: dt.date, working_days: int) -> dt.date:
    """The business day that comes `working_days` business days after `day`; none of them: `day` itself."""
    business, left, at = hours.current(), working_days, day
    for _ in range(LONGEST):
        if left <= 0:
            break
        at += ONE
        left -= business.is_working_day(at)
    return at
