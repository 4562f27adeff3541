"""Reports on agreements and documents: who is bound, what texts hold, how they were approved, who has read them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile

import openpyxl
import pikepdf
import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils import timezone

from agreements.models import Packet
from hmislead.access.scopes import ROBOT
from hmislead.catalogue.models import Standard
from hmislead.documents.models import Attestation, ReviewCycle
from hmislead.errors import DomainError
from hmislead.files.operations import store_file
from hmislead.tenancy.context import use
from policies.models import Acknowledgement, PolicySetting
from reporting import documents as drawing
from reporting import workbooks
from reporting.facts import acknowledgements, copies, coverage, governing, told
from reporting.facts.results import Day, day_of
from reporting.models import NAMING, OF_COC, Kind
from reporting.operations import reports
from tests import factories
from tests.agreements import factories as agreements
from tests.documents import factories as documents
from tests.documents.conformance import beyond_the_margin, problems
from tests.files.samples import pdf
from tests.reporting import samples

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=45)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def rows_of(facts, title=None):
    """The rows of one table, or of all, as dictionaries."""
    tables = [each for each in facts["tables"] if title in {None, each["title"]}]
    return [row for table in tables for row in _rows(table)]


def _rows(table):
    return [dict(zip([column["label"] for column in table["columns"]], row, strict=True)) for row in table["rows"]]


@pytest.fixture
def bound(agency, neighbour, coc, people, today):
    """Harbor House is bound for 45 more days by an old text, with one of two users signed; its neighbor by nothing."""
    version = documents.version("participation", title="Participation agreement", cocs=[coc])
    agreements.with_agency(agency, ends_on=today + SOON, version=version)
    documents.next_version(version.document, must_sign_again=True)
    agreements.with_coc(coc, ends_on=today - dt.timedelta(days=1))
    signed = factories.LicenseFactory(organization=agency)
    agreements.with_user(signed.person, agency)
    return agency


def test_coverage_says_who_is_bound_until_when_and_by_which_text(bound, neighbour, people, today):
    facts = coverage.collect(None, day_of(today), by=people["staff"], named=True)
    assert facts["answer"] == "1 of 2 agencies are bound by a participation agreement."
    assert facts["more"][0] == "1 of 2 licenses have an end-user agreement in force."
    nobody, harbor = rows_of(facts, "What needs work")
    assert (nobody["Agency"], nobody["State"]) == ("Neighbor Services", "not_met")
    assert (harbor["Ends"], harbor["Version"]) == ("within 60 days", "version 2 is in effect: sign again")
    assert rows_of(facts, "Agencies")[0]["End-user agreements in force"] == "1 of 2"
    assert rows_of(facts, "CoC-Lead agreements")[0]["State"] == "overdue"


def test_coverage_of_a_share_names_no_contract(bound, coc, people, today):
    agreements.AgreementFactory(type="vendor", title="Hosting").parties.create(role="coc", coc=coc)
    facts = coverage.collect(coc, day_of(today), by=people["coc_staff"], named=False)
    assert facts["answer"] == "Each of 1 agency is bound by a participation agreement."
    assert "Contracts and agreements with partners" not in [table["title"] for table in facts["tables"]]
    whole = coverage.collect(coc, day_of(today), by=people["staff"], named=True)
    assert [row["Agreement"] for row in rows_of(whole, "Contracts and agreements with partners")] == ["Hosting"]


@pytest.fixture
def plan(coc, people, today):
    """A privacy plan in effect whose one finished clause answers PRI-05, confirmed; reviewed 11 months ago."""
    made = documents.version("privacy_plan", title="Privacy plan", cocs=[], texts=())
    documents.block(made, heading="Safeguards", standards=["PRI-05"])
    documents.effect(made, coc, reviewed_on=today - dt.timedelta(days=335))
    Attestation.objects.create(version=made, standard="PRI-05", reviewer=people["staff"], attested_on=today)
    return made


def test_clauses_are_told_with_their_place_or_what_is_wrong(plan, people, today):
    facts = governing.collect_clauses(None, day_of(today), by=people["staff"])
    assert facts["answer"] == "0 of 1 document in effect holds all it must hold."
    (row,) = rows_of(facts, "Documents in effect")
    assert (row["Document"], row["CoCs"], row["State"]) == ("Privacy plan, version 1", "OH-504", "not_met")
    there = next(each for each in rows_of(facts, "Privacy plan, version 1") if each["Standard"] == "PRI-05")
    assert (there["State"], there["Where"], there["Confirmed by"]) == ("present", "Safeguards", str(people["staff"]))
    missing = rows_of(facts, "What is missing")
    assert len(missing) == row["Clauses owed"] - row["There"]
    assert {each["What is wrong"] for each in missing} == {"No clause says it."}


def test_a_day_that_is_over_says_what_is_told_as_of_today(plan, coc, people, today):
    yesterday = Day(today - dt.timedelta(days=1), recorded=today - dt.timedelta(days=1))
    for collect, words in (
        (governing.collect_clauses, governing.CLAUSES_PAST),
        (governing.collect_cross_reference, governing.CLAUSES_PAST),
        (governing.collect_reviews, told.PAST),
    ):
        assert words in collect(coc, yesterday, by=people["staff"])["more"]
        assert words not in collect(coc, day_of(today), by=people["staff"])["more"]


def test_the_cross_reference_lists_every_document_clause_of_the_standards(plan, people, today):
    facts = governing.collect_cross_reference(None, day_of(today), by=people["staff"])
    every = rows_of(facts)
    assert len(every) == Standard.objects.filter(kind="document-clause").count() == 201
    found = [row for row in every if row["State"] == "met"]
    assert [(row["Standard"], row["Where"]) for row in found] == [
        ("PRI-05", "Privacy plan, version 1 (OH-504): Safeguards")
    ]
    excluded = next(row for row in every if row["Standard"] == "MGT-66")
    assert (excluded["State"], "vision" in excluded["Where"]) == ("not_applicable", True)


def test_the_record_of_reviews_tells_what_is_due_and_what_is_not_in_effect(plan, coc, people, today):
    ReviewCycle.objects.create(document=plan.document, coc=coc, opened_on=today - dt.timedelta(days=60), due_on=today)
    other = factories.CoCFactory(number="OH-507", name="Alder County")
    facts = governing.collect_reviews(None, day_of(today), by=people["staff"])
    (approval,) = rows_of(facts, "Approvals")
    assert (approval["State"], approval["Next approval by"] > today) == ("due_soon", True)
    assert rows_of(facts, "Not in effect") == [{"CoC": str(other), "Plan or policy": "Privacy plan"}]
    assert [row["Outcome"] for row in rows_of(facts, "Yearly reviews")] == ["Open"]
    share = governing.collect_reviews(coc, day_of(today), by=people["coc_staff"])
    assert rows_of(share, "Not in effect") == []


def test_who_has_acknowledged_what(agency, neighbour, coc, people, today):
    version = documents.version("policies_procedures", title="Policies", cocs=[coc])
    PolicySetting.objects.create(document=version.document, audience=["end_users"], starts_on=dt.date(2020, 1, 1))
    done = factories.LicenseFactory(organization=agency, requested_on=dt.date(2025, 1, 1))
    Acknowledgement.objects.create(
        person=done.person,
        version=version,
        language="en",
        read_at=timezone.now(),
        read_on=today,
        signed_name="A",
        sha256="1",
    )
    named = acknowledgements.collect(None, day_of(today), by=people["staff"], named=True)
    assert named["answer"] == "1 of 2 acknowledgements that are owed are in order."
    (policy,) = rows_of(named, "By policy")
    assert (policy["Owed"], policy["In order"], policy["Quiz"]) == (2, 1, "No")
    (owing,) = rows_of(named, "Who owes what")
    assert owing["Person"] == str(people["end_user"].people.get())
    numbers = acknowledgements.collect(coc, day_of(today), by=people["coc_staff"], named=False)
    assert [(row["Agency"], row["Owed"]) for row in rows_of(numbers, "By agency")] == [("Harbor House", 2)]
    assert owing["Person"] not in str(numbers)


@pytest.fixture
def filed(agency, neighbour, people):
    """Two agreements with their copies, one of them sealed here, and one without."""
    found = []
    for organization in (agency, neighbour):
        paper = pdf(f"{organization}.pdf")
        paper.file.seek(0, io.SEEK_END)
        paper.file.write(f"% signed by {organization}".encode())
        stored = store_file(file=paper, permission="view_evidence", organization=organization, by=ROBOT)
        found.append(agreements.with_agency(organization, file=stored))
    agreements.with_user(people["end_user"].people.get(), agency)
    version = documents.version("participation")
    Packet.objects.create(
        number="P-1", type="participation", title="x", version=version, agreement=found[0], state="complete",
        deadline_on=factories.TODAY, sent_at=timezone.now(), completed_at=timezone.now(), sealed_at=timezone.now(),
        sha256="0" * 64,
    )  # fmt: skip
    return found


def test_the_pack_holds_each_copy_byte_by_byte_under_the_name_in_the_index(filed, people, today):
    samples.evaluated(today)
    report = samples.made(kind=Kind.COPIES, by=people["staff"])
    assert (report.state, report.progress_done, report.progress_total) == ("done", 4, 4), report.failure
    stored = reports.open_report(report_id=report.pk, format="zip", by=people["staff"])
    with stored.content.open() as file, zipfile.ZipFile(io.BytesIO(file.read())) as pack:
        names = pack.namelist()
        kept = {hashlib.sha256(pack.read(name)).hexdigest() for name in names[1:]}
        assert problems(pack.read("index.pdf")) == []
        assert beyond_the_margin(pack.read("index.pdf")) == []
    assert names == ["index.pdf", "0001-participation-harbor-house.pdf", "0002-participation-neighbor-services.pdf"]
    assert kept == {each.file.sha256 for each in filed}
    book = openpyxl.load_workbook(io.BytesIO(report.xlsx.content.open().read()))
    index = list(book["Index"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[6]) for row in index] == [(names[1], "Yes"), (names[2], "No")]
    assert {row[7].replace(" ", "") for row in index} == kept


def test_a_pack_of_too_many_says_what_to_do(filed, people, today, monkeypatch):
    monkeypatch.setattr(copies, "MOST_FILES", 1)
    with pytest.raises(DomainError, match="Ask for the pack of one CoC"):
        copies.collect(None, day_of(today), by=people["staff"])


def test_the_pack_of_a_coc_holds_its_agencies_alone(filed, coc, people, today):
    """The HMIS Lead takes part in this CoC as an agency, and is a party to the papers of every other one."""
    office = agreements.lead()
    factories.ParticipationFactory(organization=office, coc=coc)
    for each in filed:
        each.parties.create(role="lead", organization=office)
    facts = copies.collect(coc, day_of(today), by=people["staff"])
    assert [name for _, name in facts["files"]] == ["0001-participation-harbor-house.pdf"]


@pytest.mark.parametrize("kind", sorted(OF_COC - {Kind.IMPLEMENTATION}))
def test_each_may_be_asked_for_by_whom_it_is_meant(kind, people, agency, coc, today):
    samples.evaluated(today)
    with pytest.raises(DomainError, match="choose the agency report"):
        reports.request_report(kind=kind, organization_id=agency.pk, by=people["staff"])
    for outside in ("cho_lead", "end_user"):
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            reports.request_report(kind=kind, coc_id=coc.pk, by=people[outside])
    if kind in NAMING:
        with pytest.raises(PermissionDenied):
            reports.request_report(kind=kind, coc_id=coc.pk, by=people["coc_staff"])
    else:
        asked = reports.request_report(kind=kind, coc_id=coc.pk, by=people["coc_staff"])
        assert not asked.names_people
        with pytest.raises(PermissionDenied):
            reports.request_report(kind=kind, by=people["coc_staff"])


@pytest.mark.parametrize("kind", sorted(OF_COC - {Kind.IMPLEMENTATION, Kind.COPIES}))
def test_each_is_accessible_and_its_workbook_says_the_same(kind, bound, plan, people, tenant, today):
    tenant.language = "es"
    collect = {
        Kind.CLAUSES: governing.collect_clauses,
        Kind.REVIEWS: governing.collect_reviews,
        Kind.CROSS_REFERENCE: governing.collect_cross_reference,
    }.get(kind)
    day, by = day_of(today), people["staff"]
    named = {Kind.COVERAGE: coverage.collect, Kind.ACKNOWLEDGEMENTS: acknowledgements.collect}
    facts = collect(None, day, by=by) if collect else named[kind](None, day, by=by, named=True)
    facts["head"] = {"number": "R-2026-001", "as_of": today, "recorded": None, "asked_by": "Dana"}
    content = drawing.pdf_of(kind, facts)
    assert problems(content) == []
    assert beyond_the_margin(content) == []
    with pikepdf.open(io.BytesIO(content)) as made:
        assert str(made.docinfo["/Title"]) == f"{Kind(kind).label}: North"
    book = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx_of(kind, facts)))
    assert len(book.sheetnames) == 2 + sum(1 for table in facts["tables"] if table["rows"])
    assert ("Answer", facts["answer"]) in [row[:2] for row in book["Summary"].iter_rows(values_only=True)]


def test_another_implementations_papers_are_in_none(implementation, other_implementation):
    with use(implementation):
        coc, agency = factories.CoCFactory(), factories.OrganizationFactory()
        factories.OrganizationRoleFactory(organization=agency, role="cho")
        agreements.with_agency(agency)
        documents.version("privacy_plan", cocs=[coc])
        assert coverage.collect(None, day_of(factories.TODAY), by=ROBOT, named=True)["tables"][1]["rows"] != []
    with use(other_implementation):
        day = day_of(factories.TODAY)
        for facts in (
            coverage.collect(None, day, by=ROBOT, named=True),
            governing.collect_clauses(None, day, by=ROBOT),
            governing.collect_reviews(None, day, by=ROBOT),
            copies.collect(None, day, by=ROBOT),
        ):
            assert [row for table in facts["tables"] for row in table["rows"]] == []
