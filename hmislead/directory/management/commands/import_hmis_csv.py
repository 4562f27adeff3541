"""`bin/manage import_hmis_csv FILE --implementation SLUG [--dry-run]`: what the import page does, without a page."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pghistory
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from hmislead.access.scopes import ROBOT
from hmislead.directory.hmis_csv.problems import Problem
from hmislead.directory.hmis_csv.reader import read_export
from hmislead.directory.imports import hmis_batch, operations
from hmislead.directory.imports.hmis_plan import Step
from hmislead.directory.imports.preview import fields_of
from hmislead.directory.imports.words import action_word, table_word, tell_changes
from hmislead.directory.models import ImportBatch
from hmislead.errors import DomainError
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation

LISTED = 200


class Command(BaseCommand):
    help = "Reads a HUD HMIS CSV export (FY2026), shows what it would change, and applies it unless --dry-run is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the zip your HMIS made")
        parser.add_argument("--implementation", required=True, metavar="SLUG", help="the implementation to import into")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="show the preview and write nothing")
        what.add_argument("--apply", action="store_true", help="apply it after the preview (the default)")

    def handle(self, *args: Any, **options: Any) -> None:
        implementation = Implementation.objects.filter(slug=options["implementation"]).first()
        if implementation is None:
            raise CommandError(f"There is no implementation with the slug {options['implementation']}.")
        try:
            with (
                pghistory.context(source="import"),
                cross_into(implementation, why="command import_hmis_csv"),
                options["file"].open("rb") as stream,
            ):
                self._preview(stream)
                if not options["dry_run"]:
                    self._apply(stream, options["file"].name)
        except OSError as error:
            raise CommandError(f"The file cannot be opened: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["dry_run"]:
            self.stdout.write("Nothing was written (--dry-run).")

    def _preview(self, stream: Any) -> None:
        export = read_export(stream)
        plan = hmis_batch.plan_export(export)
        for note in export.notes:
            self.stdout.write(note)
        self._tell_problems([*export.problems, *plan.problems])
        self._tell_steps([*plan.steps, *plan.proposals])
        for table, counts in plan.counts.items():
            told = ", ".join(f"{number:,} {action_word(name)}" for name, number in sorted(counts.items()) if number)
            if told:
                self.stdout.write(f"{table_word(table)}: {told}")
        if plan.unknown_cocs:
            codes = ", ".join(sorted(plan.unknown_cocs))
            self.stdout.write(f"CoCs that this implementation does not serve, kept as text: {codes}")

    def _tell_problems(self, problems: list[Problem]) -> None:
        """One line for each kind of problem, with the first line of the file that has it."""
        alike: dict[tuple[str, ...], list[Problem]] = {}
        for each in problems:
            alike.setdefault((each.file, each.column, each.grade, each.message), []).append(each)
        for (file, column, grade, message), found in list(alike.items())[:LISTED]:
            where = f"{file} line {found[0].line}" + (f", {column}" if column else "")
            more = f" ({len(found) - 1:,} more)" if len(found) > 1 else ""
            kind, fix = found[0].kind_of_value, found[0].fix
            self.stdout.write(f"[{grade.replace('_', ' ')}] {where} ({kind}): {message} {fix}{more}")
        self._tell_rest(alike)

    def _tell_steps(self, steps: list[Step]) -> None:
        for step in steps[:LISTED]:
            told = "; ".join(tell_changes(step.table, fields_of(step)))
            self.stdout.write(f"{step.action} {table_word(step.table)} “{step.label}”" + (f": {told}" if told else ""))
        self._tell_rest(steps)

    def _tell_rest(self, told: Iterable[Any]) -> None:
        more = len(list(told)) - LISTED
        if more > 0:
            self.stdout.write(f"… and {more:,} more.")

    def _apply(self, stream: Any, name: str) -> None:
        batch = operations.upload_export(file=File(stream), name=name, by=ROBOT, inline=True)
        batch = operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
        if batch.state != ImportBatch.State.APPLIED:
            raise CommandError(batch.options.get("note", "Nothing was written."))
        self.stdout.write(f"Applied as {batch}: {batch.summary['changes']:,} changes.")
