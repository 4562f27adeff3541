"""Asking for the executed copy of a packet that all have signed."""

from __future__ import annotations

from agreements.models import Packet
from hmislead.jobs import operations as jobs

KIND = "agreements.seal"


def enqueue(packet: Packet) -> None:
    """Have a worker make and seal the executed copy, once. In the caller's transaction."""
    jobs.enqueue(KIND, subject_id=packet.pk, key=f"seal:{packet.pk}")
