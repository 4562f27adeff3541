"""The files themselves: PDF/UA-1, their words as a reader gets them, headers on every page, the workbook."""

from __future__ import annotations

import datetime as dt
import io
import subprocess

import openpyxl
import pikepdf
import pytest
from django.template.loader import render_to_string

from hmislead.catalogue.models import Standard
from reporting import documents, workbooks
from reporting.facts import agency, implementation, sanctions
from reporting.facts.results import day_of
from reporting.models import Kind
from tests import factories
from tests.documents.conformance import beyond_the_margin, problems
from tests.reporting import samples

pytestmark = pytest.mark.django_db


def facts_of(kind, about, day, by, named):
    if kind == Kind.CHO:
        facts = agency.collect(about, day_of(day), by=by, named=named)
    elif kind == Kind.SANCTIONS:
        facts = sanctions.collect(about, day_of(day), by=by)
    else:
        facts = implementation.collect(about, day_of(day), by=by, named=named)
    head = {"number": "R-2026-001", "as_of": day, "recorded": day_of(day).recorded, "asked_by": "Dana"}
    return {**facts, "head": head}


def words(content):
    """The text in reading order, page by page, white space evened out."""
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return [" ".join(page.split()) for page in run.stdout.decode().split("\f")[:-1]]


@pytest.fixture
def standard(db):
    return Standard.objects.update_or_create(
        pk="GOV-06",
        defaults={
            "position": 1,
            "section": "Governance",
            "level": "required",
            "responsible": "HMIS Lead",
            "kind": "document",
            "cadence": "annual",
            "label": "Every CHO is covered by an executed agreement",
            "line": 1,
            "auto": "yes",
        },
    )[0]


@pytest.fixture
def agency_facts(world, people, today, standard):
    return facts_of(Kind.CHO, world, today, people["cho_lead"], named=True)


def many(world, today):
    """Enough agencies and people for tables that run over pages."""
    for number in range(25):
        organization = factories.OrganizationFactory(name=f"Shelter {number:02}")
        factories.OrganizationRoleFactory(organization=organization, role="cho")
        samples.person("Bo Ferris", organization, today=today, trained=False)
    for number in range(30):
        samples.person(f"Person{number} Long-Family-Name", world, today=today, trained=number % 2 == 0)
    samples.evaluated(today)


@pytest.mark.pdftotext
def test_the_agency_report_answers_first_and_says_everything(agency_facts, today):
    pages = words(documents.pdf_of(Kind.CHO, agency_facts))
    assert "Harbor House meets 3 of 9 requirements." in pages[0]
    assert "4 of 5 people with a license may not use the HMIS" in pages[0]
    whole = " ".join(pages)
    for said in (
        "What to do next",
        "What is asked of the agency",
        "Agreement with Harbor House",
        "Ada Quill",
        "Executive director Gil Moss",
        "Over the year",
        "How this was made",
        "GOV-06 Every CHO is covered by",
        "Words used here",
    ):
        assert said in whole, said
    assert pages[0].index("The answer") < pages[0].index("Data as of", pages[0].index("The answer"))


@pytest.mark.pdftotext
def test_the_numbers_version_names_nobody(world, people, today):
    facts = facts_of(Kind.CHO, world, today, people["coc_staff"], named=False)
    whole = " ".join(words(documents.pdf_of(Kind.CHO, facts)))
    assert "names nobody" in whole
    assert [name for name in ("Ada", "Quill", "Ferris", "Gil Moss") if name in whole] == []


@pytest.mark.pdftotext
def test_headers_repeat_on_every_page_of_a_long_table(world, people, today):
    many(world, today)
    content = documents.pdf_of(Kind.IMPLEMENTATION, facts_of(Kind.IMPLEMENTATION, None, today, people["staff"], True))
    pages = words(content)
    assert len(pages) > 5
    assert "Contents" in pages[0]
    rows = [page for page in pages if page.count("Shelter ") >= 5]
    assert len(rows) >= 3
    assert all("Agency" in page for page in rows)
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert problems(content) == []
    assert beyond_the_margin(content) == []


def test_a_report_of_more_than_five_pages_opens_with_its_contents(world, people, today):
    drawn = [documents.pdf_of(Kind.CHO, facts_of(Kind.CHO, world, today, people["cho_lead"], True))]
    many(world, today)
    drawn.append(documents.pdf_of(Kind.CHO, facts_of(Kind.CHO, world, today, people["cho_lead"], True)))
    told = []
    for content in drawn:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            told.append((_has_contents(pdf), len(pdf.pages) > 5))
    assert [has for has, _ in told] == [should for _, should in told]
    assert told[1] == (True, True)


