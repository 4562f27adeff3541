"""Importing, step by step: upload, read, look, apply or discard. Pages, the API, jobs and the command call these."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone

from hmislead.directory.imports import hmis_batch, roster_batch, uploads
from hmislead.directory.imports.hmis_apply import DirectoryChanged
from hmislead.directory.imports.policy import require_create, require_import
from hmislead.directory.models import ImportBatch, ImportChange
from hmislead.errors import DomainError, RefusedFile, WrongState
from hmislead.jobs import operations as jobs
from hmislead.jobs import progress
from hmislead.notices import events
from hmislead.tenancy import context, settings
from hmislead.tenancy.fields import uuid7
from hmislead.tenancy.operations import next_number

Kind, State = ImportBatch.Kind, ImportBatch.State
READ, APPLY = "directory.read_import", "directory.apply_import"
OURS = (Kind.HMIS_CSV, Kind.ROSTER)
CHANGED = "The directory has changed since this preview was made. Nothing was written. Here is what it would do now."


@transaction.atomic
def upload_export(*, file: File[bytes], name: str, by: Any, inline: bool = False) -> ImportBatch:
    """Take an HMIS CSV zip in and start reading it; with `inline` it is read before this returns.

    Only its project-level files are kept. Raises PermissionDenied, or RefusedFile and then nothing is kept.
    """
    require_import(by)
    batch = _create(Kind.HMIS_CSV, uploads.keep_export(file, name=name, by=by), by)
    if inline:
        hmis_batch.read(batch)
        _move(batch, State.PREVIEWED)
    else:
        start_reading(batch)
    return batch


@transaction.atomic
def import_export(*, file: File[bytes], name: str, by: Any) -> ImportBatch:
    """Take an HMIS CSV zip in, read it and apply it, all in this call. Raises PermissionDenied, RefusedFile."""
    require_import(by)
    batch = _create(Kind.HMIS_CSV, uploads.keep_export(file, name=name, by=by), by)
    _one_at_a_time()
    hmis_batch.read_and_apply(batch)
    batch.applied_by, batch.applied_at = batch.uploaded_by, timezone.now()
    _move(batch, State.APPLIED)
    return batch


@transaction.atomic
def upload_roster(*, file: File[bytes], name: str, by: Any) -> ImportBatch:
    """Take a roster in. It waits for its columns to be mapped. Raises PermissionDenied, or RefusedFile."""
    require_import(by)
    stored, table = uploads.keep_roster(file, name=name, by=by)
    batch = _create(Kind.ROSTER, stored, by)
    batch.header = {"columns": table.headers, "rows": len(table.rows)}
    _move(batch, State.MAPPING)
    return batch


@transaction.atomic
def keep_apart(*, batch_id: UUID, change_id: UUID, by: Any) -> ImportBatch:
    """Say that a record is not the row of the same name: it is then added anew. The export is read again.

    What belongs to a project or an agency that is kept apart is compared anew with it.
    """
    batch = _locked(batch_id, by, Kind.HMIS_CSV)
    change = ImportChange.objects.visible_to(by).get(pk=change_id, batch=batch)
    if "matched" not in change.fields:
        raise DomainError("Only a record that was matched by its name can be kept apart.")
    apart = {*batch.options.get("apart", []), f"{change.table} {change.external_id}"}
    batch.options = {**batch.options, "apart": sorted(apart)}
    start_reading(batch)
    return batch


@transaction.atomic
def apply_import(*, batch_id: UUID, by: Any, inline: bool = False) -> ImportBatch:
    """Do what the preview shows. A job does it, or with `inline` this call.

    If the directory has changed since, nothing is written and the batch is shown anew. Raises PermissionDenied,
    DomainError for a batch that is not previewed.
    """
    batch = _locked(batch_id, by, *OURS)
    _require(batch, State.APPLYING)
    if batch.options.get("create"):
        require_create(by)
    batch.applied_by = by if getattr(by, "pk", None) else None
    batch.options = {**batch.options, "note": ""}
    _move(batch, State.APPLYING)
    if inline:
        apply_step(batch.pk)
        batch.refresh_from_db()
    else:
        jobs.enqueue(APPLY, subject_id=batch.pk, key=f"apply import {batch.pk} {uuid7()}")
    return batch


@transaction.atomic
def discard_import(*, batch_id: UUID, by: Any) -> ImportBatch:
    """Put a batch aside that was not applied. Its preview stays to be looked at."""
    batch = _locked(batch_id, by, *OURS)
    _require(batch, State.DISCARDED)
    _move(batch, State.DISCARDED)
    return batch


def start_reading(batch: ImportBatch) -> None:
    """Ask for a batch to be read (again). For operations that have locked it and asked their policy."""
    _require(batch, State.READING)
    batch.options = {**batch.options, "note": ""}
    _move(batch, State.READING)
    jobs.enqueue(READ, subject_id=batch.pk, key=f"read import {batch.pk} {uuid7()}")


# The work of the jobs: one unit each, so that an import is written whole or not at all


def read_step(batch_id: UUID) -> bool:
    """Read a batch and write its preview. A file that is refused leaves its sentence. Always done in one unit."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("file").get(pk=batch_id)
    if batch.state != State.READING:
        return False
    try:
        with progress.telling(batch.pk, steps=_module(batch).READING), transaction.atomic():
            _module(batch).read(batch)
    except RefusedFile as error:
        batch.refusal = error.message[:500]
        # The columns of a roster can be chosen again; an export is what it is.
        _move(batch, State.MAPPING if batch.kind == Kind.ROSTER else State.REFUSED)
        events.import_moved(batch)
        return False
    batch.refusal = ""
    _move(batch, State.PREVIEWED)
    events.import_moved(batch)
    return False


