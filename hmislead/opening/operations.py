"""A spreadsheet's way in: read and shown first, applied whole or not at all, recorded as an import batch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from hmislead.compliance.engine import defer_nothing
from hmislead.directory.models import ImportBatch, ImportProblem
from hmislead.directory.tabular.tables import read_table
from hmislead.errors import DomainError, RefusedFile
from hmislead.files.operations import store_file
from hmislead.jobs import operations as jobs
from hmislead.jobs import progress
from hmislead.notices import events
from hmislead.opening.loaders import LOADERS, Loader, Plan, Rows
from hmislead.tenancy.operations import next_number
from hmislead.web.templatetags.web import count_of

MOST_ROWS = 20_000
INLINE_ROWS = 200  # more are applied by a worker
CHANGED = "Something changed since you looked at this file: some of its rows have problems now. Nothing was loaded."
SHEETS = frozenset({"csv", "xlsx"})
READ, APPLY = "opening.read", "opening.apply"
READING, APPLYING = 4, 5  # steps that are told (`progress.step`); the last two of applying are the loader's
State = ImportBatch.State


@transaction.atomic
def read_sheet(*, kind: str, file: File[bytes], carried_over: bool, by: Any, inline: bool = False) -> ImportBatch:
    """Take a CSV or Excel file in and have it read by a job; with `inline` it is read before this returns.

    Raises PermissionDenied for who may not load, RefusedFile for what is no such file; with `inline` also for one that
    cannot be read or lacks a column, and then nothing is kept.
    """
    loader = LOADERS[kind]
    require_load(loader, by)
    name = file.name or "file"
    stored = store_file(file=file, name=name, permission="import_data", by=by, own_readable=False, allowed=SHEETS)
    batch = ImportBatch.objects.create(
        number=next_number("I"),
        kind=kind,
        state=State.READING,
        file=stored,
        uploaded_by=by if getattr(by, "pk", None) else None,
        options={"carried_over": carried_over},
    )
    if inline:
        _preview(batch, by)
    else:
        jobs.enqueue(READ, subject_id=batch.pk, key=f"{READ}:{batch.pk}")
    return batch


@transaction.atomic
def apply_sheet(*, batch_id: UUID, by: Any, leave_out: bool = False) -> ImportBatch:
    """Load what was shown: at once, or by a worker for more than INLINE_ROWS rows. All of it or, on any error, nothing.

    `leave_out` says that rows with problems shall be left out; without it a file with such rows is not loaded.
    """
    batch = _locked(batch_id, by)
    if batch.state != State.PREVIEWED:
        raise DomainError(f"This file is {batch.get_state_display().lower()} and cannot be loaded again.")
    if batch.summary.get("left_out") and not leave_out:
        rows = count_of(batch.summary["left_out"], "row has,rows have")
        raise DomainError(
            f"{rows} problems. Correct them in your file and upload it again, "
            "or say that what has problems shall be left out."
        )
    batch.state, batch.applied_by = State.APPLYING, by if getattr(by, "pk", None) else None
    batch.progress_total = batch.summary.get("added", 0)
    batch.options = {**batch.options, "leave_out": leave_out, "note": ""}
    batch.save(update_fields=["state", "applied_by", "progress_total", "options", "updated_at"])
    if batch.progress_total > INLINE_ROWS:
        # Shown again because something had changed, it may be loaded a second time: that is another job.
        key = f"{APPLY}:{batch.pk}:{timezone.now().isoformat()}"
        jobs.enqueue(APPLY, subject_id=batch.pk, key=key)
        return batch
    return write_rows(batch, by)


@transaction.atomic
def discard_sheet(*, batch_id: UUID, by: Any) -> ImportBatch:
    """Put a file away that was only looked at."""
    batch = _locked(batch_id, by)
    if State.DISCARDED not in ImportBatch.NEXT[batch.state]:
        raise DomainError(f"This file is {batch.get_state_display().lower()} and cannot be discarded.")
    batch.state = State.DISCARDED
    batch.save(update_fields=["state", "updated_at"])
    return batch


def write_rows(batch: ImportBatch, by: Any) -> ImportBatch:
    """Read the file again, since the world may have moved on, and write what is new. Runs in the caller's transaction.

    Rows that have problems by now are left out if somebody said so of such rows; else nothing is written and the file is
    shown again with them.
    """
    loader = LOADERS[batch.kind]
    require_load(loader, by)
    plan = _plan(loader, batch, by)
    ImportProblem.objects.filter(batch=batch).delete()
    _keep_problems(batch, plan)
    if plan.left_out and not batch.options.get("leave_out"):
        batch.options = {**batch.options, "note": CHANGED}
        batch.state, batch.summary = State.PREVIEWED, _summary(plan)
        batch.save(update_fields=["state", "summary", "options", "updated_at"])
        return batch
    progress.step("Writing the records")
    defer_nothing()  # with history triggers, deferred key checks of many rows cost quadratic time
    loader.save(plan.add, by, bool(batch.options.get("carried_over")))
    batch.state, batch.applied_at, batch.summary = State.APPLIED, timezone.now(), _summary(plan)
    batch.progress_done = len(plan.add)
    batch.save(update_fields=["state", "applied_at", "summary", "progress_done", "updated_at"])
    return batch


# The work of the jobs: one unit each, the whole file in one transaction. A second delivery finds nothing to do.


def read_job(batch_id: UUID) -> bool:
    """Read a file and keep what loading it would do. One that is refused leaves its sentence."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state != State.READING:
        return False
    try:
        with progress.telling(batch.pk, steps=READING), transaction.atomic():
            _preview(batch, batch.uploaded_by)
    except (RefusedFile, PermissionDenied) as error:
        fail_job(batch.pk, str(error))
        batch.refresh_from_db()
    events.import_moved(batch)
    return False


