"""Reads one HMIS CSV export: the ten project-level files, and nothing about clients."""

from collections.abc import Callable
from datetime import date, datetime
from os import PathLike
from typing import BinaryIO, cast

from hmislead.directory.hmis_csv.archive import DEFAULT_LIMITS, Archive, Limits, open_archive
from hmislead.directory.hmis_csv.problems import Grade, Problem, ProblemLog
from hmislead.directory.hmis_csv.records import ExportFile, ExportHeader, Record
from hmislead.directory.hmis_csv.rows import AGAIN, FileReader
from hmislead.directory.hmis_csv.rules import Context, check_record, check_records
from hmislead.directory.hmis_csv.spec import EXPORT, RECORD_FILES, Spec, load_spec
from hmislead.errors import RefusedFile

#: Without these an export cannot be told from another, or newer from older.
HEADER_NEEDS = ("ExportID", "ExportDate", "ExportStartDate", "ExportEndDate")


def read_export(
    file: str | PathLike[str] | BinaryIO,
    limits: Limits = DEFAULT_LIMITS,
    on_file: Callable[[str], None] = lambda name: None,
) -> ExportFile:
    """Read an HMIS CSV zip (HUD FY2026) from a path or an open binary file.

    Returns the header, the records that can be used and every problem, none of which repeats a value. Client-level
    files in the zip are never opened. `on_file` is called with the name of each file before it is read. Raises
    RefusedFile, with a sentence for people, when the file is hostile, is not a zip or holds no Export.csv; OSError
    when a path cannot be opened.
    """
    spec, log, notes = load_spec(), ProblemLog(), list[str]()
    with open_archive(file, limits) as archive:
        if EXPORT not in archive.names:
            raise RefusedFile(
                "This zip has no Export.csv, so it is not an HMIS CSV export. Upload the zip your HMIS made."
            )
        header = _read_header(archive, spec, log, notes)
        loaded = _read_files(archive, spec, log, notes, on_file)
    records = check_records(loaded, header.export_id if header else "", spec, log)
    return ExportFile(header, records, log.problems(), log.counts, notes)


def _read_files(
    archive: Archive, spec: Spec, log: ProblemLog, notes: list[str], on_file: Callable[[str], None]
) -> dict[str, list[Record]]:
    loaded: dict[str, list[Record]] = {}
    for name in RECORD_FILES:
        on_file(name)
        if name not in archive.names:
            log.add(_not_loaded(name, "The zip does not hold this file."))
            continue
        records = _read_file(archive, name, spec, log, notes)
        if records is not None:
            loaded[name] = records
    return loaded


def _read_file(archive: Archive, name: str, spec: Spec, log: ProblemLog, notes: list[str]) -> list[Record] | None:
    reader = FileReader(name, spec, log)
    records = reader.read(archive.read(name))
    notes.extend(reader.notes)
    return records


def _read_header(archive: Archive, spec: Spec, log: ProblemLog, notes: list[str]) -> ExportHeader | None:
    records = _read_file(archive, EXPORT, spec, log, notes)
    if records is None:
        return None
    if not records or any(records[0].get(column) is None for column in HEADER_NEEDS):
        log.add(_not_loaded(EXPORT, f"Its one row must fill in {', '.join(HEADER_NEEDS)}."))
        return None
    if len(records) > 1:
        message = "Export.csv has more than one row. The first is used."
        log.add(Problem("Export.csv", records[1].line, "", "row", Grade.ROW_LEFT_OUT, message, AGAIN))
    check_record(records[0], Context(), [("ExportStartDate", "ExportEndDate")], log)
    return _header(records[0])


def _header(row: Record) -> ExportHeader:
    return ExportHeader(
        export_id=row.external_id,
        export_date=cast(datetime, row.get("ExportDate")),
        start_date=cast(date, row.get("ExportStartDate")),
        end_date=cast(date, row.get("ExportEndDate")),
        source_type=_code(row, "SourceType"),
        source_id=row.text("SourceID"),
        source_name=row.text("SourceName"),
        software_name=row.text("SoftwareName"),
        software_version=row.text("SoftwareVersion"),
        csv_version=row.text("CSVVersion"),
        period_type=_code(row, "ExportPeriodType"),
        directive=_code(row, "ExportDirective"),
        hash_status=_code(row, "HashStatus"),
        implementation_id=row.text("ImplementationID"),
    )


def _code(row: Record, column: str) -> int | None:
    value = row.get(column)
    return value if isinstance(value, int) else None


def _not_loaded(name: str, message: str) -> Problem:
    return Problem(f"{name}.csv", 1, "", "file", Grade.FILE_NOT_LOADED, f"{message} {name}.csv was not loaded.", AGAIN)
