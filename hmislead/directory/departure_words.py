"""A departure's clock in words: how it stands, and how late it is."""

from __future__ import annotations

from hmislead.directory.models import Departure


def clock(departure: Departure) -> str:
    """How the clock stands: a state of the vocabulary."""
    if departure.proved_at:
        return "late" if departure.late_by else "proven"
    if departure.is_ahead:
        return "waiting"
    return "overdue" if departure.late_by else "open"


def late_words(departure: Departure) -> str:
    """How late the proof came, or is by now: "3 hours", "2 days"; '' when in time."""
    if departure.is_ahead or not departure.late_by:
        return ""
    hours = int(departure.late_by.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{hours // 24} days"
