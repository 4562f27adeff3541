"""The shipped map of document types to Standards: every clause the Standards ask of a document has its place."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from hmislead.documents.types import TYPES

HERE = Path(__file__).parents[2] / "hmislead"
NEEDS = {"minimum", "conditional", "optional"}
CONDITIONS = {
    "fees_charged",
    "conflict_of_interest",
    "coc_help_desk",
    "separate_help_desk_document",
    "third_party_analysis",
    "multi_coc",
    "hipaa_agencies",
    "mobile_access",
    "coordinated_entry",
    "release_of_information_used",
    "vendor_change",
    "user_run_report",
}


def read(path: str) -> list[dict[str, str]]:
    with (HERE / path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


MAP = read("documents/clause_map.csv")
EXCLUDED = read("documents/clause_map_excluded.csv")
CROSSWALK = read("documents/crosswalk_2004.csv")
CATALOGUE = {row["id"]: row for row in read("catalogue/standards.csv")}
CLAUSES = {code for code, row in CATALOGUE.items() if row["kind"] == "document-clause"}


def unplaced(mapped: list[dict[str, str]], excluded: list[dict[str, str]]) -> set[str]:
    """The document clauses of the catalogue that are neither mapped to a type nor excluded."""
    return CLAUSES - {row["standard"] for row in mapped} - {row["standard"] for row in excluded}


def of_type(code: str, need: str) -> set[str]:
    return {row["standard"] for row in MAP if row["type"] == code and row["need"] == need}


def test_every_document_clause_of_the_catalogue_is_mapped_or_excluded():
    assert len(CLAUSES) == 201
    assert unplaced(MAP, EXCLUDED) == set()


def test_a_clause_taken_out_of_the_map_is_noticed():
    assert unplaced([row for row in MAP if row["standard"] != "GOV-20"], EXCLUDED) == {"GOV-20"}
    assert unplaced(MAP, [row for row in EXCLUDED if row["standard"] != "MGT-10"]) == {"MGT-10"}


def test_an_excluded_clause_has_a_reason_and_is_not_mapped():
    assert all(len(row["reason"].split()) > 4 for row in EXCLUDED)
    assert not {row["standard"] for row in EXCLUDED} & {row["standard"] for row in MAP}
    assert {row["standard"] for row in EXCLUDED} <= CLAUSES


def test_the_map_knows_only_our_types_our_standards_and_the_crosswalk():
    known = CLAUSES | {row["id"] for row in CROSSWALK}
    assert {row["type"] for row in MAP} == set(TYPES)
    assert {row["standard"] for row in MAP} - known == set()


def test_no_row_is_there_twice():
    twice = [pair for pair, times in Counter((row["type"], row["standard"]) for row in MAP).items() if times > 1]
    assert twice == []


def test_needs_and_conditions_are_known_and_go_together():
    assert {row["need"] for row in MAP} == NEEDS
    for row in MAP:
        expected = CONDITIONS if row["need"] == "conditional" else {""}
        assert row["condition"] in expected, row


def test_what_the_standards_only_suggest_is_never_a_minimum():
    """Levels of the catalogue decide: "recommended" and "could" cannot be asked of everybody."""
    suggested = {code for code, row in CATALOGUE.items() if row["level"] in ("recommended", "could")}
    assert {row["standard"] for row in MAP if row["need"] == "minimum"} & suggested == set()


@pytest.mark.parametrize("code", [code for code, each in TYPES.items() if each.family == "agreement"])
def test_every_agreement_says_how_conflicts_of_roles_are_settled_and_feedback_is_given(code: str):
    assert "GOV-61" in of_type(code, "minimum")
    assert {"PAR-24", "PAR-25"} <= of_type(code, "optional")


def test_the_joint_plan_asks_what_both_plans_ask():
    """One joint plan may stand for two (Standards, Privacy and Security): it owes the clauses of both."""
    for need in NEEDS:
        assert of_type("privacy_security_plan", need) == of_type("privacy_plan", need) | of_type("security_plan", need)


def test_agreements_that_must_ask_compliance_do():
    """The privacy and security provisions name three kinds of agreement that must hold the duty to comply."""
    assert {"PRI-26", "SEC-30"} <= of_type("participation", "minimum")
    assert {"PRI-27", "SEC-31"} <= of_type("end_user", "minimum")
    for code in ("data_use", "data_sharing"):
        assert {"PRI-28", "SEC-32"} <= of_type(code, "minimum")


def test_the_crosswalk_items_are_numbered_owned_by_a_section_and_asked_of_the_plans():
    items = [row["id"] for row in CROSSWALK]
    assert len(items) == len(set(items))
    for section, plan in (("4.2", "privacy_plan"), ("4.3", "security_plan")):
        own = [row for row in CROSSWALK if row["section"].startswith(section)]
        assert [row["id"] for row in own] == [f"DTS-{section}-{n:02}" for n in range(1, len(own) + 1)]
        assert all(row["label"] for row in own)
        assert {row["id"] for row in own} <= of_type(plan, "minimum")
