"""A list as a file: the rows, order and columns of the page, no more and no less."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hmislead.documents.tables import Sheet, csv_from, xlsx_from

if TYPE_CHECKING:
    from hmislead.web.listing import Column, Listing

MAX_ROWS = 50_000
FORMATS = ("csv", "xlsx")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def too_many(count: int) -> str:
    """The sentence for an export that is refused."""
    return (
        f"This list has {count:,} rows, and a file can hold {MAX_ROWS:,}. Nothing was exported. "
        "Add a filter to make the list shorter, then export again."
    )


def answer(request: HttpRequest, listing: Listing, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponse:
    """The file as a download named after the list and the day; `?export=` is one of FORMATS.

    No cell of it is ever run as a formula (hmislead/documents/tables.py).
    """
    kind = request.GET["export"]
    heads = [column.label for column in columns]
    values = ([plain(column.plain(row)) for column in columns] for row in rows)
    if kind == "csv":
        body = csv_from(heads, values)
    else:
        author = str(getattr(getattr(request, "implementation", None), "name", "HMIS Lead"))
        body = xlsx_from([Sheet(listing.title, heads, values)], title=listing.title, author=author)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX_TYPE)
    name = f"{listing.name.replace('.', '-')}-{timezone.localdate().isoformat()}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def plain(value: Any) -> Any:
    """A value both file kinds can hold: yes and no in words; numbers, dates and text as they are."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value if value is None or isinstance(value, int | float | Decimal | dt.date) else str(value)
