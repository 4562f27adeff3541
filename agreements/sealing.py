"""Asking for the executed copy of a packet that all have signed: a job that another worker takes over if one dies."""

from __future__ import annotations

from uuid import UUID

from agreements.models import Packet
from hmislead.jobs import operations as jobs

KIND = "agreements.seal"


def enqueue(packet: Packet) -> None:
    """Have a worker make and seal the executed copy, once. In the caller's transaction."""
    jobs.enqueue(KIND, subject_id=packet.pk, key=f"seal:{packet.pk}")


def register_sealing_job() -> None:
    """Called in `apps.py`, in every process that signs or seals."""
    jobs.register(jobs.Handler(kind=KIND, queue="documents", step=_step, fail=_fail))


def _step(packet_id: UUID) -> bool:
    from agreements.operations import copies

    return copies.seal_packet(packet_id)


def _fail(packet_id: UUID, sentence: str) -> None:
    from agreements.operations import copies

    copies.note_failure(packet_id, sentence)
