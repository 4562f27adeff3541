"""What can be loaded from a spreadsheet: each room registers its loader at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hmislead.directory.hmis_csv.problems import Grade, Problem
from hmislead.directory.hmis_csv.text import kind_of_value
from hmislead.directory.tabular.dates import Cell, finds_day_first, parse_date
from hmislead.directory.tabular.tables import Table
from hmislead.errors import RefusedFile
from hmislead.jobs import progress


@dataclass(frozen=True)
class ColumnGuide:
    """A column of the spreadsheet as the page documents it. `name` is compared without case, spaces and underscores."""

    name: str
    help: str
    example: str = ""
    required: bool = False
    is_date: bool = False


@dataclass
class Plan:
    """What loading a file would do. `add` are the room's own items, `same` counts rows that are on record already."""

    add: list[Any] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """How many rows would not be loaded."""
        return len({problem.line for problem in self.problems if problem.grade == Grade.ROW_LEFT_OUT})


@dataclass(frozen=True)
class Loader:
    """`plan(rows, by)` reads the rows without writing; `save(items, by, carried_over)` writes all of them in few
    statements. `may(user)` says who can load. `list_url` names the page with what was loaded."""

    kind: str
    title: str
    lead: str
    columns: tuple[ColumnGuide, ...]
    plan: Callable[[Rows, Any], Plan]
    save: Callable[[list[Any], Any, bool], None]
    may: Callable[[Any], bool]
    list_url: str


LOADERS: dict[str, Loader] = {}


def register(loader: Loader) -> None:
    """Add a loader. Raises ValueError for a kind that is taken."""
    if loader.kind in LOADERS:
        raise ValueError(f"The loader {loader.kind} is registered twice.")
    LOADERS[loader.kind] = loader


@dataclass(frozen=True)
class Row:
    """One row: its line in the file, and its values by the guide's column names. Dates are read already."""

    line: int
    values: dict[str, Any]

    def text(self, name: str) -> str:
        """The cell as one line of text; '' when blank."""
        value = self.values.get(name)
        return " ".join(str(value).split()) if value is not None else ""


class Rows:
    """The rows of a table, read by a loader's columns. Bad or missing cells leave their row out, with a problem."""

    def __init__(self, table: Table, columns: Iterable[ColumnGuide]) -> None:
        self.columns = tuple(columns)
        self.filename = table.filename
        self.problems: list[Problem] = list(table.problems)
        self._headers = self._found(table)
        orders = self._date_orders(table)
        pairs = progress.counted(list(zip(table.lines, table.rows, strict=True)))
        self.rows = [row for line, cells in pairs if (row := self._row(line, cells, orders))]

    def leave_out(self, row: Row, column: str, message: str, fix: str) -> None:
        """Say that a row cannot be loaded, in which column, and what to do."""
        self._add(row.line, column, row.values.get(column), Grade.ROW_LEFT_OUT, message, fix)

    def _found(self, table: Table) -> dict[str, str]:
        """The header of each column that the file has. Raises RefusedFile when one that is needed is missing."""
        present = {_plain(header): header for header in table.headers}
        missing = [column.name for column in self.columns if column.required and _plain(column.name) not in present]
        if missing:
            raise RefusedFile(
                f"The file lacks the column {missing[0]}. Put the names of the columns in the first row, as in the template."
            )
        return {column.name: present[_plain(column.name)] for column in self.columns if _plain(column.name) in present}

    def _date_orders(self, table: Table) -> dict[str, bool]:
        orders = {}
        for column in self.columns:
            header = self._headers.get(column.name)
            if column.is_date and header:
                day_first, certain = finds_day_first(cells[header] for cells in table.rows)
                orders[column.name] = day_first
                if not certain:
                    message = "These dates can be read in two ways. They are read as month, day, year."
                    self._add(1, column.name, None, Grade.ROW_FLAGGED, message, "Write dates as 2027-03-14 to be sure.")
        return orders

    def _row(self, line: int, cells: dict[str, Cell], orders: dict[str, bool]) -> Row | None:
        values: dict[str, Any] = {name: cells.get(header) for name, header in self._headers.items()}
        if all(value is None for value in values.values()):
            return None
        good = True
        for column in self.columns:
            cell = values.get(column.name)
            if column.is_date and cell is not None:
                read = parse_date(cell, day_first=orders[column.name])
                values[column.name] = read.value
                if read.value is None and not read.blank:
                    self._add(
                        line, column.name, cell, Grade.ROW_LEFT_OUT, "This is not a day.", "Write it as 2027-03-14."
                    )
                    good = False
            if column.required and values.get(column.name) in (None, "") and good:
                message = f"The column {column.name} is empty."
                self._add(line, column.name, None, Grade.ROW_LEFT_OUT, message, "Fill it in.")
                good = False
        return Row(line, values) if good else None

    def _add(self, line: int, column: str, value: Any, grade: Grade, message: str, fix: str) -> None:
        kind = kind_of_value(str(value)) if value is not None else "blank"
        self.problems.append(Problem(self.filename, line, column, kind, grade, message, fix))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