def _has_contents(pdf):
    """Links to a place inside the document stand in the table of contents alone."""
    return any("/Dest" in link for page in pdf.pages for link in page.obj.get("/Annots", []))


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("days", [0, 8])
@pytest.mark.parametrize("kind", [Kind.CHO, Kind.IMPLEMENTATION, Kind.SANCTIONS])
def test_every_report_conforms_is_titled_and_tells_its_language(world, tenant, people, coc, today, kind, days, named):
    tenant.language = "es"
    about = world if kind == Kind.CHO else None if named or kind == Kind.SANCTIONS else coc
    by = people["staff"] if named else people["coc_staff"]
    facts = facts_of(kind, about, today - dt.timedelta(days=days), by, named)
    content = documents.pdf_of(kind, facts)
    assert problems(content) == []
    assert beyond_the_margin(content) == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.docinfo["/Title"]) == documents.title_of(kind, facts)
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"  # its words are ours, whatever language the implementation's documents have


def test_states_are_words_and_never_colour_alone(agency_facts):
    """Each chip of the document holds its word: what colour says, text says too."""
    html = render_to_string(
        "documents/cho_compliance.html",
        {**documents._head(agency_facts), "facts": agency_facts, **documents._of_agency(agency_facts)},
    )
    chips = html.split('class="chip ')[1:]
    assert len(chips) > 10
    assert all(chip.split(">", 1)[1].split("<")[0].strip() for chip in chips)


def test_a_report_about_nothing_is_made_all_the_same(tenant, people, today):
    empty = factories.OrganizationFactory(name="Brand New")
    for kind, about in ((Kind.CHO, empty), (Kind.IMPLEMENTATION, None)):
        facts = facts_of(kind, about, today, people["staff"], True)
        assert problems(documents.pdf_of(kind, facts)) == []
        assert beyond_the_margin(documents.pdf_of(kind, facts)) == []
        assert openpyxl.load_workbook(io.BytesIO(workbooks.xlsx_of(kind, facts))).sheetnames[0] == "Summary"


def test_the_grid_is_cut_into_even_tables():
    columns = [{"title": str(number)} for number in range(15)]
    rows = [{"name": "A", "cells": list(range(15))}]
    cut = documents.grids({"columns": columns, "rows": rows})
    assert [len(grid["columns"]) for grid in cut] == [8, 7]
    assert [grid["rows"][0]["cells"] for grid in cut] == [list(range(8)), list(range(8, 15))]
    assert [grid["part"] for grid in cut] == ["1 of 2", "2 of 2"]
    assert len(documents.grids({"columns": columns[:11], "rows": rows})) == 1


def test_the_workbook_holds_the_same_facts(agency_facts):
    book = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx_of(Kind.CHO, agency_facts)))
    summary = {row[0].value: row[1].value for row in book["Summary"].iter_rows(min_row=2)}
    assert summary["Answer"] == agency.sentence(agency_facts)
    assert (summary["People with a license"], summary["May not use the HMIS"]) == (5, 4)
    told = {row[0].value: row[2].value for row in book["Access"].iter_rows(min_row=2)}
    assert told == {row["name"]: "Yes" if row["may_use"] else "No" for row in agency_facts["access"]}
    due = [row[0].value for row in book["What to do next"].iter_rows(min_row=2)]
    assert [day.date() if day else None for day in due] == [row["due_on"] for row in agency_facts["todo"]]
    assert book["Standards"]["A2"].value == agency_facts["standards"][0]["id"]


def test_the_workbook_of_the_whole_lists_exceptions_one_by_one_only_with_names(world, people, today, coc):
    named = facts_of(Kind.IMPLEMENTATION, None, today, people["staff"], True)
    book = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx_of(Kind.IMPLEMENTATION, named)))
    assert "Bo Ferris" in {row[1].value for row in book["Exceptions one by one"].iter_rows(min_row=2)}
    share = facts_of(Kind.IMPLEMENTATION, coc, today, people["coc_staff"], False)
    bare = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx_of(Kind.IMPLEMENTATION, share)))
    assert "Exceptions one by one" not in bare.sheetnames
    said = {str(cell.value) for sheet in bare for row in sheet.iter_rows() for cell in row}
    assert not any("Ferris" in value for value in said)


def test_an_agency_named_like_a_formula_is_text(people, tenant, today):
    odd = factories.OrganizationFactory(name="=1+1")
    facts = facts_of(Kind.CHO, odd, today, people["staff"], True)
    book = openpyxl.load_workbook(io.BytesIO(workbooks.xlsx_of(Kind.CHO, facts)))
    cell = next(row[1] for row in book["Summary"].iter_rows(min_row=2) if row[0].value == "Agency")
    assert (cell.value, cell.data_type) == ("=1+1", "s")
