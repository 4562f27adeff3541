"""How long an HMIS CSV export of many projects takes to read, plan and apply.

    bin/manage shell -c "import benchmarks.imports; benchmarks.imports.main(30_000)"

Everything happens in one transaction that is rolled back. Names and numbers are invented.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import pghistory
from django.core.files import File

from hmislead.access.scopes import ROBOT
from hmislead.directory.imports import operations
from hmislead.directory.models import CoC
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from tests.directory.hmis_samples import Export, export_zip, project_rows, row
from tests.directory.hmis_samples import export as sample_export

PROJECTS_PER_AGENCY = 3


class RolledBackError(Exception):
    """Ends the transaction of the benchmark."""


def large_export(projects: int) -> Export:
    """An export of so many projects, three to an agency, each with one row in every file."""
    made = sample_export(0)
    made["Organization"] = [
        row("Organization", OrganizationID=f"O{number}", OrganizationName=f"Agency {number}", VictimServiceProvider="0")
        for number in range(projects // PROJECTS_PER_AGENCY + 1)
    ]
    for number in range(1, projects + 1):
        for name, rows in project_rows(number, f"O{number // PROJECTS_PER_AGENCY}").items():
            made[name].extend(rows)
    return made


def main(projects: int = 30_000) -> None:
    """Import, import again, and import a version in which one project in ten has changed. Prints seconds."""
    made = large_export(projects)
    changed = large_export(projects)
    changed["Export"][0]["ExportDate"] = "2026-04-01 06:00:00"
    for each in changed["Project"][::10]:
        each.update(ProjectName=f"{each['ProjectName']} renamed", DateUpdated="2026-03-20 10:00:00")
    implementation = Implementation.objects.create(slug=f"bench-{time.time_ns()}", name="Benchmark")
    try:
        # As every door does: without a context the history triggers take a slower way.
        with pghistory.context(source="import"), use(implementation):
            CoC.objects.create(number="OH-504", name="Benchmark CoC")
            for title, export in (("first", made), ("same again", made), ("a tenth changed", changed)):
                run(f"{title}, {projects:,} projects", export)
            raise RolledBackError
    except RolledBackError:
        implementation.delete()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def run(title: str, export: Export) -> None:
    """Upload, preview and apply one export, each timed. The jobs asked for are lost with the transaction."""
    zipped = File(export_zip(export), name="export.zip")
    batch, reading = timed(lambda: operations.upload_export(file=zipped, name="export.zip", by=ROBOT))
    _, planning = timed(lambda: operations.read_step(batch.pk))
    operations.apply_import(batch_id=batch.pk, by=ROBOT)
    _, applying = timed(lambda: operations.apply_step(batch.pk))
    batch.refresh_from_db()
    assert batch.state == "applied", batch.state
    changes = batch.summary["changes"]
    print(f"{title}: upload {reading}, preview {planning}, apply {applying}, {changes:,} changes")


def timed(do: Callable[[], Any]) -> tuple[Any, str]:
    """What `do` answers, and the seconds it took; in brackets those this process itself was busy."""
    started, busy = time.perf_counter(), time.process_time()
    answer = do()
    return answer, f"{time.perf_counter() - started:.1f} s ({time.process_time() - busy:.1f})"
