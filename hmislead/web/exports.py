"""A list as a file: the rows, order and columns of the page, no more and no less."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from hmislead.web.listing import Column, Listing

MAX_ROWS = 50_000
FORMATS = ("csv", "xlsx")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def too_many(count: int) -> str:
    """The sentence for an export that is refused."""
    return (
        f"This list has {count:,} rows, and a file can hold {MAX_ROWS:,}. Nothing was exported. "
        "Add a filter to make the list shorter, then export again."
    )


def answer(kind: str, listing: Listing, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponse:
    """The file as a download named after the list and the day; `kind` is one of FORMATS."""
    heads = [column.label for column in columns]
    values = ([plain(column.plain(row)) for column in columns] for row in rows)
    body = csv_bytes(heads, values) if kind == "csv" else xlsx_bytes(listing.title, heads, values)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX_TYPE)
    name = f"{listing.name.replace('.', '-')}-{timezone.localdate().isoformat()}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def plain(value: Any) -> Any:
    """A value both file kinds can hold: local times without their zone, yes and no, numbers, text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0) if timezone.is_aware(value) else value
    if isinstance(value, int | float | dt.date):
        return value
    return str(value)


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with a mark, so that Excel reads it right, and no cell that a spreadsheet would run."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([unarmed(head) for head in heads])
    writer.writerows([unarmed(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def unarmed(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula, made text by an apostrophe; everything else as it is."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def xlsx_bytes(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """An Excel file: bold frozen heads, a filter on each column, dates as dates, text always text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for index, head in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = max(14, min(len(head) + 6, 40))
    top = [_text(sheet, head) for head in heads]
    for cell in top:
        cell.font, cell.alignment = (
            Font(bold=True),
            Alignment(vertical="top", wrap_text=True),
        )
    sheet.append(top)
    count = 1
    for row in rows:
        sheet.append([_text(sheet, value) if isinstance(value, str) else value for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(heads), 1))}{count}"
    book.properties.title = title
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _text(sheet: Any, value: str) -> WriteOnlyCell:
    # openpyxl takes a leading "=" for a formula; the type is therefore said, and characters XML cannot hold go.
    cell = WriteOnlyCell(sheet, value="".join(each for each in value if each >= " " or each in "\t\n"))
    cell.data_type = "s"
    return cell


def _sheet_name(title: str) -> str:
    return "".join(" " if each in r"[]:*?/\'" else each for each in title)[:31].strip() or "List"
