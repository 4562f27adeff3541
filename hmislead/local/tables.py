"""Tables, brought up to date only when something changed: Django needs six seconds to find that nothing did."""

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from hmislead.local import postgres
from hmislead.local.assets import fingerprint
from hmislead.local.state import ROOT, State

# What `migrate` and what follows it read: migrations, permissions, the catalogue.
CODE = ("hmislead", "agreements", "policies", "training", "reporting")
KINDS = {".py", ".csv"}
NOTED = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"


def bring_up_to_date(state: State, migrate: Callable[[], None]) -> None:
    """Call `migrate` unless our database was brought up to date by just this code. Another's database is always asked.

    The note of it is kept with the database itself: a new one, or one restored, has none.
    """
    if os.environ.get("DATABASE_URL"):
        migrate()
        return
    code = fingerprint(_sources())
    with postgres.connect(state, postgres.SUPERUSER, "postgres_superuser", postgres.DATABASE) as connection:
        if _noted(connection) == _note(connection, code):
            return
        migrate()
        note = sql.SQL("COMMENT ON DATABASE {} IS {}")
        connection.execute(note.format(sql.Identifier(postgres.DATABASE), sql.Literal(_note(connection, code))))


def _sources() -> list[Path]:
    return [path for room in CODE for path in (ROOT / room).rglob("*") if path.suffix in KINDS]


def _noted(connection: psycopg.Connection[tuple[object, ...]]) -> object:
    row = connection.execute(NOTED, (postgres.DATABASE,)).fetchone()
    return row[0] if row else None


def _note(connection: psycopg.Connection[tuple[object, ...]], code: str) -> str:
    """The code, and how many migrations are applied: somebody may have taken one back by hand."""
    if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
        return "empty"
    (count,) = connection.execute("SELECT count(*) FROM django_migrations").fetchone() or (0,)
    return f"{code} {count}"
