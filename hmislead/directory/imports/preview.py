"""A plan as people see it before they say yes: ImportChange and ImportProblem rows, counts, and a fingerprint."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from hmislead.directory.hmis_csv.problems import Grade, Problem
from hmislead.directory.imports.copying import insert_rows, update_rows
from hmislead.directory.imports.hmis_plan import ADD, PROPOSE, Plan, Step
from hmislead.directory.models import ImportBatch, ImportChange, ImportProblem
from hmislead.tenancy.fields import uuid7

MATCHED = "matched"  # the key, among a change's fields, of "this is the row of the same name"
CHANGE_COLUMNS = ("id", "batch_id", "table", "action", "label", "external_id", "object_id", "fields", "applied")
PROBLEM_COLUMNS = ("id", "batch_id", "file_name", "line", "column", "value_kind", "grade", "message", "fix")


def fingerprint(steps: Iterable[Step]) -> str:
    """The same for two plans that do the same. The keys of rows to be added are not yet anybody's."""
    digest = hashlib.sha256()
    for step in steps:
        key = "" if step.action == ADD else str(step.object_id)
        said = [step.table, step.action, step.external_id, key, step.label, fields_of(step)]
        digest.update(json.dumps(said, sort_keys=True).encode())
    return digest.hexdigest()


def replace_preview(batch: ImportBatch, steps: list[Step], problems: list[Problem]) -> None:
    """Write the changes and problems of a batch anew."""
    for model in (ImportChange, ImportProblem):
        rows = model._default_manager.filter(batch=batch)
        rows._raw_delete(rows.db)
    insert_rows(ImportChange, CHANGE_COLUMNS, (_change_row(batch.pk, step) for step in steps))
    insert_rows(ImportProblem, PROBLEM_COLUMNS, _problem_rows(batch.pk, problems))


def mark_applied(batch: ImportBatch, objects: Mapping[tuple[str, str], UUID] = MappingProxyType({})) -> None:
    """Say of every change but proposals that it was done, and of which row: `objects` by table and external id."""
    changes = ImportChange.objects.filter(batch=batch).exclude(action=PROPOSE)
    done = [
        (key, objects.get((table, external_id), known), True)
        for key, table, external_id, known in changes.values_list("pk", "table", "external_id", "object_id")
    ]
    update_rows(ImportChange, ("object_id", "applied"), done)


def hmis_summary(plan: Plan, counts: dict[Grade, int], notes: list[str]) -> dict[str, Any]:
    """The counts of a plan, as kept with its batch."""
    return {
        "tables": {table: dict(counter) for table, counter in plan.counts.items()},
        "changes": len(plan.steps),
        "proposals": len(plan.proposals),
        "matched": sum(step.matched for step in plan.steps),
        "unknown_cocs": dict(plan.unknown_cocs),
        "problems": {grade.value: counts.get(grade, 0) + _own(plan.problems, grade) for grade in Grade},
        "notes": notes[:100],
        "fingerprint": fingerprint(plan.steps),
    }


def _own(problems: list[Problem], grade: Grade) -> int:
    return sum(problem.grade == grade for problem in problems)


def fields_of(step: Step) -> dict[str, list[Any]]:
    names = {**step.old, **step.new}
    found = {name: [_plain(step.old.get(name)), _plain(step.new.get(name))] for name in names}
    # What a new row leaves blank says nothing; and the keys of rows that do not exist yet help nobody.
    if step.action in (ADD, PROPOSE):
        found = {
            name: pair for name, pair in found.items() if pair[1] not in (None, "") and not _is_key(step.new[name])
        }
    return {**found, MATCHED: [None, True]} if step.matched else found


def _is_key(value: Any) -> bool:
    return isinstance(value, UUID)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, dt.date | UUID) else value


def _change_row(batch_id: UUID, step: Step) -> tuple[Any, ...]:
    object_id = None if step.action in (ADD, PROPOSE) else step.object_id
    return (
        uuid7(),
        batch_id,
        step.table,
        step.action,
        step.label[:300],
        step.external_id,
        object_id,
        fields_of(step),
        False,
    )


def _problem_rows(batch_id: UUID, problems: list[Problem]) -> Iterator[tuple[Any, ...]]:
    for each in problems:
        yield (
            uuid7(),
            batch_id,
            each.file[:60],
            each.line,
            each.column[:60],
            each.kind_of_value[:80],
            each.grade.value,
            each.message[:400],
            each.fix[:400],
        )
