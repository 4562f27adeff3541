"""What packets are made of beside their own rows, each thing read once: for one packet, or for a batch of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from hmislead.directory.models import CoC, Organization, OrganizationRole, Participation, Person, Signatory
from hmislead.directory.querysets import running
from hmislead.documents import effective
from hmislead.documents.field_values import general_values
from hmislead.documents.models import DocumentVersion
from hmislead.tenancy import settings


def signatories_of(*, organization_id: UUID | None = None, coc_id: UUID | None = None, on: dt.date) -> Any:
    """Recorded powers to bind an organization or a CoC on a day."""
    whose = Q(organization_id=organization_id, coc=None) if organization_id else Q(coc_id=coc_id, organization=None)
    return Signatory.objects.filter(running(on), whose, person__merged_into=None).select_related("person__user")


class Known:
    """Answers of one day, remembered while a packet or a batch is made, and no longer: the next one asks anew."""

    def __init__(self, *, organizations: Iterable[Organization] = (), people: Iterable[Person] = ()) -> None:
        """`organizations` and `people` (with their users) are what a batch is about: what it needs is read in bulk."""
        self.today = settings.today()
        self._kept: dict[tuple[Any, ...], Any] = {}
        for person in people:
            self._kept["person", person.pk] = person
        found = {each.pk: each for each in organizations}
        if found:
            self._read_ahead(found)

    def signatories(self, *, organization_id: UUID | None = None, coc_id: UUID | None = None) -> list[Signatory]:
        """Recorded powers to bind an organization or a CoC today."""
        return self._once(
            ("powers", organization_id or coc_id),
            lambda: list(signatories_of(organization_id=organization_id, coc_id=coc_id, on=self.today)),
        )

    def person(self, key: UUID) -> Person | None:
        """A person who was not merged into another."""
        return self._once(
            ("person", key),
            lambda: Person.objects.filter(pk=key, merged_into=None).select_related("user").first(),
        )

    def organization(self, key: UUID) -> Organization:
        """An organization by its id."""
        return self._once(("organization", key), lambda: Organization.objects.get(pk=key))

    def coc(self, key: UUID) -> CoC:
        """A CoC by its id."""
        return self._once(("coc", key), lambda: CoC.objects.get(pk=key))

    def roles(self, organization_id: UUID) -> set[str]:
        """The roles an organization holds today."""
        return self._once(("roles", organization_id), lambda: _roles([organization_id]).get(organization_id, set()))

    def cocs(self, organization_id: UUID) -> list[CoC]:
        """The CoCs in which an organization takes part today."""
        return self._once(("cocs", organization_id), lambda: _cocs([organization_id]).get(organization_id, []))

    def all_cocs(self) -> list[CoC]:
        """Every CoC."""
        return self._once(("all_cocs",), lambda: list(CoC.objects.all()))

    def general(self, coc: CoC | None, language: str) -> dict[str, str]:
        """Merge fields that do not depend on who signs."""
        return self._once(
            ("general", coc.pk if coc else None, language), lambda: general_values(coc=coc, language=language)
        )

    def setting(self, key: str) -> Any:
        """The value of a setting today."""
        return self._once(("setting", key), lambda: settings.value(key))

    def version_in(self, version: DocumentVersion, cocs: Collection[UUID]) -> DocumentVersion | None:
        """The version of the same document that holds for who belongs to these CoCs, by the Lead's setting."""
        return self._once(
            ("version", version.document_id, frozenset(cocs)),
            lambda: effective.version_in(version.document.type, cocs, on=self.today, document_id=version.document_id),
        )

    def _once(self, key: tuple[Any, ...], read: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = read()
        return self._kept[key]

    def _read_ahead(self, organizations: dict[UUID, Organization]) -> None:
        """One query for each kind of thing, however many organizations."""
        keys = list(organizations)
        powers: dict[UUID | None, list[Signatory]] = {}
        held = Signatory.objects.filter(running(self.today), organization_id__in=keys, coc=None)
        for power in held.filter(person__merged_into=None).select_related("person__user"):
            powers.setdefault(power.organization_id, []).append(power)
            self._kept["person", power.person_id] = power.person
        roles, cocs = _roles(keys), _cocs(keys)
        for key, organization in organizations.items():
            self._kept["organization", key] = organization
            self._kept["powers", key] = powers.get(key, [])
            self._kept["roles", key] = roles.get(key, set())
            self._kept["cocs", key] = cocs.get(key, [])


def _roles(keys: list[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    rows = OrganizationRole.objects.filter(running(settings.today()), organization_id__in=keys)
    for key, role in rows.values_list("organization_id", "role"):
        found.setdefault(key, set()).add(role)
    return found


def _cocs(keys: list[UUID]) -> dict[UUID, list[CoC]]:
    found: dict[UUID, list[CoC]] = {}
    rows = Participation.objects.filter(running(settings.today()), organization_id__in=keys).select_related("coc")
    for row in rows.order_by("coc__number"):
        mine = found.setdefault(row.organization_id, [])
        if row.coc not in mine:
            mine.append(row.coc)
    return found
