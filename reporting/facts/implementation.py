"""What the report about a whole implementation, or about one CoC's share of it, says, as plain facts.

Its pages name agencies and never people: a governing body may read them. The workbook of a reader who may see the
people (`named`) lists what fails one by one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from hmislead.compliance import grid, registry
from hmislead.compliance.models import FAILING, State, Waiver
from hmislead.directory.models import CoC, License, Organization, Participation, Person, StaffPosition
from hmislead.directory.querysets import running
from hmislead.tenancy import context
from reporting.facts import shared
from reporting.facts.results import Day, access_of, may_use, results, standing_licenses

Facts = dict[str, Any]
OWN = ("roster-fresh", "administrator-ratio")


def agencies_on(day: Day, coc: CoC | None, by: Any) -> QuerySet[Any]:
    """The agencies of the report: those that stood on the day and were CHOs or held a license, in the CoC if one is
    named, and in the reader's sight."""
    living = License.objects.living_on(day.on) if day.is_past else License.objects.living()
    found = Organization.objects.visible_to(by).filter(
        Q(closed_on=None) | Q(closed_on__gt=day.on),
        Q(pk__in=Organization.objects.chos(day.on).values("pk")) | Exists(living.filter(organization=OuterRef("pk"))),
        merged_into=None,
    )
    if coc is None:
        return found
    taken = Participation.objects.filter(running(day.on), organization=OuterRef("pk"), coc=coc)
    return found.filter(Exists(taken))


def collect(coc: CoC | None, day: Day, *, by: Any, named: bool) -> Facts:
    """The facts of the implementation, or of one CoC's share, on a day as `by` may see them."""
    agencies = agencies_on(day, coc, by)
    cells = grid.cells_on(day.on if day.is_past else None, agencies)
    columns = [each for each in grid.requirements_of_agencies() if any(code == each.code for _, code in cells)]
    rows = _grid(list(agencies), columns, cells)
    cocs = list(CoC.objects.visible_to(by).filter(pk=coc.pk) if coc else CoC.objects.visible_to(by))
    own = _own(day, cocs, coc, by)
    in_coc = _members(day, cocs, agencies)
    return {
        "about": str(coc) if coc else context.current().name,
        "is_share": coc is not None,
        "named": named,
        "agencies": len(rows),
        "complete": sum(1 for row in rows if row["asked"] and row["holds"] == row["asked"]),
        "grid": {"columns": [_column(each) for each in columns], "rows": rows},
        "by_requirement": [_by_requirement(each, cells) for each in columns],
        "by_coc": [_by_coc(each, cells, own, in_coc[each.pk]) for each in cocs],
        "own": own,
        **_licenses(day, agencies),
        "exceptions": _exceptions(rows, columns, cells, shared.dates_by_agency(day, agencies)),
        "one_by_one": _one_by_one(day, agencies, by) if named else [],
        "waivers": _waivers(day, agencies, cocs, coc, by),
        "staff": _staff(day, by) if coc is None else [],
        "trend": shared.trend(day, by, _tallied(agencies, cocs, coc), str(coc or context.current().name)),
        "standards": shared.standards_of(_told(columns, own)),
    }


def _tallied(agencies: QuerySet[Any], cocs: list[CoC], coc: CoC | None) -> Q:
    """Everything of the implementation; for a share its agencies' and its CoC's own."""
    return Q(organization__in=agencies.order_by().values("pk")) | Q(coc__in=cocs) if coc else Q()


def _column(each: registry.Requirement) -> Facts:
    return {"title": each.title, "code": each.code, "blocks": each.blocks}


def _grid(agencies: list[Organization], columns: list[registry.Requirement], cells: grid.Cells) -> list[Facts]:
    rows = []
    for agency in agencies:
        mine = [cells.get((agency.pk, each.code)) for each in columns]
        holds, asked = shared.meets(cell for cell in mine if cell)
        told = [{"state": cell.worst, "words": _short(cell)} if cell else {"state": "", "words": ""} for cell in mine]
        rows.append({"id": str(agency.pk), "name": agency.name, "holds": holds, "asked": asked, "cells": told})
    return rows


def _short(cell: grid.Cell) -> str:
    """For a cell of many subjects how many hold; '' for a single one, whose state says it."""
    asked = shared.counted(cell)
    return f"{asked - cell.failing} of {asked}" if cell.total > 1 and asked else ""


