"""The register of sanctions: PDF/UA and workbook, for those alone who may see whom it names."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied

from hmislead.errors import DomainError
from policies.cases.models import ViolationClass
from policies.cases.operations import appeals, ladder, sanctions
from reporting import documents, workbooks
from reporting.facts import sanctions as register
from reporting.facts.results import day_of
from reporting.models import Kind
from reporting.operations import reports
from tests import factories
from tests.documents.conformance import beyond_the_margin, problems
from tests.reporting import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(people, agency):
    """Told and in effect, appealed, and only proposed; by the ladder a violation of the class Major has two of them."""
    ladder.load_shipped(by=people["staff"])
    found = [
        sanctions.propose(
            violation_class=ViolationClass.objects.get(name="Major"),
            organization=agency,
            license=factories.LicenseFactory(organization=agency),
            happened_on=factories.TODAY,
            summary="A password was shared.",
            by=people["staff"],
        )
        for _ in range(3)
    ]
    for pair in found[:2]:
        for each in pair:
            sanctions.notify(sanction_id=each.pk, by=people["staff"])
    appeals.appeal(sanction_id=found[1][0].pk, text="It was not me.", by=people["staff"])
    samples.evaluated(factories.TODAY)
    return found


@pytest.fixture
def facts(made, people):
    head = {"number": "R-2026-001", "as_of": factories.TODAY, "recorded": None, "asked_by": "Dana"}
    return {**register.collect(None, day_of(factories.TODAY), by=people["staff"]), "head": head}


def test_it_holds_what_was_notified_and_counts_what_acts(facts):
    assert (len(facts["sanctions"]), facts["in_effect"], facts["appealed"]) == (4, 4, 1)
    assert register.sentence(facts) == "4 sanctions on record; 4 of them are in effect."
    assert facts["by_kind"] == [("License suspended", 2), ("Special training", 2)]


def test_one_agencys_register_and_an_earlier_day(made, people, neighbour, agency):
    today = day_of(factories.TODAY)
    assert register.collect(neighbour, today, by=people["staff"])["sanctions"] == []
    assert len(register.collect(agency, today, by=people["staff"])["sanctions"]) == 4
    assert register.sentence(register.collect(neighbour, today, by=people["staff"])) == "No sanction is on record."


def test_the_pdf_is_accessible_and_the_workbook_says_the_same(facts):
    content = documents.pdf_of(Kind.SANCTIONS, facts)
    assert problems(content) == []
    assert beyond_the_margin(content) == []
    book = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx_of(Kind.SANCTIONS, facts)))
    assert book["Sanctions"].max_row == 5
    numbers = {row[0].value for row in book["Sanctions"].iter_rows(min_row=2)}
    assert numbers == {row["number"] for row in facts["sanctions"]}


def test_it_is_for_who_may_see_whom_it_names(made, people, agency, coc):
    asked = reports.request_report(kind=Kind.SANCTIONS, by=people["staff"])
    assert asked.names_people
    with pytest.raises(PermissionDenied):
        reports.request_report(kind=Kind.SANCTIONS, organization_id=agency.pk, by=people["coc_staff"])
    with pytest.raises(PermissionDenied):
        reports.request_report(kind=Kind.SANCTIONS, by=people["cho_lead"])
    with pytest.raises(DomainError, match="not limited to a CoC"):
        reports.request_report(kind=Kind.SANCTIONS, coc_id=coc.pk, by=people["staff"])
