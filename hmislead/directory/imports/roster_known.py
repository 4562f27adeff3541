"""What is known here when a roster is compared: people, licenses, agencies by every name they go by, open tasks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hmislead.compliance.models import Task
from hmislead.directory.models import License, Organization, Person
from hmislead.directory.tabular.roster import RosterRow

#: What a Lead answers for a name that is no agency here: its accounts are not compared.
NO_AGENCY = "none"


def folded(name: str) -> str:
    """A name without capitals and extra blanks."""
    return " ".join(name.split()).casefold()


@dataclass(slots=True)
class Known:
    """The directory as a roster sees it."""

    organizations: dict[UUID, Organization]
    by_name: dict[str, UUID]
    people: dict[UUID, Person]
    by_email: dict[str, UUID]
    by_username: dict[str, UUID]
    licenses: dict[UUID, License]
    at: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    of_person: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    tasks: dict[UUID, list[Task]] = field(default_factory=lambda: defaultdict(list))
    tasks_by_key: dict[str, Task] = field(default_factory=dict)
    last_roster_on: dt.date | None = None

    def person_of(self, row: RosterRow) -> UUID | None:
        """Whom an account belongs to: by e-mail address, else by the user name of a license."""
        if row.email and row.email in self.by_email:
            return self.by_email[row.email]
        return self.by_username.get(row.username.casefold()) if row.username else None

    def living(self, person_id: UUID) -> list[License]:
        found = (self.licenses[key] for key in self.of_person.get(person_id, []))
        return [license for license in found if license.state != License.State.TERMINATED]


def load(chosen: dict[str, str], last_roster_on: dt.date | None) -> Known:
    """Everything to compare with. `chosen` maps names of the roster, folded, to agencies that people chose."""
    organizations = {row.pk: row for row in Organization.objects.all()}
    licenses = {
        row.pk: row
        for row in License.objects.select_related("person", "organization").order_by("requested_on", "created_at")
    }
    people = {row.pk: row for row in Person.objects.current()}
    known = Known(
        organizations,
        _names(organizations, chosen),
        people,
        {row.email.casefold(): row.pk for row in people.values() if row.email},
        _usernames(licenses.values()),
        licenses,
        last_roster_on=last_roster_on,
    )
    for license in licenses.values():
        known.of_person[license.person_id].append(license.pk)
        # Living after ended: of several at one agency the living one counts, else the last.
        key = (license.person_id, license.organization_id)
        before = known.at.get(key)
        if before is None or licenses[before].state == License.State.TERMINATED:
            known.at[key] = license.pk
    _add_tasks(known)
    return known


def _names(organizations: dict[UUID, Organization], chosen: dict[str, str]) -> dict[str, UUID]:
    found: dict[str, set[UUID]] = defaultdict(set)
    for row in organizations.values():
        for name in filter(None, (row.name, row.common_name)):
            found[folded(name)].add(_kept(organizations, row).pk)
    clear = {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1}
    picked = {name: UUID(key) for name, key in chosen.items() if key != NO_AGENCY and UUID(key) in organizations}
    return {**clear, **picked}


def _kept(organizations: dict[UUID, Organization], row: Organization) -> Organization:
    """The agency that one was merged into, or itself."""
    while row.merged_into_id and row.merged_into_id in organizations:
        row = organizations[row.merged_into_id]
    return row


def _usernames(licenses: Any) -> dict[str, UUID]:
    """User names that are one person's alone."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for license in licenses:
        if license.username:
            found[license.username.casefold()].add(license.person_id)
    return {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1}


def _add_tasks(known: Known) -> None:
    for task in Task.objects.open():
        if task.license_id:
            known.tasks[task.license_id].append(task)
        elif task.kind == Task.Kind.UNKNOWN_ACCOUNT:
            known.tasks_by_key[task.key] = task
