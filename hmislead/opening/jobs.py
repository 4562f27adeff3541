"""Reading a file and loading many rows is long work: jobs that another worker takes over if the first one dies."""

from __future__ import annotations

from hmislead.jobs.operations import Handler, register
from hmislead.opening import operations


def register_loading_job() -> None:
    """Called by each room that registers a loader; the same handlers twice are one."""
    register(Handler(operations.READ, queue="imports", step=operations.read_job, fail=operations.fail_job))
    register(Handler(operations.APPLY, queue="imports", step=operations.apply_job, fail=operations.fail_job))
