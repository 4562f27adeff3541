"""What applying an HMIS CSV export would do. Reads the directory; writes nothing.

Rules: a record is known by (source system, file, id). A row older than what was taken in before changes nothing. A row
whose content was taken in before changes nothing. What an export does not list is left as it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hmislead.directory.hmis_csv.problems import Grade, Problem
from hmislead.directory.hmis_csv.records import ExportFile, Record
from hmislead.directory.imports.hmis_known import (
    Matcher,
    Recency,
    Seen,
    in_zone,
    recency_of,
    rows_by_id,
    seen_records,
    source_system,
)
from hmislead.directory.imports.hmis_tables import TABLES, HmisTable, own_values
from hmislead.directory.models import CoC, Organization
from hmislead.errors import RefusedFile
from hmislead.jobs import progress
from hmislead.tenancy.fields import uuid7

ADD, CHANGE, END, PROPOSE = "add", "change", "end", "propose"


@dataclass(slots=True)
class Step:
    """One change: of `table` (a HUD file, or "Role", "Participation"), with the values before and after."""

    table: str
    action: str
    external_id: str
    object_id: UUID
    label: str
    old: dict[str, Any]
    new: dict[str, Any]
    matched: bool = False


@dataclass(slots=True)
class Stamp:
    """A SourceRecord as it will be."""

    file: str
    external_id: str
    object_id: UUID
    recency: Recency
    content_hash: str
    deleted_on: dt.date | None


@dataclass
class Plan:
    """All that applying an export does, in the order in which to do it."""

    source: str
    export_date: dt.datetime
    steps: list[Step] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    proposals: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unknown_cocs: Counter[str] = field(default_factory=Counter)
    names: dict[UUID, str] = field(default_factory=dict)
    listed: set[UUID] = field(default_factory=set)  # organizations the export speaks of
    newly_deleted: set[UUID] = field(default_factory=set)  # organizations
    touched: set[UUID] = field(default_factory=set)  # organizations about which anything changes

    def add(self, step: Step) -> None:
        self.steps.append(step)
        self.counts[step.table][step.action] += 1


def usable(export: ExportFile) -> ExportFile:
    """The export, if anything of it can be placed. Raises RefusedFile when it cannot."""
    if not export.usable:
        raise RefusedFile(
            "Export.csv, Organization.csv and Project.csv are needed, and one of them could not be read. Nothing was "
            "loaded. Make the export again and upload it unchanged."
        )
    return export


def plan_tables(export: ExportFile, apart: Iterable[str] = ()) -> Plan:
    """Compare an export with the directory. `apart` are "File id" of records that are not the row of the same name.

    Raises RefusedFile when the export cannot be placed at all.
    """
    header = usable(export).header
    assert header is not None
    plan = Plan(source_system(header), in_zone(header.export_date))
    planner = _Planner(plan, export, frozenset(apart))
    for table in TABLES:
        progress.step(f"Comparing {table.file}.csv")
        if table.file in export.records:
            _TablePlanner(planner, table).run(export.records[table.file])
    return plan


class _Planner:
    """What all tables share: which of our rows each record is, and which rows are new."""

    def __init__(self, plan: Plan, export: ExportFile, apart: frozenset[str]) -> None:
        self.plan, self.export, self.apart = plan, export, apart
        self.seen = seen_records(plan.source)
        self.ids: dict[str, dict[str, UUID]] = {
            file: {key: each.object_id for key, each in records.items()} for file, records in self.seen.items()
        }
        self.cocs = dict(CoC.objects.values_list("number", "pk"))
        self.added: set[UUID] = set()


@dataclass(slots=True)
class _Compared:
    record: Record
    object_id: UUID
    values: dict[str, Any]
    stamp: Stamp
    before: Seen | None


class _TablePlanner:
    """Plans one file."""

    def __init__(self, planner: _Planner, table: HmisTable) -> None:
        self.planner, self.table, self.plan = planner, table, planner.plan
        self.seen = planner.seen.get(table.file, {})
        self.ids = planner.ids.setdefault(table.file, {})
        self.count = self.plan.counts[table.file]
        self.compare: list[_Compared] = []

    def run(self, records: list[Record]) -> None:
        unknown: list[tuple[Record, Stamp]] = []
        for record in progress.counted(records):
            self._sort(record, unknown)
        self._place(unknown)
        self._compare_all()
        if self.table.model is Organization:
            self.plan.listed = {self.ids[record.external_id] for record in records if record.external_id in self.ids}

    def _sort(self, record: Record, unknown: list[tuple[Record, Stamp]]) -> None:
        before = self.seen.get(record.external_id)
        stamp = self._stamp(record)
        if self.table.file == "ProjectCoC" and (code := record.text("CoCCode").upper()) not in self.planner.cocs:
            self.plan.unknown_cocs[code] += 1
        if before is None:
            unknown.append((record, stamp))
        elif stamp.recency < before.recency:
            self.count["older"] += 1
            self._remember_name(before.object_id, record)
        elif stamp.content_hash == before.content_hash:
            self.count["same"] += 1
            if stamp.recency > before.recency:
                stamp.object_id = before.object_id
                self.plan.stamps.append(stamp)
            self._remember_name(before.object_id, record)
        else:
            self.compare.append(_Compared(record, before.object_id, self._values(record), stamp, before))

    def _stamp(self, record: Record) -> Stamp:
        deleted = record.date_deleted
        return Stamp(
            self.table.file,
            record.external_id,
            NOBODY,
            recency_of(record, self.plan.export_date),
            content_hash(self.table, record),
            deleted.date() if deleted else None,
        )

    def _values(self, record: Record) -> dict[str, Any]:
        """The database columns a row speaks of, with the keys of the rows it belongs to."""
        values = own_values(self.table, record)
        for name, (column, file) in self.table.parents.items():
            values[f"{name}_id"] = self.planner.ids[file][record.text(column)]
        if self.table.file == "ProjectCoC" and "coc_code" in values:
            values["coc_id"] = self.planner.cocs.get(values["coc_code"])
        return values

    def _remember_name(self, object_id: UUID, record: Record) -> None:
        if self.table.file in ("Organization", "Project"):
            self.plan.names[object_id] = record.text(f"{self.table.file}Name")

    # Records nobody has linked yet

    def _place(self, unknown: list[tuple[Record, Stamp]]) -> None:
        valued = [(record, stamp, self._values(record)) for record, stamp in unknown]
        matcher = Matcher(self.table, self._known_parents(valued), set(self.ids.values())) if valued else None
        for record, stamp, values in valued:
            match = self._match(matcher, record, values) if matcher else None
            if match:
                self.ids[record.external_id] = match
                self.compare.append(_Compared(record, match, values, stamp, None))
            else:
                self._add(record, stamp, values)

    def _known_parents(self, valued: list[tuple[Record, Stamp, dict[str, Any]]]) -> set[UUID]:
        first = next((f"{name}_id" for name in self.table.parents), None)
        return {values[first] for _, _, values in valued} - self.planner.added if first else set()

    def _match(self, matcher: Matcher, record: Record, values: dict[str, Any]) -> UUID | None:
        if self.planner.apart and f"{self.table.file} {record.external_id}" in self.planner.apart:
            return None
        found, how_many = matcher.find(values)
        if found:
            matcher.take(found, values)
        elif how_many > 1 and self.table.file in ("Organization", "Project"):
            what = "agencies" if self.table.file == "Organization" else "projects of this agency"
            message = f"{how_many} {what} here have this name, so it is not known which one this is. It is added anew."
            fix = "Merge the ones that are the same, then import again."
            self._problem(record, f"{self.table.file}Name", "name", Grade.ROW_FLAGGED, message, fix)
        return found

    def _add(self, record: Record, stamp: Stamp, values: dict[str, Any]) -> None:
        missing = [name for name in self.table.needed if values.get(name) in (None, "")]
        if missing:
            message = "A value without which this cannot be kept is missing or cannot be used. The row is left out."
            self._problem(record, "", "row", Grade.ROW_LEFT_OUT, message, "Complete it in the HMIS and export again.")
            return
        object_id = uuid7()
        if stamp.deleted_on:
            values[self.table.ended_field] = stamp.deleted_on
        stamp.object_id = self.ids[record.external_id] = object_id
        self.planner.added.add(object_id)
        self._remember_name(object_id, record)
        self.plan.stamps.append(stamp)
        label = label_of(self.table, values, self.plan.names)
        self.plan.add(Step(self.table.file, ADD, record.external_id, object_id, label, {}, values))

    # Records that are one of our rows already

    def _compare_all(self) -> None:
        fields = {*self.table.fields, *(("coc_id",) if self.table.file == "ProjectCoC" else ())}
        rows = rows_by_id(self.table.model, [each.object_id for each in self.compare], fields)
        for each in self.compare:
            self._remember_name(each.object_id, each.record)
            if each.object_id in rows:
                self._compare(each, rows[each.object_id])
            else:  # the row was deleted here since
                self._add(each.record, each.stamp, each.values)

    def _compare(self, each: _Compared, row: dict[str, Any]) -> None:
        self._settle_end(each, row)
        new = {name: value for name, value in each.values.items() if row.get(name) != value}
        each.stamp.object_id = each.object_id
        self.plan.stamps.append(each.stamp)
        matched = each.before is None
        if not new and not matched:
            self.count["same"] += 1
            return
        old = {name: row.get(name) for name in new}
        ended = new.get(self.table.ended_field) is not None
        label = label_of(self.table, {**row, **each.values}, self.plan.names)
        action = END if ended else CHANGE
        self.plan.add(Step(self.table.file, action, each.record.external_id, each.object_id, label, old, new, matched))

    def _settle_end(self, each: _Compared, row: dict[str, Any]) -> None:
        """A deletion ends; a record that came back lives again, unless somebody here ended it."""
        name, deleted = self.table.ended_field, each.stamp.deleted_on
        was_deleted = each.before.deleted_on if each.before else None
        if self.table.model is Organization:
            # Whether a deleted agency is closed depends on what it still has: `hmis_derived` decides.
            if was_deleted and not deleted and row[name] == was_deleted:
                each.values[name] = None
            if deleted and not was_deleted:
                self.plan.newly_deleted.add(each.object_id)
        elif deleted or was_deleted:
            each.values[name] = deleted

    def _problem(self, record: Record, column: str, kind: str, grade: Grade, message: str, fix: str) -> None:
        self.plan.problems.append(Problem(f"{record.file}.csv", record.line, column, kind, grade, message, fix))


NOBODY = UUID(int=0)


def content_hash(table: HmisTable, record: Record) -> str:
    """A fingerprint of what a row says to us. Who made it, when, and in which export is no part of it."""
    values = record.values
    said = [repr(values[column]) if column in values else "" for column in table.telling]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


def label_of(table: HmisTable, values: dict[str, Any], names: dict[UUID, str]) -> str:
    """How a row is called in the preview."""
    if "name" in values:
        return str(values["name"])[:300]
    project = names.get(values.get("project_id", NOBODY), "")
    if table.file == "ProjectCoC":
        return f"{project} in {values['coc_code']}"[:300]
    return project[:300]
