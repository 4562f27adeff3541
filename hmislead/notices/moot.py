"""Whether a mail that was scheduled ahead is still needed when its time comes."""

from __future__ import annotations

from hmislead.directory.models import Departure
from hmislead.tenancy.models import as_uuid

CLOCK = "departure-clock:"


def departure_is_proved(key: str) -> bool:
    """True for the warning about a departure whose account is proved shut, or that was taken back."""
    if not key.startswith(CLOCK):
        return False
    departure_id = as_uuid(key.removeprefix(CLOCK))
    return departure_id is None or not Departure.objects.filter(pk=departure_id, proved_at=None).exists()
