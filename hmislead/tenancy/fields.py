"""Fields of tenant tables."""

from __future__ import annotations

from typing import Any

import uuid_utils.compat
from django.db import models

from hmislead.tenancy import context


def uuid7() -> Any:
    """A time-ordered primary key."""
    return uuid_utils.compat.uuid7()


class TenantField(models.ForeignKey):
    """`implementation`, filled in from the current tenant. Row-level security compares it on every statement."""

    def __init__(self, to: Any = "tenancy.Implementation", on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        if "db_default" not in kwargs:
            kwargs.setdefault("default", context.current_id)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("editable", False)
        super().__init__(to, on_delete, **kwargs)


class TenantForeignKey(models.ForeignKey):
    """A reference from one tenant table to another.

    Django's own constraint is off: PostgreSQL checks foreign keys without row-level security, so a forged id would
    link to another tenant's row. `SecureTenantTables` adds the composite key (implementation_id, x_id) instead.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)
