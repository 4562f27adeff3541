"""Merging two rows of one kind: whatever points to the one that goes is pointed to the one that stays.

Nothing is deleted. Every step is written down with what was before, so that it can be taken back exactly. References
are found by walking the models; rooms add what a walk cannot see (ids without a foreign key) and say what happens when
both rows have what only one may have. No policy here: `operations.merges` asks.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, Subquery

from hmislead.tenancy.migration_operations import is_tenant_model, tenant_references

Model = type[models.Model]


@dataclass(frozen=True)
class Reference:
    """A column that may hold the id of a row of a kind."""

    model: Model
    column: str

    @property
    def rows(self) -> models.QuerySet[Any]:
        return self.model._base_manager.all()


# Ids without a foreign key. An id is unique among all tables, so these columns need no kind.
SOFT: list[tuple[str, str]] = [("directory.SourceRecord", "object_id"), ("compliance.Waiver", "subject_id")]
# Worked out from the rest and made anew by a re-check, or a record of what was true or told on a day: not rewritten.
LEFT_AS_THEY_ARE = {
    "compliance.Status",
    "compliance.Change",
    "compliance.Tally",
    "compliance.Gate",
    "notices.Reminder",
    # What was sent then stays what was sent.
    "webhooks.Delivery",
}

Resolver = Callable[["Work", Any, Any], bool]
RESOLVERS: dict[str, tuple[Resolver, str]] = {}
STAYS_BEHIND = "both have the same; one is kept in use, the other stays with the record that goes"


def register_soft(model: str, column: str) -> None:
    """Name a column that holds ids without a foreign key ("room.Model", "subject_id"). Called in `apps.py`."""
    SOFT.append((model, column))


def register_clash(model: str, resolver: Resolver, words: str) -> None:
    """Say what happens when both rows have what only one may have.

    `resolver(work, row, rival)` sets what it must through `work.put` and returns True if `row` shall move all the same.
    `words` tell people in the preview. Without a resolver `row` stays with the one that goes.
    """
    RESOLVERS[model] = (resolver, words)


@dataclass
class Work:
    """The steps of a merge as they are done. Each is plain JSON: {do, model, …}."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)
    clashes: Counter[str] = field(default_factory=Counter)

    def move(self, reference: Reference, ids: list[Any], gone: Any, stays: Any) -> None:
        """Point rows from one id to another."""
        if not ids:
            return
        reference.rows.filter(pk__in=ids).update(**{reference.column: stays})
        step = {"do": "move", "model": reference.model._meta.label, "column": reference.column}
        self.steps.append({**step, "from": str(gone), "to": str(stays), "ids": [str(each) for each in ids]})

    def put(self, row: models.Model, **changes: Any) -> None:
        """Change columns of one row, keeping what was."""
        differs = {name: value for name, value in changes.items() if getattr(row, name) != value}
        if not differs:
            return
        kept = {name: [as_json(getattr(row, name)), as_json(value)] for name, value in differs.items()}
        for name, value in differs.items():
            setattr(row, name, value)
        type(row)._base_manager.filter(pk=row.pk).update(**differs)
        self.steps.append({"do": "set", "model": row._meta.label, "id": str(row.pk), "changes": kept})

    def ids(self, model: str) -> set[uuid.UUID]:
        """Ids of the rows of a model that were moved, changed or left."""
        found = {each for step in self.steps if step["model"] == model for each in step.get("ids", [step.get("id")])}
        found |= {entry["id"] for entry in self.left if entry["model"] == model}
        return {uuid.UUID(each) for each in found if each}


def references(model: Model) -> list[Reference]:
    """Every column of a tenant table that may hold an id of `model`, whether a foreign key or not."""
    found = [
        Reference(each, key.attname)
        for each in apps.get_models()
        if is_tenant_model(each) and each._meta.label not in LEFT_AS_THEY_ARE
        for key in tenant_references(each)
        if key.related_model is model
    ]
    return found + [Reference(apps.get_model(label), column) for label, column in SOFT]


def merge_rows(work: Work, gone: models.Model, stays: models.Model) -> None:
    """Move everything that points to `gone` to `stays`; clashes go to their resolvers first."""
    with connection.cursor() as cursor:
        # Deferred checks of large set-based writes cost quadratic time together with history triggers.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for reference in references(type(gone)):
        staying = _resolve(work, reference, gone, stays)
        rows = reference.rows.filter(**{reference.column: gone.pk}).exclude(pk__in=staying)
        if reference.model is type(gone):
            rows = rows.exclude(pk__in=[gone.pk, stays.pk])
        work.move(reference, list(rows.values_list("pk", flat=True)), gone.pk, stays.pk)


