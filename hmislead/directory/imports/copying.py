"""Many rows at once: copied to a temporary table, then inserted or updated by one statement.

PostgreSQL refuses COPY into a table under row-level security, so the last step is an ordinary statement that the policy
and the history triggers see.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from hmislead.tenancy import context

Row = Sequence[Any]


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row], *, or_update: str = "") -> None:
    """Insert rows of `columns` (attribute names, `id` among them) into a tenant table.

    `implementation`, `created_at` and `updated_at` are added; other columns get their default. `or_update` is what
    follows ON CONFLICT.
    """
    table, names = _quoted(model._meta.db_table), [_column(model, name) for name in columns]
    times = ["created_at", "updated_at"]
    with _temporary(model, columns, rows) as held, connection.cursor() as cursor:
        defaults = _defaults(model, {*columns, "implementation_id", *times})
        into = ", ".join([*names, *defaults, '"implementation_id"', *times])
        cursor.execute(
            f"INSERT INTO {table} ({into}) SELECT {', '.join(names)}"  # noqa: S608 - our own names, quoted
            f"{''.join(', %s' for _ in defaults)}, %s, now(), now() FROM {held}"
            f"{f' ON CONFLICT {or_update}' if or_update else ''}",
            [*defaults.values(), context.current().pk],
        )


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Set `columns` of rows given as (id, value, value …)."""
    table, names = _quoted(model._meta.db_table), [_column(model, name) for name in columns]
    with _temporary(model, ["id", *columns], rows) as held, connection.cursor() as cursor:
        sets = ", ".join(f"{name} = t.{name}" for name in names)
        cursor.execute(
            f"UPDATE {table} SET {sets}, updated_at = now() FROM {held} t WHERE {table}.id = t.id"  # noqa: S608
        )


@contextmanager
def _temporary(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """The name of a temporary table that holds the rows."""
    held, names = _quoted(f"import_{model._meta.db_table}"), ", ".join(_column(model, name) for name in columns)
    json_at = [place for place, name in enumerate(columns) if isinstance(_field(model, name), models.JSONField)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {held} ON COMMIT DROP AS "  # noqa: S608
            f"SELECT {names} FROM {_quoted(model._meta.db_table)} WITH NO DATA"
        )
        with cursor.copy(f"COPY {held} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([json.dumps(v) if n in json_at else v for n, v in enumerate(row)] if json_at else row)
    yield held
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {held}")


def _defaults(model: type[models.Model], given: set[str]) -> dict[str, Any]:
    """Columns that were not given and may not be NULL, with the default of their field."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.attname in given or field.null or field.db_default is not models.NOT_PROVIDED:
            continue
        value = field.get_default()
        found[_quoted(field.column)] = json.dumps(value) if isinstance(field, models.JSONField) else value
    return found


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if name in (field.attname, field.name))


def _column(model: type[models.Model], name: str) -> str:
    return _quoted(_field(model, name).column)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))
