"""Lists people bring: CSV in every dress, Excel workbooks, and the files that are refused."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from hmislead.directory.hmis_csv.problems import Grade
from hmislead.directory.tabular.dates import Cell, finds_day_first, parse_date
from hmislead.directory.tabular.tables import Table, read_table
from hmislead.errors import RefusedFile

LIST = [["Name", "E-mail", "Note"], ["Zoë Example", "zoe@example.org", "a, b; c"], ["Bo", "bo@example.org", None]]


def csv_file(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def workbook(rows: list[list[Cell]], before: str = "") -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if before:
        hidden = book.create_sheet(before, 0)
        hidden.sheet_state = "hidden"
        hidden.append(["not", "this"])
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def with_part(book: io.BytesIO, name: str, content: bytes) -> io.BytesIO:
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, content)
    book.seek(0)
    return book


def replacing(book: io.BytesIO, name: str, content: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    out.seek(0)
    return out


def refusal(file: io.BytesIO, filename: str = "list.csv", **limits: int) -> str:
    with pytest.raises(RefusedFile) as refused:
        read_table(file, filename, **limits)
    assert refused.value.message.endswith(".")
    return refused.value.message


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "User report{n}Run on 3 March 2026{n}{n}"]),
)
def test_delimiter_encoding_newline_and_title_change_nothing(d: str, encoding: str, newline: str, title: str) -> None:
    lines = [d.join(f'"{cell or ""}"' for cell in row) for row in LIST]
    table = read_table(csv_file(title.format(n=newline) + newline.join(lines), encoding), "list.csv")
    assert table.problems == []
    assert table.headers == LIST[0]
    assert [list(row.values()) for row in table.rows] == LIST[1:]


def test_a_workbook_gives_typed_values_and_row_numbers() -> None:
    when = datetime(2026, 3, 1, 9, 30)
    rows: list[list[Cell]] = [
        ["Who", "Born", "Seen", "Count", "On"],
        [" Ann ", date(1990, 2, 3), when, 4, True],
        [],
        ["Bo"],
    ]
    table = read_table(workbook(rows, before="cover"), "list.xlsx")
    assert table.rows[0] == {"Who": "Ann", "Born": date(1990, 2, 3), "Seen": when, "Count": 4, "On": True}
    assert table.rows[1] == {"Who": "Bo", "Born": None, "Seen": None, "Count": None, "On": None}
    assert table.lines == [2, 4]


def test_what_a_file_is_is_told_from_its_content_and_not_from_its_name() -> None:
    assert read_table(workbook([["a", "b"], [1, 2]]), "list.csv").rows == [{"a": 1, "b": 2}]
    assert read_table(csv_file("a,b\n1,2\n"), "list.xlsx").rows == [{"a": "1", "b": "2"}]


def test_excels_own_mark_for_the_delimiter_is_understood() -> None:
    table = read_table(csv_file("sep=;\na,x;b\n1,5;2\n"), "list.csv")
    assert (table.headers, table.rows, table.lines) == (["a,x", "b"], [{"a,x": "1,5", "b": "2"}], [3])


def test_columns_without_a_name_or_with_the_same_name_are_told_apart() -> None:
    table = read_table(csv_file("Name,,Name,Name (3)\na,b,c,d\n"), "list.csv")
    assert list(table.rows[0].values()) == ["a", "b", "c", "d"]
    assert table.headers[:3] == ["Name", "Column 2", "Name (3)"]
    assert {(p.line, p.grade) for p in table.problems} == {(1, Grade.ROW_FLAGGED)}


def test_rows_that_do_not_fit_are_left_out_and_short_rows_are_filled_up() -> None:
    table = read_table(csv_file('a,b\n1,2,3\n4\n"x"y,z\n5,6\n'), "list.csv")
    assert table.rows == [{"a": "4", "b": None}, {"a": "5", "b": "6"}]
    assert [(p.line, p.grade) for p in table.problems] == [(4, Grade.ROW_LEFT_OUT), (2, Grade.ROW_LEFT_OUT)]


def test_hidden_characters_are_taken_out() -> None:
    assert read_table(csv_file("a,b\nx\0y,\x07\n"), "list.csv").rows == [{"a": "xy", "b": None}]


def test_a_character_that_cannot_be_read_is_flagged() -> None:
    table = read_table(io.BytesIO(b"a,b\nx\x81\xff,2\n"), "list.csv")
    assert [p.kind_of_value for p in table.problems] == ["unreadable character"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n \n,,\n", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old or password"),
        (b"<html><table><tr><td>a", "web page"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "web page"),
        (b"%PDF-1.7", "not a text file"),
        (b"PK\3\4 not a zip", "not a zip"),
        (b'a,b\n"1,2\n', "line 2"),
    ],
)
def test_other_files_are_refused(content: bytes, says: str) -> None:
    assert says in refusal(io.BytesIO(content))


def test_macros_are_refused_by_name_and_by_content() -> None:
    book = workbook([["a", "b"]])
    assert "macros" in refusal(book, "list.xlsm")
    assert "macros" in refusal(with_part(book, "xl/vbaProject.bin", b"x"), "list.xlsx")


def test_other_zips_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        opened.writestr("content.xml", "<x/>")
    assert "not an Excel workbook" in refusal(out, "list.xlsx")


def test_bombs_are_refused() -> None:
    assert "unpacks to far more" in refusal(with_part(workbook([["a"]]), "xl/media/a", b" " * 150_000_000), "list.xlsx")


def test_entities_in_a_workbook_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        for content in (bomb, bomb.decode().encode("utf-16")):
            assert "unsafe" in refusal(replacing(workbook([["a"]]), part, content), "list.xlsx")


def test_a_cell_far_away_does_not_make_a_huge_list() -> None:
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
    deep = far % b'<row r="900000000000"><c r="A900000000000"><v>1</v></c></row>'
    wide = far % b'<row r="1"><c r="XFD1"><v>1</v></c></row>'
    small = workbook([["a", "b"]])
    assert "empty" in refusal(replacing(small, "xl/worksheets/sheet1.xml", deep), "list.xlsx")
    # What stands beyond the last column that is read cannot be seen: the sheet is empty as far as we look.
    assert "empty" in refusal(replacing(small, "xl/worksheets/sheet1.xml", wide), "list.xlsx")


@pytest.mark.parametrize("make", [workbook, lambda rows: csv_file("\n".join(",".join(map(str, row)) for row in rows))])
def test_too_many_rows_or_columns_are_refused(make) -> None:  # type: ignore[no-untyped-def]
    assert "more than 30 rows" in refusal(make([["a", "b"]] + [[1, 2]] * 31), max_rows=30)
    assert "more than 3 columns" in refusal(make([["a", "b", "c", "d"]]), max_columns=3)
    assert len(read_table(make([["a", "b"]] + [[1, 2]] * 30), "x", max_rows=30).rows) == 30


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"a,b\n", b"PK\3\4"):
        try:
            table = read_table(io.BytesIO(start + data), "list.csv")
        except RefusedFile:
            continue
        assert isinstance(table, Table)
        assert len(table.rows) == len(table.lines)


BOOK = workbook([["a", "b"], ["x", 1], ["y", 2]]).getvalue()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_spoiled_workbook_is_read_or_refused(spoil: list[tuple[int, int]]) -> None:
    spoiled = bytearray(BOOK)
    for place, byte in spoil:
        spoiled[place] = byte
    try:
        table = read_table(io.BytesIO(spoiled), "list.xlsx")
    except RefusedFile:
        return
    assert len(table.rows) == len(table.lines)


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("2026-03-04", False, date(2026, 3, 4)),
        ("2026-03-04T10:00:00Z", True, date(2026, 3, 4)),
        ("2026/3/4", False, date(2026, 3, 4)),
        ("3/4/2026", False, date(2026, 3, 4)),
        ("3/4/2026", True, date(2026, 4, 3)),
        ("3/4/26 10:22 AM", False, date(2026, 3, 4)),
        ("12-31-99", False, date(1999, 12, 31)),
        ("31.12.2026", True, date(2026, 12, 31)),
        ("Mar 4, 2026", False, date(2026, 3, 4)),
        ("September 30th, 2025", False, date(2025, 9, 30)),
        ("4-Mar-26", False, date(2026, 3, 4)),
        ("04 March 2026", False, date(2026, 3, 4)),
        ("46085", False, date(2026, 3, 4)),
        (46085.75, False, date(2026, 3, 4)),
        (datetime(2026, 3, 4, 23, 59), False, date(2026, 3, 4)),
        (date(2026, 3, 4), False, date(2026, 3, 4)),
    ],
)
def test_dates_are_read(text: Cell, day_first: bool, expected: date) -> None:
    assert parse_date(text, day_first).value == expected


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "13/13/2026", "12345", "99999", "1042", True, "Foo 3, 2026"])
def test_what_is_no_date_is_neither_read_nor_blank(text: Cell) -> None:
    read = parse_date(text)
    assert (read.value, read.blank, read.other_order) == (None, False, False)


@pytest.mark.parametrize("text", [None, "", " ", "Never", "N/A", 0])
def test_a_date_may_be_blank(text: Cell) -> None:
    assert parse_date(text).blank


def test_a_date_that_reads_both_ways_is_reported() -> None:
    assert parse_date("3/4/2026").ambiguous
    assert not parse_date("3/3/2026").ambiguous
    assert not parse_date("12/25/2026").ambiguous
    assert parse_date("25/12/2026").other_order
    assert parse_date("12/25/2026", day_first=True).other_order


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["3/4/2026", "25/12/2026"], (True, True)),
        (["3/4/2026", "12/25/2026"], (False, True)),
        (["3/4/2026"], (False, False)),
        (["12/25/2026", "25/12/2026"], (False, False)),
        (["2026-03-04", None, "3/3/2026"], (False, True)),
        ([], (False, True)),
    ],
)
def test_the_order_of_a_column_is_found(cells: list[Cell], found: tuple[bool, bool]) -> None:
    assert finds_day_first(cells) == found


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.dates(), st.booleans(), st.none()), st.booleans())
def test_reading_a_date_never_fails(cell: Cell, day_first: bool) -> None:
    read = parse_date(cell, day_first)
    assert read.value is None or not read.blank


@settings(deadline=None)
@given(st.dates(date(1969, 1, 1), date(2068, 12, 31)), st.booleans())
def test_a_date_written_in_an_order_is_read_in_that_order(day: date, day_first: bool) -> None:
    text = f"{day.day}/{day.month}/{day.year}" if day_first else f"{day.month}/{day.day}/{day.year}"
    assert parse_date(text, day_first).value == day
    assert parse_date(day.isoformat(), day_first).value == day
