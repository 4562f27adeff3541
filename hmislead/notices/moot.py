"""Whether a mail that was scheduled ahead is still needed when its time comes."""

from __future__ import annotations

from hmislead.directory.models import Departure
from hmislead.tenancy.models import as_uuid

CLOCK = "departure-clock:"


def departure_is_proved(key: str) -> bool:
    """True for the warning about a departure whose account is proved shut, or that was taken back."""
    if not key.startswith(CLOCK):
        return False
    open_clock = Departure.objects.filter(pk=as_uuid(key.removeprefix(CLOCK)), proved_at=None)
    return not open_clock.exists()