def apply_step(batch_id: UUID) -> bool:
    """Apply a batch, whole or not at all. Always done in one unit."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("file").get(pk=batch_id)
    if batch.state != State.APPLYING:
        return False
    with progress.telling(batch.pk, steps=_module(batch).APPLYING):
        return _apply(batch)


def _apply(batch: ImportBatch) -> bool:
    _one_at_a_time()
    done = _apply_or_show(batch)
    if not done:
        batch.options = {**batch.options, "note": CHANGED}
        _move(batch, State.PREVIEWED)
        events.import_moved(batch)
        return False
    batch.applied_at = timezone.now()
    _move(batch, State.APPLIED)
    events.import_moved(batch)
    if batch.kind == Kind.ROSTER:
        roster_batch.finish(batch)
    return False


def _one_at_a_time() -> None:
    """Two imports into one implementation wait for each other: the second then sees what the first wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {context.current().pk}"])


def _apply_or_show(batch: ImportBatch) -> bool:
    """True once written. A row that changed in this very moment sends the batch back to its preview."""
    try:
        with transaction.atomic():
            return _module(batch).apply(batch)
    except DirectoryChanged:
        _module(batch).read(batch)
        return False


def give_up(batch_id: UUID, sentence: str) -> None:
    """Say why a job could not be done. What was previewed can be applied again."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state == State.APPLYING:
        batch.options = {**batch.options, "note": sentence}
        _move(batch, State.PREVIEWED)
    elif batch.state == State.READING:
        batch.refusal = sentence[:500]
        _move(batch, State.REFUSED)


def _module(batch: ImportBatch) -> Any:
    return roster_batch if batch.kind == Kind.ROSTER else hmis_batch


def _create(kind: str, stored: Any, by: Any) -> ImportBatch:
    return ImportBatch.objects.create(
        number=next_number("I"),
        kind=kind,
        file=stored,
        uploaded_by=by if getattr(by, "pk", None) else None,
        facts_on=settings.today() if kind == Kind.ROSTER else None,
    )


def _locked(batch_id: UUID, by: Any, *kinds: str) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(by).select_related("file").filter(kind__in=kinds)
    batch: ImportBatch = visible.select_for_update(of=("self",)).get(pk=batch_id)
    require_import(by)
    return batch


def lock_roster(batch_id: UUID, by: Any) -> ImportBatch:
    """A roster batch, for a change by `by`."""
    return _locked(batch_id, by, Kind.ROSTER)


def _require(batch: ImportBatch, state: str) -> None:
    if state not in ImportBatch.NEXT[batch.state]:
        raise WrongState(batch, State(state).label)


def _move(batch: ImportBatch, state: str) -> None:
    batch.state = state
    batch.save()


def past_or_today(day: dt.date | None) -> dt.date:
    """The day a file speaks of. Raises DomainError for one to come."""
    if day is not None and day > settings.today():
        raise DomainError("The day is still to come. Choose the day on which the HMIS made this list.")
    return day or settings.today()
