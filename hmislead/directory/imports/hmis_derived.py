"""What follows from an export's facts: roles of agencies, their parts in CoCs, and agencies that closed.

Worked out from the state the directory will have, never from the order in which exports came in.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hmislead.directory.hmis_csv.problems import Grade, Problem
from hmislead.directory.imports.hmis_plan import ADD, CHANGE, END, Plan, Step
from hmislead.directory.models import (
    CoC,
    HMISParticipation,
    License,
    Organization,
    OrganizationRole,
    Participation,
    Project,
    ProjectCoC,
)
from hmislead.tenancy.fields import uuid7

Pair = tuple[UUID, UUID]
ROLE, PARTICIPATION = "Role", "Participation"


@dataclass
class _After:
    """The rows as they will be once the plan is applied, and what the plan touches."""

    organizations: dict[UUID, dict[str, Any]]
    projects: dict[UUID, dict[str, Any]]
    locations: dict[UUID, dict[str, Any]]
    periods: dict[UUID, dict[str, Any]]
    touched: set[UUID] = field(default_factory=set)  # organizations
    pairs: set[Pair] = field(default_factory=set)


def plan_derived(plan: Plan) -> None:
    """Add the steps that follow from those planned, and say which agencies are touched by any."""
    after = _after(plan)
    _plan_closings(plan, after)
    _plan_roles(plan, after)
    _plan_participations(plan, after)
    plan.touched |= after.touched


READ: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "Organization": (Organization, ("name", "is_vsp", "closed_on")),
    "Project": (Project, ("organization_id", "operating_from", "removed_on")),
    "ProjectCoC": (ProjectCoC, ("project_id", "coc_id", "removed_on")),
    "HMISParticipation": (HMISParticipation, ("project_id", "kind", "starts_on", "removed_on")),
}


def _after(plan: Plan) -> _After:
    tables: dict[str, dict[UUID, dict[str, Any]]] = {}
    for file, (model, names) in READ.items():
        rows = model.objects.values("pk", *names).iterator(chunk_size=5_000)
        tables[file] = {row.pop("pk"): row for row in rows}
    after = _After(tables["Organization"], tables["Project"], tables["ProjectCoC"], tables["HMISParticipation"])
    for step in plan.steps:
        _overlay(after, tables, step)
    return after


def _overlay(after: _After, tables: dict[str, dict[UUID, dict[str, Any]]], step: Step) -> None:
    if step.table == "Organization":
        after.touched.add(step.object_id)
    if step.table not in tables:
        project = step.new.get("project_id") or step.old.get("project_id")
        if project in after.projects:
            after.touched.add(after.projects[project]["organization_id"])
        return
    rows, names = tables[step.table], READ[step.table][1]
    was = rows.get(step.object_id)
    now = {name: step.new.get(name, was.get(name) if was else None) for name in names}
    for row in filter(None, (was, now)):
        _touch(after, step, row)
    rows[step.object_id] = now


def _touch(after: _After, step: Step, row: dict[str, Any]) -> None:
    if step.table == "Project":
        after.touched.add(row["organization_id"])
        return
    project = after.projects.get(row.get("project_id"))  # type: ignore[arg-type]
    if project is None:
        return
    after.touched.add(project["organization_id"])
    if step.table == "ProjectCoC" and row["coc_id"]:
        after.pairs.add((project["organization_id"], row["coc_id"]))


# Agencies that the HMIS deleted


def _plan_closings(plan: Plan, after: _After) -> None:
    """Close an agency deleted in the HMIS, once nothing of it lives here. One that has licenses is for people to close."""
    in_question = plan.newly_deleted | after.touched
    stamps = (stamp for stamp in plan.stamps if stamp.file == "Organization" and stamp.deleted_on)
    deleted = {stamp.object_id: stamp for stamp in stamps if stamp.object_id in in_question}
    standing = {key for key in deleted if (row := after.organizations.get(key)) and row["closed_on"] is None}
    if not standing:
        return
    busy = {row["organization_id"] for row in after.projects.values() if row["removed_on"] is None}
    busy |= set(License.objects.living().filter(organization__in=standing).values_list("organization_id", flat=True))
    for key in sorted(standing, key=str):
        stamp, name = deleted[key], after.organizations[key]["name"]
        if key in busy:
            message = "This agency was deleted in the HMIS but has projects or licenses here. It stays open."
            fix = "End what it has here and close it by hand, if that is right."
            problem = Problem("Organization.csv", 1, "DateDeleted", "date", Grade.ROW_FLAGGED, message, fix)
            plan.problems.append(problem)
            continue
        after.organizations[key]["closed_on"] = stamp.deleted_on
        after.touched.add(key)
        new = {"closed_on": stamp.deleted_on}
        plan.add(Step("Organization", END, stamp.external_id, key, name, {"closed_on": None}, new))


# What agencies are


def _plan_roles(plan: Plan, after: _After) -> None:
    """An agency that takes part in the HMIS, or as a victim service provider in a comparable database, is a CHO.

    A role that was ever recorded is left to people: they may have ended it for a reason.
    """
    held = set(OrganizationRole.objects.filter(organization__in=after.touched).values_list("organization_id", "role"))
    since = _participating_since(plan, after)
    opened = _first_days(after)
    for key in sorted(after.touched, key=str):
        row = after.organizations.get(key)
        if row is None or row["closed_on"]:
            continue
        if row["is_vsp"] and (key, "vsp") not in held:
            _give_role(plan, row["name"], key, "vsp", since.get(key) or opened.get(key))
        if key in since and (key, "cho") not in held:
            _give_role(plan, row["name"], key, "cho", since[key])


def _participating_since(plan: Plan, after: _After) -> dict[UUID, dt.date]:
    """The first day of participation of each touched agency that takes part."""
    found: dict[UUID, dt.date] = {}
    fallback = plan.export_date.date()
    for period in after.periods.values():
        project = after.projects.get(period["project_id"])
        key = project["organization_id"] if project else None
        if key not in after.touched or period["removed_on"] or not project or project["removed_on"]:
            continue
        owner = after.organizations.get(key)
        kinds = (1, 2) if owner and owner["is_vsp"] else (1,)
        if period["kind"] in kinds:
            day = period["starts_on"] or fallback
            found[key] = min(day, found.get(key, day))
    return found


def _first_days(after: _After) -> dict[UUID, dt.date]:
    found: dict[UUID, dt.date] = {}
    for row in after.projects.values():
        day = row["operating_from"]
        if day and row["organization_id"] in after.touched:
            found[row["organization_id"]] = min(day, found.get(row["organization_id"], day))
    return found


def _give_role(plan: Plan, name: str, organization: UUID, role: str, since: dt.date | None) -> None:
    new = {"organization_id": organization, "role": role, "starts_on": since or plan.export_date.date()}
    label = f"{name}: {OrganizationRole.Role(role).label}"[:300]
    plan.add(Step(ROLE, ADD, "", uuid7(), label, {}, new))


# Where agencies take part


@dataclass(slots=True)
class _Span:
    """What the locations of an agency's projects in a CoC say: from when, and until when if none lives."""

    starts_on: dt.date | None = None
    lives: bool = False
    removed_on: dt.date | None = None


