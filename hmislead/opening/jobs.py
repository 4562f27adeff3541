"""Loading many rows is long work: a job that another worker takes over if the first one dies."""

from __future__ import annotations

from hmislead.jobs.operations import Handler, register
from hmislead.opening import operations


def register_loading_job() -> None:
    """Called by each room that registers a loader; the same handler twice is one."""
    register(Handler(kind="opening.apply", queue="imports", step=operations.apply_job, fail=operations.fail_job))