def _resolve(work: Work, reference: Reference, gone: models.Model, stays: models.Model) -> set[Any]:
    """Settle the rows that cannot simply move. Returns the ids of those that stay behind."""
    label = reference.model._meta.label
    resolver, _ = RESOLVERS.get(label, (None, ""))
    staying = set()
    for row_id, rival_id in _clashing(reference, gone.pk, stays.pk):
        work.clashes[label] += 1
        row, rival = reference.rows.get(pk=row_id), reference.rows.get(pk=rival_id)
        if resolver is None or not resolver(work, row, rival):
            staying.add(row_id)
            work.left.append({"model": label, "id": str(row_id)})
    return staying


def _clashing(reference: Reference, gone: Any, stays: Any) -> list[tuple[Any, Any]]:
    """Pairs (row of the one that goes, row of the one that stays) that a unique constraint would not let stand."""
    pairs: dict[Any, Any] = {}
    for names, condition, nulls_distinct in _unique_sets(reference):
        same = Q(**{reference.column: stays})
        for name in names:
            equal = Q(**{name: OuterRef(name)})
            both_empty = Q(**{f"{name}__isnull": True}) & Q(Exists(_outer_is_null(reference, name)))
            same &= equal if nulls_distinct else equal | both_empty
        rivals = reference.rows.filter(condition, same).values("pk")[:1]
        moving = reference.rows.filter(condition, **{reference.column: gone})
        found = moving.annotate(rival=Subquery(rivals)).exclude(rival=None)
        pairs |= {row: rival for row, rival in found.values_list("pk", "rival") if row not in pairs}
    return list(pairs.items())


def _outer_is_null(reference: Reference, name: str) -> models.QuerySet[Any]:
    outer = OuterRef(OuterRef("pk"))
    return reference.rows.filter(pk=outer, **{f"{name}__isnull": True})


def _unique_sets(reference: Reference) -> list[tuple[list[str], Q, bool]]:
    """The unique constraints that the column takes part in: the other columns, the condition, nulls distinct."""
    meta = reference.model._meta
    name = next((each.name for each in meta.concrete_fields if each.attname == reference.column), reference.column)
    found = []
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and name in constraint.fields:
            others = [each for each in constraint.fields if each not in {name, "implementation"}]
            found.append((others, constraint.condition or Q(), constraint.nulls_distinct is not False))
    for together in meta.unique_together:
        if name in together:
            found.append(([each for each in together if each not in {name, "implementation"}], Q(), True))
    return found


def undo(steps: list[dict[str, Any]]) -> int:
    """Take the steps back, the last first. What was changed since stays as it is now; returns how many facts."""
    changed_since = 0
    for step in reversed(steps):
        model = apps.get_model(step["model"])
        if step["do"] == "move":
            rows = model._base_manager.filter(pk__in=step["ids"], **{step["column"]: step["to"]})
            changed_since += len(step["ids"]) - rows.update(**{step["column"]: step["from"]})
            continue
        changed_since += _undo_set(model, step["id"], step["changes"])
    return changed_since


def _undo_set(model: Model, row_id: str, changes: dict[str, list[Any]]) -> int:
    """Give a row its old values in one statement: a constraint may tie columns to each other."""
    row = model._base_manager.filter(pk=row_id)
    now = row.values(*changes).first() or {}
    fields: Any = {name: model._meta.get_field(name) for name in changes}
    read = {name: column.to_python for name, column in fields.items()}
    same = {
        name: read[name](old) for name, (old, new) in changes.items() if name in now and now[name] == read[name](new)
    }
    row.update(**same) if same else None
    return len(changes) - len(same)


def as_json(value: Any) -> Any:
    """A column's value as JSON keeps it; `to_python` of its field reads it back."""
    if isinstance(value, models.Model):
        return str(value.pk)
    return str(value) if isinstance(value, uuid.UUID | dt.date | decimal.Decimal) else value


def keep_earlier_start(work: Work, row: Any, rival: Any) -> bool:
    """Roles, participations, contacts: the one kept has held since the earlier of both starts."""
    changes = {"starts_on": min(row.starts_on, rival.starts_on)}
    if hasattr(rival, "affirmed_on"):
        changes["affirmed_on"] = max(row.affirmed_on, rival.affirmed_on)
    work.put(rival, **changes)
    return False


def summary(work: Work) -> list[dict[str, Any]]:
    """What moved, by kind of record: {label, count, clashes, words}, the most first."""
    counts: Counter[str] = Counter()
    for step in work.steps:
        if step["do"] == "move":
            counts[step["model"]] += len(step["ids"])
    labels = set(counts) | set(work.clashes)
    told = [
        {
            "label": str(apps.get_model(label)._meta.verbose_name_plural),
            "count": counts[label],
            "clashes": work.clashes[label],
            "words": RESOLVERS.get(label, (None, STAYS_BEHIND))[1],
        }
        for label in labels
    ]
    return sorted(told, key=lambda entry: (-entry["count"], entry["label"]))