def _plan_participations(plan: Plan, after: _After) -> None:
    spans = _spans(after, after.touched | plan.listed)
    rows: dict[Pair, list[dict[str, Any]]] = defaultdict(list)
    asked = after.touched | plan.listed
    known = Participation.objects.filter(organization__in=asked).order_by("starts_on", "pk")
    for row in known.values("pk", "organization_id", "coc_id", "source", "starts_on", "ends_on"):
        rows[row["organization_id"], row["coc_id"]].append(row)
    numbers = dict(CoC.objects.values_list("pk", "number"))
    for pair in sorted(set(spans) | (after.pairs & set(rows)), key=str):
        owner = after.organizations.get(pair[0])
        # Of an agency nothing else changes, only a part in a CoC that was never recorded is news.
        if owner is not None and (pair[0] in after.touched or not rows.get(pair)):
            label = f"{owner['name']} in {numbers[pair[1]]}"[:300]
            _plan_participation(plan, pair, label, spans.get(pair), rows.get(pair, []))


def _spans(after: _After, asked: set[UUID]) -> dict[Pair, _Span]:
    found: dict[Pair, _Span] = {}
    for row in after.locations.values():
        project = after.projects.get(row["project_id"])
        if not row["coc_id"] or project is None or project["organization_id"] not in asked:
            continue
        span = found.setdefault((project["organization_id"], row["coc_id"]), _Span())
        day, ended = project["operating_from"], [d for d in (row["removed_on"], project["removed_on"]) if d]
        span.starts_on = min(filter(None, (day, span.starts_on)), default=None)
        span.lives = span.lives or not ended
        span.removed_on = max(filter(None, (min(ended, default=None), span.removed_on)), default=None)
    return found


def _plan_participation(plan: Plan, pair: Pair, label: str, span: _Span | None, rows: list[dict[str, Any]]) -> None:
    if any(row["source"] == Participation.Source.HAND for row in rows):
        return  # recorded by people, who know better
    today = plan.export_date.date()
    starts = (span.starts_on if span else None) or (rows[-1]["starts_on"] if rows else today)
    ends = None if span and span.lives else ((span.removed_on if span else None) or today)
    new = {"starts_on": starts, "ends_on": max(ends, starts) if ends else None}
    if not rows:
        facts = {"organization_id": pair[0], "coc_id": pair[1], "source": Participation.Source.IMPORT.value, **new}
        plan.add(Step(PARTICIPATION, ADD, "", uuid7(), label, {}, facts))
        plan.touched.add(pair[0])
        return
    row = rows[-1]
    changed = {name: value for name, value in new.items() if row[name] != value}
    if changed:
        old = {name: row[name] for name in changed}
        action = END if changed.get("ends_on") else CHANGE
        plan.add(Step(PARTICIPATION, action, "", row["pk"], label, old, changed))
