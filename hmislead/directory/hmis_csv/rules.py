"""Rules that need more than one cell: HUD's conditional rules, dates in order, and records that belong to others."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from hmislead.directory.hmis_csv.cells import PATTERNS
from hmislead.directory.hmis_csv.problems import Grade, Problem, ProblemLog
from hmislead.directory.hmis_csv.records import Record
from hmislead.directory.hmis_csv.spec import EXPORT, RECORD_FILES, Column, Spec

AGAIN = "and make the export again."
#: HUD's codes, by the names HUD gives them (lists 2.02.6, 2.02.A, 2.06.1 and 1.9).
EMERGENCY_SHELTERS = (0, 1)
SERVICES_ONLY = 6
RAPID_REHOUSING = 13
RRH_SERVICES_ONLY = 1
RRH_HOUSING = 2
LOCAL_OR_OTHER = 46
COC_HMIS = 1
RESIDENTIAL = (0, 1, 2, 3, 8, 9, 10)
DATES_IN_ORDER = (
    ("OperatingStartDate", "OperatingEndDate"),
    ("StartDate", "EndDate"),
    ("InventoryStartDate", "InventoryEndDate"),
    ("HMISParticipationStatusStartDate", "HMISParticipationStatusEndDate"),
    ("CEParticipationStatusStartDate", "CEParticipationStatusEndDate"),
    ("ExportStartDate", "ExportEndDate"),
)


class Break(NamedTuple):
    """A rule a record breaks: the column to mend, the kind of its value, what is wrong, how to mend it."""

    column: str
    kind: str
    message: str
    fix: str


@dataclass(slots=True)
class Context:
    """What rules need to know of the other files."""

    projects: dict[str, Record] = field(default_factory=dict)
    #: None when ProjectCoC.csv was not loaded: then nothing can be held against an inventory.
    project_cocs: set[tuple[str, str]] | None = None
    export_id: str = ""


Rule = Callable[[Record, Context], Iterator[Break]]


def check_records(
    loaded: dict[str, list[Record]], export_id: str, spec: Spec, log: ProblemLog
) -> dict[str, list[Record]]:
    """Return the records that belong to a record that was read, by file in saving order; report every broken rule.

    A file whose parent file was not loaded is not loaded either: one problem instead of one for each row.
    """
    kept: dict[str, list[Record]] = {}
    ids: dict[str, set[str]] = {}
    context = Context(export_id=export_id)
    for name in RECORD_FILES:
        if name not in loaded:
            continue
        parents = [(column, parent) for column in spec.files[name] if (parent := column.parent)]
        if missing := [parent for _, parent in parents if parent not in kept]:
            log.add(_parent_not_loaded(name, missing[0]))
            continue
        kept[name] = [record for record in loaded[name] if _has_parents(record, parents, ids, log)]
        ids[name] = {record.external_id for record in kept[name]}
        _remember(context, name, kept[name])
        ends = [pair for pair in DATES_IN_ORDER if pair[1] in {column.name for column in spec.files[name]}]
        for record in kept[name]:
            check_record(record, context, ends, log)
    return kept


def check_record(record: Record, context: Context, ends: list[tuple[str, str]], log: ProblemLog) -> None:
    """Report every rule the record breaks. The record stays: none of these rules makes it unusable."""
    for found in _breaks(record, context, ends):
        log.add(
            Problem(
                f"{record.file}.csv", record.line, found.column, found.kind, Grade.ROW_FLAGGED, found.message, found.fix
            )
        )


def _breaks(record: Record, context: Context, ends: list[tuple[str, str]]) -> Iterator[Break]:
    for start, end in ends:
        if _before(record.get(end), record.get(start)):
            yield Break(end, "date", f"{end} is before {start}.", f"Correct the two dates in the HMIS {AGAIN}")
    if context.export_id and record.text("ExportID") not in ("", context.export_id):
        message = "This row carries the ExportID of another export."
        yield Break("ExportID", "id", message, "Make one export and upload it unchanged.")
    rule = RULES.get(record.file)
    if rule is not None:
        yield from rule(record, context)


def _before(end: object, start: object) -> bool:
    return isinstance(end, date) and isinstance(start, date) and type(end) is type(start) and end < start


# Belonging


def _has_parents(record: Record, parents: list[tuple[Column, str]], ids: dict[str, set[str]], log: ProblemLog) -> bool:
    for column, parent in parents:
        if record.text(column.name) in ids[parent]:
            continue
        message = f"{parent}.csv has no row with this {column.name}, or that row was left out."
        fix = f"Make one export that includes the {parent.lower()} and everything in it."
        log.add(Problem(f"{record.file}.csv", record.line, column.name, "id", Grade.ROW_LEFT_OUT, message, fix))
        return False
    return True


def _parent_not_loaded(name: str, parent: str) -> Problem:
    message = f"{name}.csv was not loaded because {parent}.csv was not loaded."
    fix = f"Mend the problems of {parent}.csv first."
    return Problem(f"{name}.csv", 1, "", "file", Grade.FILE_NOT_LOADED, message, fix)


def _remember(context: Context, name: str, records: list[Record]) -> None:
    if name == "Project":
        context.projects = {record.external_id: record for record in records}
    elif name == "ProjectCoC":
        context.project_cocs = {(record.text("ProjectID"), record.text("CoCCode")) for record in records}


# HUD's conditional rules, a function a file. A column that could not be read is not in `values`: it was reported.


def _wanted(record: Record, column: str, when: str) -> Iterator[Break]:
    if column in record.values and record.values[column] is None:
        yield Break(column, "blank", f"{column} is blank, but {when}.", f"Fill in {column} in the HMIS {AGAIN}")


def _unwanted(record: Record, column: str, when: str) -> Iterator[Break]:
    if record.get(column) is not None:
        message = f"{column} is filled in, but {when}."
        yield Break(column, "whole number", message, f"Clear {column} in the HMIS or correct the project type {AGAIN}")


def _project(record: Record, context: Context) -> Iterator[Break]:
    kind, subtype = record.get("ProjectType"), record.get("RRHSubType")
    if record.get("ContinuumProject") == 1:
        yield from _wanted(record, "ProjectType", "this is a Continuum project")
    if kind == RAPID_REHOUSING:
        yield from _wanted(record, "RRHSubType", "this is a rapid re-housing project")
    elif "ProjectType" in record.values:
        yield from _unwanted(record, "RRHSubType", "this is not a rapid re-housing project")
    if kind == SERVICES_ONLY or (kind == RAPID_REHOUSING and subtype == RRH_SERVICES_ONLY):
        yield from _wanted(record, "ResidentialAffiliation", "this project offers services only")


def _funder(record: Record, context: Context) -> Iterator[Break]:
    if record.get("Funder") == LOCAL_OR_OTHER:
        yield from _wanted(record, "OtherFunder", "the funder is a local or other source")


def _inventory(record: Record, context: Context) -> Iterator[Break]:
    code = record.text("CoCCode")
    known = context.project_cocs
    if code and known is not None and (record.text("ProjectID"), code) not in known:
        message = "The project is not in this CoC according to ProjectCoC.csv."
        yield Break(
            "CoCCode", "CoC code", message, f"Correct the CoC of the inventory or of the project in the HMIS {AGAIN}"
        )
    kind = _project_type(record, context, "ProjectID")
    if kind is not None and kind not in EMERGENCY_SHELTERS:
        for column in ("Availability", "ESBedType"):
            yield from _unwanted(record, column, "the project is not an emergency shelter")


def _ce_participation(record: Record, context: Context) -> Iterator[Break]:
    if record.get("AccessPoint") == 1:
        for column in ("PreventionAssessment", "CrisisAssessment", "HousingAssessment", "DirectServices"):
            yield from _wanted(record, column, "the project is an access point")


def _affiliation(record: Record, context: Context) -> Iterator[Break]:
    kind = _project_type(record, context, "ProjectID")
    if kind is not None and not (kind == SERVICES_ONLY or _rehouses(record, context, "ProjectID", RRH_SERVICES_ONLY)):
        message = "The project is not one that offers services only."
        yield Break(
            "ProjectID", "id", message, f"Correct the project type or remove the affiliation in the HMIS {AGAIN}"
        )
    kind = _project_type(record, context, "ResProjectID")
    if kind is not None and not (kind in RESIDENTIAL or _rehouses(record, context, "ResProjectID", RRH_HOUSING)):
        message = "The project that offers the housing has a type without housing."
        yield Break("ResProjectID", "id", message, f"Correct the project type or the affiliation in the HMIS {AGAIN}")


def _export(record: Record, context: Context) -> Iterator[Break]:
    if record.get("SourceType") == COC_HMIS:
        yield from _wanted(record, "SourceID", "the source is a CoC's HMIS")
        codes = [code.strip() for code in record.text("SourceID").split(";")]
        if record.text("SourceID") and not all(re.fullmatch(PATTERNS["coc_code"][0], code) for code in codes):
            message = "SourceID is not a CoC code, or several with semicolons between them."
            yield Break("SourceID", "text", message, "Ask your HMIS vendor to fill in SourceID as HUD asks.")
    elif record.get("SourceType") is not None:
        yield from _wanted(record, "SourceName", "the source is not a CoC's HMIS")
    version = record.text("CSVVersion")
    if version and "2026" not in version:
        message = "The export was made for another version of HUD's format. It is read as FY2026."
        yield Break("CSVVersion", "text", message, "Ask your HMIS vendor for an FY2026 export.")


def _project_type(record: Record, context: Context, column: str) -> int | None:
    project = context.projects.get(record.text(column))
    kind = project.get("ProjectType") if project else None
    return kind if isinstance(kind, int) else None


def _rehouses(record: Record, context: Context, column: str, subtype: int) -> bool:
    """Return whether the project is rapid re-housing of this sub-type, or of one that is not known."""
    project = context.projects[record.text(column)]
    return project.get("ProjectType") == RAPID_REHOUSING and project.get("RRHSubType") in (subtype, None)


RULES: dict[str, Rule] = {
    EXPORT: _export,
    "Project": _project,
    "Funder": _funder,
    "Inventory": _inventory,
    "CEParticipation": _ce_participation,
    "Affiliation": _affiliation,
}
