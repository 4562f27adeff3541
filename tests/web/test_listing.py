"""The list building block: filters, order, columns, pages, parts, exports and selection."""

import csv
import datetime as dt
import io
import re
import uuid

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from openpyxl import load_workbook

from hmislead.directory.models import Organization
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from hmislead.web import exports
from hmislead.web.listing import Asked, Column, Listing, selected
from tests import factories
from tests.web.urls import IMPLEMENTATIONS

AGENCIES = Listing(name="tests.agencies", title="Agencies", columns=[Column("name", "Agency", "name", sort="name")])


@pytest.fixture
def implementations(db, gallery_site):
    """Seven implementations: two pages of five and two."""
    made = [("alpha", "live", "en"), ("bravo", "setup", "es"), ("charlie", "live", "en"), ("delta", "closed", "en")]
    made += [("echo", "live", "en"), ("foxtrot", "setup", "en"), ("golf", "live", "es")]
    return [
        factories.ImplementationFactory(slug=slug, state=state, language=language) for slug, state, language in made
    ]


def names(page):
    return re.findall(r'<a href="/of/[^"]+">([^<]+)</a>', page.content.decode())


def asked(query="", queryset=None, listing=IMPLEMENTATIONS):
    request = RequestFactory().get(f"/list/?{query}")
    return Asked(request, listing, Implementation.objects.all() if queryset is None else queryset)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]),
        ("page=2", ["Foxtrot", "Golf"]),
        ("page=99", ["Foxtrot", "Golf"]),
        ("page=no", ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]),
        ("q=O", ["Bravo", "Echo", "Foxtrot", "Golf"]),
        ("state=setup", ["Bravo", "Foxtrot"]),
        ("state=setup&state=closed&language=en", ["Delta", "Foxtrot"]),
        ("sort=-name", ["Golf", "Foxtrot", "Echo", "Delta", "Charlie"]),
        ("sort=slug;drop", ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]),
    ],
)
def test_the_page_shows_what_the_address_asks_for(implementations, client, query, expected):
    assert names(client.get(f"/list/?{query}")) == expected


def test_a_filter_that_makes_no_sense_filters_nothing_and_says_so(implementations, client):
    page = client.get("/list/?language=klingon")
    assert len(names(page)) == 5
    assert "Select a valid choice" in page.content.decode()


def test_the_head_of_a_sorted_column_says_so(implementations, client):
    page = client.get("/list/?sort=-name").content.decode()
    assert re.search(r'aria-sort="descending"><a[^>]*id="sort-name" href="/list/\?sort=name"', page)
    assert page.count('aria-sort="none"') == 2


def test_rows_without_a_value_come_last_either_way(tenant):
    for name, day in [("a", None), ("b", dt.date(2027, 1, 1)), ("c", dt.date(2027, 2, 1))]:
        organization = factories.OrganizationFactory(name=name)
        factories.OrganizationRoleFactory(organization=organization, ends_on=day)
    listing = Listing(name="x", title="x", columns=[Column("end", "End", "ends_on", sort="ends_on")])
    rows = factories.models.OrganizationRole.objects.all()
    up, down = (asked(f"sort={way}end", rows, listing).rows for way in ("", "-"))
    assert [row.organization.name for row in up] == ["b", "c", "a"]
    assert [row.organization.name for row in down] == ["c", "b", "a"]


def test_chips_name_each_filter_and_take_only_it_off(implementations):
    query = "q=o&state=setup&state=live&created_at_after=2020-03-01&is_demo=false&sort=name&page=2"
    chips = {chip.label: chip for chip in asked(query).chips()}
    assert {label: chip.value for label, chip in chips.items()} == {
        "Search": "o",
        "State": "Setup, Live",
        "Added": "from 1 March 2020",
        "Demonstration": "no",
    }
    left = QueryDict(chips["State"].url.partition("?")[2])
    assert set(left) == {"q", "created_at_after", "is_demo", "sort"}


def test_clearing_keeps_order_and_columns(implementations):
    assert asked("q=o&sort=name&cols=name&page=2").clear_url() == "/list/?sort=name&cols=name"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["name", "state", "demo", "added"]),
        ("cols=name&cols=zone", ["name", "zone"]),
        ("cols=zone,name", ["name", "zone"]),
        ("cols=nothing", ["name", "state", "demo", "added"]),
    ],
)
def test_columns_are_those_asked_for_in_the_lists_order(implementations, query, shown):
    assert [column.key for column in asked(query).columns] == shown


