"""What comparing a roster finds: accounts as they were seen, differences, and what a setup may create."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hmislead.compliance.models import Task
from hmislead.directory.hmis_csv.problems import Problem
from hmislead.directory.imports.hmis_plan import ADD, CHANGE, END, PROPOSE, Step
from hmislead.directory.imports.roster_known import folded
from hmislead.directory.models import License
from hmislead.directory.tabular.roster import RosterRow
from hmislead.tenancy import context
from hmislead.tenancy.fields import uuid7

Account, Kind = License.AccountState, Task.Kind


@dataclass(slots=True)
class Observation:
    """One license's account as the roster shows it; `account_state` None when the roster does not tell it."""

    license: License
    account_state: str | None
    last_sign_in_on: dt.date | None = None
    username: str = ""


@dataclass(slots=True)
class Difference:
    """A difference between the roster and our decisions about a license: it becomes a task."""

    kind: str
    license: License
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stranger:
    """An open account that no license here stands for."""

    row: RosterRow
    organization_id: UUID | None
    person_id: UUID | None


@dataclass(slots=True)
class Closing:
    """A task without a license, or one a sign-in settles, that this roster proves done."""

    task: Task
    proof: str


@dataclass
class RosterPlan:
    """All that applying a roster of one day does."""

    day: dt.date
    observations: dict[UUID, Observation] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    created: list[Stranger] = field(default_factory=list)
    unmatched: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    names: dict[UUID, str] = field(default_factory=dict)

    def steps(self) -> list[Step]:
        """The plan as rows of a preview."""
        found = [step for each in self.observations.values() if (step := observation_step(each, self.day))]
        found += [_task_step(each) for each in self.differences]
        found += [_closing_step(each) for each in self.closings]
        found += [_created_step(each, self.names) for each in self.created]
        found += [_stranger_step(each, self.names) for each in self.strangers]
        return found


def account_key(row: RosterRow) -> str:
    """Tells an account apart without naming anybody: a task may be seen by more people than the roster."""
    said = f"{context.current().pk}|{row.person_key}|{folded(row.organization)}"
    return hashlib.sha256(said.encode()).hexdigest()


def observed_values(each: Observation, day: dt.date) -> dict[str, Any]:
    """The columns of a license as they will be. A last sign-in only moves forward: it has happened."""
    license = each.license
    later = max(filter(None, (license.last_sign_in_on, each.last_sign_in_on)), default=None)
    told = each.account_state is not None
    return {
        "account_state": each.account_state if told else license.account_state,
        "observed_on": day if told else license.observed_on,
        "last_sign_in_on": later,
        "username": each.username or license.username,
    }


def observation_step(each: Observation, day: dt.date) -> Step | None:
    """The change of a license, or None when it stays as it is."""
    new = {name: value for name, value in observed_values(each, day).items() if getattr(each.license, name) != value}
    if not new:
        return None
    old = {name: getattr(each.license, name) for name in new}
    return Step("License", CHANGE, "", each.license.pk, str(each.license), old, new)


def _task_step(each: Difference) -> Step:
    said = {"kind": Kind(each.kind).value, "license": str(each.license.pk)}
    return Step("Task", ADD, "", uuid7(), str(each.license), {}, said)


def _closing_step(each: Closing) -> Step:
    return Step("Task", END, "", each.task.pk, f"{each.task} {each.task.title}", {}, {"proof": each.proof})


def _created_step(each: Stranger, names: dict[UUID, str]) -> Step:
    return Step("License", ADD, "", uuid7(), stranger_label(each, names), {}, _facts(each))


def _stranger_step(each: Stranger, names: dict[UUID, str]) -> Step:
    return Step("Account", PROPOSE, account_key(each.row), uuid7(), stranger_label(each, names), {}, _facts(each))


def stranger_label(each: Stranger, names: dict[UUID, str]) -> str:
    """Who and where, for the preview."""
    row = each.row
    who = f"{row.first_name} {row.last_name}".strip() or row.email or row.username
    where = names.get(each.organization_id, "") if each.organization_id else row.organization
    return f"{who} at {where}" if where else who


def _facts(each: Stranger) -> dict[str, Any]:
    row = each.row
    return {
        "first_name": row.first_name,
        "last_name": row.last_name,
        "email": row.email,
        "username": row.username,
        "account_state": str(row.account_state),
        "last_sign_in_on": row.last_sign_in,
        "activated_on": row.created,
        "access_role": row.access_role,
        "organization": str(each.organization_id) if each.organization_id else "",
        "line": row.line,
    }
