"""The shipped map of document types to Standards: every clause the Standards ask of a document has its place."""

import csv
from collections import Counter
from collections.abc import Iterable

import pytest

from hmislead.catalogue.loading import read_file
from hmislead.documents.clause_map import CONDITIONS, FOLDER, Clause, clauses_of, crosswalk, excluded
from hmislead.documents.types import AGREEMENTS, TYPES

NEEDS = {"minimum", "conditional", "optional"}
MAP = [clause for code in TYPES for clause in clauses_of(code)]
CATALOGUE = {each.id: each for each in read_file()}
CLAUSES = {code for code, each in CATALOGUE.items() if each.kind == "document-clause"}


def unplaced(mapped: Iterable[Clause], left_out: Iterable[str]) -> set[str]:
    """The document clauses of the catalogue that are neither mapped to a type nor excluded."""
    return CLAUSES - {clause.standard for clause in mapped} - set(left_out)


def of_type(code: str, need: str) -> set[str]:
    return {clause.standard for clause in clauses_of(code) if clause.need == need}


def test_every_document_clause_of_the_catalogue_is_mapped_or_excluded():
    assert len(CLAUSES) == 201
    assert unplaced(MAP, excluded()) == set()


def test_a_clause_taken_out_of_the_map_is_noticed():
    assert unplaced([clause for clause in MAP if clause.standard != "GOV-20"], excluded()) == {"GOV-20"}
    assert unplaced(MAP, [standard for standard in excluded() if standard != "MGT-10"]) == {"MGT-10"}


def test_an_excluded_clause_has_a_reason_and_is_not_mapped():
    assert all(len(reason.split()) > 4 for reason in excluded().values())
    assert not set(excluded()) & {clause.standard for clause in MAP}
    assert set(excluded()) <= CLAUSES


def test_every_type_owes_clauses_and_the_map_knows_no_other_type():
    with (FOLDER / "clause_map.csv").open(encoding="utf-8", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == len(MAP)
    assert {clause.type for clause in MAP} == set(TYPES)


def test_the_map_knows_only_our_standards_and_the_crosswalk():
    assert {clause.standard for clause in MAP} - CLAUSES - set(crosswalk()) == set()


def test_no_row_is_there_twice():
    twice = [pair for pair, times in Counter((each.type, each.standard) for each in MAP).items() if times > 1]
    assert twice == []


def test_needs_and_conditions_are_known_and_go_together():
    assert {clause.need for clause in MAP} == NEEDS
    for clause in MAP:
        assert clause.condition in (CONDITIONS if clause.need == "conditional" else {""}), clause


def test_what_the_standards_only_suggest_is_never_a_minimum():
    """Levels of the catalogue decide: "recommended" and "could" cannot be asked of everybody."""
    suggested = {code for code, each in CATALOGUE.items() if each.level in ("recommended", "could")}
    assert {clause.standard for clause in MAP if clause.need == "minimum"} & suggested == set()


@pytest.mark.parametrize("code", sorted(AGREEMENTS))
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
    for code in ("data_use", "data_sharing", "pii_access", "integration"):
        assert {"PRI-28", "SEC-32"} <= of_type(code, "minimum")


@pytest.mark.parametrize(("section", "plan"), [("4.2", "privacy_plan"), ("4.3", "security_plan")])
def test_the_crosswalk_items_are_numbered_and_asked_of_the_plan(section: str, plan: str):
    """PRI-04 and SEC-05: the plans meet the baseline of 2004, item by item."""
    own = [item for item in crosswalk() if item.startswith(f"DTS-{section}-")]
    assert own == [f"DTS-{section}-{number:02}" for number in range(1, len(own) + 1)]
    assert len(own) > 15
    assert all(crosswalk()[item] for item in own)
    assert set(own) <= of_type(plan, "minimum")
