"""The values of merge fields in one packet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agreements.known import Known
from agreements.models import AgreementParty, Packet, PacketParty
from hmislead.directory.models import CoC
from hmislead.documents.days import in_words

Role = AgreementParty.Role
OPEN_END = {"en": "until further notice", "es": "hasta nuevo aviso"}


def rows_of(packet: Packet) -> list[PacketParty]:
    """The parties of a packet, with whom they are."""
    return list(packet.parties.select_related("coc", "organization", "person"))


def values_of(packet: Packet, rows: Iterable[PacketParty], known: Known) -> dict[str, str]:
    """Every merge field that is known for a packet of these parties, as text in its language; empty where it is not."""
    parties = {party.role: party for party in rows}
    agency = _organization(parties, Role.CHO, Role.END_USER)
    lead = _organization(parties, Role.LEAD)
    person = parties[Role.END_USER].person if Role.END_USER in parties else None
    coc = parties[Role.COC].coc if Role.COC in parties else _coc_of(agency, known)
    found = known.general(coc, packet.language) | {
        "agency.name": str(agency or ""),
        **_signatory(agency, known),
        "person.name": str(person or ""),
        "person.email": person.email if person else "",
        "person.title": person.job_title if person else "",
        "other_party.name": str(_organization(parties, Role.OTHER, Role.VENDOR) or ""),
        "date.effective": in_words(packet.effective_on or known.today, packet.language),
        "date.ends": in_words(packet.ends_on, packet.language) if packet.ends_on else OPEN_END[packet.language],
    }
    vendor = _organization(parties, Role.VENDOR)
    named = {"lead.name": str(lead)} if lead else {}
    return found | named | ({"vendor.name": str(vendor)} if vendor else {})


def variants_of(rows: Iterable[PacketParty], known: Known) -> set[str]:
    """Which variants of clauses a packet of these parties needs: its agency is a victim service provider, covered by
    HIPAA, in several CoCs."""
    parties = {party.role: party for party in rows}
    agency = _organization(parties, Role.CHO, Role.END_USER)
    if agency is None:
        return set()
    found = known.roles(agency.pk) & {"vsp", "hipaa"}
    return found | ({"multi_coc"} if len(known.cocs(agency.pk)) > 1 else set())


def _organization(parties: dict[str, Any], *roles: str) -> Any:
    return next((parties[role].organization for role in roles if role in parties and parties[role].organization), None)


def _coc_of(agency: Any, known: Known) -> CoC | None:
    """The first CoC an agency takes part in, or without an agency the first there is."""
    cocs = known.cocs(agency.pk) if agency is not None else known.all_cocs()
    return cocs[0] if cocs else None


def _signatory(agency: Any, known: Known) -> dict[str, str]:
    power = next(iter(known.signatories(organization_id=agency.pk)), None) if agency else None
    return {
        "agency.signatory_name": str(power.person) if power else "",
        "agency.signatory_title": power.title if power else "",
    }
