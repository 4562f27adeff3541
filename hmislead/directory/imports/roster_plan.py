"""Compares a roster of HMIS accounts with our licenses. Reads the directory; writes nothing.

Our license says what we decided; the roster says what the HMIS does. Every difference becomes a task (SEC-50, ADM-10).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta

from hmislead.compliance.models import Task
from hmislead.directory.hmis_csv.problems import Grade, Problem
from hmislead.directory.imports.roster_known import NO_AGENCY, Known, folded
from hmislead.directory.imports.roster_steps import (
    Account,
    Closing,
    Difference,
    Kind,
    Observation,
    RosterPlan,
    Stranger,
    account_key,
)
from hmislead.directory.models import License
from hmislead.directory.operations import account_facts
from hmislead.directory.tabular.mapping import AccountState
from hmislead.directory.tabular.roster import GRAVEST_FIRST, Roster, RosterRow
from hmislead.jobs import progress
from hmislead.tenancy import settings

State = License.State
SHUTTING = (Kind.LOCK_ACCOUNT, Kind.DEACTIVATE_ACCOUNT, Kind.ACTIVE_THOUGH_BLOCKED)


@dataclass(frozen=True, slots=True)
class Choices:
    """What people said of a roster. `complete`: it lists every account of the HMIS, so what is not in it is gone."""

    day: dt.date
    complete: bool
    create: bool = False
    has_sign_ins: bool = True
    chosen: tuple[tuple[str, str], ...] = ()


def plan_roster(roster: Roster, known: Known, choices: Choices) -> RosterPlan:
    """All that applying this roster would do, now."""
    return _Planner(roster, known, choices).plan_all()


class _Planner:
    def __init__(self, roster: Roster, known: Known, choices: Choices) -> None:
        self.roster, self.known, self.choices = roster, known, choices
        self.plan = RosterPlan(choices.day, names={key: str(row) for key, row in known.organizations.items()})
        self.outside = {name for name, key in choices.chosen if key == NO_AGENCY}
        self.unplaced: set[UUID] = set()  # people with an account at a name nobody matched yet
        self.keys: dict[str, str] = {}  # what became of the account behind each key
        self.rules = settings.values(["inactivity.unit", "inactivity.lock", "vsp.licenses"], on=choices.day)
        last = known.last_roster_on
        self.is_newest = last is None or choices.day >= last

    def plan_all(self) -> RosterPlan:
        for row in progress.counted(self.roster.rows):
            self._place(row)
        if self.choices.complete:
            self.plan.counts["known"] = len(self.plan.observations)
            self._find_missing()
        for each in self.plan.observations.values():
            self._judge(each)
        self._close_strangers()
        return self.plan

    # Which license each account stands for

    def _place(self, row: RosterRow) -> None:
        name = folded(row.organization)
        if name in self.outside:
            self.plan.counts["outside"] += 1
            return
        person, organization = self.known.person_of(row), self.known.by_name.get(name) if name else None
        if name and organization is None:
            self.plan.unmatched[row.organization] += 1
            self.keys[account_key(row)] = "unplaced"
            if person:
                self.unplaced.add(person)
            return
        licenses = self._licenses(person, organization)
        for license in licenses:
            self._observe(license, row)
        if licenses:
            self.keys[account_key(row)] = "known"
        else:
            self._stranger(row, organization, person)

    def _licenses(self, person: UUID | None, organization: UUID | None) -> list[License]:
        """A roster without agencies speaks of all a person's licenses."""
        if person is None:
            return []
        if organization:
            key = self.known.at.get((person, organization))
            return [self.known.licenses[key]] if key else []
        keys = self.known.of_person.get(person, [])
        return self.known.living(person) or [self.known.licenses[key] for key in keys[-1:]]

    def _observe(self, license: License, row: RosterRow) -> None:
        if license.observed_on and license.observed_on > self.choices.day:
            self.plan.counts["older"] += 1
            return
        told = None if row.account_state == AccountState.UNKNOWN else str(row.account_state)
        seen = Observation(license, told, self._sign_in(row), row.username[:100])
        before = self.plan.observations.get(license.pk)
        if before:
            seen.account_state = min(before.account_state, seen.account_state, key=_gravity)
            seen.last_sign_in_on = max(filter(None, (before.last_sign_in_on, seen.last_sign_in_on)), default=None)
            seen.username = before.username or seen.username
        self.plan.observations[license.pk] = seen

    def _sign_in(self, row: RosterRow) -> dt.date | None:
        """A sign-in after the day the roster speaks of cannot be: the date or the day is wrong."""
        if row.last_sign_in and row.last_sign_in > self.choices.day:
            message = "The last sign-in is later than the day this roster speaks of. It is not used."
            self._problem(row, message, "Check the day of the roster and the order of its dates.")
            return None
        return row.last_sign_in

    def _stranger(self, row: RosterRow, organization: UUID | None, person: UUID | None) -> None:
        found = Stranger(row, organization, person)
        if row.account_state == AccountState.INACTIVE:
            self.keys[account_key(row)] = "shut"
            self.plan.counts["shut"] += 1
        elif self.choices.create and self._may_create(found):
            self.keys[account_key(row)] = "known"
            self.plan.created.append(found)
        elif self.is_newest:
            self.keys[account_key(row)] = "unknown"
            self.plan.strangers.append(found)

    def _may_create(self, found: Stranger) -> bool:
        """In setup an open account of a named person at an agency that stands becomes a license (else it is a task)."""
        row, organization = found.row, self.known.organizations.get(found.organization_id or UUID(int=0))
        if organization is None or organization.closed_on or row.account_state == AccountState.UNKNOWN:
            return False
        if organization.is_vsp and self.rules["vsp.licenses"] == "none":
            message = "This agency is a victim service provider, which has no licenses here (GOV-32)."
            self._problem(row, message, "Close the account in the HMIS, or change the setting.")
            return False
        if not found.person_id and not (row.first_name and row.last_name):
            self._problem(row, "The account has no first and last name, so nobody was added.", "Add the name.")
            return False
        return True

    # Licenses whose account is not there

    def _find_missing(self) -> None:
        for license in self.known.licenses.values():
            if license.pk in self.plan.observations or license.person_id in self.unplaced:
                continue
            if license.pk == self.known.at[license.person_id, license.organization_id] and self._is_expected(license):
                self.plan.observations[license.pk] = Observation(license, Account.MISSING)
                if license.account_state not in account_facts.GONE:
                    self.plan.counts.update(["known", "missing"])

    def _is_expected(self, license: License) -> bool:
        """True if an account was to be seen on that day, or whether it is gone is still in question."""
        day = self.choices.day
        if license.activated_on is None or license.activated_on > day:
            return False
        if license.observed_on and license.observed_on > day:
            return False
        if license.state == State.TERMINATED:
            return license.account_state not in account_facts.GONE or bool(self.known.tasks.get(license.pk))
        return True

    # What that means

    def _judge(self, each: Observation) -> None:
        license, state = each.license, each.account_state
        open_kinds = {task.kind for task in self.known.tasks.get(license.pk, [])}
        if state == Account.MISSING and license.state == State.ACTIVE:
            self._differ(Kind.MISSING_ACCOUNT, license, open_kinds)
        if state == Account.ACTIVE and self._was_shut_by_then(license) and not open_kinds & set(SHUTTING):
            self._differ(Kind.ACTIVE_THOUGH_BLOCKED, license, open_kinds)
        if state == Account.ACTIVE and license.state == State.ACTIVE and self.choices.has_sign_ins:
            self._judge_use(each, open_kinds)

    def _was_shut_by_then(self, license: License) -> bool:
        """True if our decision, on or before the roster's day, is that this account is not open."""
        decided = {
            State.SUSPENDED: license.suspended_on,
            State.TERMINATED: license.terminated_on,
            State.REQUESTED: license.requested_on,
        }.get(State(license.state))
        return license.state != State.ACTIVE and (decided is None or decided <= self.choices.day)

    def _judge_use(self, each: Observation, open_kinds: set[str]) -> None:
        """Not used for long is counted from the last sign-in or, if none, from activation (SEC-04)."""
        license = each.license
        signed_in = (license.last_sign_in_on, each.last_sign_in_on, license.use_counts_from)
        since = max(filter(None, signed_in), default=license.activated_on)
        if since is None:
            return
        if since + self._limit() <= self.choices.day:
            self._differ(Kind.STALE_SIGN_IN, license, open_kinds)
            return
        for task in self.known.tasks.get(license.pk, []):
            if task.kind == Kind.STALE_SIGN_IN:
                self.plan.closings.append(Closing(task, f"Used again: last on {since.isoformat()}"))

    def _limit(self) -> relativedelta:
        unit = "months" if self.rules["inactivity.unit"] == "months" else "days"
        return relativedelta(**{unit: self.rules["inactivity.lock"]})

    def _differ(self, kind: str, license: License, open_kinds: set[str]) -> None:
        if kind not in open_kinds:
            self.plan.differences.append(Difference(kind, license))

    def _close_strangers(self) -> None:
        """Accounts nobody knew that are known, shut or gone now. An older roster proves nothing about today's."""
        proofs = {"known": "The account belongs to a license now", "shut": "Deactivated in the HMIS"}
        for key, task in self.known.tasks_by_key.items():
            became = self.keys.get(key)
            gone = became is None and self.choices.complete
            if self.is_newest and _since(task) <= self.choices.day and (gone or became in proofs):
                self.plan.closings.append(Closing(task, proofs.get(became or "", "No longer in the roster")))

    def _problem(self, row: RosterRow, message: str, fix: str) -> None:
        self.plan.problems.append(Problem("Roster", row.line, "", "row", Grade.ROW_FLAGGED, message, fix))


def _gravity(state: str | None) -> int:
    known: list[Any] = [str(each) for each in GRAVEST_FIRST]
    return known.index(state) if state in known else len(known)


def _since(task: Task) -> dt.date:
    return dt.date.fromisoformat(task.detail["since"]) if task.detail.get("since") else task.created_at.date()
