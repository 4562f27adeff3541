"""An HMIS CSV batch: from its stored file to a plan, and from the plan to a preview or to the directory."""

from __future__ import annotations

from typing import Any

from hmislead.directory.hmis_csv.reader import read_export
from hmislead.directory.hmis_csv.records import ExportFile
from hmislead.directory.hmis_csv.spec import RECORD_FILES
from hmislead.directory.imports import hmis_apply, preview
from hmislead.directory.imports.hmis_derived import plan_derived
from hmislead.directory.imports.hmis_people import plan_people
from hmislead.directory.imports.hmis_plan import Plan, plan_tables
from hmislead.directory.imports.hmis_tables import TABLES
from hmislead.directory.models import ImportBatch
from hmislead.jobs import garbage, progress

# How many steps are told (`progress.step`): each file is read, each table compared, then what follows from them.
_PLANNED = len(RECORD_FILES) + len(TABLES) + 1
READING = _PLANNED + 1
APPLYING = _PLANNED + len(hmis_apply.MODELS) + 2


def plan_export(export: ExportFile, apart: list[str] | None = None) -> Plan:
    """All that applying this export would do, now. Raises RefusedFile when it cannot be placed."""
    plan = plan_tables(export, apart or ())
    progress.step("Comparing people")
    plan_derived(plan)
    plan_people(plan, export)
    return plan


@garbage.put_off()
def read(batch: ImportBatch) -> None:
    """Read the file, plan, and write the preview. Raises RefusedFile."""
    plan, export = _plan(batch)
    _show(batch, plan, export)


@garbage.put_off()
def apply(batch: ImportBatch) -> bool:
    """Write what was previewed. False, with a new preview, when the directory has changed since.

    Raises DirectoryChanged when it changes in this very moment.
    """
    plan, export = _plan(batch)
    if preview.fingerprint(plan.steps) != batch.summary.get("fingerprint"):
        _show(batch, plan, export)
        return False
    hmis_apply.write(plan)
    return True


@garbage.put_off()
def read_and_apply(batch: ImportBatch) -> Plan:
    """Read, keep the preview and write it, of one plan. For the command: nobody looks in between."""
    plan, export = _plan(batch)
    _show(batch, plan, export)
    hmis_apply.write(plan)
    return plan


def summary_of(plan: Plan, export: ExportFile) -> dict[str, Any]:
    """The counts of a plan."""
    return preview.hmis_summary(plan, dict(export.counts), export.notes)


def _plan(batch: ImportBatch) -> tuple[Plan, ExportFile]:
    stream: Any
    with batch.file.content.open("rb") as stream:
        export = read_export(stream, on_file=lambda name: progress.step(f"Reading {name}.csv"))
    return plan_export(export, batch.options.get("apart")), export


def _show(batch: ImportBatch, plan: Plan, export: ExportFile) -> None:
    progress.step("Writing the preview")
    preview.replace_preview(batch, [*plan.steps, *plan.proposals], [*export.problems, *plan.problems], plan.names)
    batch.summary = summary_of(plan, export)
    header = export.header
    assert header is not None
    batch.facts_on = header.export_date.date()
    batch.header = {
        "source": plan.source,
        "export_date": plan.export_date.isoformat(),
        "export_id": header.export_id,
        "period": [header.start_date.isoformat(), header.end_date.isoformat()],
        "software": f"{header.software_name} {header.software_version}".strip(),
        "source_name": header.source_name or header.source_id,
        "format": header.csv_version,
    }
