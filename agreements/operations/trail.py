"""The event trail of a packet, one line at a time."""

from __future__ import annotations

from django.utils import timezone

from agreements.models import Packet, Signer, TrailEntry


def write(
    packet: Packet, kind: str, *, who: str, signer: Signer | None = None, detail: str = "", address: str | None = None
) -> TrailEntry:
    """Add to the trail that the certificate page prints. `who` is a name; `address` the signer's internet address."""
    made = entry(packet, kind, who=who, signer=signer, detail=detail, address=address)
    made.save(force_insert=True)
    return made


def entry(
    packet: Packet, kind: str, *, who: str, signer: Signer | None = None, detail: str = "", address: str | None = None
) -> TrailEntry:
    """A line of the trail that is not saved yet: for many at once."""
    return TrailEntry(
        packet=packet,
        signer=signer,
        kind=kind,
        at=timezone.now(),
        who=who[:150],
        detail=detail[:500],
        address=address,
    )
