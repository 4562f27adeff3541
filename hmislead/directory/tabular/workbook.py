"""The rows of an Excel workbook: values only, no formulas, no macros, within limits."""

import zipfile
from datetime import date, datetime, time
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from hmislead.directory.hmis_csv.archive import DAMAGED, MEGABYTE, Limits, open_zip
from hmislead.directory.hmis_csv.text import LOOKED_AT
from hmislead.directory.tabular.dates import Cell
from hmislead.errors import RefusedFile

#: A sheet's XML of blank rows packs very well, so it is the size that is capped here and not the ratio.
WORKBOOK_LIMITS = Limits(max_total_bytes=100 * MEGABYTE, max_file_bytes=100 * MEGABYTE, max_ratio=1_100)
#: The last row a sheet can have. Sheets formatted to the bottom have blank rows down to it.
LAST_ROW = 1_048_576


def workbook_rows(file: BinaryIO, max_rows: int, max_columns: int) -> list[tuple[int, list[Cell]]]:
    """Return (row number, cells) of every row that is not blank on the first sheet that can be seen.

    Raises RefusedFile for macros, damage, a workbook that unpacks to too much, or more rows or columns than allowed.
    """
    with open_zip(file, WORKBOOK_LIMITS) as opened:
        _check_parts(opened)
    file.seek(0)
    try:
        return _rows(load_workbook(file, read_only=True, data_only=True, keep_links=False), max_rows, max_columns)
    except RefusedFile:
        raise
    except Exception as error:  # a forged workbook can make the library fail in any way it likes
        raise RefusedFile("This workbook cannot be read. Open it in Excel and save it as .xlsx or CSV.") from error


def _check_parts(opened: zipfile.ZipFile) -> None:
    names = {info.filename.lower() for info in opened.infolist()}
    if any("vbaproject" in name or "macrosheet" in name for name in names):
        raise RefusedFile("This workbook has macros. Save it as an ordinary workbook (.xlsx) or as CSV.")
    if "xl/workbook.xml" not in names:
        raise RefusedFile("This is not an Excel workbook. Upload an .xlsx or a CSV file.")
    for info in opened.infolist():
        # No program that writes workbooks uses a document type; entities, which can grow without end, need one.
        if info.filename.lower().endswith((".xml", ".rels")) and b"<!doctype" in _start(opened, info):
            raise RefusedFile("This workbook is built in an unsafe way. Open it in Excel and save it as .xlsx or CSV.")


def _start(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the first bytes of a part in lower case, without the zeros of UTF-16."""
    try:
        with opened.open(info) as part:
            return part.read(LOOKED_AT).replace(b"\0", b"").lower()
    except (*DAMAGED, NotImplementedError) as error:
        raise RefusedFile("Part of this workbook is damaged. Open it in Excel and save it again.") from error


def _rows(book: Workbook, max_rows: int, max_columns: int) -> list[tuple[int, list[Cell]]]:
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise RefusedFile("This workbook has no sheet that can be seen. Upload one with your list on its first sheet.")
    found: list[tuple[int, list[Cell]]] = []
    blank = (None,) * (max_columns + 1)
    # One column more than is allowed, to find out whether there is one.
    rows = sheet.iter_rows(min_row=1, max_row=LAST_ROW, max_col=max_columns + 1, values_only=True)
    for number, values in enumerate(rows, start=1):
        # Sheets can have a million of these: pass over them as a whole.
        if values == blank:
            continue
        cells = [_cell(value) for value in values]
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > max_columns:
            raise RefusedFile(f"This sheet has more than {max_columns} columns. Keep the columns you need.")
        if cells:
            found.append((number, cells))
        if len(found) > max_rows:
            raise RefusedFile(f"This sheet has more than {max_rows:,} rows. Split it and upload the parts.")
    book.close()
    return found


def _cell(value: object) -> Cell:
    """Return a plain value: a date for a date cell without a time, text without outer blanks, None for a blank."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, str):
        return value.strip() or None
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return str(value)
