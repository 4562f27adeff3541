"""A plan as people see it before they say yes: ImportChange and ImportProblem rows, counts, and a fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from hmislead.directory.hmis_csv.problems import Grade, Problem
from hmislead.directory.imports.copying import insert_rows
from hmislead.directory.imports.hmis_plan import ADD, PROPOSE, Plan, Step
from hmislead.directory.models import ImportBatch, ImportChange, ImportProblem
from hmislead.tenancy.fields import uuid7

MATCHED = "matched"  # the key, among a change's fields, of "this is the row of the same name"
UNBORN = (ADD, PROPOSE)  # actions whose rows have no key of their own yet
CHANGE_COLUMNS = ("id", "batch_id", "table", "action", "label", "external_id", "object_id", "fields", "applied")
PROBLEM_COLUMNS = ("id", "batch_id", "file_name", "line", "column", "value_kind", "grade", "message", "fix")


def fingerprint(steps: list[Step]) -> str:
    """The same for two plans that do the same. The keys of rows to be added are not yet anybody's."""
    added = {step.object_id for step in steps if step.action in UNBORN}
    digest = hashlib.sha256()
    for step in steps:
        key = None if step.object_id in added else step.object_id
        new = [None if type(value) is UUID and value in added else value for value in step.new.values()]
        said = (step.table, step.action, step.external_id, key, step.label, step.matched, step.old, list(step.new), new)
        digest.update(repr(said).encode())
    return digest.hexdigest()


def replace_preview(
    batch: ImportBatch, steps: list[Step], problems: list[Problem], names: Mapping[UUID, str] = MappingProxyType({})
) -> None:
    """Write the changes and problems of a batch anew. `names` tells how agencies and projects are called."""
    for model in (ImportChange, ImportProblem):
        rows = model._default_manager.filter(batch=batch)
        rows._raw_delete(rows.db)
    insert_rows(ImportChange, CHANGE_COLUMNS, (_change_row(batch.pk, step, names) for step in steps))
    insert_rows(ImportProblem, PROBLEM_COLUMNS, _problem_rows(batch.pk, problems))


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


def fields_of(step: Step, names: Mapping[UUID, str] = MappingProxyType({})) -> dict[str, list[Any]]:
    """The values before and after, as they are kept and shown. A row to be added does not tell what it leaves blank."""
    if step.action in UNBORN:
        return {
            name: [None, _plain(value, names)]
            for name, value in step.new.items()
            if value is not None and value != "" and type(value) is not UUID
        }
    found = {name: [_plain(step.old.get(name), names), _plain(value, names)] for name, value in step.new.items()}
    return {**found, MATCHED: [None, True]} if step.matched else found


def _plain(value: Any, names: Mapping[UUID, str]) -> Any:
    if isinstance(value, str | int) or value is None:
        return value
    return names.get(value) or str(value) if isinstance(value, UUID) else str(value)


def _change_row(batch_id: UUID, step: Step, names: Mapping[UUID, str]) -> tuple[Any, ...]:
    object_id = None if step.action in UNBORN else step.object_id
    fields = fields_of(step, names)
    return (uuid7(), batch_id, step.table, step.action, step.label[:300], step.external_id, object_id, fields, False)


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
