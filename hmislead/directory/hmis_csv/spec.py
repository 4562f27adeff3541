"""HUD's FY2026 HMIS CSV format as data: the columns and code lists of the ten files this project reads."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

ColumnType = Literal["string", "integer", "date", "datetime"]

#: Export.csv comes first; the records follow in the order in which they can be saved.
EXPORT = "Export"
RECORD_FILES = (
    "Organization",
    "Project",
    "ProjectCoC",
    "Funder",
    "Inventory",
    "HMISParticipation",
    "CEParticipation",
    "Affiliation",
    "User",
)
FILES = (EXPORT, *RECORD_FILES)

#: Vendors leave system accounts out of User.csv, so no UserID is ever held against a row.
NEVER_CHECKED = ("UserID",)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one file, as HUD describes it."""

    name: str
    type: ColumnType
    max_length: int | None = None
    nullable: bool = False
    code_list: str | None = None
    element: str | None = None
    key: bool = False
    references: str | None = None
    pattern: str | None = None
    blank_leaves_row_out: bool = False

    @property
    def identifies(self) -> bool:
        """True when the row cannot be placed without this value: its own id, or the record it belongs to."""
        return self.key or self.parent is not None

    @property
    def parent(self) -> str | None:
        """Return the file of the record this one belongs to (Project for Funder.ProjectID), or None.

        HUD's format refers Inventory.ProjectID to ProjectCoC; the project itself is what it belongs to.
        """
        parents = {"OrganizationID": "Organization", "ProjectID": "Project", "ResProjectID": "Project"}
        return parents.get(self.name) if self.references else None

    @property
    def blank_has_meaning(self) -> bool:
        """True for end dates and DateDeleted: a blank says "still going", so a bad value must not become one."""
        return self.name.endswith("EndDate") or self.name == "DateDeleted"

    @property
    def needed_in_header(self) -> bool:
        """True when a file without this column is not loaded: its rows would say something that is not so."""
        return not self.nullable or self.key or self.blank_has_meaning

    @property
    def bad_value_leaves_row_out(self) -> bool:
        """True when an unreadable value costs the row; otherwise only the value is not used."""
        return self.key or self.blank_leaves_row_out or self.blank_has_meaning


@dataclass(frozen=True, slots=True)
class CodeList:
    """A numbered HUD list. `retired` codes are still read, because old records carry them."""

    number: str
    name: str
    values: dict[str, str]
    retired: dict[str, str]

    def label(self, code: int | str) -> str:
        """Return HUD's words for a code, or the code itself when HUD has none."""
        return self.values.get(str(code)) or self.retired.get(str(code)) or str(code)


@dataclass(frozen=True, slots=True)
class Spec:
    """The format: columns by file, code lists by number."""

    format: str
    files: dict[str, tuple[Column, ...]]
    lists: dict[str, CodeList]
    project_types_short: dict[int, str]
    project_types_with_inventory: frozenset[int]

    def list_named(self, name: str) -> CodeList:
        """Return a code list by HUD's name for it, such as "ProjectType". Raises KeyError for an unknown name."""
        for code_list in self.lists.values():
            if code_list.name == name:
                return code_list
        raise KeyError(name)

    def choices(self, name: str) -> list[tuple[int, str]]:
        """Return (code, label) pairs of a list with whole-number codes, retired ones last. Raises KeyError."""
        code_list = self.list_named(name)
        return [(int(code), label) for code, label in (code_list.values | code_list.retired).items()]


@cache
def load_spec() -> Spec:
    """Return the format, read once from spec.json."""
    facts = json.loads(Path(__file__).with_name("spec.json").read_text(encoding="utf-8"))
    return Spec(
        format=facts["format"],
        files={name: tuple(Column(**column) for column in columns) for name, columns in facts["files"].items()},
        lists={number: _code_list(number, entry) for number, entry in facts["lists"].items()},
        project_types_short={int(code): short for code, short in facts["derived"]["project_type_short"].items()},
        project_types_with_inventory=frozenset(facts["derived"]["project_types_with_inventory"]),
    )


def _code_list(number: str, entry: dict[str, Any]) -> CodeList:
    return CodeList(number, entry["name"], entry["values"], entry.get("retired", {}))
