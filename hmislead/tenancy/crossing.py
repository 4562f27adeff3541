"""Crossing tenants: the operator and the scheduler, one at a time, each time in the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hmislead.tenancy.context import use
from hmislead.tenancy.models import Crossing, Implementation


@contextmanager
def cross_into(implementation: Implementation, *, why: str, by: Any = None) -> Iterator[Implementation]:
    """Enter an implementation without a grant. `why` is a short sentence for the log; `by` the operator, if a person."""
    # Before `use`, so that work that is rolled back still leaves its crossing in the log.
    Crossing.objects.create(implementation=implementation, user=by, why=why[:200])
    with use(implementation):
        yield implementation
