"""Drafts of packets: what they say about days and signers, until they are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from agreements.known import Known
from agreements.models import Packet, TrailEntry
from agreements.operations import packets
from agreements.operations.trail import write
from agreements.signers import SignerData
from agreements.values import rows_of, values_of, variants_of
from hmislead.documents import merge_fields, rendering
from hmislead.documents.rendering import RenderedBlock
from hmislead.errors import DomainError

SENT_ALREADY = "It was sent already, so it cannot be changed. Withdraw it and prepare a new one."


@transaction.atomic
def change_draft(
    *,
    packet_id: UUID,
    deadline_on: dt.date,
    term: str,
    by: Any,
    language: str = "en",
    effective_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    notice_days: int | None = None,
) -> Packet:
    """Change the days, the term and the language of a packet that was not sent. `notice_days` in days.

    Raises DomainError for a packet that was sent, and for days that cannot be.
    """
    packet = _draft(packet_id, by)
    packets.check_days(deadline_on, term, effective_on, ends_on)
    packet.deadline_on, packet.term, packet.language = deadline_on, term, language
    packet.effective_on, packet.ends_on, packet.notice_days = effective_on, ends_on, notice_days
    packet.save(
        update_fields=["deadline_on", "term", "language", "effective_on", "ends_on", "notice_days", "updated_at"]
    )
    return packet


@transaction.atomic
def set_signers(*, packet_id: UUID, signers: Iterable[SignerData], by: Any) -> Packet:
    """Put these signers in the place of a draft's. Raises DomainError when one may not sign, or a party has none."""
    packet = _draft(packet_id, by)
    packet.signers.all().delete()
    parties = {party.role: party for party in packet.parties.all()}
    for data in _closed_up(list(signers)):
        packets.add_signer(packet, parties, data)
    packets.require_signers(packet)
    write(packet, TrailEntry.Kind.CREATED, who=str(by), detail="Signers changed")
    return packet


def preview(packet: Packet) -> tuple[list[RenderedBlock], list[tuple[str, str]]]:
    """The text as it would be sent, and the merge fields (name, words) that nothing gives a value for yet."""
    rows, facts = rows_of(packet), Known()
    known, variants = values_of(packet, rows, facts), variants_of(rows, facts)
    blocks = rendering.rendered(packet.version, language=packet.language, values=known, variants=variants, draft=True)
    written = [block for block in packet.version.blocks.all() if not block.variant or block.variant in variants]
    texts = [text for block in written for text in rendering.text_of(block, packet.language)]
    missing = [field for field in merge_fields.used_in(texts) if not known.get(field)]
    return blocks, [(field, merge_fields.FIELDS.get(field, field)) for field in missing]


def _draft(packet_id: UUID, by: Any) -> Packet:
    packet = packets.locked(packet_id, by)
    if packet.state != Packet.State.DRAFT:
        raise DomainError(SENT_ALREADY)
    return packet


def _closed_up(signers: list[SignerData]) -> list[SignerData]:
    """Positions without gaps: 1 and 3 are the first and the second."""
    order = sorted({each.position for each in signers})
    return [
        SignerData(
            each.role,
            each.candidates,
            order.index(each.position) + 1,
            each.capacity,
            must_be_signatory=each.must_be_signatory,
        )
        for each in signers
    ]
