"""Reminders, after each night: who must do what by when, told once at each point before and after the date.

The points are the settings `reminders.days_before` (90, 60, 30, 7 days), the day itself, and every
`reminders.repeat_after` days after it. A night that was missed is made up for at the next: what counts is the last
point that has been reached, and that nobody was reminded of it yet.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse

from hmislead.compliance import registry
from hmislead.compliance.models import FAILING, Run, State, SubjectKind
from hmislead.directory.models import CoC, License, Organization, Person
from hmislead.notices import audience, operations, wording
from hmislead.notices.audience import Recipient, recipients_of
from hmislead.notices.ground_types import REQUIREMENT_DUE
from hmislead.notices.operations import Telling
from hmislead.notices.registry import TYPES
from hmislead.notices.wording import Item
from hmislead.tenancy import context, settings

# One statement: the point each dated result has reached, kept unless it was reached before; what is new comes back.
FRESH = """
WITH aimed AS (
    SELECT requirement, subject_kind, subject_id, organization_id, coc_id, person_id, license_id, state,
           CASE WHEN state = ANY(%(failing)s) THEN COALESCE(due_on, since) ELSE due_on END AS aim,
           due_on
    FROM compliance_status
    WHERE implementation_id = %(implementation)s
      AND (state = ANY(%(failing)s) OR state = %(due_soon)s
           OR (state = %(met)s AND NOT requirement = ANY(%(not_while_met)s)))
), reached AS (
    SELECT *, CASE
        WHEN aim > %(as_of)s THEN
            (SELECT MIN(days) FROM unnest(%(before)s::int[]) AS days WHERE days >= aim - %(as_of)s)
        WHEN aim = %(as_of)s OR state = ANY(%(failing)s) THEN
            -(((%(as_of)s - aim) / %(every)s) * %(every)s)
        END AS point
    FROM aimed
), fresh AS (
    INSERT INTO notices_reminder (id, implementation_id, created_at, updated_at, requirement, subject_id, due_on, point,
        told_on)
    SELECT gen_random_uuid(), %(implementation)s, now(), now(), requirement, subject_id, aim, point, %(as_of)s
    FROM reached WHERE point IS NOT NULL
    ON CONFLICT (implementation_id, subject_id, requirement, due_on, point) DO NOTHING
    RETURNING requirement, subject_id
)
SELECT r.requirement, r.subject_kind, r.subject_id, r.organization_id, r.coc_id, r.person_id, r.license_id, r.state,
    r.due_on
