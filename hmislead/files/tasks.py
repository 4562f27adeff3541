"""Thin Celery doors to `sweeping`."""

from __future__ import annotations

from celery import shared_task

from hmislead.files import sweeping


@shared_task(name="files.start_sweeps")
def start_sweeps() -> None:
    """Each hour: ask for the day's sweep where it was not asked for yet."""
    sweeping.start_sweeps()
