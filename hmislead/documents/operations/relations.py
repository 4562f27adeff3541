"""What documents have to do with each other: contradictions, and clauses kept for documents to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from hmislead.documents import policy
from hmislead.documents import types as document_types
from hmislead.documents.clause_map import clauses_of
from hmislead.documents.models import Block, Contradiction, Document, LibraryClause
from hmislead.documents.operations.writing import BlockData, add_block
from hmislead.errors import DomainError
from hmislead.tenancy import settings

KEPT = ("heading", "body", "heading_es", "body_es", "variant", "initials")


@transaction.atomic
def note_contradiction(
    *, first_id: UUID, second_id: UUID, conflict: str, by: Any, found_on: dt.date | None = None
) -> Contradiction:
    """Note that two documents say different things (GOV-37). `found_on` is today unless given.

    Raises DomainError for a document against itself, without words, or for a day that lies ahead.
    """
    policy.require_edit(by)
    found_on = found_on or settings.today()
    if first_id == second_id:
        raise DomainError("Choose two different documents.")
    if not conflict.strip():
        raise DomainError("Say what the two documents say differently.")
    if found_on > settings.today():
        raise DomainError("The day it was found cannot lie ahead.")
    documents = Document.objects.visible_to(by)
    return Contradiction.objects.create(
        first=documents.get(pk=first_id), second=documents.get(pk=second_id), conflict=conflict.strip(),
        found_on=found_on, found_by=by if getattr(by, "pk", None) else None,
    )  # fmt: skip


@transaction.atomic
def resolve_contradiction(
    *, contradiction_id: UUID, resolution: str, by: Any, resolved_on: dt.date | None = None
) -> Contradiction:
    """Say how a contradiction was settled (GOV-38, GOV-39). `resolved_on` is today unless given.

    Raises DomainError without words, when it is settled already, or for a day before it was found or ahead of today.
    """
    policy.require_edit(by)
    found: Contradiction = Contradiction.objects.visible_to(by).select_for_update(of=("self",)).get(pk=contradiction_id)
    resolved_on = resolved_on or settings.today()
    if found.resolved_on:
        raise DomainError("This contradiction is settled already.")
    if not resolution.strip():
        raise DomainError("Say how it was settled: which document holds, and what was changed.")
    if not found.found_on <= resolved_on <= settings.today():
        raise DomainError("The day it was settled lies between the day it was found and today.")
    found.resolution, found.resolved_on = resolution.strip(), resolved_on
    found.save(update_fields=["resolution", "resolved_on", "updated_at"])
    return found


@transaction.atomic
def keep_clause(*, block_id: UUID, name: str, by: Any) -> LibraryClause:
    """Keep a copy of a clause in the library. Raises ValidationError for a name that is taken or missing."""
    policy.require_edit(by)
    block = Block.objects.visible_to(by).select_related("version__document").get(pk=block_id)
    return _keep(block, name, [block.version.document.type])


@transaction.atomic
def add_clause(*, name: str, data: BlockData, by: Any, types: Collection[str] = ()) -> LibraryClause:
    """Put a new clause into the library, for documents of `types` (none: for all).

    Raises ValidationError for a name that is taken or missing, a type or Standard that there is not, or no text.
    """
    policy.require_edit(by)
    strange = [kind for kind in types if kind not in document_types.TYPES]
    if strange:
        raise ValidationError({"types": f"{strange[0]} is no kind of document."})
    known = {clause.standard for kind in types or document_types.TYPES for clause in clauses_of(kind)}
    unknown = [standard for standard in data.standards if standard not in known]
    if unknown:
        raise ValidationError({"standards": f"{unknown[0]} is no clause of these kinds of document."})
    if not data.heading.strip() or not data.body.strip():
        raise ValidationError({"body": "Give the clause a heading and a text."})
    return _keep(data, name, list(types))


def _keep(source: Any, name: str, types: list[str]) -> LibraryClause:
    clause = LibraryClause(
        name=name.strip(), types=types, standards=list(source.standards),
        **{field: getattr(source, field) for field in KEPT},
    )  # fmt: skip
    if not clause.name:
        raise ValidationError({"name": "Give it a name to find it by."})
    if LibraryClause.objects.filter(name=clause.name).exists():
        raise ValidationError({"name": "A clause of this name is kept already. Choose another name."})
    clause.save(force_insert=True)
    return clause


@transaction.atomic
def insert_clause(*, version_id: UUID, clause_id: UUID, by: Any, after_id: UUID | None = None) -> Block:
    """Put a copy of a library clause into a draft. Raises DomainError for one that is out of use or for other types."""
    policy.require_edit(by)
    clause = LibraryClause.objects.visible_to(by).get(pk=clause_id)
    if clause.retired_on:
        raise DomainError("This clause is out of use. Choose another one.")
    data = BlockData(standards=tuple(clause.standards), **{field: getattr(clause, field) for field in KEPT})
    block: Block = add_block(version_id=version_id, data=data, by=by, after_id=after_id)
    if clause.types and block.version.document.type not in clause.types:
        raise DomainError("This clause is kept for another kind of document.")
    return block


@transaction.atomic
def retire_clause(*, clause_id: UUID, by: Any) -> LibraryClause:
    """Offer a library clause no more. Documents that hold a copy keep it."""
    policy.require_edit(by)
    clause: LibraryClause = LibraryClause.objects.visible_to(by).select_for_update(of=("self",)).get(pk=clause_id)
    clause.retired_on = clause.retired_on or settings.today()
    clause.save(update_fields=["retired_on", "updated_at"])
    return clause
