"""How far one long unit of work is, for who looks on: told while its transaction is still open.

A unit that is one transaction shows nobody a row before it ends. So its progress goes into the cache, beside the
transaction, and is only ever words and numbers for people: nothing is decided by it, and a cache that does not answer
never stops the work. Work tells its steps wherever it is (`step`, `counted`); outside `telling` that does nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

T = TypeVar("T")
KEPT = 60 * 60  # seconds; what a killed worker told is overwritten by the next one, or goes by itself
PAUSE = 0.5  # seconds between two notes about the rows of one step
ROWS = 500  # looked at the clock once in so many rows
log = structlog.get_logger("hmislead.jobs")


@dataclass
class Progress:
    """`done` of `total` steps are finished; `words` say what is being done now."""

    done: int = 0
    total: int = 0
    words: str = ""


@dataclass
class _Teller:
    subject_id: UUID
    progress: Progress
    begun: bool = False
    told_at: float = field(default=0.0)

    def note(self) -> None:
        self.told_at = time.monotonic()
        try:
            cache.set(_key(self.subject_id), asdict(self.progress), KEPT)
        except RedisError:
            log.warning("progress not noted", subject=str(self.subject_id))


_teller: ContextVar[_Teller | None] = ContextVar("progress", default=None)


@contextmanager
def telling(subject_id: UUID, *, steps: int) -> Iterator[None]:
    """Tell how far the work on `subject_id` is, which has so many steps. Forgotten once the transaction is committed."""
    teller = _Teller(subject_id, Progress(total=steps))
    transaction.on_commit(partial(cache.delete, _key(subject_id)), robust=True)
    token = _teller.set(teller)
    try:
        teller.note()
        yield
    finally:
        _teller.reset(token)


def step(words: str) -> None:
    """The next step begins: `words` say which ("Comparing Project.csv"). The one before it is done."""
    teller = _teller.get()
    if teller is None:
        return
    now = teller.progress
    now.done = min(now.done + teller.begun, now.total)
    teller.begun, now.words = True, words
    teller.note()


def counted(rows: Sequence[T]) -> Iterator[T]:
    """`rows`, one after the other; who looks on sees which of how many."""
    teller = _teller.get()
    if teller is None:
        yield from rows
        return
    words = teller.progress.words
    for number, row in enumerate(rows):
        if number % ROWS == 0 and time.monotonic() - teller.told_at > PAUSE:
            teller.progress.words = f"{words}, {number:,} of {len(rows):,}"
            teller.note()
        yield row


def of(subject_id: UUID) -> Progress | None:
    """How far the work on `subject_id` is; None when no worker has told anything."""
    try:
        found = cache.get(_key(subject_id))
    except RedisError:
        return None
    return Progress(**found) if found else None


def _key(subject_id: UUID) -> str:
    return f"jobs.progress.{subject_id}"
