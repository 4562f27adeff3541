"""Writes a plan: every table in a few statements, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db import connection, models

from hmislead.compliance import engine
from hmislead.directory.imports import checking, copying
from hmislead.directory.imports.hmis_derived import PARTICIPATION, ROLE
from hmislead.directory.imports.hmis_known import chunks
from hmislead.directory.imports.hmis_plan import ADD, Plan, Stamp, Step
from hmislead.directory.imports.hmis_tables import TABLES
from hmislead.directory.models import OrganizationRole, Participation, SourceRecord
from hmislead.jobs import progress
from hmislead.tenancy.fields import uuid7

MODELS: dict[str, type[models.Model]] = {
    **{table.file: table.model for table in TABLES},
    ROLE: OrganizationRole,
    PARTICIPATION: Participation,
}
REPLACED = (
    "(implementation_id, source_system, file, external_id) DO UPDATE SET object_id = EXCLUDED.object_id, "
    "date_updated = EXCLUDED.date_updated, export_date = EXCLUDED.export_date, content_hash = EXCLUDED.content_hash, "
    "deleted_on = EXCLUDED.deleted_on, updated_at = now()"
)
#: From so many rows on PostgreSQL's statistics of a table are made anew, and before the next table refers to it: keys are
#: else checked, and subjects re-checked, by the plans of empty tables, which read a whole table for each row.
MANY = 1_000


class DirectoryChanged(Exception):
    """Somebody changed a row while it was being imported: the plan no longer holds."""


def write(plan: Plan) -> None:
    """Write a plan and re-check what it touches. Raises DirectoryChanged when a row is not as the plan saw it."""
    engine.defer_nothing()
    by_table: dict[str, list[Step]] = defaultdict(list)
    for step in plan.steps:
        by_table[step.table].append(step)
    for name, model in MODELS.items():
        progress.step(f"Writing {name}")
        _insert(model, [step for step in by_table[name] if step.action == ADD])
        _update(model, [step for step in by_table[name] if step.action != ADD and step.new])
        _analyze(model, len(by_table[name]))
    progress.step("Noting where each record came from")
    _write_stamps(plan)
    _analyze(SourceRecord, len(plan.stamps))
    progress.step("Checking what changed")
    checking.recheck(organizations=plan.touched)


def _analyze(model: type[models.Model], written: int) -> None:
    if written < MANY:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _insert(model: type[models.Model], steps: list[Step]) -> None:
    """A column a row is silent about, or leaves blank where nothing may be blank, gets its default."""
    names = sorted({name for step in steps for name in step.new})
    usual = [(name, None if (field := _field(model, name)).null else field.get_default()) for name in names]
    rows = (
        (step.object_id, *[default if (value := step.new.get(name)) is None else value for name, default in usual])
        for step in steps
    )
    if steps:
        copying.insert_rows(model, ("id", *names), rows)


def _field(model: type[models.Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _update(model: type[models.Model], steps: list[Step]) -> None:
    if not steps:
        return
    names = sorted({name for step in steps for name in step.new})
    rows: list[tuple[Any, ...]] = []
    for chunk in chunks(steps):
        locked = _lock(model, [step.object_id for step in chunk], names)
        for step in chunk:
            row = locked.get(step.object_id)
            if row is None or any(row[name] != value for name, value in step.old.items()):
                raise DirectoryChanged
            rows.append((step.object_id, *(step.new.get(name, row[name]) for name in names)))
            row.update(step.new)  # an agency can be changed and closed by two steps
    copying.update_rows(model, names, _last(rows))


def _lock(model: type[models.Model], ids: list[UUID], names: list[str]) -> dict[UUID, dict[str, Any]]:
    rows = model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    return {row.pk: {name: getattr(row, name) for name in names} for row in rows.only("pk", *names)}


def _last(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """One row for each key: the last, which knows of those before."""
    return list({row[0]: row for row in rows}.values())


def _write_stamps(plan: Plan) -> None:
    columns = (
        "id",
        "source_system",
        "file",
        "external_id",
        "object_id",
        "date_updated",
        "export_date",
        "content_hash",
        "deleted_on",
    )
    rows = (_stamp_row(plan.source, stamp) for stamp in plan.stamps)
    copying.insert_rows(SourceRecord, columns, rows, or_update=REPLACED)


def _stamp_row(source: str, stamp: Stamp) -> tuple[Any, ...]:
    updated, exported = stamp.recency
    return (
        uuid7(),
        source,
        stamp.file,
        stamp.external_id,
        stamp.object_id,
        updated,
        exported,
        stamp.content_hash,
        stamp.deleted_on,
    )