def _counts(cells: list[grid.Cell]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for cell in cells:
        for state, number in cell.counts.items():
            total[str(state)] += number
    return dict(total)


def _by_requirement(each: registry.Requirement, cells: grid.Cells) -> Facts:
    counts = _counts([cell for (_, code), cell in cells.items() if code == each.code])
    return {"title": each.title, "subject": each.subject, "counts": counts}


def _members(day: Day, cocs: list[CoC], agencies: QuerySet[Any]) -> dict[UUID, set[UUID]]:
    taken = Participation.objects.filter(
        running(day.on), coc__in=cocs, organization__in=agencies.order_by().values("pk")
    )
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for coc, agency in taken.values_list("coc_id", "organization_id"):
        members[coc].add(agency)
    return members


def _by_coc(coc: CoC, cells: grid.Cells, own: list[Facts], members: set[UUID]) -> Facts:
    """An agency in two CoCs counts in both."""
    counts = _counts([cell for (agency, _), cell in cells.items() if agency in members])
    for row in own:
        if row["about"] == str(coc):
            counts[row["state"]] = counts.get(row["state"], 0) + 1
    return {"title": str(coc), "number": coc.number, "agencies": len(members), "counts": counts}


def _own(day: Day, cocs: list[CoC], coc: CoC | None, by: Any) -> list[Facts]:
    """Requirements of the CoCs and of the implementation itself; of the latter nothing in a CoC's share."""
    about = Q(subject_kind="coc", coc__in=cocs)
    about |= Q(pk__in=[]) if coc else Q(subject_kind="implementation")
    return shared.own_lines(day, about, by, {each.pk: str(each) for each in cocs})


def _told(columns: list[registry.Requirement], own: list[Facts]) -> list[registry.Requirement]:
    codes = {each.code for each in columns} | {row["code"] for row in own}
    return [each for each in registry.ordered() if each.code in codes]


def _licenses(day: Day, agencies: QuerySet[Any]) -> Facts:
    """How many licenses may be used, and what shuts the others."""
    licenses = list(standing_licenses(day, agencies).only("pk", "person", "organization", *_STATE))
    gates = access_of(day, licenses)
    shut = [row for row in licenses if not may_use(row, gates[row.pk], day)]
    reasons: dict[str, int] = defaultdict(int)
    for row in shut:
        for code in gates[row.pk].reasons:
            reasons[registry.REQUIREMENTS[code].title] += 1
    return {
        "licenses": len(licenses),
        "may_not": len(shut),
        "reasons": sorted(([title, n] for title, n in reasons.items()), key=lambda pair: (-pair[1], pair[0])),
    }


_STATE = ("state", "activated_on", "suspended_on")


def _exceptions(rows: list[Facts], columns: list[registry.Requirement], cells: grid.Cells, dates: Any) -> list[Facts]:
    """Which agency fails which requirement for how many, and since when; agencies by name."""
    found = []
    for row in rows:
        agency = UUID(row["id"])
        for each in columns:
            cell = cells.get((agency, each.code))
            if cell and cell.failing:
                found.append(
                    {
                        "agency": row["name"],
                        "title": each.title,
                        "state": cell.worst,
                        "who": _number(each, cell),
                        "since": dates[agency, each.code].since,
                        "blocks": each.blocks,
                    }
                )
    return shared.together(found, "title", ("agency", "state", "who", "since", "blocks"))


def _number(each: registry.Requirement, cell: grid.Cell) -> str:
    if each.subject == "organization":
        return "The agency"
    return f"{cell.failing} of {shared.count(shared.counted(cell), shared.NOUNS[each.subject])}"


def _one_by_one(day: Day, agencies: QuerySet[Any], by: Any) -> list[Facts]:
    """Every subject that fails, by name."""
    names = {agency.pk: agency.name for agency in agencies}
    agencies_of: dict[UUID, set[str]] = defaultdict(set)
    for person, agency in standing_licenses(day, agencies).values_list("person_id", "organization_id"):
        agencies_of[person].add(names[agency])
    rows = [row for row in results(day, Q(), by=by) if row.state in FAILING]
    people = {row.pk: str(row) for row in Person.objects.visible_to(by).filter(pk__in={r.person_id for r in rows})}
    found = []
    for row in rows:
        at = agencies_of[row.subject_id] if row.subject_kind == "person" else {names.get(row.organization_id, "")}
        found += [
            {
                "agency": agency,
                "person": people.get(row.person_id, ""),
                "title": registry.REQUIREMENTS[row.requirement].title,
                "state": row.state,
                "since": row.since,
                "due_on": row.due_on,
                "note": row.note,
            }
            for agency in at
            if agency
        ]
    return sorted(found, key=lambda row: (row["agency"].lower(), row["title"], row["person"].lower()))


def _waivers(day: Day, agencies: QuerySet[Any], cocs: list[CoC], coc: CoC | None, by: Any) -> list[Facts]:
    """What was waived or did not apply by decision on the day, with the reason; about people without their names."""
    rows = Waiver.objects.visible_to(by).filter(running(day.on), requirement__in=list(registry.REQUIREMENTS))
    rows = rows.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=day.on)).select_related("organization")
    names: dict[UUID, str] = {each.pk: each.name for each in agencies}
    names |= {each.pk: str(each) for each in cocs}
    found = []
    for row in rows:
        about = names.get(row.subject_id) or names.get(row.organization_id)
        if about is None and coc is None:
            about = "The implementation" if row.subject_kind == "implementation" else "One person"
        if about:
            found.append(
                {
                    "title": registry.REQUIREMENTS[row.requirement].title,
                    "about": f"One license at {about}" if row.subject_kind == "license" else about,
                    "kind": row.kind,
                    "reason": row.reason,
                    "starts_on": row.starts_on,
                    "ends_on": row.ends_on,
                }
            )
    return sorted(found, key=lambda row: (row["title"], row["about"]))


def _staff(day: Day, by: Any) -> list[Facts]:
    """Shares of full time by function, without names."""
    rows = StaffPosition.objects.visible_to(by).filter(running(day.on)).order_by().values("function")
    labels = dict(StaffPosition.Function.choices)
    summed = rows.annotate(total=Sum("fte"))
    return [{"function": labels[row["function"]], "fte": float(row["total"])} for row in summed.order_by("function")]


def sentence(facts: Facts) -> str:
    """The answer in one sentence."""
    agencies = shared.count(facts["agencies"], ("agency meets", "agencies meet"))
    return f"{facts['complete']:,} of {agencies} everything asked of them."


def worst(facts: Facts) -> Facts | None:
    """The requirement that the most subjects fail."""
    failing = [
        (sum(row["counts"].get(str(state), 0) for state in (State.OVERDUE, State.NOT_MET)), row["title"])
        for row in facts["by_requirement"]
    ]
    number, title = max(failing, default=(0, ""))
    return {"title": title, "number": number} if number else None