@pytest.mark.parametrize(
    ("headers", "holds", "lacks"),
    [
        ({}, ["<html", 'id="listing"', 'id="items"'], []),
        (
            {"HX-Request": "true", "HX-Target": "items"},
            ['id="items"'],
            ["<html", 'id="listing"', '<form class="filters'],
        ),
        ({"HX-Request": "true", "HX-Target": "listing"}, ['id="listing"', 'id="items"'], ["<html"]),
        ({"HX-Request": "true", "HX-Boosted": "true"}, ["<html"], []),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, ["<html"], []),
    ],
)
def test_htmx_gets_the_part_it_targets_and_caches_are_told(implementations, client, headers, holds, lacks):
    page = client.get("/list/", headers=headers)
    text = page.content.decode()
    assert all(each in text for each in holds)
    assert not any(each in text for each in lacks)
    assert {"HX-Request", "HX-Target"} <= {each.strip() for each in page["Vary"].split(",")}


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_however_long(gallery_site, db, client, django_assert_num_queries, rows):
    factories.ImplementationFactory.create_batch(rows)
    with django_assert_num_queries(2):  # count, rows
        page = client.get("/list/")
    assert len(names(page)) == rows


def test_an_empty_list_says_why_and_a_filtered_one_how_to_go_on(gallery_site, db, client):
    assert "Nothing here yet" in client.get("/list/").content.decode()
    assert "Nothing matches these filters" in client.get("/list/?q=zebra").content.decode()


def test_values_are_escaped(gallery_site, db, client):
    factories.ImplementationFactory(name="<script>alert(1)</script>")
    page = client.get("/list/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


# Exports


def csv_rows(page):
    return list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))


def test_a_csv_holds_exactly_the_filtered_sorted_chosen(implementations, client):
    page = client.get("/list/?export=csv&state=live&sort=-name&cols=name&cols=state&page=2")
    assert csv_rows(page) == [
        ["Name", "State"],
        ["Golf", "live"],
        ["Echo", "live"],
        ["Charlie", "live"],
        ["Alpha", "live"],
    ]
    assert page.content.startswith(b"\xef\xbb\xbf")
    assert page["Content-Disposition"].startswith('attachment; filename="tests-implementations-')


def test_an_excel_file_holds_the_same_with_real_dates(implementations, client):
    page = client.get("/list/?export=xlsx&q=alpha")
    sheet = load_workbook(io.BytesIO(page.content)).active
    (heads, row) = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert heads == ["Name", "State", "Demonstration", "Added"]
    assert row[:3] == ["Alpha", "live", "No"]
    assert isinstance(row[3], dt.datetime)
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("armed", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_no_cell_is_a_formula(gallery_site, db, client, armed):
    factories.ImplementationFactory(name=armed)
    assert csv_rows(client.get("/list/?export=csv&cols=name"))[1] == [f"'{armed}"]
    sheet = load_workbook(io.BytesIO(client.get("/list/?export=xlsx&cols=name").content)).active
    assert sheet["A2"].data_type == "s"


def test_an_export_of_too_many_rows_is_refused_with_a_sentence(implementations, client, monkeypatch):
    monkeypatch.setattr(exports, "MAX_ROWS", 3)
    page = client.get("/list/?export=csv")
    assert page.status_code == 409
    assert "This list has 7 rows, and a file can hold 3. Nothing was exported." in page.content.decode()
    assert client.get("/list/?export=csv&language=es").status_code == 200


def test_an_unknown_kind_of_export_is_the_page(implementations, client):
    assert "<html" in client.get("/list/?export=exe").content.decode()


# Selection


def test_the_ticked_rows_are_chosen(implementations, client):
    ids = [implementations[0].pk, implementations[6].pk, uuid.uuid4(), "no id"]
    assert client.post("/bulk/", {"selected": ids}).content.decode() == "alpha, golf"


def test_all_that_match_are_chosen_across_pages(implementations, client):
    sent = {"all_matching": "1", "query": "state=live", "selected": [implementations[1].pk]}
    assert client.post("/bulk/", sent).content.decode() == "alpha, charlie, echo, golf"


def test_nothing_ticked_is_nothing_chosen(implementations, client):
    assert client.post("/bulk/", {}).content.decode() == ""


def test_a_row_out_of_sight_is_not_chosen_by_its_id(implementation, other_implementation):
    with use(other_implementation):
        theirs = factories.OrganizationFactory()
    with use(implementation):
        ours = factories.OrganizationFactory()
        request = RequestFactory().post("/", {"selected": [ours.pk, theirs.pk]})
        assert set(selected(request, AGENCIES, Organization.objects.all())) == {ours}
