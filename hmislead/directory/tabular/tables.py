"""Any list people bring as CSV or Excel: headers, rows and what is wrong with them."""

import io
from dataclasses import dataclass, field
from os import PathLike
from pathlib import PurePath
from typing import BinaryIO

from hmislead.directory.hmis_csv.archive import MEGABYTE
from hmislead.directory.hmis_csv.problems import Grade, Problem, ProblemLog
from hmislead.directory.hmis_csv.text import BROKEN, HIDDEN, csv_rows, decode
from hmislead.directory.tabular.dates import Cell
from hmislead.directory.tabular.workbook import workbook_rows
from hmislead.errors import RefusedFile

MAX_BYTES = 50 * MEGABYTE
MAX_ROWS = 100_000
MAX_COLUMNS = 200
DELIMITERS = ",;\t|"
#: Reports often start with a title and a date: the first row with two values names the columns.
TITLE_ROWS = 15
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
WEB_PAGE = (b"<html", b"<!doctype", b"<table", b"<?xml")


@dataclass(frozen=True, slots=True)
class Table:
    """A list as read. `rows` have a value for each header, None where blank; `lines` has the line of each row."""

    filename: str
    headers: list[str]
    rows: list[dict[str, Cell]] = field(repr=False)
    lines: list[int] = field(repr=False)
    problems: list[Problem] = field(default_factory=list)


def read_table(
    file: str | PathLike[str] | BinaryIO, filename: str, max_rows: int = MAX_ROWS, max_columns: int = MAX_COLUMNS
) -> Table:
    """Read a CSV (comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252) or an .xlsx workbook.

    `file` is a path or an open binary file; `filename` is the name it came with, used in problems. What the file is is
    told from its content. CSV values are text; workbook values are text, numbers, dates and dates with times.
    Raises RefusedFile for anything else, for macros, and for more than `max_rows` rows or `max_columns` columns.
    """
    data = _bytes(file)
    ending = PurePath(filename.lower()).suffix
    if ending in (".xlsm", ".xltm", ".xlam", ".xlsb"):
        raise RefusedFile("This kind of workbook can hold macros. Save it as an ordinary workbook (.xlsx) or as CSV.")
    log = ProblemLog()
    if data.startswith(b"PK"):
        rows = workbook_rows(io.BytesIO(data), max_rows + TITLE_ROWS, max_columns)
    else:
        rows = _csv(data, filename, max_rows + TITLE_ROWS, max_columns, log)
    headers, body = _split(rows, filename, log)
    if len(body) > max_rows:
        raise RefusedFile(f"This file has more than {max_rows:,} rows. Split it and upload the parts.")
    kept = [(line, cells) for line, cells in body if _fits(line, cells, headers, filename, log)]
    filled = [dict(zip(headers, cells + [None] * (len(headers) - len(cells)), strict=False)) for _, cells in kept]
    return Table(filename, headers, filled, [line for line, _ in kept], log.problems())


def _bytes(file: str | PathLike[str] | BinaryIO) -> bytes:
    if isinstance(file, str | PathLike):
        with open(file, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    else:
        file.seek(0)
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise RefusedFile(f"This file is larger than {MAX_BYTES // MEGABYTE} MB. Split it and upload the parts.")
    return data


def _csv(data: bytes, filename: str, max_rows: int, max_columns: int, log: ProblemLog) -> list[tuple[int, list[Cell]]]:
    if data.startswith(OLD_EXCEL):
        raise RefusedFile("This is an old or password-protected workbook. Save it as .xlsx without a password, or CSV.")
    if data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(WEB_PAGE):
        raise RefusedFile(
            "This is a web page under a spreadsheet's name. Open it in Excel and save it as .xlsx or CSV."
        )
    text, complete = decode(data, "This file")
    if not complete:
        message = "The file has characters that cannot be read. Each is shown as a question mark in a box."
        fix = "Save the list as CSV UTF-8 and upload it again."
        log.add(Problem(filename, 1, "", "unreadable character", Grade.ROW_FLAGGED, message, fix))
    found: list[tuple[int, list[Cell]]] = []
    for line, cells in csv_rows(text, find_delimiter(text)):
        if cells is None:
            message = "A quotation mark opened in this row is never closed; nothing after it can be read."
            raise RefusedFile(f"{message} Look at line {line:,} and upload the file again.")
        if cells is BROKEN:
            log.add(_misfit(line, filename))
        values = _values(cells)
        if values and not (not found and str(cells[0]).lower().startswith("sep=")):
            found.append((line, values))
        if len(values) > max_columns:
            raise RefusedFile(f"This file has more than {max_columns} columns. Keep the columns you need.")
        if len(found) > max_rows:
            raise RefusedFile(f"This file has more than {max_rows:,} rows. Split it and upload the parts.")
    return found


def _values(cells: list[str]) -> list[Cell]:
    values: list[Cell] = [HIDDEN.sub("", cell).strip() or None for cell in cells]
    while values and values[-1] is None:
        values.pop()
    return values


def find_delimiter(text: str) -> str:
    """Return the character that divides the values: the one most frequent in the first lines, a comma if none is."""
    lines = text[:20_000].splitlines()[:TITLE_ROWS]
    if lines and lines[0].lower().startswith("sep=") and lines[0][4:5] in tuple(DELIMITERS):
        return lines[0][4:5]
    unquoted = "".join("\n".join(lines).split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)


def _split(
    rows: list[tuple[int, list[Cell]]], filename: str, log: ProblemLog
) -> tuple[list[str], list[tuple[int, list[Cell]]]]:
    """Return the headers and the rows below them."""
    if not rows:
        raise RefusedFile("This file is empty. Upload a list with the names of its columns in the first row.")
    at = next((n for n, (_, cells) in enumerate(rows[:TITLE_ROWS]) if sum(c is not None for c in cells) > 1), 0)
    line, cells = rows[at]
    headers: list[str] = []
    for place, cell in enumerate(cells, start=1):
        header = " ".join(str(cell).split()) if cell is not None else f"Column {place}"
        if header in headers:
            message = f"Column {place} has the same name as a column before it. Its number is added to its name."
            fix = "Give each column a name of its own."
            log.add(Problem(filename, line, f"Column {place}", "name of a column", Grade.ROW_FLAGGED, message, fix))
            while header in headers:
                header = f"{header} ({place})"
        headers.append(header)
    return headers, rows[at + 1 :]


def _fits(line: int, cells: list[Cell], headers: list[str], filename: str, log: ProblemLog) -> bool:
    if len(cells) <= len(headers):
        return True
    log.add(_misfit(line, filename))
    return False


def _misfit(line: int, filename: str) -> Problem:
    message = "This row has more values than there are columns, or its quotation marks do not match."
    fix = "Look for stray quotation marks or dividers in this row and upload the list again."
    return Problem(filename, line, "", "row", Grade.ROW_LEFT_OUT, message, fix)
