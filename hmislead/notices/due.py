"""What is due or missing at agencies, counted for the mails of a reminder by hand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min

from hmislead.compliance import registry
from hmislead.compliance.models import State, Status, SubjectKind
from hmislead.notices import wording

OPEN_STATES = (State.DUE_SOON, State.OVERDUE, State.NOT_MET)
LIVING = ("requested", "blocked", "active", "suspended")


@dataclass(frozen=True)
class AgencyDue:
    """One requirement that an agency, or `people` of its people, do not meet or soon will not. `first`: earliest date."""

    requirement: str
    people: int | None
    first: dt.date | None
    failing: bool

    def sentence(self, agency: str, today: dt.date) -> str:
        """In words, without names."""
        title = registry.REQUIREMENTS[self.requirement].for_agencies
        if self.people is None:
            return wording.due_sentence(agency, title, self.first, today, failing=self.failing)
        return wording.people_sentence(agency, title, self.people, self.first, today)


def of_agencies(
    organization_ids: Iterable[UUID], requirements: Iterable[str], *, by: Any
) -> dict[UUID, list[AgencyDue]]:
    """What of these requirements is open at each of these agencies, in the order of the requirements: two queries."""
    ids = list(organization_ids)
    codes = [code for code in requirements if code in registry.REQUIREMENTS]
    rows = Status.objects.visible_to(by).filter(requirement__in=codes, state__in=OPEN_STATES)
    at_agency = rows.filter(organization_id__in=ids).values("organization_id", "requirement", "subject_kind")
    of_people = rows.filter(
        subject_kind=SubjectKind.PERSON,
        person__licenses__organization_id__in=ids,
        person__licenses__state__in=LIVING,
    ).values("person__licenses__organization_id", "requirement", "subject_kind")
    found: dict[UUID, list[AgencyDue]] = defaultdict(list)
    for row in [*_counted(at_agency), *_counted(of_people)]:
        agency = row.get("organization_id") or row["person__licenses__organization_id"]
        people = None if row["subject_kind"] == SubjectKind.ORGANIZATION else row["people"]
        found[agency].append(AgencyDue(row["requirement"], people, row["first"], row["worst"] != State.DUE_SOON))
    order = [requirement.code for requirement in registry.ordered()]
    return {agency: sorted(dues, key=lambda due: order.index(due.requirement)) for agency, dues in found.items()}


def _counted(rows: Any) -> Any:
    # Of the three states "due_soon" is the first in the alphabet: the greatest is a failing one if there is any.
    return rows.annotate(people=Count("person_id", distinct=True), first=Min("due_on"), worst=Max("state")).order_by()
