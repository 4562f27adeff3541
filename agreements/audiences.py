"""Whom a campaign goes to: a filter over the agencies, licenses or CoCs that its type of agreement is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from agreements.models import Agreement, AgreementParty, Campaign, Packet, PacketParty
from agreements.parties import LEAD_NEEDED, SUBJECT, PartyData, Role, Type, the_lead
from hmislead.directory.models import CoC, License, Organization, OrganizationRole, Participation
from hmislead.directory.querysets import running
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError
from hmislead.tenancy import settings

WHOM = (
    ("all", "Everybody it is meant for"),
    ("unsigned", "Who has no agreement in force"),
    ("older", "Who signed an older version"),
    ("expiring", "Whose agreement ends before a day"),
)
TYPES = (Type.PARTICIPATION, Type.END_USER, Type.COC_LEAD)
OPEN = ("draft", "sent", "partly")


@dataclass(frozen=True)
class Audience:
    """A filter: `whom` of WHOM, `before` the day for expiring ones, and some agencies or one CoC only."""

    whom: str = "all"
    before: dt.date | None = None
    organization_ids: tuple[UUID, ...] = ()
    coc_id: UUID | None = None

    def stored(self) -> dict[str, Any]:
        """As a campaign keeps it."""
        return {
            "whom": self.whom,
            "before": self.before.isoformat() if self.before else None,
            "organizations": [str(key) for key in self.organization_ids],
            "coc": str(self.coc_id) if self.coc_id else None,
        }


def from_stored(data: dict[str, Any]) -> Audience:
    """The audience that `stored` wrote."""
    return Audience(
        data.get("whom", "all"),
        dt.date.fromisoformat(data["before"]) if data.get("before") else None,
        tuple(UUID(key) for key in data.get("organizations", [])),
        UUID(data["coc"]) if data.get("coc") else None,
    )


def check(version: DocumentVersion, audience: Audience) -> None:
    """Raises DomainError for a type that has no audience, or an expiring audience without its day."""
    if version.document.type not in TYPES:
        raise DomainError("A campaign sends agreements of agencies, end users or CoCs. Send others one by one.")
    if audience.whom == "expiring" and audience.before is None:
        raise DomainError("Say before which day the agreements end.")


def matching(version: DocumentVersion, audience: Audience) -> QuerySet[Any]:
    """Agencies, licenses or CoCs that a version is meant for and the filter names, whatever they have been sent."""
    kind, today = Type(version.document.type), settings.today()
    rows = _placed(_subjects(kind, today), kind, audience)
    signed = AgreementParty.objects.filter(
        agreement__in=Agreement.objects.filter(type=kind).in_force(today), role=SUBJECT[kind], **_same(kind)
    )
    if audience.whom == "unsigned":
        return rows.exclude(Exists(signed))
    if audience.whom == "older":
        return rows.filter(Exists(signed)).exclude(Exists(signed.filter(agreement__version=version)))
    if audience.whom == "expiring":
        lasting = Q(agreement__ends_on=None) | Q(agreement__ends_on__gte=audience.before)
        return rows.filter(Exists(signed)).exclude(Exists(signed.filter(lasting)))
    return rows


def pending(campaign: Campaign) -> QuerySet[Any]:
    """Whom a campaign has still to be sent to: nobody twice, nobody who has one of this document out, no known problem."""
    version = campaign.version
    kind = Type(version.document.type)
    refused = [UUID(each["id"]) for each in campaign.problems if each.get("id")]
    theirs = PacketParty.objects.filter(role=SUBJECT[kind], **_same(kind))
    got = theirs.filter(packet__campaign=campaign)
    out = theirs.filter(packet__version__document_id=version.document_id, packet__state__in=OPEN)
    return matching(version, from_stored(campaign.audience)).exclude(
        Q(Exists(got)) | Q(Exists(out)) | Q(pk__in=refused)
    )


def party_of(kind: str, subject: Any) -> PartyData:
    """The party that an agreement with an agency, license holder or CoC is about."""
    role = SUBJECT[Type(kind)]
    if isinstance(subject, License):
        return PartyData(role, organization_id=subject.organization_id, person_id=subject.person_id)
    if isinstance(subject, CoC):
        return PartyData(role, coc_id=subject.pk)
    return PartyData(role, organization_id=subject.pk)


def parties_of(kind: str, subject: Any, lead: Organization | None = None) -> list[PartyData]:
    """All parties: the HMIS Lead besides, where the type needs it (`lead`, if it was looked up already).

    Raises DomainError when there is not exactly one.
    """
    if Type(kind) not in LEAD_NEEDED:
        return [party_of(kind, subject)]
    return [party_of(kind, subject), PartyData(Role.LEAD, organization_id=(lead or the_lead()).pk)]


def laggards(campaign: Campaign) -> Any:
    """Packets of a campaign that wait for somebody."""
    return Packet.objects.out().filter(campaign=campaign)


def _subjects(kind: Type, today: dt.date) -> QuerySet[Any]:
    if kind == Type.COC_LEAD:
        return CoC.objects.order_by("pk")
    if kind == Type.PARTICIPATION:
        held = OrganizationRole.objects.filter(running(today), role="hmis_lead", organization=OuterRef("pk"))
        return Organization.objects.chos(today).exclude(Exists(held)).order_by("pk")
    licenses = License.objects.living_on(today).select_related("person__user", "organization").order_by("pk")
    if settings.value("end_user_agreement.per") == "license":
        return licenses
    earlier = License.objects.living_on(today).filter(person=OuterRef("person"), pk__lt=OuterRef("pk"))
    return licenses.exclude(Exists(earlier))


def _placed(rows: QuerySet[Any], kind: Type, audience: Audience) -> QuerySet[Any]:
    path = {Type.PARTICIPATION: "pk", Type.END_USER: "organization"}.get(kind)
    if audience.organization_ids and path:
        rows = rows.filter(**{f"{path}__in": audience.organization_ids})
    if audience.coc_id and path:
        there = Participation.objects.filter(running(settings.today()), coc_id=audience.coc_id)
        rows = rows.filter(**{f"{path}__in": there.values("organization_id")})
    elif audience.coc_id:
        rows = rows.filter(pk=audience.coc_id)
    return rows


def _same(kind: Type) -> dict[str, Any]:
    """The lookup from a party of an agreement or packet to the row outside."""
    if kind == Type.COC_LEAD:
        return {"coc": OuterRef("pk")}
    if kind == Type.PARTICIPATION:
        return {"organization": OuterRef("pk")}
    same = {"person": OuterRef("person")}
    per_license = settings.value("end_user_agreement.per") == "license"
    return {**same, "organization": OuterRef("organization")} if per_license else same