def apply_job(batch_id: UUID) -> bool:
    """Load a file, or show it again with the rows that have problems by now."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state == State.APPLYING:
        with progress.telling(batch.pk, steps=APPLYING):
            write_rows(batch, batch.applied_by)
        events.import_moved(batch)
    return False


def fail_job(batch_id: UUID, sentence: str) -> None:
    """Record that reading or loading was given up, and why."""
    ImportBatch.objects.filter(pk=batch_id).update(state=State.REFUSED, refusal=sentence[:500])


def _preview(batch: ImportBatch, by: Any) -> None:
    """Keep what loading the file would do, for somebody to look at. Raises RefusedFile, PermissionDenied."""
    loader = LOADERS[batch.kind]
    require_load(loader, by)
    plan = _plan(loader, batch, by)
    if not plan.add and not plan.same and not plan.problems:
        raise RefusedFile("The file has no rows below the names of its columns.")
    progress.step("Writing the preview")
    _keep_problems(batch, plan)
    batch.state, batch.summary = State.PREVIEWED, _summary(plan)
    batch.save(update_fields=["state", "summary", "updated_at"])


def _plan(loader: Loader, batch: ImportBatch, by: Any) -> Plan:
    progress.step("Reading the file")
    content: Any
    with batch.file.content.open("rb") as content:
        table = read_table(content, batch.file.name, max_rows=MOST_ROWS)
    progress.step("Checking the rows")
    rows = Rows(table, loader.columns)
    progress.step("Comparing with what is on record")
    return loader.plan(rows, by)


def _summary(plan: Plan) -> dict[str, int]:
    return {"added": len(plan.add), "same": plan.same, "left_out": plan.left_out}


def _keep_problems(batch: ImportBatch, plan: Plan) -> None:
    ImportProblem.objects.bulk_create(
        ImportProblem(
            batch=batch,
            file_name=problem.file[:60],
            line=problem.line,
            column=problem.column[:60],
            value_kind=problem.kind_of_value[:80],
            grade=str(problem.grade),
            message=problem.message[:400],
            fix=problem.fix[:400],
        )
        for problem in sorted(plan.problems, key=lambda problem: problem.line)[:1_000]
    )


def _locked(batch_id: UUID, by: Any) -> ImportBatch:
    batch = (
        ImportBatch.objects.visible_to(by)
        .filter(kind__in=LOADERS)
        .select_related("file")
        .select_for_update(of=("self",))
        .get(pk=batch_id)
    )
    require_load(LOADERS[batch.kind], by)
    return batch


def require_load(loader: Loader, by: Any) -> None:
    """Raises PermissionDenied unless `by` may load many records of this kind at once."""
    if not loader.may(by):
        raise PermissionDenied("Loading many records at once needs the right to import data and to record evidence.")
