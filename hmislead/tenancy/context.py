"""The current tenant: one context manager sets it, for one transaction, in Python and in PostgreSQL alike."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from hmislead.tenancy.models import Implementation

_current: ContextVar[Implementation | None] = ContextVar("implementation", default=None)


class TenantContextError(RuntimeError):
    """The code asked for a tenant where none is set, or for a second one inside the first."""


def current() -> Implementation:
    """The implementation whose rows are in reach. Raises TenantContextError outside `use`."""
    implementation = _current.get()
    if implementation is None:
        raise TenantContextError("No implementation is set: enter tenancy.use(implementation) first.")
    return implementation


def current_id() -> uuid.UUID | None:
    """The current implementation's id, or None outside `use` (the database then refuses the row)."""
    implementation = _current.get()
    return implementation.pk if implementation else None


@contextmanager
def use(implementation: Implementation) -> Iterator[Implementation]:
    """Open a transaction in which exactly this implementation's rows can be read and written.

    Nested use of the same implementation is a savepoint; of another one a TenantContextError: crossing
    tenants means leaving one before entering the next (`crossing.each_implementation`).
    """
    outer = _current.get()
    if outer is not None and outer.pk != implementation.pk:
        raise TenantContextError("Another implementation is in use: leave it first.")
    with transaction.atomic():
        # SET LOCAL lives until the OUTER transaction ends, so a `use` inside a foreign transaction resets it itself.
        # Only after success: after a database error the roll-back to the savepoint restores the setting.
        must_reset = bool(connection.savepoint_ids) and outer is None
        _set(str(implementation.pk))
        token = _current.set(implementation)
        try:
            yield implementation
        finally:
            _current.reset(token)
        if must_reset and not connection.needs_rollback:
            _set("")


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        # `true`: for this transaction only. A session-level setting would leak to the pool's next borrower.
        cursor.execute("SELECT set_config('app.implementation', %s, true)", [value])
