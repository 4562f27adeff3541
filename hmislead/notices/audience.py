"""Whom a notice goes to: users, and people who have no sign-in but an address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hmislead.access.models import RoleGrant
from hmislead.accounts.models import User
from hmislead.directory.models import Contact
from hmislead.directory.querysets import running
from hmislead.tenancy import context, settings

LEAD_ROLES = ("lead_administrator", "lead_staff")
AGENCY_ROLES = ("cho_lead",)
ACCOUNT_ROLES = ("cho_lead", "cho_security_officer")


@dataclass(frozen=True)
class Recipient:
    """One mailbox. Without `user_id` the person has no sign-in and is told by e-mail alone."""

    address: str
    user_id: UUID | None = None
    person_id: UUID | None = None

    @property
    def key(self) -> str:
        """The same for the same human being, whatever their address."""
        return str(self.user_id or self.person_id)


def recipients_of(members: Iterable[Any]) -> list[Recipient]:
    """Recipients from users, people and recipients, each mailbox once, in order. Who cannot be reached is left out."""
    given = list(members)
    belong = members_among(given)
    found: dict[str, Recipient] = {}
    for member in given:
        recipient = member if isinstance(member, Recipient) else _recipient(member, belong)
        if recipient:
            found.setdefault(recipient.key, recipient)
    return list(found.values())


def recipients_by_person(people: Iterable[Any]) -> dict[UUID, Recipient]:
    """The mailboxes of those among these people who can sign in here, by the id of the person. One query."""
    given = list(people)
    belong = members_among(given)
    found = {person.pk: _recipient(person, belong) for person in given if person.user_id in belong}
    return {key: recipient for key, recipient in found.items() if recipient}


def members_among(given: Iterable[Any]) -> set[UUID]:
    """Ids of the users, among users and people given, who belong to the current implementation and can sign in."""
    ids = {member.pk if isinstance(member, User) else member.user_id for member in given}
    users = User.objects.filter(
        pk__in=[pk for pk in ids if pk], is_active=True, memberships__implementation=context.current()
    )
    return set(users.values_list("pk", flat=True))


def _recipient(member: Any, belong: set[UUID]) -> Recipient | None:
    if isinstance(member, User):
        return Recipient(member.email, user_id=member.pk) if member.pk in belong else None
    if member.user_id in belong:
        return Recipient(member.user.email, user_id=member.user_id, person_id=member.pk)
    return Recipient(member.email, person_id=member.pk) if member.email else None


def lead_staff() -> list[User]:
    """Administrators and staff of the HMIS Lead."""
    return holders(*LEAD_ROLES)


def coc_staff(coc_id: UUID) -> list[User]:
    """Staff of one CoC."""
    return holders("coc_staff", coc_id=coc_id)


def account_keepers(organization_id: UUID | None) -> list[User]:
    """Who can vouch for an agency's HMIS accounts: HMIS Lead staff, and the agency's lead and security officer."""
    at_agency = holders(*ACCOUNT_ROLES, organization_id=organization_id) if organization_id else []
    return [*lead_staff(), *at_agency]


def leads_of_agencies(ids: Iterable[UUID]) -> dict[UUID, list[Recipient]]:
    """The leads of each of these agencies: who sees its people. Three queries, however many agencies."""
    return _by_agency(_holders_at(set(ids), AGENCY_ROLES))


def keepers_of_agencies(ids: Iterable[UUID]) -> dict[UUID, list[Recipient]]:
    """The leads and security officers of each of these agencies: who can vouch for its accounts."""
    return _by_agency(_holders_at(set(ids), ACCOUNT_ROLES))


def people_of_agencies(ids: Iterable[UUID]) -> dict[UUID, list[Recipient]]:
    """The leads of each of these agencies and the contacts it names, each human being once."""
    wanted = set(ids)
    contacts = Contact.objects.filter(running(settings.today()), organization_id__in=wanted, person__merged_into=None)
    named = [(row.organization_id, row.person) for row in contacts.select_related("person__user").order_by("person_id")]
    return _by_agency([*_holders_at(wanted, AGENCY_ROLES), *named])


def _holders_at(ids: set[UUID], roles: tuple[str, ...]) -> list[tuple[UUID, Any]]:
    grants = RoleGrant.objects.active(settings.today()).filter(role__in=roles, organization_id__in=ids)
    held = grants.select_related("user").order_by("user_id")
    return [(grant.organization_id, grant.user) for grant in held if grant.organization_id]


def _by_agency(pairs: list[tuple[UUID, Any]]) -> dict[UUID, list[Recipient]]:
    belong = members_among([member for _, member in pairs])
    found: dict[UUID, dict[str, Recipient]] = defaultdict(dict)
    for agency, member in pairs:
        recipient = _recipient(member, belong)
        if recipient:
            found[agency].setdefault(recipient.key, recipient)
    return defaultdict(list, {agency: list(recipients.values()) for agency, recipients in found.items()})


def holders(*roles: str, organization_id: UUID | None = None, coc_id: UUID | None = None) -> list[User]:
    """Active members who hold one of `roles` today at exactly this scope (neither id: at the implementation)."""
    at: dict[str, Any] = {"organization_id": organization_id, "coc_id": coc_id}
    grants = RoleGrant.objects.active(settings.today()).filter(role__in=roles, **at)
    members = User.objects.filter(is_active=True, memberships__implementation=context.current())
    return list(members.filter(pk__in=grants.values("user_id")).order_by("pk"))
