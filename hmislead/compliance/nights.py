"""Runs: the nightly evaluation of everything, once per implementation and local date, and the one started by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from hmislead.access import scopes
from hmislead.compliance import engine, registry
from hmislead.compliance.models import Run
from hmislead.compliance.registry import Evaluation
from hmislead.errors import DomainError
from hmislead.jobs import operations as jobs
from hmislead.tenancy import context, settings
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation

# Units after the last requirement, in order: (name, what is done for the run). Rooms add theirs in `apps.py`.
AFTER: list[tuple[str, Callable[[Run], None]]] = []

DUE = """
SELECT i.id, (now() AT TIME ZONE i.timezone)::date
FROM tenancy_implementation i
WHERE i.state <> 'closed' AND (now() AT TIME ZONE i.timezone)::time >= i.checks_at
  AND NOT EXISTS (SELECT FROM jobs_job j WHERE j.key = 'night:' || i.id || ':' || (now() AT TIME ZONE i.timezone)::date)
"""


def register_after(name: str, do: Callable[[Run], None]) -> None:
    """Add a unit that every night does after its requirements."""
    AFTER.append((name, do))


def start_due_nights() -> int:
    """Start the night of every implementation whose time has come in its own zone. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(DUE)
        due = cursor.fetchall()
    for implementation_id, local_date in due:
        implementation = Implementation.objects.get(pk=implementation_id)
        with cross_into(implementation, why=f"night of {local_date}"):
            start_night(local_date)
    return len(due)


@transaction.atomic
def start_night(as_of: dt.date) -> Run:
    """The run of one local date in the current implementation; asking twice starts it once."""
    run, _ = Run.objects.get_or_create(kind=Run.Kind.NIGHT, as_of=as_of, defaults={"total": len(units())})
    jobs.enqueue("compliance.run", subject_id=run.pk, key=f"night:{context.current().pk}:{as_of}")
    return run


@transaction.atomic
def record_past_night(as_of: dt.date) -> Run:
    """Evaluate everything as of a day, at once, as that night's run. For demonstrations: what follows a night (reminders,
    suspensions) is left out, for it would happen today."""
    run, _ = Run.objects.get_or_create(kind=Run.Kind.NIGHT, as_of=as_of)
    changed = engine.evaluate_all(as_of, run_id=run.pk)
    run.done, run.total = units(), len(units())
    run.changed, run.state, run.finished_at = changed, Run.RunState.FINISHED, timezone.now()
    run.save()
    return run


@transaction.atomic
def start_run(*, by: Any) -> Run:
    """Check everything now. One at a time: raises DomainError while another run is under way."""
    if not scopes.of(by).scopes("manage_compliance").everything:
        raise PermissionDenied("Only HMIS Lead staff may start checks.")
    if Run.objects.filter(state=Run.RunState.RUNNING).exists():
        raise DomainError("Checks are running already. Their progress is on the page of nightly runs.")
    run = Run.objects.create(kind=Run.Kind.HAND, as_of=settings.today(), total=len(units()), started_by=by)
    jobs.enqueue("compliance.run", subject_id=run.pk, key=f"run:{run.pk}")
    return run


def units() -> list[str]:
    """The names of a run's units, in order."""
    return [*(requirement.code for requirement in registry.ordered()), "gate and tallies", *(name for name, _ in AFTER)]


def step(run_id: uuid.UUID) -> bool:
    """Do the first unit of a run that is not done yet. Returns True while there are more."""
    run = Run.objects.select_for_update().get(pk=run_id)
    left = [unit for unit in units() if unit not in run.done]
    if left:
        engine.defer_nothing()
        run.changed += _do_unit(run, left[0])
        run.done = [*run.done, left[0]]
    if len(left) <= 1:
        run.state, run.finished_at = Run.RunState.FINISHED, timezone.now()
    run.save(update_fields=["done", "changed", "state", "finished_at", "updated_at"])
    return len(left) > 1


def fail(run_id: uuid.UUID, sentence: str) -> None:
    """A run that was given up is finished with fewer units than its total; the page says so."""
    Run.objects.filter(pk=run_id).update(state=Run.RunState.FINISHED, finished_at=timezone.now())


def _do_unit(run: Run, unit: str) -> int:
    if unit in registry.REQUIREMENTS:
        return engine.evaluate(registry.REQUIREMENTS[unit], Evaluation(as_of=run.as_of), run_id=run.pk)
    if unit == "gate and tallies":
        engine.finish_day(run.as_of, changed=run.changed)
    else:
        dict(AFTER)[unit](run)
    return 0
