"""Which parties each type of agreement needs, checked with a sentence for each thing that is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agreements.models import Agreement, AgreementParty
from hmislead.directory.models import CoC, Organization, OrganizationRole, Person
from hmislead.directory.querysets import running
from hmislead.errors import DomainError
from hmislead.tenancy import settings

Role = AgreementParty.Role
Type = Agreement.Type

# The party that an agreement of a type is about, and those it needs besides.
SUBJECT = {
    Type.COC_LEAD: Role.COC,
    Type.PARTICIPATION: Role.CHO,
    Type.END_USER: Role.END_USER,
    Type.VENDOR: Role.VENDOR,
    Type.CONSULTANT: Role.VENDOR,
    Type.BUSINESS_ASSOCIATE: Role.CHO,  # the agency is the covered entity, the HMIS Lead its associate (45 CFR 160.103)
    Type.DATA_USE: Role.OTHER,
    Type.DATA_SHARING: Role.CHO,  # among agencies: each signs the same text with the HMIS Lead
    Type.PII_ACCESS: Role.OTHER,
    Type.INTEGRATION: Role.OTHER,
}
# What is agreed with a party outside the CoC is read by the HMIS Lead alone.
PRIVATE = {kind for kind, role in SUBJECT.items() if role in {Role.VENDOR, Role.OTHER}}
LEAD_NEEDED = set(SUBJECT) - {Type.END_USER}
MISSING = {
    Role.COC: "Say which CoC signs this agreement.",
    Role.CHO: "Say which agency signs this agreement.",
    Role.END_USER: "Say which person signs this agreement, and at which agency.",
    Role.VENDOR: "Say which vendor signs this contract.",
    Role.OTHER: "Say who the other party of this agreement is.",
    Role.LEAD: "Say which HMIS Lead signs this agreement.",
}
NO_LEAD = "No agency has the role HMIS Lead yet. Give your HMIS Lead that role first, then record the agreement."


@dataclass(frozen=True)
class PartyData:
    """A party by ids. `signed_by` is the name and title on the paper."""

    role: str
    coc_id: UUID | None = None
    organization_id: UUID | None = None
    person_id: UUID | None = None
    signed_by: str = ""


def leads() -> Any:
    """Organizations that hold the role HMIS Lead today."""
    roles = OrganizationRole.objects.filter(running(settings.today()), role=OrganizationRole.Role.HMIS_LEAD)
    return Organization.objects.current().filter(pk__in=roles.values("organization_id"))


def complete(agreement_type: str, parties: Iterable[PartyData], *, by: Any) -> list[PartyData]:
    """The parties, with the only HMIS Lead added where the type needs one and none was named.

    Every id is looked up through `visible_to(by)`. Raises DomainError with a sentence for what is missing or wrong.
    """
    found = list(parties)
    kind = Type(agreement_type)
    roles = [party.role for party in found]
    if kind in LEAD_NEEDED and Role.LEAD not in roles:
        found.append(PartyData(Role.LEAD, organization_id=the_lead().pk))
    if roles.count(SUBJECT[kind]) != 1:
        raise DomainError(MISSING[SUBJECT[kind]])
    for party in found:
        _check(party, by)
    return found


def the_lead() -> Organization:
    """The only HMIS Lead. Raises DomainError when there is none or more than one."""
    found = list(leads()[:2])
    if len(found) != 1:
        raise DomainError(MISSING[Role.LEAD] if found else NO_LEAD)
    return found[0]


def _check(party: PartyData, by: Any) -> None:
    needed = {
        Role.COC: (party.coc_id,),
        Role.END_USER: (party.person_id, party.organization_id),
        Role.OTHER: (party.organization_id or party.coc_id or party.person_id,),
    }.get(Role(party.role), (party.organization_id,))
    if not all(needed):
        raise DomainError(MISSING[Role(party.role)])
    for model, key in ((CoC, party.coc_id), (Organization, party.organization_id), (Person, party.person_id)):
        if key:
            model.objects.visible_to(by).get(pk=key)  # what they may not see does not exist for them
    _check_role(party)


def _check_role(party: PartyData) -> None:
    """An agency must be what the agreement says it is, or have been when an old agreement was signed."""
    wanted = {Role.LEAD: "hmis_lead", Role.CHO: "cho", Role.VENDOR: "vendor"}.get(Role(party.role))
    if wanted is None or party.organization_id is None:
        return
    if not OrganizationRole.objects.filter(organization_id=party.organization_id, role=wanted).exists():
        name = Organization.objects.values_list("name", flat=True).get(pk=party.organization_id)
        label = OrganizationRole.Role(wanted).label
        raise DomainError(f"{name} does not have the role {label}. Give it that role first, or choose another agency.")


def rows_of(agreement: Agreement, parties: Iterable[PartyData]) -> list[AgreementParty]:
    """Unsaved rows for an agreement's parties."""
    return [
        AgreementParty(
            agreement=agreement,
            role=party.role,
            coc_id=party.coc_id,
            organization_id=party.organization_id,
            person_id=party.person_id,
            signed_by=party.signed_by[:150],
        )
        for party in parties
    ]


def subject_of(agreement_type: str, parties: Iterable[PartyData | AgreementParty]) -> PartyData:
    """The party the agreement is about, without the signer's name: two agreements about the same thing share it.

    An agreement recorded while its type named another role is about whoever is not the HMIS Lead.
    """
    wanted, rows = SUBJECT[Type(agreement_type)], list(parties)
    role = wanted if any(party.role == wanted for party in rows) else next(p.role for p in rows if p.role != Role.LEAD)
    party = next(party for party in rows if party.role == role)
    return PartyData(role, party.coc_id, party.organization_id, party.person_id)
