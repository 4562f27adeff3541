"""Tables out: read back as a spreadsheet program would read them."""

import csv
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from hmislead.documents.tables import Sheet, csv_from, xlsx_from

COLUMNS = ["Agency", "Since", "Seen", "People", "Share", "In force"]
ROW = ["Harbor House", date(2026, 3, 14), datetime(2026, 7, 1, 3, 30, tzinfo=UTC), 12, Decimal("0.75"), True]
STARTS = tuple("=+-@\t\r\n＝＋－＠")
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    '=HYPERLINK("https://example.org","x")',
]


def sheet_of(*sheets: Sheet) -> Worksheet:
    return load_workbook(BytesIO(xlsx_from(sheets, title="Agencies", author="Three Rivers HMIS"))).worksheets[0]


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_values_keep_their_types_and_times_are_those_of_the_place() -> None:
    with timezone.override(ZoneInfo("America/Chicago")):
        page = sheet_of(Sheet("Agencies", COLUMNS, [ROW]))
    values = [cell.value for cell in page[2]]
    assert values == ["Harbor House", datetime(2026, 3, 14), datetime(2026, 6, 30, 22, 30), 12, 0.75, True]
    assert [cell.data_type for cell in page[2]] == ["s", "d", "d", "n", "n", "b"]
    assert page["B2"].number_format == "d mmm yyyy"
    assert page["C2"].number_format == "d mmm yyyy h:mm AM/PM"


def test_the_header_stays_filters_and_prints_on_each_page() -> None:
    page = sheet_of(Sheet("Agencies", COLUMNS, [ROW, ROW]))
    assert [cell.value for cell in page[1]] == COLUMNS
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:F3"
    assert page.print_title_rows == "$1:$1"
    assert all(cell.font.bold for cell in page[1])


def test_a_wide_table_keeps_its_first_column_in_sight_and_prints_one_page_across() -> None:
    names = [f"What is asked of an agency, number {number}" for number in range(12)]
    page = sheet_of(Sheet("Agencies", names, [["met"] * 12]))
    assert page.freeze_panes == "B2"
    assert page.column_dimensions["A"].width == 24
    assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage is True


def test_columns_are_as_wide_as_their_longest_value_within_limits() -> None:
    page = sheet_of(Sheet("A", ["Name", "Note", "N"], [["Northside Family Shelter", "x" * 500, 1]]))
    assert [page.column_dimensions[letter].width for letter in "ABC"] == [25, 60, 8]


def test_properties_and_sheet_names() -> None:
    twice = [Sheet("Who/what: all [agencies] of the whole implementation", ["A"]), Sheet("Grid", ["A"])]
    book = load_workbook(BytesIO(xlsx_from([*twice, Sheet("grid", ["A"]), Sheet("?", ["A"])], title="T", author="W")))
    assert book.sheetnames == ["Who what all agencies of the wh", "Grid", "grid 2", "Sheet"]
    assert (book.properties.title, book.properties.creator) == ("T", "W")


@pytest.mark.parametrize("text", FORMULAS)
def test_text_never_becomes_a_formula(text: str) -> None:
    page = sheet_of(Sheet("A", [text], [[text]]))
    assert [(page[cell].value, page[cell].data_type) for cell in ("A1", "A2")] == [(text, "s")] * 2
    assert csv_rows(csv_from([text], [[text]])) == [[f"'{text}"]] * 2


def test_negative_numbers_stay_numbers() -> None:
    assert csv_rows(csv_from(["N"], [[-3], [Decimal("-0.5")]])) == [["N"], ["-3"], ["-0.5"]]


def test_csv_is_read_back_as_written() -> None:
    rows = [['He said "no", then\nleft', None, False, date(2026, 2, 28), time(9, 5)], ["Łódź", 1, True, "", ""]]
    content = csv_from(["a", "b", "c", "d", "e"], rows)
    assert content.startswith(b"\xef\xbb\xbf")
    assert csv_rows(content)[1:] == [
        ['He said "no", then\nleft', "", "No", "2026-02-28", "09:05:00"],
        ["Łódź", "1", "Yes", "", ""],
    ]


def test_rows_must_fit_their_columns() -> None:
    with pytest.raises(ValueError, match="1 values where the table has 2 columns"):
        csv_from(["a", "b"], [["1"]])
    with pytest.raises(ValueError, match="3 values where the table has 2 columns"):
        xlsx_from([Sheet("A", ["a", "b"], [["1", "2", "3"]])], title="T", author="W")
    with pytest.raises(ValueError, match="at least one sheet"):
        xlsx_from([], title="T", author="W")


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.text(), st.none() | st.integers(-(10**9), 10**9) | st.floats()), max_size=4))
def test_any_text_and_number_makes_a_file_that_opens(rows: list[tuple[object, object]]) -> None:
    """Control signs, infinities, signs of formulas: what people paste must not cost them the whole export."""
    page = sheet_of(Sheet("A", ["Text", "Number"], rows))
    assert page.max_row == len(rows) + 1
    assert all(cell.data_type != "f" for row in page.rows for cell in row)
    for row in csv_rows(csv_from(["Text", "Number"], rows))[1:]:
        assert not row[0].startswith(STARTS)


@settings(deadline=None, max_examples=100)
@given(st.text("\0 \ufffe", max_size=2), st.sampled_from(STARTS), st.text())
def test_no_cell_of_any_export_begins_like_a_formula(before: str, start: str, rest: str) -> None:
    """In CSV an apostrophe stands before it and nothing else is altered; in Excel the cell is text by its type."""
    text = before + start + rest
    shown = text.replace("\0", "")
    guard = "'" if shown.startswith(STARTS) else ""
    assert csv_rows(csv_from([text], [[text]])) == [[guard + shown]] * 2
    book = load_workbook(BytesIO(xlsx_from([Sheet(text, [text], [[text]])], title=text, author=text)))
    assert [cell.data_type for row in book.active.rows for cell in row] == ["s", "s"]
