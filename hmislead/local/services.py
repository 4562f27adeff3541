"""PostgreSQL and Valkey together: our own where DATABASE_URL and REDIS_URL name none."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator

from hmislead.local import postgres, processes, valkey
from hmislead.local.state import State, production_defaults

TEMPORARY = "services-are-temporary"  # present while the services run only for commands, to be stopped after the last


def start(state: State, *, durable: bool = True, tied: bool = False) -> bool:
    """Start what this state needs and does not run. True when this call started something.

    Raises LocalError when a service does not come up.
    """
    with state.lock("services"):
        started = False
        if not os.environ.get("DATABASE_URL"):
            started = postgres.ensure(state, durable=durable, tied=tied)
        if not os.environ.get("REDIS_URL"):
            started = valkey.ensure(state, durable=durable, tied=tied) or started
        return started


def stop(state: State) -> None:
    """Stop our own services. Those that others run are never touched."""
    with state.lock("services"):
        valkey.stop(state)
        postgres.stop(state)


def environment(state: State) -> dict[str, str]:
    """The environment of the product's processes: ours plus the addresses of the services and what settings need."""
    values = production_defaults(state, os.environ)
    if not values.get("DATABASE_URL"):
        values["DATABASE_URL"] = postgres.url(state)
    if not values.get("REDIS_URL"):
        values["REDIS_URL"] = valkey.url(state)
    return values


def keep(state: State) -> None:
    """The services now run until somebody stops them, whoever started them."""
    (state.folder / TEMPORARY).unlink(missing_ok=True)


@contextlib.contextmanager
def lent(state: State) -> Iterator[dict[str, str]]:
    """Run the block with the services up; yields its environment.

    Services that were down are stopped again after the last of several such blocks at once, unless `keep` was said.
    """
    marker = state.folder / TEMPORARY
    with (state.folder / "in-use.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            if start(state):
                marker.touch()
            yield environment(state)
        finally:
            with contextlib.suppress(BlockingIOError):  # another block still uses them and will stop them
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if marker.exists():
                    stop(state)
                    marker.unlink(missing_ok=True)


def remove(state: State) -> None:
    """Stop everything and delete it. For throw-away states only."""
    stop(state)
    postgres.remove(state)
    shutil.rmtree(state.folder, ignore_errors=True)


def are_running(state: State) -> bool:
    """Whether one of our own services runs."""
    return postgres.running(state) is not None or processes.find(state, "valkey") is not None
