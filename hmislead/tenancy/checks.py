"""System checks that the first net holds: the database role may not walk around row-level security."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connection


@register(Tags.database)
def role_obeys_row_level_security(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """A superuser or BYPASSRLS role would see every tenant's rows."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        superuser, bypasses = cursor.fetchone()
    if superuser or bypasses:
        return [
            Error(
                "The database role can walk around row-level security.",
                hint="Use a role that is NOSUPERUSER and NOBYPASSRLS (docs/operations).",
                id="tenancy.E001",
            )
        ]
    return []
