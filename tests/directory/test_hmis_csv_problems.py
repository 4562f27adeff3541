"""Each thing that can be wrong with a row: where it is told, what it costs, and that no value is ever repeated."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmislead.directory.hmis_csv.problems import Grade, Problem, ProblemLog
from hmislead.directory.hmis_csv.reader import read_export
from hmislead.directory.hmis_csv.records import ExportFile
from hmislead.directory.hmis_csv.spec import load_spec
from hmislead.directory.hmis_csv.text import kind_of_value
from tests.directory.hmis_samples import Export, export, export_row, export_zip, members, row, zip_of

FLAGGED, LEFT_OUT = Grade.ROW_FLAGGED, Grade.ROW_LEFT_OUT


def read_with(file: str, **values: str) -> ExportFile:
    """Read an export of two projects whose first row of `file` has these values."""
    made = export()
    made[file][0] |= values
    return read_export(export_zip(made))


def told(read: ExportFile, file: str) -> list[tuple[int, str, str, Grade]]:
    return [(p.line, p.column, p.kind_of_value, p.grade) for p in read.problems if p.file == f"{file}.csv"]


@pytest.mark.parametrize(
    ("file", "column", "value", "kind", "grade"),
    [
        ("Organization", "OrganizationName", "", "blank", FLAGGED),
        ("Organization", "VictimServiceProvider", "2", "whole number", FLAGGED),
        ("Organization", "DateUpdated", "yesterday", "text of 9 characters", FLAGGED),
        ("Organization", "DateDeleted", "yesterday", "text of 9 characters", LEFT_OUT),
        ("Organization", "DateUpdated", "2/3/2026 10:30 PM", "date and time", FLAGGED),
        ("Project", "ProjectName", "", "blank", LEFT_OUT),
        ("Project", "ProjectName", "x" * 201, "text of 201 characters", FLAGGED),
        ("Project", "OperatingStartDate", "2026-02-30", "date", FLAGGED),
        ("Project", "OperatingStartDate", "7/1/2020", "date", FLAGGED),
        ("Project", "OperatingEndDate", "2026-02-30", "date", LEFT_OUT),
        ("Project", "OperatingEndDate", "2019-01-01", "date", FLAGGED),
        ("Project", "ProjectType", "", "blank", FLAGGED),
        ("Project", "ProjectType", "5", "whole number", FLAGGED),
        ("Project", "ProjectType", "13", "blank", FLAGGED),
        ("Project", "ProjectType", "six", "text of 3 characters", FLAGGED),
        ("Project", "RRHSubType", "2", "whole number", FLAGGED),
        ("Project", "PITCount", "-1", "whole number", FLAGGED),
        ("Project", "PITCount", "99999999999", "whole number", FLAGGED),
        ("Project", "PITCount", "1.5", "number with decimals", FLAGGED),
        ("Project", "ExportID", "E9", "id", FLAGGED),
        ("ProjectCoC", "CoCCode", "Ohio", "text of 4 characters", LEFT_OUT),
        ("ProjectCoC", "Geocode", "39001", "whole number", FLAGGED),
        ("ProjectCoC", "State", "Ohio", "text of 4 characters", FLAGGED),
        ("ProjectCoC", "ZIP", "4450", "whole number", FLAGGED),
        ("Funder", "FunderID", "", "blank", LEFT_OUT),
        ("Funder", "FunderID", "f" * 33, "text of 33 characters", LEFT_OUT),
        ("Funder", "ProjectID", "P9", "id", LEFT_OUT),
        ("Funder", "ProjectID", "", "blank", LEFT_OUT),
        ("Funder", "Funder", "46", "blank", FLAGGED),
        ("Funder", "Funder", "49", "whole number", FLAGGED),
        ("Inventory", "CoCCode", "OH-507", "CoC code", FLAGGED),
        ("HMISParticipation", "HMISParticipationType", "3", "whole number", FLAGGED),
        ("User", "UserEmail", "ann at home", "text of 11 characters", FLAGGED),
        ("User", "UserPhone", "555-1234", "text of 8 characters", FLAGGED),
        ("Export", "SourceID", "", "blank", FLAGGED),
        ("Export", "SourceID", "Ohio", "text", FLAGGED),
        ("Export", "SourceType", "4", "blank", FLAGGED),
        ("Export", "CSVVersion", "2024 v1.4", "text", FLAGGED),
    ],
)
def test_one_wrong_value_is_one_problem(file: str, column: str, value: str, kind: str, grade: Grade) -> None:
    read = read_with(file, **{column: value})
    line, _, found_kind, found_grade = told(read, file)[0]
    assert (line, found_kind, found_grade) == (2, kind, grade)
    assert len(told(read, file)) == 1
    if file != "Export":
        # Left out means gone; flagged means still there.
        assert 2 in {r.line for r in read.records[file]} or grade is LEFT_OUT
        assert (2 in {r.line for r in read.records[file]}) is (grade is FLAGGED)


def test_values_that_cannot_be_used_are_not_taken_for_blanks() -> None:
    read = read_with("Project", OperatingStartDate="sometime", PITCount="many")
    values = read.records["Project"][0].values
    assert "OperatingStartDate" not in values
    assert "PITCount" not in values


@pytest.mark.parametrize(
    ("file", "column", "sent", "kept"),
    [
        ("Project", "ProjectName", "x" * 300, "x" * 200),
        ("Funder", "Funder", "12", 12),
        ("Project", "ProjectType", "0.0", 0),
        ("ProjectCoC", "CoCCode", "oh-504", "OH-504"),
        ("ProjectCoC", "CoCCode", "XX-999", "XX-999"),
        ("Organization", "OrganizationName", "  Harbor\x00 Light\x07 ", "Harbor Light"),
    ],
)
def test_values_that_can_be_used_in_part_are(file: str, column: str, sent: str, kept: object) -> None:
    assert read_with(file, **{column: sent}).records[file][0].get(column) == kept


def test_a_null_in_an_id_leaves_the_row_out() -> None:
    read = read_with("Funder", FunderID="F\x001")
    assert told(read, "Funder") == [(2, "FunderID", "text with hidden characters", LEFT_OUT)]


def test_a_number_used_twice_keeps_the_first_row() -> None:
    made = export()
    made["Project"].append(made["Project"][0] | {"ProjectName": "Another"})
    read = read_export(export_zip(made))
    assert told(read, "Project") == [(4, "ProjectID", "text of 2 characters", LEFT_OUT)]
    assert read.records["Project"][0].text("ProjectName") == "Shelter 1"


def test_an_inventory_is_not_held_to_a_file_that_was_not_loaded() -> None:
    files = members(export())
    del files["ProjectCoC.csv"]
    read = read_export(zip_of(files))
    assert told(read, "Inventory") == []
    assert len(read.records["Inventory"]) == 2


def test_what_hangs_on_a_row_that_is_left_out_is_left_out() -> None:
    read = read_with("Project", ProjectName="")
    for file in ("ProjectCoC", "Funder", "Inventory", "HMISParticipation", "CEParticipation"):
        assert told(read, file) == [(2, "ProjectID", "id", LEFT_OUT)]
        assert len(read.records[file]) == 1


def test_an_organization_that_is_not_there_takes_its_projects_along() -> None:
    assert told(read_with("Project", OrganizationID="O9"), "Project") == [(2, "OrganizationID", "id", LEFT_OUT)]


def test_beds_by_night_belong_to_emergency_shelters_only() -> None:
    read = read_with("Project", ProjectType="2")
    assert told(read, "Inventory") == [
        (2, "Availability", "whole number", FLAGGED),
        (2, "ESBedType", "whole number", FLAGGED),
    ]


def test_an_access_point_says_what_it_offers() -> None:
    read = read_with("CEParticipation", AccessPoint="1", HousingAssessment="1")
    assert [column for _, column, _, _ in told(read, "CEParticipation")] == [
        "PreventionAssessment",
        "CrisisAssessment",
        "DirectServices",
    ]


@pytest.mark.parametrize(
    ("services", "housing", "columns"),
    [
        ({"ProjectType": "6", "ResidentialAffiliation": "1"}, {"ProjectType": "3"}, []),
        (
            {"ProjectType": "13", "RRHSubType": "1", "ResidentialAffiliation": "1"},
            {"ProjectType": "13", "RRHSubType": "2"},
            [],
        ),
        (
            {"ProjectType": "13", "RRHSubType": "2"},
            {"ProjectType": "13", "RRHSubType": "1", "ResidentialAffiliation": "0"},
            ["ProjectID", "ResProjectID"],
        ),
        ({"ProjectType": "0"}, {"ProjectType": "14"}, ["ProjectID", "ResProjectID"]),
    ],
)
def test_affiliations_tie_services_to_housing(
    services: dict[str, str], housing: dict[str, str], columns: list[str]
) -> None:
    made = export()
    made["Project"][0] |= services
    made["Project"][1] |= housing
    made["Affiliation"] = [row("Affiliation", AffiliationID="A1", ProjectID="P1", ResProjectID="P2")]
    read = read_export(export_zip(made))
    assert [column for _, column, _, _ in told(read, "Affiliation")] == columns
    assert len(read.records["Affiliation"]) == 1


def test_a_services_only_project_says_whether_it_is_affiliated() -> None:
    read = read_with("Project", ProjectType="6")
    assert told(read, "Project") == [(2, "ResidentialAffiliation", "blank", FLAGGED)]


@pytest.mark.parametrize("line", [b"O2,too few\n", b"O3" + b"," * 30 + b"\n", b'O4,"Bob"s place",0,,,,,,\n'])
def test_a_row_that_does_not_fit_the_columns_is_left_out_and_the_next_is_read(line: bytes) -> None:
    files = members(export())
    header, first, rest = files["Organization.csv"].split(b"\n", 2)
    files["Organization.csv"] = b"\n".join([header, line.rstrip(), b"", first, rest])
    read = read_export(zip_of(files))
    assert [(at, column, grade) for at, column, _, grade in told(read, "Organization")] == [(2, "", LEFT_OUT)]
    assert [(r.external_id, r.line) for r in read.records["Organization"]] == [("O1", 4)]


def test_the_same_problem_on_every_row_is_listed_up_to_a_limit_and_counted() -> None:
    log = ProblemLog(listed_per_kind=2)
    for line in range(2, 9):
        log.add(Problem("User.csv", line, "UserEmail", "blank", FLAGGED, "It is blank.", "Fill it in."))
    listed = log.problems()
    assert [p.line for p in listed] == [2, 3, 4]
    assert "5 more rows" in listed[-1].message
    assert log.counts[FLAGGED] == 7


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (" ", "blank"),
        ("12", "whole number"),
        ("1.5", "number with decimals"),
        ("2026-01-31", "date"),
        ("1/31/2026", "date"),
        ("2026-01-31 10:00:00", "date and time"),
        ("x", "text of 1 character"),
        ("Ann Example", "text of 11 characters"),
        ("x" * 1500, "text of 1,500 characters"),
    ],
)
def test_a_value_is_described_by_its_kind(text: str, kind: str) -> None:
    assert kind_of_value(text) == kind


CELLS = sorted((name, column.name) for name, found in load_spec().files.items() for column in found)
# Marks that HUD's labels and our sentences do not have, so that finding one in a problem proves a leak.
SECRET = st.text("QXZ§¤ø@;'\t\n\"", min_size=1, max_size=260).map(lambda text: f"§ø{text}ø§")


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(CELLS), SECRET, min_size=1, max_size=6), st.booleans())
def test_problems_never_repeat_a_value(secrets: dict[tuple[str, str], str], as_header: bool) -> None:
    made: Export = export(1)
    for (file, column), secret in secrets.items():
        if made[file]:
            made[file][0][column] = secret
    files = members(made)
    if as_header:
        # A file without its header line: the first row stands where the column names should be.
        files = {name: data.split(b"\n", 1)[1] if name != "Export.csv" else data for name, data in files.items()}
    read = read_export(zip_of(files))
    words = [str(problem) for problem in read.problems] + read.notes
    assert not [word for word in words if "§" in word or "ø" in word]


def test_every_message_and_fix_is_a_sentence() -> None:
    made = export()
    made["Export"] = [export_row(SourceID="", CSVVersion="2024")]
    for rows in made.values():
        for values in rows:
            values |= {name: "?" for name in values if name not in ("ExportID", "OrganizationID", "ProjectID")}
    for problem in read_export(export_zip(made)).problems:
        for sentence in (problem.message, problem.fix):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
