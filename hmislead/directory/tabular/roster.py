"""Reads a roster of HMIS accounts through a mapping: who has an account, at which agency, in which state."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from hmislead.directory.hmis_csv.problems import Grade, Problem, ProblemLog
from hmislead.directory.hmis_csv.text import kind_of_value
from hmislead.directory.tabular.dates import Cell, finds_day_first, parse_date
from hmislead.directory.tabular.mapping import MEANING_LABELS, AccountState, DateOrder, RosterMapping
from hmislead.directory.tabular.tables import Table
from hmislead.errors import RefusedFile

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
#: When two rows of one account differ, the state that needs most attention stands.
GRAVEST_FIRST = (AccountState.ACTIVE, AccountState.LOCKED, AccountState.INACTIVE, AccountState.UNKNOWN)


@dataclass(frozen=True, slots=True, repr=False)
class RosterRow:
    """One account at one agency. Without a repr, because a repr ends up in logs and this names a person.

    `email` is trimmed and in lower case; it or `username` is filled in. Dates are those of the HMIS, without a time.
    """

    line: int
    email: str
    username: str
    first_name: str
    last_name: str
    organization: str
    account_state: AccountState
    last_sign_in: date | None
    created: date | None
    access_role: str

    @property
    def person_key(self) -> str:
        """What makes rows the same person: the e-mail address, or the user name when there is none."""
        return self.email or f"username:{self.username.casefold()}"


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster as read: one row for each person and agency. `excluded` counts rows by service account pattern."""

    rows: list[RosterRow]
    problems: list[Problem]
    excluded: dict[str, int]
    merged: int


def read_roster(table: Table, mapping: RosterMapping) -> Roster:
    """Read the accounts in a table. A person at several agencies has one row for each; repeated rows become one.

    Raises RefusedFile when a chosen column is not in the table, or neither e-mail address nor user name is chosen.
    """
    _check_columns(table, mapping)
    reader = _RosterReader(table, mapping)
    rows = reader.read()
    merged = _merge(rows, table.filename, mapping, reader.log)
    problems = [*table.problems, *reader.log.problems()]
    return Roster(merged, problems, dict(reader.excluded), len(rows) - len(merged))


def _check_columns(table: Table, mapping: RosterMapping) -> None:
    for meaning, header in mapping.columns().items():
        if header not in table.headers:
            label = MEANING_LABELS[meaning]
            raise RefusedFile(f"The column chosen for the {label} is not in this file. Choose the columns again.")
    if not (mapping.email or mapping.username):
        raise RefusedFile(
            "Choose the column with the e-mail address or the user name: without it no one can be matched."
        )


class _RosterReader:
    """Turns the rows of one table into roster rows, reporting as it goes."""

    def __init__(self, table: Table, mapping: RosterMapping) -> None:
        self.log = ProblemLog()
        self.excluded: Counter[str] = Counter()
        self._table = table
        self._mapping = mapping
        self._patterns = [(pattern, pattern.strip().casefold()) for pattern in mapping.service_accounts]
        self._day_first = {column: self._finds_day_first(column) for column in (mapping.last_sign_in, mapping.created)}

    def read(self) -> list[RosterRow]:
        rows: list[RosterRow] = []
        for line, cells in zip(self._table.lines, self._table.rows, strict=True):
            rows.extend(self._read_row(line, cells))
        return rows

    def _read_row(self, line: int, cells: dict[str, Cell]) -> list[RosterRow]:
        mapping = self._mapping
        email, username = _text(cells, mapping.email).casefold(), _text(cells, mapping.username)
        if self._is_service_account(email, username):
            return []
        if email and not EMAIL.fullmatch(email):
            self._bad_email(line, email, username)
            email = ""
        elif not email and not username:
            message = "This row has neither an e-mail address nor a user name."
            self._report(
                line, mapping.email or mapping.username, "blank", Grade.ROW_LEFT_OUT, message, "Fill in one of them."
            )
        if not (email or username):
            return []
        first, last = self._names(cells)
        row = RosterRow(
            line=line,
            email=email,
            username=username,
            first_name=first,
            last_name=last,
            organization="",
            account_state=self._state(line, cells),
            last_sign_in=self._date(line, cells, mapping.last_sign_in),
            created=self._date(line, cells, mapping.created),
            access_role=_text(cells, mapping.access_role),
        )
        return [replace(row, organization=organization) for organization in self._organizations(cells)]

    def _is_service_account(self, email: str, username: str) -> bool:
        for pattern, folded in self._patterns:
            if any(name and fnmatchcase(name, folded) for name in (email, username.casefold())):
                self.excluded[pattern] += 1
                return True
        return False

    def _bad_email(self, line: int, email: str, username: str) -> None:
        grade = Grade.ROW_FLAGGED if username else Grade.ROW_LEFT_OUT
        message = "This is not a full e-mail address. It is not used."
        fix = "Correct the e-mail address in the HMIS and make the roster again."
        self._report(line, self._mapping.email, kind_of_value(email), grade, message, fix)

    def _names(self, cells: dict[str, Cell]) -> tuple[str, str]:
        first, last = _text(cells, self._mapping.first_name), _text(cells, self._mapping.last_name)
        if first or last:
            return first, last
        return split_name(_text(cells, self._mapping.full_name))

    def _organizations(self, cells: dict[str, Cell]) -> list[str]:
        text = _text(cells, self._mapping.organization)
        separator = self._mapping.organization_separator
        parts = text.split(separator) if separator else [text]
        return [part.strip() for part in parts if part.strip()] or [""]

    def _state(self, line: int, cells: dict[str, Cell]) -> AccountState:
        text = _text(cells, self._mapping.account_state)
        if not text:
            return self._mapping.default_state
        state = self._mapping.states.get(text.casefold())
        if state is None:
            message = "This word for the state of an account is not in the mapping. The state is taken as unknown."
            fix = "Add the word to the mapping and say which state it means."
            self._report(line, self._mapping.account_state, kind_of_value(text), Grade.ROW_FLAGGED, message, fix)
            return AccountState.UNKNOWN
        return state

    def _date(self, line: int, cells: dict[str, Cell], column: str) -> date | None:
        if not column:
            return None
        read = parse_date(cells.get(column), self._day_first[column])
        if read.value is None and not read.blank:
            message = "This is not a date that can be read. It is not used."
            if read.other_order:
                message = "Day and month of this date do not fit the order of the other dates. It is not used."
            fix = "Write dates as year-month-day, or choose another order of dates in the mapping."
            self._report(line, column, kind_of_value(str(cells.get(column))), Grade.ROW_FLAGGED, message, fix)
        return read.value

    def _finds_day_first(self, column: str) -> bool:
        if not column or self._mapping.date_order != DateOrder.AUTO:
            return self._mapping.date_order == DateOrder.DAY_FIRST
        day_first, certain = finds_day_first(cells.get(column) for cells in self._table.rows)
        if not certain:
            message = "The dates of this column can be read in two ways. They are read as month/day/year."
            fix = "Choose the order of dates in the mapping."
            line = self._table.lines[0] if self._table.lines else 1
            self._report(line, column, "date", Grade.ROW_FLAGGED, message, fix)
        return day_first

    def _report(self, line: int, column: str, kind: str, grade: Grade, message: str, fix: str) -> None:
        self.log.add(Problem(self._table.filename, line, column, kind, grade, message, fix))


