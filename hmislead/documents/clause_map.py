"""Which Standards a document of a type must, may have to, or could satisfy: the shipped map."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
MINIMUM, CONDITIONAL, OPTIONAL = "minimum", "conditional", "optional"

# What a conditional clause depends on: a setting of the implementation, by this question.
CONDITIONS: dict[str, str] = {
    "fees_charged": "Users or agencies pay fees",
    "conflict_of_interest": "Users state conflicts of interest",
    "coc_help_desk": "The CoC has its own help desk",
    "separate_help_desk_document": "Technical support has a document of its own",
    "mobile_access": "People use the HMIS on phones or tablets",
    "coordinated_entry": "The HMIS is used for coordinated entry",
    "vendor_change": "The vendor contract is being negotiated",
    "user_run_report": "Users run the vendor's data quality report",
}


@dataclass(frozen=True)
class Clause:
    """`need` is minimum, conditional or optional; `condition` is a key of CONDITIONS for a conditional one."""

    type: str
    standard: str
    need: str
    condition: str


@cache
def clauses_of(document_type: str) -> tuple[Clause, ...]:
    """The clauses of a type (a key of `types.TYPES`), in the order of the Standards."""
    with (FOLDER / "clause_map.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Clause(**row) for row in csv.DictReader(file) if row["type"] == document_type)


@cache
def crosswalk() -> dict[str, str]:
    """Items of sections 4.2 and 4.3 of the 2004 Data and Technical Standards (69 FR 45888), by our id."""
    with (FOLDER / "crosswalk_2004.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["label"] for row in csv.DictReader(file)}


@cache
def excluded() -> dict[str, str]:
    """Document clauses of the Standards that belong to no type kept here, each with its reason."""
    with (FOLDER / "clause_map_excluded.csv").open(encoding="utf-8", newline="") as file:
        return {row["standard"]: row["reason"] for row in csv.DictReader(file)}


def setting_of(condition: str) -> str:
    """The key of the setting that answers a condition."""
    return f"applies.{condition}"
