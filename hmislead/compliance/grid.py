"""Agencies × requirements: how many subjects of each requirement stand in which state, agency by agency."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count, F, QuerySet, Subquery

from hmislead.compliance import registry
from hmislead.compliance.models import State, Status, Tally

# What a cell shows when its subjects differ: the worst of them.
WORST = (State.OVERDUE, State.NOT_MET, State.DUE_SOON, State.WAIVED, State.MET, State.NOT_APPLICABLE)


@dataclass
class Cell:
    """The subjects of one requirement at one agency, counted by state."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def failing(self) -> int:
        return self.counts.get(State.OVERDUE, 0) + self.counts.get(State.NOT_MET, 0)

    @property
    def worst(self) -> str:
        return next((str(state) for state in WORST if self.counts.get(state)), "")

    @property
    def words(self) -> str:
        """What is written in the cell: the state's word for a single subject, else how many hold."""
        if self.total <= 1:
            return State(self.worst).label.lower() if self.worst else ""
        return f"{self.total - self.failing} of {self.total}"


Cells = dict[tuple[UUID, str], Cell]


def requirements_of_agencies() -> list[registry.Requirement]:
    """The columns: requirements whose subjects belong to an agency."""
    return [each for each in registry.ordered() if each.subject in {"organization", "person", "license"}]


def cells_on(day: dt.date | None, organizations: QuerySet[Any]) -> Cells:
    """The cells of these organizations: as they stand now (`day` None), or as they were recorded for a day.

    Two queries whatever the number of agencies. A person counts at each agency where they hold a living license. The
    caller narrows `organizations` to what the reader may see; the cells hold numbers only.
    """
    cells: Cells = defaultdict(Cell)
    rows = _now(organizations) if day is None else _recorded(day, organizations)
    for organization, requirement, state, count in rows:
        cells[organization, requirement].counts[state] = count
    return cells


def _now(organizations: QuerySet[Any]) -> list[tuple[Any, ...]]:
    wanted = organizations.order_by().values("pk")
    own = Status.objects.filter(organization__in=wanted).order_by()
    counted = list(own.values_list("organization_id", "requirement", "state").annotate(n=Count("pk")))
    licenses = apps.get_model("directory", "License").objects.living().filter(organization__in=wanted)
    # A join that multiplies people by their living licenses; each person counts once at each agency.
    people = Status.objects.filter(
        subject_kind="person", person__licenses__in=licenses.order_by().values("pk")
    ).order_by()
    people = people.annotate(agency=F("person__licenses__organization_id"))
    counted += people.values_list("agency", "requirement", "state").annotate(n=Count("pk", distinct=True))
    return counted


def _recorded(day: dt.date, organizations: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """From the tallies of the last evaluated day on or before `day`."""
    last = Tally.objects.filter(as_of__lte=day).order_by("-as_of").values("as_of")[:1]
    rows = Tally.objects.filter(as_of=Subquery(last), organization__in=organizations.order_by().values("pk"))
    return list(rows.values_list("organization_id", "requirement", "state", "count"))