FROM reached r JOIN fresh USING (requirement, subject_id)
"""


@dataclass(frozen=True)
class Due:
    """One result that has reached a point. `due_on` is None for what is missing and has no date of its own."""

    requirement: str
    subject_kind: str
    subject_id: UUID
    organization_id: UUID | None
    coc_id: UUID | None
    person_id: UUID | None
    license_id: UUID | None
    state: str
    due_on: dt.date | None

    @property
    def failing(self) -> bool:
        return self.state in FAILING


def after_night(run: Run) -> None:
    """The unit that every run ends with. A second run of the same day finds nothing new to tell."""
    remind(run.as_of)


def remind(as_of: dt.date) -> int:
    """Tell everybody what has reached a point on `as_of`. Returns how many notices and mail entries that made.

    Agencies' results go to their leads and contacts, people's and licenses' to the person and (as a count, for each
    requirement) to the lead of the agency, CoCs' to their staff and the HMIS Lead's, the implementation's to the latter.
    """
    dues = [due for due in fresh(as_of) if due.requirement in registry.REQUIREMENTS]
    if not dues:
        return 0
    tellings = [*_about_agencies(dues, as_of), *_to_people(dues, as_of), *_about_people(dues, as_of)]
    tellings += _to_staff(dues, as_of)
    operations.tell(TYPES[REQUIREMENT_DUE], tellings)
    return len(tellings)


def fresh(as_of: dt.date) -> list[Due]:
    """Results that have reached a point nobody was reminded of, noted as reminded."""
    chosen = settings.values(
        ["reminders.days_before", "reminders.repeat_after", "reminders.only_when_due_soon"], on=as_of
    )
    values = {
        "implementation": context.current().pk,
        "as_of": as_of,
        "before": chosen["reminders.days_before"],
        "every": chosen["reminders.repeat_after"],
        "failing": [str(state) for state in FAILING],
        "met": State.MET.value,
        "due_soon": State.DUE_SOON.value,
        "not_while_met": [code.strip() for code in chosen["reminders.only_when_due_soon"].split(",")],
    }
    with connection.cursor() as cursor:
        cursor.execute(FRESH, values)
        return [Due(*row) for row in cursor.fetchall()]


def _about_agencies(dues: list[Due], today: dt.date) -> list[Telling]:
    about = [due for due in dues if due.subject_kind == SubjectKind.ORGANIZATION and due.organization_id]
    ids = {due.organization_id for due in about if due.organization_id}
    names, told = _names(ids), audience.people_of_agencies(ids)
    return [
        Telling(recipient, _item(due, names[due.organization_id], today), due.organization_id)
        for due in about
        if due.organization_id and due.organization_id in names
        for recipient in told[due.organization_id]
    ]


def _to_people(dues: list[Due], today: dt.date) -> list[Telling]:
    about = [due for due in dues if due.person_id]
    people = Person.objects.filter(pk__in={due.person_id for due in about}, merged_into=None).select_related("user")
    by_person = {person.pk: person for person in people}
    reached = {each.person_id: each for each in recipients_of(by_person.values())}
    return [
        Telling(reached[due.person_id], _item(due, "For you", today), due.organization_id, due.license_id)
        for due in about
        if due.person_id in reached
    ]


def _about_people(dues: list[Due], today: dt.date) -> list[Telling]:
    """For the lead of each agency: how many people, without names."""
    about = [due for due in dues if due.person_id]
    agencies = _agencies_of_people({due.person_id for due in about if due.license_id is None and due.person_id})
    groups: dict[tuple[UUID, str], list[Due]] = defaultdict(list)
    for due in about:
        at = [due.organization_id] if due.organization_id else agencies.get(due.person_id, [])
        for organization_id in at:
            groups[organization_id, due.requirement].append(due)
    ids = {organization_id for organization_id, _ in groups}
    names, leads = _names(ids), audience.leads_of_agencies(ids)
    return [
        Telling(recipient, _group_item(names[agency], agency, code, group, today), agency)
        for (agency, code), group in sorted(groups.items(), key=lambda each: str(each[0]))
        if agency in names
        for recipient in leads[agency]
    ]


def _to_staff(dues: list[Due], today: dt.date) -> list[Telling]:
    about = [due for due in dues if due.subject_kind in {SubjectKind.IMPLEMENTATION, SubjectKind.COC}]
    if not about:
        return []
    lead = recipients_of(audience.lead_staff())
    here = context.current().name
    numbers: dict[Any, str] = dict(CoC.objects.filter(pk__in={due.coc_id for due in about}).values_list("pk", "number"))
    staff: dict[Any, list[Recipient]] = {coc_id: recipients_of(audience.coc_staff(coc_id)) for coc_id in numbers}
    told = []
    for due in about:
        who = numbers.get(due.coc_id, here)
        to = dict.fromkeys([*lead, *staff.get(due.coc_id, [])])
        told += [Telling(recipient, _item(due, who, today)) for recipient in to]
    return told


def _item(due: Due, who: str, today: dt.date) -> Item:
    requirement = registry.REQUIREMENTS[due.requirement]
    staff = due.subject_kind in {SubjectKind.IMPLEMENTATION, SubjectKind.COC}
    title = requirement.title if staff else requirement.for_agencies
    sentence = wording.due_sentence(who, title, due.due_on, today, failing=due.failing)
    path = requirement.link(context.current().slug, due.subject_id)
    return Item(sentence, path, due.due_on, f"due:{due.requirement}:{due.subject_id}:{today}", REQUIREMENT_DUE)


def _group_item(name: str, organization_id: UUID, code: str, group: list[Due], today: dt.date) -> Item:
    first = min((due.due_on for due in group if due.due_on), default=None)
    people = len({due.person_id for due in group})
    title = registry.REQUIREMENTS[code].for_agencies
    path = reverse("directory:organization-detail", kwargs={"slug": context.current().slug, "pk": organization_id})
    sentence = wording.people_sentence(name, title, people, first, today)
    return Item(sentence, path, first, f"due:{code}:{organization_id}:{today}", REQUIREMENT_DUE)


def _names(ids: Iterable[UUID]) -> dict[Any, str]:
    return dict(Organization.objects.current().filter(pk__in=set(ids)).values_list("pk", "name"))


def _agencies_of_people(ids: set[UUID]) -> dict[Any, list[UUID]]:
    found: dict[Any, list[UUID]] = defaultdict(list)
    licenses = License.objects.living().filter(person_id__in=ids).order_by("organization_id")
    for person_id, organization_id in licenses.values_list("person_id", "organization_id").distinct():
        found[person_id].append(organization_id)
    return found
