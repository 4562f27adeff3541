"""What both kinds of report tell in the same way: lines of requirements, the trend, the Standards behind them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hmislead.access.scopes import ROBOT
from hmislead.catalogue.models import Standard
from hmislead.compliance import grid, registry, trends
from hmislead.compliance.models import FAILING, State, Tally
from hmislead.compliance.registry import Requirement
from hmislead.web.templatetags.web import long_date
from reporting.facts.results import Day, Result, results, standing_licenses

NEEDS_WORK = (*FAILING, State.DUE_SOON)
NOUNS = {
    "organization": ("agency", "agencies"),
    "person": ("person", "people"),
    "license": ("license", "licenses"),
    "coc": ("CoC", "CoCs"),
    "implementation": ("implementation", "implementations"),
}


@dataclass
class Dates:
    """Of the subjects of one requirement at one agency: since when the oldest fails, what is due first by state, and
    why it asks nothing where it does not apply (notes hold no personal data)."""

    since: dt.date | None = None
    due_in: dict[str, dt.date | None] = field(default_factory=dict)
    not_asked: str = ""

    def add(self, result: Result) -> None:
        if result.state in FAILING:
            self.since = earliest(self.since, result.since)
        if result.state in NEEDS_WORK:
            self.due_in[result.state] = earliest(self.due_in.get(result.state), result.due_on)
        if result.state == State.NOT_APPLICABLE:
            self.not_asked = result.note

    @property
    def due_on(self) -> dt.date | None:
        return min((day for day in self.due_in.values() if day), default=None)


def earliest(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    """The earlier of two days, either of which may be missing."""
    return min((day for day in (one, other) if day), default=None)


def count(number: int, noun: tuple[str, str]) -> str:
    """ "1 agency", "1,200 agencies"."""
    return f"{number:,} {noun[0] if number == 1 else noun[1]}"


def dates_by_agency(day: Day, organizations: QuerySet[Any]) -> Mapping[tuple[UUID, str], Dates]:
    """The dates of each agency and requirement. No names, so not narrowed to the people a reader sees: the caller
    narrows the agencies."""
    licenses = standing_licenses(day, organizations).values_list("person_id", "organization_id")
    agencies_of: dict[UUID, set[UUID]] = defaultdict(set)
    for person, agency in licenses:
        agencies_of[person].add(agency)
    wanted = set(organizations.order_by().values_list("pk", flat=True))
    found: dict[tuple[UUID, str], Dates] = defaultdict(Dates)
    about = Q(organization__in=wanted) | Q(subject_kind="person", person__in=agencies_of)
    for result in results(day, about, by=ROBOT):
        at = agencies_of[result.subject_id] if result.subject_kind == "person" else {result.organization_id} & wanted
        for agency in at:
            if agency is not None:
                found[agency, result.requirement].add(result)
    return found


def counted(cell: grid.Cell) -> int:
    """How many subjects a requirement asks something of."""
    return cell.total - cell.counts.get(State.NOT_APPLICABLE, 0)


def words_of(cell: grid.Cell, requirement: Requirement) -> str:
    """A cell in words: "18 of 21 people" hold; the state's own word stands alone for a single subject."""
    if requirement.subject == "organization" or not counted(cell):
        return ""
    return f"{counted(cell) - cell.failing} of {count(counted(cell), NOUNS[requirement.subject])}"


def meets(cells: Iterable[grid.Cell]) -> tuple[int, int]:
    """How many of an agency's requirements hold for all their subjects, and how many ask something of it."""
    asked = [cell for cell in cells if counted(cell)]
    return sum(1 for cell in asked if not cell.failing), len(asked)


def together(rows: list[dict[str, Any]], key: str, same: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows that differ in `key` alone as one row that names all of them; the order stays."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        mark = tuple(row[name] for name in same)
        if mark in found:
            found[mark][key] += f"; {row[key]}"
        else:
            found[mark] = dict(row)
    return list(found.values())


def trend(day: Day, by: Any, about: Q, who: str) -> dict[str, Any] | None:
    """The share of results that hold, week by week over the year before the day, with its finding; None before the
    second week. From the nightly tallies, so the last point is the last night."""
    tallies = Tally.objects.visible_to(by).filter(about, as_of__lte=day.on, as_of__gt=day.on - dt.timedelta(days=371))
    weeks = [(on, share.percent) for on, share in trends.weekly(trends.shares_by_day(tallies)) if share.counted]
    if len(weeks) < 2:
        return None
    return {
        "title": _finding(weeks[0][1], weeks[-1][1], weeks[0][0], who),
        "days": [on for on, _ in weeks],
        "values": [percent for _, percent in weeks],
    }


def _finding(first: float | None, last: float | None, since: dt.date, who: str) -> str:
    change = round((last or 0) - (first or 0))
    if abs(change) < 1:
        return f"{who}: {last:.0f}% of what is asked holds, as on {long_date(since)}"
    way = "up" if change > 0 else "down"
    return f"{who}: {last:.0f}% of what is asked holds, {way} from {first:.0f}% on {long_date(since)}"


def standards_of(requirements: Iterable[Requirement]) -> list[dict[str, Any]]:
    """The Standards that these requirements prove, in the order of the catalogue, each with the requirements."""
    titles: dict[str, list[str]] = defaultdict(list)
    for requirement in requirements:
        for code in requirement.standards:
            titles[code].append(requirement.title)
    known = {row.pk: row for row in Standard.objects.filter(pk__in=titles)}
    order = sorted(titles, key=lambda code: (known[code].position if code in known else 10_000, code))
    return [
        {"id": code, "label": known[code].label if code in known else "", "requirements": titles[code]}
        for code in order
    ]


def own_lines(day: Day, about: Q, by: Any, names: Mapping[Any, str]) -> list[dict[str, Any]]:
    """Results of single subjects (CoCs, the implementation) as rows, in the order people read requirements."""
    order = {each.code: (place, each) for place, each in enumerate(registry.ordered())}
    rows = sorted(
        results(day, about, by=by), key=lambda row: (order[row.requirement][0], names.get(row.subject_id, ""))
    )
    return [
        {
            "title": order[row.requirement][1].title,
            "about": names.get(row.subject_id, "The implementation"),
            "state": row.state,
            "note": row.note,
            "due_on": row.due_on,
            "since": row.since,
            "standards": list(order[row.requirement][1].standards),
            "code": row.requirement,
        }
        for row in rows
    ]
