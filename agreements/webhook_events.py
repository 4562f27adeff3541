"""What other systems are told of agreements and of packets out for signature."""

from __future__ import annotations

from collections.abc import Iterable

from agreements.models import Agreement, Packet, Signer
from hmislead.webhooks.events import Event, Subject, emit, emit_all, register


def register_agreement_events() -> None:
    """Called once, when the agreements app is ready."""
    register(
        Event("agreement.recorded", "An agreement is recorded, signed here or on paper"),
        Event("agreement.changed", "Dates or parties of an agreement are corrected"),
        Event("agreement.terminated", "An agreement is ended early"),
        Event("agreement.restored", "An early end of an agreement is taken back"),
        Event("packet.sent", "An agreement goes out for signature"),
        Event("packet.signed", "Somebody signs an agreement that is out"),
        Event("packet.declined", "Somebody refuses to sign"),
        Event("packet.withdrawn", "An agreement that is out is taken back"),
        Event("packet.expired", "The last day to sign is over"),
        Event("packet.completed", "All have signed"),
        Event("packet.sealed", "The sealed copy of a signed agreement is ready"),
    )


def agreement_moved(agreement: Agreement, what: str) -> None:
    """Tell that an agreement was `recorded`, `changed`, `terminated` or `restored`."""
    about = {
        "type": agreement.type,
        "effective_on": agreement.effective_on,
        "ends_on": agreement.ends_on,
        "terminated_on": agreement.terminated_on,
    }
    emit(f"agreement.{what}", subject_kind="agreement", subject_id=agreement.pk, data=about)


def packet_moved(packet: Packet, what: str, signer: Signer | None = None) -> None:
    """Tell what became of a packet; `signer` is whose signature it is about."""
    emit_all(f"packet.{what}", [_about(packet, signer)])


def packets_sent(packets: Iterable[Packet]) -> None:
    """Tell that many packets went out: the same few queries."""
    emit_all("packet.sent", [_about(packet) for packet in packets])


def _about(packet: Packet, signer: Signer | None = None) -> Subject:
    about = {
        "type": packet.type,
        "number": packet.number,
        "deadline_on": packet.deadline_on,
        "agreement": packet.agreement_id,
        "signer": signer.pk if signer else None,
    }
    return Subject("packet", packet.pk, about)
