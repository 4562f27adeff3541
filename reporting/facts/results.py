"""Results on a day: as they stand now, or as they were recorded for a day that is over.

Today comes from `Status`; a past day from the last `Change` on or before it, so a later entry never rewrites it.
Counts by agency come from `hmislead.compliance.grid`, which does the same with the tallies.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet

from hmislead.compliance import registry
from hmislead.compliance.models import FAILING, Change, Gate, Status, Tally
from hmislead.directory.models import License
from hmislead.tenancy import settings

PERSONAL = ("person", "license")


@dataclass(frozen=True)
class Day:
    """The day a report speaks of. `recorded` is the evaluated day its numbers come from; None: as things stand now."""

    on: dt.date
    recorded: dt.date | None

    @property
    def is_past(self) -> bool:
        return self.recorded is not None


@dataclass(frozen=True)
class Result:
    """One requirement of one subject on the day. `since` is the day on which this state began."""

    requirement: str
    subject_kind: str
    subject_id: UUID
    organization_id: UUID | None
    coc_id: UUID | None
    person_id: UUID | None
    state: str
    due_on: dt.date | None
    since: dt.date
    note: str


@dataclass(frozen=True)
class Access:
    """The gate's answer for one license on the day. `lapses_on` is known for today alone."""

    is_open: bool
    reasons: list[str] = field(default_factory=list)
    lapses_on: dt.date | None = None


def day_of(on: dt.date) -> Day | None:
    """The day as a report tells it; None for a past day before which nothing was evaluated."""
    if on >= settings.today():
        return Day(on, None)
    last = Tally.objects.filter(as_of__lte=on).aggregate(last=Max("as_of"))["last"]
    return Day(on, last) if last else None


def results(day: Day, about: Q, *, by: Any) -> list[Result]:
    """The results that match `about` (on columns both tables have: requirement, organization, coc, person, license,
    subject_kind) and that `by` may see, of requirements that are still registered."""
    about &= Q(requirement__in=list(registry.REQUIREMENTS))
    rows = _now(about, by) if not day.is_past else _then(day.on, about, by)
    return [row for row in rows if row.state]


def _now(about: Q, by: Any) -> Iterable[Result]:
    for row in Status.objects.visible_to(by).filter(about):
        yield _result(row, row.state, row.since)


def _then(on: dt.date, about: Q, by: Any) -> Iterable[Result]:
    rows = Change.objects.visible_to(by).filter(about, as_of__lte=on)
    turned = rows.exclude(old_state=F("new_state")).order_by().values_list("subject_id", "requirement")
    since = {(subject, code): day for subject, code, day in turned.annotate(last=Max("as_of"))}
    last = rows.order_by("subject_id", "requirement", "-as_of", "-recorded_at", "-pk").distinct(
        "subject_id", "requirement"
    )
    for row in last:
        yield _result(row, row.new_state, since.get((row.subject_id, row.requirement), row.as_of))


def _result(row: Any, state: str, since: dt.date) -> Result:
    return Result(
        requirement=row.requirement,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        organization_id=row.organization_id,
        coc_id=row.coc_id,
        person_id=row.person_id,
        state=state,
        due_on=row.due_on,
        since=since,
        note=row.note,
    )


def standing_licenses(day: Day, organizations: QuerySet[Any]) -> QuerySet[Any]:
    """Licenses of these agencies that lived on the day."""
    wanted = organizations.order_by().values("pk")
    living = License.objects.living_on(day.on) if day.is_past else License.objects.living()
    return living.filter(organization__in=wanted)


def state_on(license: License, day: Day) -> str:
    """A license's own state on the day. For a past day it follows from the license's dates."""
    if not day.is_past:
        return str(license.state)
    if license.activated_on is None or license.activated_on > day.on:
        return str(License.State.REQUESTED)
    suspended = license.state == License.State.SUSPENDED and license.suspended_on
    return str(License.State.SUSPENDED if suspended and suspended <= day.on else License.State.ACTIVE)


def access_of(day: Day, licenses: list[License]) -> dict[UUID, Access]:
    """The gate's answer for each license: the stored one today; for a past day from the blocking results recorded
    for the license, its person and its agency, as the gate itself is computed."""
    if not day.is_past:
        rows = Gate.objects.filter(license__in=[license.pk for license in licenses])
        found = {row.license_id: Access(row.is_open, _reasons(row.reasons), row.lapses_on) for row in rows}
    else:
        failing = _failing_blocks(day.on, licenses)
        found = {license.pk: _then_access(license, failing) for license in licenses}
    unknown = Access(is_open=False)
    return {license.pk: found.get(license.pk, unknown) for license in licenses}


def _reasons(stored: list[dict[str, Any]]) -> list[str]:
    return in_order({entry["requirement"] for entry in stored})


def in_order(codes: Iterable[str]) -> list[str]:
    """Registered codes in the order people read requirements."""
    wanted = set(codes)
    return [each.code for each in registry.ordered() if each.code in wanted]


def _failing_blocks(on: dt.date, licenses: list[License]) -> Mapping[UUID, set[str]]:
    """Failing blocking requirements by subject. Numbers and codes only, so it is not narrowed to what a reader sees."""
    subjects = {key for row in licenses for key in (row.pk, row.person_id, row.organization_id)}
    rows = Change.objects.filter(subject_id__in=subjects, requirement__in=registry.blocking(), as_of__lte=on)
    last = rows.order_by("subject_id", "requirement", "-as_of", "-recorded_at", "-pk").distinct(
        "subject_id", "requirement"
    )
    failing: dict[UUID, set[str]] = defaultdict(set)
    for row in last:
        if row.new_state in FAILING:
            failing[row.subject_id].add(row.requirement)
    return failing


def _then_access(license: License, failing: Mapping[UUID, set[str]]) -> Access:
    subjects = (license.pk, license.person_id, license.organization_id)
    reasons = in_order({code for subject in subjects for code in failing.get(subject, ())})
    return Access(is_open=not reasons, reasons=reasons)


def may_use(license: License, access: Access, day: Day) -> bool:
    """May this license use the HMIS: our decision says active, and the gate is open."""
    return state_on(license, day) == License.State.ACTIVE and access.is_open
