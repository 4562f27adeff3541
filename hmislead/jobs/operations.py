"""Long work that outlives its worker: a job row with a lease, small fenced units, a sweeper.

A unit is one transaction that first locks the job row and checks that the worker still owns it. A worker that is killed
loses its lock with its connection and its lease with time; the next one goes on where the last finished unit ended.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pghistory
import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from hmislead.errors import DomainError
from hmislead.jobs.models import Job
from hmislead.tenancy import context
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation

LEASE = dt.timedelta(seconds=20)
RETRY_AFTER = dt.timedelta(seconds=30)
MOST_ATTEMPTS = 5
log = structlog.get_logger("hmislead.jobs")


@dataclass(frozen=True)
class Handler:
    """How one kind of job is done. `step(subject_id)` does one unit and returns True while there is more; `fail` records
    in the tenant's own row that the work was given up, with a sentence for people."""

    kind: str
    queue: str
    step: Callable[[uuid.UUID], bool]
    fail: Callable[[uuid.UUID, str], None]


HANDLERS: dict[str, Handler] = {}


class LostLeaseError(RuntimeError):
    """Another worker has taken the job over: stop, and write nothing."""


def register(handler: Handler) -> None:
    """Add a kind of job. Called in `apps.py`."""
    HANDLERS[handler.kind] = handler


def enqueue(kind: str, *, subject_id: uuid.UUID, key: str) -> Job:
    """Ask for long work in the current implementation. The same `key` asks for it once, however often it is called."""
    job, _ = Job.objects.get_or_create(
        key=key, defaults={"kind": kind, "subject_id": subject_id, "implementation": context.current()}
    )
    transaction.on_commit(partial(_send, job.pk, HANDLERS[kind].queue))
    return job


def _send(job_id: uuid.UUID, queue: str) -> None:
    from hmislead.jobs import tasks

    try:
        tasks.run.apply_async(kwargs={"job_id": str(job_id)}, queue=queue)
    except OperationalError:
        # The work is safe in its row; the sweeper sends it once the broker is back.
        log.warning("broker did not answer", job=str(job_id))


def sweep() -> int:
    """Send waiting jobs whose message was lost, and running ones whose worker was. Returns how many."""
    now = timezone.now()
    stale = Q(lease_until__lt=now) | Q(lease_until=None, created_at__lt=now - dt.timedelta(seconds=5))
    jobs = list(Job.objects.filter(stale, state__in=["waiting", "running"])[:200])
    from hmislead.jobs import tasks

    for job in jobs:
        tasks.run.apply_async(kwargs={"job_id": str(job.pk)}, queue=HANDLERS[job.kind].queue, expires=10)
    return len(jobs)


def run(job_id: uuid.UUID) -> bool:
    """Claim a job and do its units until none is left. Returns False when there was nothing to claim."""
    token = _claim(job_id)
    if token is None:
        return False
    job = Job.objects.get(pk=job_id)
    try:
        while _one_unit(job, token):
            pass
    except LostLeaseError:
        log.warning("job lost", job=str(job_id))
    except DomainError as error:
        _give_up(job, token, error.message)
    except Exception:  # whatever a unit raised was rolled back; it is tried again, and given up after five tries
        log.exception("job unit failed", job=str(job_id), kind=job.kind)
        _try_again(job, token)
    return True


@transaction.atomic
def _claim(job_id: uuid.UUID) -> uuid.UUID | None:
    job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, state__in=["waiting", "running"]).first()
    if job is None or (job.lease_until and job.lease_until > timezone.now()):
        return None
    job.token = uuid.uuid4()
    job.state = Job.State.RUNNING
    job.lease_until = timezone.now() + LEASE
    job.save(update_fields=["token", "state", "lease_until"])
    return job.token


def _one_unit(job: Job, token: uuid.UUID) -> bool:
    handler = HANDLERS[job.kind]
    implementation = Implementation.objects.get(pk=job.implementation_id)
    with pghistory.context(job=str(job.pk), source="job"), context.use(implementation):
        held = _hold(job.pk, token)
        more = handler.step(job.subject_id)
        if more:
            held.lease_until = timezone.now() + LEASE
            held.save(update_fields=["lease_until"])
        else:
            held.state, held.finished_at, held.lease_until = Job.State.DONE, timezone.now(), None
            held.save(update_fields=["state", "finished_at", "lease_until"])
    return more


def _hold(job_id: uuid.UUID, token: uuid.UUID) -> Job:
    """The job row, locked for this transaction. Raises LostLeaseError when somebody else has it."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.token != token or job.state != Job.State.RUNNING:
        raise LostLeaseError
    return job


def _try_again(job: Job, token: uuid.UUID) -> None:
    with transaction.atomic():
        held = _hold(job.pk, token)
        held.attempts += 1
        held.token, held.lease_until = None, timezone.now() + RETRY_AFTER
        held.save(update_fields=["attempts", "token", "lease_until"])
    if held.attempts >= MOST_ATTEMPTS:
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(token=token)
        _give_up(job, token, "This did not work after several tries. Nothing of the last try was kept.")


def _give_up(job: Job, token: uuid.UUID, sentence: str) -> None:
    with cross_into(job.implementation, why=f"gave up {job.kind} {job.pk}"):
        held = _hold(job.pk, token)
        held.state, held.finished_at, held.lease_until = Job.State.FAILED, timezone.now(), None
        held.save(update_fields=["state", "finished_at", "lease_until"])
        HANDLERS[job.kind].fail(job.subject_id, sentence)
