"""Writes what comparing a roster found: observed accounts, tasks opened and proved, and in setup people and licenses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from hmislead.compliance import engine, task_operations
from hmislead.compliance.models import Task
from hmislead.directory.imports import copying
from hmislead.directory.imports.hmis_apply import DirectoryChanged
from hmislead.directory.imports.roster_known import Known
from hmislead.directory.imports.roster_steps import (
    Account,
    Observation,
    RosterPlan,
    Stranger,
    account_key,
    observed_values,
)
from hmislead.directory.models import Departure, ImportBatch, License, Person
from hmislead.directory.operations import account_facts
from hmislead.directory.operations.days import end_of
from hmislead.jobs import progress

OBSERVED = ("account_state", "observed_on", "last_sign_in_on", "username")


def write(plan: RosterPlan, known: Known, batch: ImportBatch) -> None:
    """Write a plan. The caller re-checks. Raises DirectoryChanged when a license is not as the plan saw it."""
    engine.defer_nothing()
    progress.step("Recording accounts")
    _observe(plan)
    _conclude(plan)
    progress.step("Opening and closing tasks")
    for each in progress.counted(plan.differences):
        task_operations.open_task(kind=each.kind, license=each.license, since=plan.day, detail=_source(batch))
    for stranger in plan.strangers:
        _open_stranger(plan, known, stranger, batch)
    _close(plan)
    _create(plan, known)


def _source(batch: ImportBatch, **more: Any) -> dict[str, Any]:
    return {"import": str(batch.pk), **more}


def _observe(plan: RosterPlan) -> None:
    """Lock the licenses in the order of their keys, see that they are as planned, and write all at once."""
    ids = sorted(plan.observations)
    locked = {row.pk: row for row in License.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))}
    rows: list[tuple[Any, ...]] = []
    for key in ids:
        each = plan.observations[key]
        now = locked.get(key)
        if now is None or any(getattr(now, name) != getattr(each.license, name) for name in ("state", *OBSERVED)):
            raise DirectoryChanged
        values = observed_values(each, plan.day)
        if any(getattr(each.license, name) != value for name, value in values.items()):
            rows.append((key, *(values[name] for name in OBSERVED)))
    copying.update_rows(License, OBSERVED, rows)


def _conclude(plan: RosterPlan) -> None:
    """Close the tasks and stop the clocks that seeing these accounts proves (the rules are those of one observation)."""
    asking = set(Task.objects.open().filter(license__in=plan.observations).values_list("license_id", flat=True))
    running = Departure.objects.filter(license__in=plan.observations, proved_at=None).exclude(license_was="")
    clocks = set(running.values_list("license_id", flat=True))
    for key in sorted(asking | clocks):
        each = plan.observations[key]
        if each.account_state is None:
            continue
        task_operations.close_observed(each.license, each.account_state, plan.day)
        if key in clocks and each.account_state in account_facts.GONE:
            _prove_departure(plan, each)


def _prove_departure(plan: RosterPlan, each: Observation) -> None:
    seen = min(end_of(plan.day), timezone.now())
    account_facts.prove_departure(each.license, at=seen, proof=Account(str(each.account_state)).label)


def _open_stranger(plan: RosterPlan, known: Known, stranger: Stranger, batch: ImportBatch) -> None:
    organization = known.organizations.get(stranger.organization_id) if stranger.organization_id else None
    task_operations.open_task(
        kind=Task.Kind.UNKNOWN_ACCOUNT,
        organization=organization,
        key=account_key(stranger.row),
        since=plan.day,
        detail=_source(batch, line=stranger.row.line),
    )


def _close(plan: RosterPlan) -> None:
    now = timezone.now()
    for each in plan.closings:
        Task.objects.open().filter(pk=each.task.pk).update(
            closed_at=now, proof_kind=Task.Proof.OBSERVED, proof=each.proof[:300], updated_at=now
        )


# Setup: what was in use before this record began


def _create(plan: RosterPlan, known: Known) -> None:
    """People and active licenses from a roster. The gate is not asked: these are facts, no permission."""
    people: dict[str, UUID] = {}
    added: list[Person] = []
    licenses: dict[tuple[UUID, UUID], License] = {}
    for each in plan.created:
        person = each.person_id or people.get(each.row.person_key)
        if person is None:
            added.append(_person(each))
            person = people[each.row.person_key] = added[-1].pk
        assert each.organization_id is not None
        licenses.setdefault((person, each.organization_id), _license(plan, known, each, person))
    Person.objects.bulk_create(added, batch_size=500)
    License.objects.bulk_create(licenses.values(), batch_size=500)


def _person(each: Stranger) -> Person:
    row = each.row
    return Person(first_name=row.first_name[:100], last_name=row.last_name[:100], email=row.email[:254])


def _license(plan: RosterPlan, known: Known, each: Stranger, person: UUID) -> License:
    row = each.row
    since = min(row.created or plan.day, plan.day)
    assert each.organization_id is not None
    return License(
        person_id=person,
        organization_id=each.organization_id,
        state=License.State.ACTIVE,
        can_write=not known.organizations[each.organization_id].is_vsp,
        access_role=row.access_role[:100],
        username=row.username[:100],
        requested_on=since,
        activated_on=since,
        account_state=str(row.account_state),
        observed_on=plan.day,
        last_sign_in_on=row.last_sign_in if row.last_sign_in and row.last_sign_in <= plan.day else None,
    )
