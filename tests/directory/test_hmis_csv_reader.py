"""What a clean export gives, however the vendor wrote it down."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmislead.directory.hmis_csv.problems import Grade
from hmislead.directory.hmis_csv.reader import read_export
from hmislead.directory.hmis_csv.records import ExportFile
from hmislead.directory.hmis_csv.spec import FILES, RECORD_FILES, load_spec
from hmislead.errors import RefusedFile
from tests.directory.hmis_samples import columns, csv_bytes, export, export_row, export_zip, members, row, zip_of

SAMPLE = Path(__file__).parents[3] / "shared" / "hmis" / "sample-export-fy2026.zip"


def facts(read: ExportFile) -> object:
    """Return everything an export says, without the lines it says it on."""
    return read.header, {name: [(r.external_id, r.values) for r in rows] for name, rows in read.records.items()}


def test_a_clean_export_has_no_problems() -> None:
    read = read_export(export_zip())
    assert (read.problems, read.notes, read.usable) == ([], [], True)
    assert tuple(read.records) == RECORD_FILES


def test_the_header_is_typed() -> None:
    made = export()
    made["Export"] = [export_row(SourceID="oh-504; OH-507")]
    header = read_export(export_zip(made)).header
    assert header is not None
    assert header.export_date == datetime(2026, 3, 1, 6)
    assert (header.start_date, header.end_date) == (date(2025, 10, 1), date(2026, 2, 28))
    assert header.coc_codes == ("OH-504", "OH-507")


def test_records_are_typed_and_carry_their_keys() -> None:
    made = export()
    made["Project"][1] |= {"DateDeleted": "2026-02-20 08:00:00", "OperatingEndDate": "2026-01-31"}
    project = read_export(export_zip(made)).records["Project"][1]
    assert (project.external_id, project.line) == ("P2", 3)
    assert project.date_updated == datetime(2026, 2, 3, 10, 30)
    assert project.date_deleted == datetime(2026, 2, 20, 8)
    assert project.get("ProjectType") == 0
    assert project.get("OperatingEndDate") == date(2026, 1, 31)
    assert project.values["ProjectCommonName"] is None


def test_a_user_id_that_no_one_knows_is_never_a_problem() -> None:
    made = export()
    made["User"] = []
    for rows in made.values():
        for values in rows:
            values["UserID"] = "somebody else entirely, with an id longer than thirty-two characters"
    made["Funder"][0]["UserID"] = ""
    assert read_export(export_zip(made)).problems == []


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    spell=st.sampled_from([str, str.upper, str.lower, lambda name: f" {name} "]),
    orders=st.fixed_dictionaries({name: st.permutations(columns(name)) for name in FILES}),
)
def test_encoding_newline_case_and_order_change_nothing(encoding, newline, spell, orders) -> None:  # type: ignore[no-untyped-def]
    files = {f"{name}.csv": csv_bytes(rows, orders[name], encoding, newline, spell) for name, rows in export().items()}
    read = read_export(zip_of(files))
    assert read.problems == []
    assert facts(read) == facts(read_export(export_zip()))


def test_a_quoted_line_break_stays_in_the_value_and_lines_are_counted_as_in_the_file() -> None:
    made = export()
    made["Project"][0]["ProjectName"] = "Shelter\none\r\nand only"
    made["Project"][1]["ProjectType"] = "77"
    read = read_export(export_zip(made))
    assert read.records["Project"][0].text("ProjectName") == "Shelter\none\r\nand only"
    assert [(p.line, p.column) for p in read.problems] == [(5, "ProjectType")]


def test_extra_columns_are_ignored_with_a_note_that_does_not_name_them() -> None:
    files = members(export())
    header = [*columns("Project"), "Mother's maiden name"]
    files["Project.csv"] = csv_bytes(export()["Project"], header)
    read = read_export(zip_of(files))
    assert read.problems == []
    assert read.notes == ["Project.csv: 1 column is not in HUD's format and not read."]
    assert facts(read) == facts(read_export(export_zip()))


def test_a_missing_column_that_may_be_blank_is_flagged_and_says_nothing() -> None:
    files = members(export())
    files["Project.csv"] = csv_bytes(export()["Project"], [c for c in columns("Project") if c != "PITCount"])
    read = read_export(zip_of(files))
    assert [(p.line, p.column, p.grade) for p in read.problems] == [(1, "PITCount", Grade.ROW_FLAGGED)]
    assert "PITCount" not in read.records["Project"][0].values


@pytest.mark.parametrize("column", ["ProjectID", "ProjectName", "OperatingEndDate", "DateDeleted"])
def test_a_missing_column_that_matters_keeps_the_file_and_all_that_hangs_on_it_out(column: str) -> None:
    files = members(export())
    files["Project.csv"] = csv_bytes(export()["Project"], [c for c in columns("Project") if c != column])
    read = read_export(zip_of(files))
    assert not read.usable
    assert set(read.records) == {"Organization", "User"}
    assert {p.grade for p in read.problems} == {Grade.FILE_NOT_LOADED}
    assert (read.problems[0].file, read.problems[0].column) == ("Project.csv", column)
    # One line for each file that hangs on it, not one for each row.
    assert len(read.problems) == 7


def test_a_column_that_comes_twice_keeps_the_file_out() -> None:
    files = members(export())
    files["Funder.csv"] = csv_bytes(export()["Funder"], [*columns("Funder"), "enddate"])
    read = read_export(zip_of(files))
    assert not read.loaded("Funder")
    assert [(p.file, p.column) for p in read.problems] == [("Funder.csv", "EndDate")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b'"ProjectID', "﻿".encode()])
def test_a_file_without_columns_is_not_loaded(content: bytes) -> None:
    read = read_export(zip_of(members(export()) | {"User.csv": content}))
    assert not read.loaded("User")
    assert {(p.file, p.grade) for p in read.problems} == {("User.csv", Grade.FILE_NOT_LOADED)}


def test_a_file_that_is_not_in_the_zip_is_reported() -> None:
    files = members(export())
    del files["Inventory.csv"]
    read = read_export(zip_of(files))
    assert read.usable
    assert [(p.file, p.grade) for p in read.problems] == [("Inventory.csv", Grade.FILE_NOT_LOADED)]


@pytest.mark.parametrize("values", [{"ExportDate": ""}, {"ExportID": ""}, {"ExportEndDate": "soon"}])
def test_an_export_without_its_date_or_id_is_not_usable(values: dict[str, str]) -> None:
    made = export()
    made["Export"] = [export_row(**values)]
    read = read_export(export_zip(made))
    assert (read.header, read.usable, read.loaded("Export")) == (None, False, False)
    assert ("Export.csv", Grade.FILE_NOT_LOADED) in {(p.file, p.grade) for p in read.problems}


def test_a_second_row_in_export_is_left_out() -> None:
    made = export()
    made["Export"].append(export_row(ExportID="E2"))
    read = read_export(export_zip(made))
    assert read.header is not None
    assert read.header.export_id == "E1"
    assert [(p.file, p.line, p.grade) for p in read.problems] == [("Export.csv", 3, Grade.ROW_LEFT_OUT)]


def test_bytes_that_fit_no_encoding_cost_one_flag_and_not_the_file() -> None:
    files = members(export())
    files["Organization.csv"] = files["Organization.csv"].replace(b"Harbor", b"H\x81rbor")
    read = read_export(zip_of(files))
    assert read.usable
    assert [(p.file, p.line, p.kind_of_value) for p in read.problems] == [
        ("Organization.csv", 2, "unreadable character")
    ]


def test_a_quotation_mark_that_is_never_closed_keeps_the_file_out() -> None:
    files = members(export())
    files["User.csv"] += b'"U2,Ann\n'
    read = read_export(zip_of(files))
    assert [(p.file, p.line, p.grade) for p in read.problems] == [("User.csv", 3, Grade.FILE_NOT_LOADED)]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(FILES), content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_under_a_csv_name_are_read_or_refused(name: str, content: bytes) -> None:
    good = members(export(1))
    for data in (content, good[f"{name}.csv"] + content, good[f"{name}.csv"].split(b"\n")[0] + b"\n" + content):
        try:
            read = read_export(zip_of(good | {f"{name}.csv": data}))
        except RefusedFile:
            continue
        assert all(p.line >= 1 and p.message and p.fix for p in read.problems)


def test_reading_from_a_path_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(export_zip().getvalue())
    assert facts(read_export(path)) == facts(read_export(io.BytesIO(path.read_bytes())))


def test_the_format_holds_huds_labels() -> None:
    spec = load_spec()
    assert spec.list_named("ProjectType").label(13) == "PH - Rapid Re-Housing"
    assert (49, "HUD: CoC - Joint Component RRH/PSH") in spec.choices("FundingSource")
    assert spec.project_types_short[0] == "ES - Entry/Exit"
    assert len(spec.files) == 10
    with pytest.raises(KeyError):
        spec.list_named("Gender")


@pytest.mark.skipif(not SAMPLE.exists(), reason="the published sample export is not beside this checkout")
def test_the_published_sample_is_read_whole() -> None:
    read = read_export(SAMPLE)
    assert read.usable
    assert read.counts[Grade.FILE_NOT_LOADED] == read.counts[Grade.ROW_LEFT_OUT] == 0
    assert {name: len(rows) for name, rows in read.records.items()} == {
        "Organization": 3,
        "Project": 27,
        "ProjectCoC": 26,
        "Funder": 59,
        "Inventory": 81,
        "HMISParticipation": 26,
        "CEParticipation": 26,
        "Affiliation": 0,
        "User": 1,
    }
    # The sample's CoC is invented, so every use of its code is flagged and kept.
    assert read.records["ProjectCoC"][0].text("CoCCode") == "XX-501"


def test_rows_are_built_as_the_format_says() -> None:
    assert list(row("Affiliation")) == columns("Affiliation")
