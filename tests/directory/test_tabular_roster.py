"""Rosters of HMIS accounts: columns guessed or chosen, people matched, service accounts left out, no value repeated."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmislead.directory.hmis_csv.problems import Grade
from hmislead.directory.tabular.mapping import AccountState, DateOrder, RosterMapping, guess_mapping
from hmislead.directory.tabular.roster import Roster, read_roster, split_name
from hmislead.directory.tabular.tables import read_table
from hmislead.errors import RefusedFile

HEADER = "User ID,First Name,Last Name,Email Address,Agency,Status,Last Login,Date Created,Role"


def read(*lines: str, header: str = HEADER, **choices: object) -> Roster:
    table = read_table(io.BytesIO("\n".join([header, *lines]).encode()), "roster.csv")
    guessed = guess_mapping(table.headers)
    return read_roster(table, RosterMapping.from_json(guessed.as_json() | choices))


def told(roster: Roster) -> list[tuple[int, str, str, Grade]]:
    return [(p.line, p.column, p.kind_of_value, p.grade) for p in roster.problems]


def test_a_plain_roster_is_read() -> None:
    roster = read("u1,Ann,Example, ANN@Example.org ,Harbor Light,Active,2/25/2026 8:00 AM,2020-01-02,Case manager")
    assert roster.problems == []
    row = roster.rows[0]
    assert (row.line, row.email, row.username, row.first_name, row.last_name) == (
        2,
        "ann@example.org",
        "u1",
        "Ann",
        "Example",
    )
    assert (row.organization, row.account_state, row.access_role) == (
        "Harbor Light",
        AccountState.ACTIVE,
        "Case manager",
    )
    assert (row.last_sign_in, row.created) == (date(2026, 2, 25), date(2020, 1, 2))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["Username", "Name", "E-mail"], {"username": "Username", "full_name": "Name", "email": "E-mail"}),
        (["USER_NAME", "Last Sign-In"], {"username": "USER_NAME", "last_sign_in": "Last Sign-In"}),
        (
            ["Email", "Default Provider", "User Inactive"],
            {"organization": "Default Provider", "email": "Email", "account_state": "User Inactive"},
        ),
        (["Favorite color"], {}),
    ],
)
def test_columns_are_guessed_from_their_names(headers: list[str], expected: dict[str, str]) -> None:
    assert guess_mapping(headers).columns() == expected


@pytest.mark.parametrize(
    ("header", "word", "state"),
    [
        ("Status", "ACTIVE", AccountState.ACTIVE),
        ("Status", "Locked Out", AccountState.LOCKED),
        ("Active", "No", AccountState.INACTIVE),
        ("Disabled", "No", AccountState.ACTIVE),
        ("Disabled", "TRUE", AccountState.INACTIVE),
        ("Is Locked", "Yes", AccountState.LOCKED),
        ("Status", "", AccountState.UNKNOWN),
    ],
)
def test_states_are_understood(header: str, word: str, state: AccountState) -> None:
    roster = read(f"ann@example.org,{word},x", header=f"Email,{header},Role")
    assert roster.problems == []
    assert roster.rows[0].account_state == state


def test_a_word_for_a_state_that_is_not_in_the_mapping_is_flagged_and_can_be_added() -> None:
    line = "u1,Ann,Example,ann@example.org,Harbor Light,Aktiv,,,"
    assert told(read(line)) == [(2, "Status", "text of 5 characters", Grade.ROW_FLAGGED)]
    assert read(line).rows[0].account_state == AccountState.UNKNOWN
    assert read(line, states={"Aktiv": "active"}).rows[0].account_state == AccountState.ACTIVE
    blank = "u1,Ann,Example,ann@example.org,Harbor Light,,,,"
    assert read(blank, default_state="active").rows[0].account_state == AccountState.ACTIVE


def test_a_person_at_two_agencies_is_one_person_with_two_rows() -> None:
    roster = read(
        "u1,Ann,Example,ann@example.org,Harbor Light,Active,,,", "u1,Ann,Example,Ann@Example.ORG,Open Door,Active,,,"
    )
    assert [row.organization for row in roster.rows] == ["Harbor Light", "Open Door"]
    assert len({row.person_key for row in roster.rows}) == 1
    assert (roster.problems, roster.merged) == ([], 0)


def test_agencies_in_one_cell_can_be_divided() -> None:
    line = "u1,Ann,Example,ann@example.org,Harbor Light; Open Door;,Active,,,"
    assert [row.organization for row in read(line, organization_separator=";").rows] == ["Harbor Light", "Open Door"]


def test_repeated_rows_become_one() -> None:
    roster = read(
        "u1,Ann,Example,ann@example.org,Harbor Light,Active,2026-01-05,2020-01-02,Reader",
        ",,,ANN@example.org,harbor light,,2026-02-05,2019-01-02,Writer",
    )
    row = roster.rows[0]
    assert (len(roster.rows), roster.merged, roster.problems) == (1, 1, [])
    assert (row.username, row.account_state, row.access_role) == ("u1", AccountState.ACTIVE, "Reader; Writer")
    assert (row.last_sign_in, row.created) == (date(2026, 2, 5), date(2019, 1, 2))


def test_repeated_rows_that_contradict_each_other_are_flagged() -> None:
    roster = read(
        "u1,Ann,Example,ann@example.org,Harbor Light,Inactive,,,", "u1,Bo,Other,ann@example.org,Harbor Light,Active,,,"
    )
    assert told(roster) == [
        (3, "Last Name", "name", Grade.ROW_FLAGGED),
        (3, "Status", "state of an account", Grade.ROW_FLAGGED),
    ]
    # An open account is the one to look into.
    assert roster.rows[0].account_state == AccountState.ACTIVE


def test_service_accounts_are_left_out_and_counted() -> None:
    roster = read(
        "svc_backup,,,,,Active,,,",
        "u2,Vendor,Support,help@VENDOR.example,,Active,,,",
        "u3,Ann,Example,ann@example.org,,Active,,,",
        "svc_mail,,,,,Active,,,",
        service_accounts=["SVC_*", "*@vendor.example", "nobody*"],
    )
    assert roster.excluded == {"SVC_*": 2, "*@vendor.example": 1}
    assert [row.username for row in roster.rows] == ["u3"]
    assert roster.problems == []


def test_an_account_is_known_by_e_mail_or_user_name() -> None:
    roster = read(
        "u1,Ann,Example,none,A,Active,,,",
        ",Bo,Other,none,A,Active,,,",
        ",Cy,Third,,A,Active,,,",
        "u4,Di,Four,,A,Active,,,",
    )
    assert told(roster) == [
        (2, "Email Address", "text of 4 characters", Grade.ROW_FLAGGED),
        (3, "Email Address", "text of 4 characters", Grade.ROW_LEFT_OUT),
        (4, "Email Address", "blank", Grade.ROW_LEFT_OUT),
    ]
    assert [(row.username, row.email) for row in roster.rows] == [("u1", ""), ("u4", "")]


def test_dates_that_read_both_ways_are_reported_once_for_the_column() -> None:
    lines = [f"u{n},A,B,a{n}@example.org,A,Active,3/{n}/2026,," for n in range(1, 10) if n != 3]
    roster = read(*lines)
    assert told(roster) == [(2, "Last Login", "date", Grade.ROW_FLAGGED)]
    assert roster.rows[0].last_sign_in == date(2026, 3, 1)
    chosen = read(*lines, date_order=DateOrder.DAY_FIRST)
    assert (chosen.problems, chosen.rows[0].last_sign_in) == ([], date(2026, 1, 3))


def test_one_date_settles_the_order_of_its_column() -> None:
    roster = read("u1,A,B,a@example.org,A,Active,3/4/2026,,", "u2,C,D,c@example.org,A,Active,25/12/2025,,")
    assert (roster.problems, roster.rows[0].last_sign_in) == ([], date(2026, 4, 3))


def test_dates_that_cannot_be_read_are_flagged_and_never_is_no_date() -> None:
    roster = read("u1,A,B,a@example.org,A,Active,Never,,", "u2,C,D,c@example.org,A,Active,last week,,")
    assert told(roster) == [(3, "Last Login", "text of 9 characters", Grade.ROW_FLAGGED)]
    assert [row.last_sign_in for row in roster.rows] == [None, None]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Example, Ann", ("Ann", "Example")),
        ("Ann M Example", ("Ann M", "Example")),
        ("Ann", ("", "Ann")),
        ("", ("", "")),
    ],
)
def test_full_names_are_split(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


def test_a_kept_mapping_comes_back_the_same() -> None:
    mapping = RosterMapping(email="E-mail", date_order=DateOrder.DAY_FIRST, service_accounts=("svc*",))
    assert RosterMapping.from_json(mapping.as_json()) == mapping
    with pytest.raises(ValueError, match="asleep"):
        RosterMapping.from_json({"states": {"x": "asleep"}})


def test_a_roster_whose_columns_changed_is_refused() -> None:
    with pytest.raises(RefusedFile, match="last sign-in"):
        read("ann@example.org,x", header="Email,Role", last_sign_in="Last seen")
    with pytest.raises(RefusedFile, match="e-mail address or the user name"):
        read("Ann,x", header="First Name,Role")


SECRET = st.text("QXZ;@ '0\t", max_size=30).map(lambda text: f"§ø{text}ø§")


@settings(deadline=None)
@given(st.lists(st.lists(SECRET, min_size=9, max_size=9), min_size=1, max_size=5))
def test_problems_and_reprs_never_repeat_a_value(rows: list[list[str]]) -> None:
    roster = read(*[",".join(f'"{cell}"' for cell in row) for row in rows], "u1,A,B,§@x.y,§,§,§,§,§")
    assert not [problem for problem in roster.problems if "§" in str(problem) or "ø" in str(problem)]
    assert "§" not in repr(roster)
