"""Who signs a packet: what each type of agreement asks for by default, and who may bind whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from agreements.known import Known, signatories_of
from agreements.models import AgreementParty, Candidate, PacketParty, Signer
from agreements.parties import PartyData
from hmislead.directory.models import Person
from hmislead.errors import DomainError

Role = AgreementParty.Role
# Parties outside the directory's people: a vendor or another party is signed for by whoever they name.
OUTSIDE = {Role.VENDOR, Role.OTHER}


@dataclass(frozen=True)
class CandidateData:
    """Somebody who may sign: a person by id, or somebody outside by name and e-mail address."""

    person_id: UUID | None = None
    name: str = ""
    email: str = ""
    title: str = ""


@dataclass(frozen=True)
class SignerData:
    """A signature asked for. `role` says for which party; any one of `candidates` gives it."""

    role: str
    candidates: tuple[CandidateData, ...]
    position: int = 1
    capacity: str = ""
    must_be_signatory: bool = field(default=True)


def default_signers(
    parties: Iterable[PartyData], *, ordered: bool = True, known: Known | None = None
) -> list[SignerData]:
    """One signature per party: any authorized signatory for an organization or a CoC, the person for a person.

    `ordered` asks the HMIS Lead last, after everybody else has signed. By setting an end user's supervisor or the
    agency's signatory signs besides. Raises DomainError naming the party for which nobody is authorized.
    """
    known = known or Known()
    signers: list[SignerData] = []
    for party in sorted(parties, key=lambda each: each.role == Role.LEAD):
        last = ordered and party.role == Role.LEAD and bool(signers)
        position = max(each.position for each in signers) + 1 if last else 1
        if party.person_id:
            signers.append(SignerData(party.role, (CandidateData(party.person_id),), position, must_be_signatory=False))
            signers += _cosigners(party, known)
        elif party.role not in OUTSIDE:
            signers.append(SignerData(party.role, _authorized(party, known), position))
    return signers


def _authorized(party: PartyData, known: Known) -> tuple[CandidateData, ...]:
    powers = known.signatories(organization_id=party.organization_id, coc_id=party.coc_id)
    found = tuple(CandidateData(power.person_id, title=power.title) for power in powers)
    if not found:
        raise DomainError(f"Nobody is recorded as authorized to sign for {_name(party)}. Record a signatory first.")
    return found


def _cosigners(party: PartyData, known: Known) -> list[SignerData]:
    """Who signs an end-user agreement besides the user, by setting: the agency's authorized signatory."""
    if known.setting("end_user_agreement.cosigner") != "signatory" or not party.organization_id:
        return []
    agency = PartyData(Role.CHO, organization_id=party.organization_id)
    return [SignerData(party.role, _authorized(agency, known), 2, f"For {_name(agency)}")]


def _name(party: PartyData) -> str:
    from hmislead.directory.models import CoC, Organization

    if party.person_id:
        return str(Person.objects.get(pk=party.person_id))
    if party.organization_id:
        return str(Organization.objects.get(pk=party.organization_id))
    return str(CoC.objects.get(pk=party.coc_id)) if party.coc_id else "this party"


def bound_by(party: PacketParty) -> dict[str, UUID | None]:
    """Whom a signature for this party binds, in the words of `signatories_of`: the agency for an end user's co-signer."""
    return {"organization_id": party.organization_id, "coc_id": None if party.organization_id else party.coc_id}


def require_authority(signer: Signer, candidate: Candidate, *, on: dt.date, known: Known | None = None) -> str:
    """The title under which a candidate may give this signature on a day.

    Raises DomainError when only an authorized signatory may, and the candidate's power is not there or has ended: it is
    asked when the packet is prepared and again in the moment of signing (GOV-06; 24 CFR 578.7(b)). `known` holds the
    powers of today, while a packet is prepared.
    """
    if not signer.must_be_signatory:
        return candidate.title or (candidate.person.job_title if candidate.person else "")
    if signer.party.role in OUTSIDE and candidate.person_id is None:
        return candidate.title  # who binds a company outside is that company's own matter
    whose = bound_by(signer.party)
    powers = known.signatories(**whose) if known else signatories_of(**whose, on=on)
    power = next((each for each in powers if each.person_id == candidate.person_id), None)
    if power is None:
        raise DomainError(
            f"{candidate} is not recorded as authorized to sign here on this day. Ask the HMIS Lead to record who is."
        )
    return str(power.title)


def capacity_of(party: PacketParty, role: str) -> str:
    """For whom a signature is given, in words: "For Harbor House"."""
    if party.person_id and not role:
        return "For themselves"
    return role or f"For {party.organization or party.coc}"
