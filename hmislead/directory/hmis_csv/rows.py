"""One CSV file: its header matched to HUD's columns, its rows read into records, its faults reported."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from hmislead.directory.hmis_csv.cells import Fault, Reader, Value, cell_reader
from hmislead.directory.hmis_csv.problems import Grade, Problem, ProblemLog
from hmislead.directory.hmis_csv.records import Record
from hmislead.directory.hmis_csv.spec import NEVER_CHECKED, Column, Spec
from hmislead.directory.hmis_csv.text import HIDDEN, csv_rows, decode, kind_of_value

AGAIN = "Make the export again and upload it unchanged."
#: How so many different cells of a column were read is remembered: codes, dates and blanks repeat endlessly in an export.
REMEMBERED = 5_000
UNUSABLE: Any = object()


class _Cell(NamedTuple):
    """A cell as read: its value or UNUSABLE, whether its row can stay, and whether nothing was reported about it."""

    value: Value
    keep: bool = True
    clean: bool = True


class _Reading(NamedTuple):
    """One column as the file has it: where, how it is read, and its clean cells so far."""

    place: int
    column: Column
    read: Reader
    known: dict[str, Value]


class FileReader:
    """Reads one of HUD's files. `read()` once; then `notes` tells what was passed over."""

    def __init__(self, name: str, spec: Spec, log: ProblemLog) -> None:
        self.name = name
        self.notes: list[str] = []
        self._spec = spec
        self._columns = spec.files[name]
        self._key = next(column.name for column in self._columns if column.key)
        self._log = log
        self._readings: list[_Reading] = []
        self._width = 0
        self._has_hidden = False

    def read(self, data: bytes) -> list[Record] | None:
        """Return the records of the file's bytes, or None when the file cannot be loaded (the log says why).

        Raises RefusedFile when the bytes are not text.
        """
        text, complete = decode(data, f"{self.name}.csv")
        self._has_hidden = HIDDEN.search(text) is not None
        rows = csv_rows(text)
        line, header = next(((line, cells) for line, cells in rows if cells != []), (1, None))
        if header is None:
            self._not_loaded(line, "", "The first line, which names the columns, is missing.")
            return None
        if not self._match_header(header):
            return None
        if not complete:
            self._unreadable_bytes(text)
        return self._read_rows(rows)

    # The header

    def _match_header(self, cells: list[str]) -> bool:
        """Find each of HUD's columns, whatever their order and case. False when the file cannot be loaded."""
        places: dict[str, list[int]] = {}
        for place, cell in enumerate(cells):
            places.setdefault(HIDDEN.sub("", cell).strip().lower(), []).append(place)
        self._width = len(cells)
        fine = True
        for column in self._columns:
            fine = self._match_column(column, places.pop(column.name.lower(), [])) and fine
        if places:
            # Never by name: without a header line these would be values.
            what = "1 column is" if len(places) == 1 else f"{len(places):,} columns are"
            self.notes.append(f"{self.name}.csv: {what} not in HUD's format and not read.")
        return fine

    def _match_column(self, column: Column, places: list[int]) -> bool:
        if len(places) == 1:
            self._readings.append(_Reading(places[0], column, cell_reader(column, self._spec), {}))
            return True
        message = "This column is in the file twice." if places else "This column is missing."
        if places or column.needed_in_header:
            self._not_loaded(1, column.name, message)
            return False
        self._report(1, column.name, "blank", Grade.ROW_FLAGGED, message, "Ask your HMIS vendor to export it.")
        return True

    # The rows

    def _read_rows(self, rows: Iterator[tuple[int, list[str] | None]]) -> list[Record] | None:
        records: list[Record] = []
        first_lines: dict[str, int] = {}
        for line, cells in rows:
            if cells is None:
                self._not_loaded(line, "", "A quotation mark opened in this record is never closed.")
                return None
            if not cells:
                continue
            if len(cells) != self._width:
                self._wrong_width(line, len(cells))
                continue
            record = self._read_row(line, cells)
            if record is not None and self._is_new(record, first_lines):
                records.append(record)
        return records

    def _read_row(self, line: int, cells: list[str]) -> Record | None:
        values: dict[str, Value] = {}
        keep = True
        for reading in self._readings:
            place, column, _, known = reading
            value = known.get(cells[place], UNUSABLE)
            if value is UNUSABLE:  # not read before
                value, stays, clean = self._read_cell(line, reading, cells[place])
                keep = keep and stays
                if clean and len(known) < REMEMBERED:
                    known[cells[place]] = value
            if value is not UNUSABLE:
                values[column.name] = value
        return Record(self.name, line, str(values[self._key]), values) if keep else None

    def _read_cell(self, line: int, reading: _Reading, cell: str) -> _Cell:
        column, text, keep, clean = reading.column, cell.strip(), True, True
        if self._has_hidden and HIDDEN.search(text):
            text = HIDDEN.sub("", text).strip()
            keep, clean = self._hidden(line, column), False
        if not text:
            stays = self._blank(line, column)
            return _Cell(None, keep and stays, clean and _may_be_blank(column))
        value = reading.read(text)
        if isinstance(value, Fault):
            stays = self._fault(line, column, text, value)
            return _Cell(value.value if value.usable else UNUSABLE, keep and stays, False)
        return _Cell(value, keep, clean)

    def _blank(self, line: int, column: Column) -> bool:
        """Report a blank where HUD wants a value. Returns whether the row can stay."""
        if _may_be_blank(column):
            return True
        leaves_out = column.key or column.blank_leaves_row_out
        grade = Grade.ROW_LEFT_OUT if leaves_out else Grade.ROW_FLAGGED
        fix = f"Fill in {column.name} in the HMIS and make the export again."
        self._report(line, column.name, "blank", grade, f"{column.name} is blank.", fix)
        return not leaves_out

    def _fault(self, line: int, column: Column, text: str, fault: Fault) -> bool:
        if column.name in NEVER_CHECKED:
            return True
        leaves_out = column.bad_value_leaves_row_out and not fault.usable
        grade = Grade.ROW_LEFT_OUT if leaves_out else Grade.ROW_FLAGGED
        self._report(line, column.name, kind_of_value(text), grade, fault.message, fault.fix)
        return not leaves_out

    def _hidden(self, line: int, column: Column) -> bool:
        grade = Grade.ROW_LEFT_OUT if column.identifies else Grade.ROW_FLAGGED
        message = "This value has hidden characters in it. They were taken out."
        fix = "Type the value again in the HMIS and make the export again."
        self._report(line, column.name, "text with hidden characters", grade, message, fix)
        return not column.identifies

    def _is_new(self, record: Record, first_lines: dict[str, int]) -> bool:
        first = first_lines.setdefault(record.external_id, record.line)
        if first == record.line:
            return True
        message = f"{self._key} is used twice; the first row with it is kept."
        fix = f"Ask your HMIS vendor why the export repeats a {self._key}."
        self._report(record.line, self._key, kind_of_value(record.external_id), Grade.ROW_LEFT_OUT, message, fix)
        return False

    # Reports

    def _wrong_width(self, line: int, found: int) -> None:
        message = (
            "This row has more or fewer values than the first line has columns, or its quotation marks do not match."
        )
        fix = "Look for stray quotation marks or commas in this record in the HMIS, then make the export again."
        self._report(line, "", f"row of {found:,} values", Grade.ROW_LEFT_OUT, message, fix)

    def _unreadable_bytes(self, text: str) -> None:
        line = text[: max(0, text.find("\ufffd"))].count("\n") + 1
        message = "The file has characters that cannot be read. Each is shown as a question mark in a box."
        fix = "Ask your HMIS vendor to export in UTF-8."
        self._report(line, "", "unreadable character", Grade.ROW_FLAGGED, message, fix)

    def _not_loaded(self, line: int, column: str, message: str) -> None:
        kind = "blank" if column else "file"
        self._report(line, column, kind, Grade.FILE_NOT_LOADED, f"{message} {self.name}.csv was not loaded.", AGAIN)

    def _report(self, line: int, column: str, kind: str, grade: Grade, message: str, fix: str) -> None:
        self._log.add(Problem(f"{self.name}.csv", line, column, kind, grade, message, fix))


def _may_be_blank(column: Column) -> bool:
    return column.nullable or column.name in NEVER_CHECKED
