"""The values of merge fields in one packet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agreements.models import AgreementParty, Packet
from agreements.signers import signatories_of
from hmislead.directory.models import CoC, OrganizationRole, Participation
from hmislead.directory.querysets import running
from hmislead.documents.field_values import general_values, in_words
from hmislead.tenancy import settings

Role = AgreementParty.Role
OPEN_END = {"en": "until further notice", "es": "hasta nuevo aviso"}


def values_of(packet: Packet) -> dict[str, str]:
    """Every merge field that is known for a packet, as text in its language. Empty where nothing is known."""
    parties = {party.role: party for party in packet.parties.select_related("coc", "organization", "person")}
    today = settings.today()
    agency = _organization(parties, Role.CHO, Role.END_USER)
    lead = _organization(parties, Role.LEAD)
    person = parties[Role.END_USER].person if Role.END_USER in parties else None
    coc = parties[Role.COC].coc if Role.COC in parties else _coc_of(agency)
    known = general_values(coc=coc, language=packet.language) | {
        "agency.name": str(agency or ""),
        **_signatory(agency, today),
        "person.name": str(person or ""),
        "person.email": person.email if person else "",
        "person.title": person.job_title if person else "",
        "other_party.name": str(_organization(parties, Role.OTHER) or ""),
        "date.effective": in_words(packet.effective_on or today, packet.language),
        "date.ends": in_words(packet.ends_on, packet.language) if packet.ends_on else OPEN_END[packet.language],
    }
    vendor = _organization(parties, Role.VENDOR)
    named = {"lead.name": str(lead)} if lead else {}
    return known | named | ({"vendor.name": str(vendor)} if vendor else {})


def variants_of(packet: Packet) -> set[str]:
    """Which variants of clauses a packet needs: its agency is a victim service provider, covered by HIPAA, in several CoCs."""
    parties = {party.role: party for party in packet.parties.select_related("organization")}
    agency = _organization(parties, Role.CHO, Role.END_USER)
    if agency is None:
        return set()
    today = settings.today()
    roles = set(OrganizationRole.objects.filter(running(today), organization=agency).values_list("role", flat=True))
    cocs = Participation.objects.filter(running(today), organization=agency).values("coc_id").distinct().count()
    found = roles & {"vsp", "hipaa"}
    return found | ({"multi_coc"} if cocs > 1 else set())


def _organization(parties: dict[str, Any], *roles: str) -> Any:
    return next((parties[role].organization for role in roles if role in parties and parties[role].organization), None)


def _coc_of(agency: Any) -> CoC | None:
    """The only CoC an agency takes part in, or the only one there is; several are not one."""
    if agency is not None:
        taking_part = Participation.objects.filter(running(settings.today()), organization=agency)
        cocs = list(CoC.objects.filter(pk__in=taking_part.values("coc_id"))[:2])
    else:
        cocs = list(CoC.objects.all()[:2])
    return cocs[0] if cocs else None


def _signatory(agency: Any, today: dt.date) -> dict[str, str]:
    power = signatories_of(organization_id=agency.pk, on=today).first() if agency else None
    return {
        "agency.signatory_name": str(power.person) if power else "",
        "agency.signatory_title": power.title if power else "",
    }
