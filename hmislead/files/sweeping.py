"""Bytes that nothing points to: a transaction that was rolled back after its file was written leaves them behind.

A leased job for each implementation, once a day. It looks into that implementation's own folder alone.
"""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.utils import timezone

from hmislead.files.models import StoredFile, file_storage
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.tenancy import context
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation

SWEEP = "files.sweep"
SPARED = dt.timedelta(days=1)  # younger bytes may belong to a transaction that is still open
MOST_A_STEP = 500
log = structlog.get_logger("hmislead.files")


def start_sweeps() -> int:
    """Ask for today's sweep (by UTC) of every implementation that has not had it. Returns how many were asked for."""
    today = timezone.now().date()
    keys = {f"{SWEEP}:{each.pk}:{today}": each for each in Implementation.objects.all()}
    asked = set(Job.objects.filter(key__in=keys).values_list("key", flat=True))
    for key, implementation in keys.items():
        if key not in asked:
            with cross_into(implementation, why=f"sweep of files on {today}"):
                jobs.enqueue(SWEEP, subject_id=implementation.pk, key=key)
    return len(keys) - len(asked)


def sweep_step(implementation_id: uuid.UUID) -> bool:
    """Remove at most MOST_A_STEP strays of the current implementation. Returns True while there may be more.

    A stray is older than SPARED and named by no row. What a step removed stays removed if its transaction fails: the
    next try finds less to do.
    """
    storage, folder = file_storage(), str(implementation_id)
    # The folder is read before the rows: a file that comes in between is named by the time the rows are asked.
    present = {f"{folder}/{name}" for name in _names(folder)}
    unnamed = sorted(present - set(StoredFile.objects.values_list("content", flat=True)))
    before = timezone.now() - SPARED
    strays = [path for path in unnamed if storage.get_modified_time(path) < before]
    for path in strays[:MOST_A_STEP]:
        storage.delete(path)
    if strays:
        log.info("stray files removed", implementation=context.current().slug, count=len(strays[:MOST_A_STEP]))
    return len(strays) > MOST_A_STEP


def give_up(implementation_id: uuid.UUID, sentence: str) -> None:
    """Nobody waits for a sweep: the log tells, and tomorrow's finds what this one left."""
    log.warning("sweep of files given up", implementation=context.current().slug)


def _names(folder: str) -> list[str]:
    try:
        names: list[str] = file_storage().listdir(folder)[1]
    except FileNotFoundError:  # nothing was ever stored here
        return []
    return names