def split_name(name: str) -> tuple[str, str]:
    """Return (first name, last name) of "Last, First" or "First Middle Last"; one word alone is a last name."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last.strip()


def _text(cells: dict[str, Cell], column: str) -> str:
    value = cells.get(column) if column else None
    if isinstance(value, float) and value.is_integer():
        # A workbook keeps the user name 1042 as 1042.0.
        value = int(value)
    return "" if value is None else " ".join(str(value).split())


# The same person again


def _merge(rows: list[RosterRow], filename: str, mapping: RosterMapping, log: ProblemLog) -> list[RosterRow]:
    """Return one row for each person and agency, and flag rows of one person that contradict each other."""
    found: dict[tuple[str, str], RosterRow] = {}
    people: dict[str, RosterRow] = {}
    for row in rows:
        person = people.setdefault(row.person_key, row)
        if _name(row) and _name(person) and _name(row) != _name(person):
            log.add(_other_name(row, filename, mapping))
        key = (row.person_key, row.organization.casefold())
        if key not in found:
            found[key] = row
            continue
        if AccountState.UNKNOWN not in (states := {row.account_state, found[key].account_state}) and len(states) > 1:
            log.add(_other_state(row, filename, mapping))
        found[key] = _merged(found[key], row)
    return list(found.values())


def _name(row: RosterRow) -> str:
    return f"{row.first_name} {row.last_name}".strip().casefold()


def _merged(one: RosterRow, other: RosterRow) -> RosterRow:
    roles = [role for role in (one.access_role, other.access_role) if role]
    return replace(
        one,
        username=one.username or other.username,
        first_name=one.first_name or other.first_name,
        last_name=one.last_name or other.last_name,
        account_state=min(one.account_state, other.account_state, key=GRAVEST_FIRST.index),
        last_sign_in=max(filter(None, (one.last_sign_in, other.last_sign_in)), default=None),
        created=min(filter(None, (one.created, other.created)), default=None),
        access_role="; ".join(dict.fromkeys(roles)),
    )


def _other_name(row: RosterRow, filename: str, mapping: RosterMapping) -> Problem:
    message = "Another row has the same account under another name. They are taken as one person."
    fix = "Check in the HMIS whether two people share this account or the name has changed."
    column = mapping.last_name or mapping.full_name
    return Problem(filename, row.line, column, "name", Grade.ROW_FLAGGED, message, fix)


def _other_state(row: RosterRow, filename: str, mapping: RosterMapping) -> Problem:
    message = (
        "Another row has the same account in another state. Active counts before locked, and locked before inactive."
    )
    fix = "Check the state of the account in the HMIS."
    return Problem(filename, row.line, mapping.account_state, "state of an account", Grade.ROW_FLAGGED, message, fix)
