"""What can be wrong with a file people send us, told without repeating a single value from it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

#: The same problem is listed this often; the rest of it is counted in one last line.
LISTED_PER_KIND = 1_000


class Grade(StrEnum):
    """How much a problem costs."""

    FILE_NOT_LOADED = "file_not_loaded"
    ROW_LEFT_OUT = "row_left_out"
    ROW_FLAGGED = "row_flagged"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `kind_of_value` describes the value ("text of 12 characters"); the value itself is never here."""

    file: str
    line: int
    column: str
    kind_of_value: str
    grade: Grade
    message: str
    fix: str


class ProblemLog:
    """Collects problems. A file with the same fault on every row gives a short list and an exact count."""

    def __init__(self, listed_per_kind: int = LISTED_PER_KIND) -> None:
        self.counts: Counter[Grade] = Counter()
        self._listed_per_kind = listed_per_kind
        self._listed: list[Problem] = []
        self._seen: Counter[tuple[str, str, Grade, str]] = Counter()
        self._first_unlisted: dict[tuple[str, str, Grade, str], Problem] = {}

    def add(self, problem: Problem) -> None:
        """Count a problem and, unless many like it are listed already, list it."""
        kind = (problem.file, problem.column, problem.grade, problem.message)
        self._seen[kind] += 1
        self.counts[problem.grade] += 1
        if self._seen[kind] <= self._listed_per_kind:
            self._listed.append(problem)
        else:
            self._first_unlisted.setdefault(kind, problem)

    def problems(self) -> list[Problem]:
        """Return the listed problems, then one line for each kind that was cut short."""
        return [*self._listed, *self._cut_short()]

    def _cut_short(self) -> Iterator[Problem]:
        for kind, first in self._first_unlisted.items():
            more = self._seen[kind] - self._listed_per_kind
            message = f"{first.message} {more:,} more rows from this line on have the same problem."
            yield Problem(first.file, first.line, first.column, first.kind_of_value, first.grade, message, first.fix)
