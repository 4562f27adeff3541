"""Thin Celery doors to `operations`."""

from __future__ import annotations

import uuid

from celery import shared_task

from hmislead.jobs import operations


@shared_task(name="jobs.run")
def run(*, job_id: str) -> None:
    """Do one job, if nobody else is at it. May be delivered twice: the second finds nothing to claim."""
    operations.run(uuid.UUID(job_id))


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Pick up what lost its worker."""
    operations.sweep()
