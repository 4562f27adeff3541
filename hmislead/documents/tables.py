"""Lists out of the system: XLSX and CSV that open as they should and run nothing."""

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

# What a spreadsheet program may take for the start of a formula (OWASP, "CSV injection"): the signs, blanks it passes
# over, and the full-width signs that Chinese, Japanese and Korean keyboards type.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no XLSX file can hold
LONGEST_CELL = 32_767  # characters an XLSX cell holds
LONGEST_TITLE = 31  # characters a sheet's name holds
NARROWEST, WIDEST = 8, 60  # columns, in characters
WIDEST_NAME = 24  # of a column; longer ones wrap
SCREENFUL = 8  # columns; of a wider table the first one stays in sight
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_HEADER = {
    "font": Font(bold=True, color="FFFFFF"),
    "fill": PatternFill("solid", fgColor="12304C"),
    "alignment": Alignment(vertical="top", wrap_text=True),
}
_FORMATS = {datetime: "d mmm yyyy h:mm AM/PM", date: "d mmm yyyy", time: "h:mm AM/PM"}


@dataclass(frozen=True)
class Sheet:
    """One table: `title` names the sheet, `columns` head it, each of `rows` has one value a column."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]] = field(default_factory=list)


def xlsx_from(sheets: Sequence[Sheet], *, title: str, author: str) -> bytes:
    """The sheets as an Excel file: frozen header, filter, widths, dates and numbers as such; text is never a formula.

    `title` and `author` go into the file's properties. Times are given in the current time zone. Raises ValueError
    without a sheet or a column, or when a row has more or fewer values than the sheet has columns.
    """
    if not sheets or not all(sheet.columns for sheet in sheets):
        raise ValueError("A workbook needs at least one sheet, and each sheet a column.")
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = _in_xml(title), _in_xml(author)
    names: set[str] = set()
    for sheet in sheets:
        name = _free_name(sheet.title, names)
        names.add(name.lower())
        _write(book.create_sheet(name), sheet)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def csv_from(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark, so that Excel reads its letters.

    Text a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers. Dates are ISO 8601,
    times in the current time zone. Raises ValueError when a row has more or fewer values than there are columns.
    """
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_guarded(name) for name in columns])
    for row in rows:
        _check(row, columns)
        writer.writerow([_guarded(value) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _write(page: WriteOnlyWorksheet, sheet: Sheet) -> None:
    rows = [[_cell_value(value) for value in row] for row in sheet.rows]
    for row in rows:
        _check(row, sheet.columns)
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)  # written with the first row, as are panes
    page.freeze_panes = "B2" if len(sheet.columns) > SCREENFUL else "A2"
    for at, name in enumerate(sheet.columns):
        page.column_dimensions[get_column_letter(at + 1)].width = _width(name, [row[at] for row in rows])
    page.append([_header(page, name) for name in sheet.columns])
    for row in rows:
        page.append([_cell(page, value) for value in row])
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(rows) + 1}"
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0  # as many pages down as it takes, one across


def _header(page: WriteOnlyWorksheet, name: str) -> WriteOnlyCell:
    cell = _cell(page, _in_xml(name))
    cell.font, cell.fill, cell.alignment = _HEADER["font"], _HEADER["fill"], _HEADER["alignment"]
    return cell


def _cell(page: WriteOnlyWorksheet, value: Any) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=None if isinstance(value, str) else value)
    if isinstance(value, str):
        # Set apart from the constructor, which takes "=1+1" for a formula.
        cell._value, cell.data_type = value, "s"
        cell.alignment = Alignment(vertical="top", wrap_text=len(value) > WIDEST)
    elif type(value) in _FORMATS:
        cell.number_format = _FORMATS[type(value)]
    return cell


def _cell_value(value: object) -> Any:
    """A value Excel knows: text, number, true or false, date or time. Anything else becomes its words."""
    if value is None or isinstance(value, bool | int | time):
        return value
    if isinstance(value, float | Decimal):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        # Excel knows no time zones.
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, date):
        return value
    return _in_xml(str(value))[:LONGEST_CELL]


def _in_xml(text: str) -> str:
    return NOT_IN_XML.sub("", text)


def _guarded(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _check(row: Sequence[object], columns: Sequence[str]) -> None:
    if len(row) != len(columns):
        raise ValueError(f"A row has {len(row)} values where the table has {len(columns)} columns.")


def _width(name: str, values: Sequence[object]) -> int:
    """Of a column in characters: its longest value, within limits; a longer name wraps. The filter's arrow takes three."""
    lengths = [max((len(line) for line in str(value).splitlines()), default=0) for value in values if value is not None]
    return max(NARROWEST, min(WIDEST, max([min(len(name) + 3, WIDEST_NAME), *(length + 1 for length in lengths)])))


def _free_name(title: str, taken: set[str]) -> str:
    """A sheet's name as Excel allows it: short, without its special signs, used once."""
    base = " ".join(_in_xml(title).translate(_NOT_IN_TITLES).split()).strip("'")[:LONGEST_TITLE] or "Sheet"
    name, number = base, 2
    while name.lower() in taken:
        end = f" {number}"
        name, number = base[: LONGEST_TITLE - len(end)] + end, number + 1
    return name
