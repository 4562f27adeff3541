"""Pages and endpoints of agreements: each for each kind of person, and the same queries however long the list."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement
from tests import factories
from tests.agreements.factories import LONG_AGO, lead, with_agency, with_coc, with_user

pytestmark = pytest.mark.django_db
# The administrator needs a second factor first, which the tests of sign-in prove.
EVERYBODY = ("staff", "cho_lead", "neighbour_lead", "end_user", "coc_staff", "auditor", "outsider")


def url(name, **kwargs):
    return reverse(f"agreements:{name}", kwargs={"slug": "north", **kwargs})


@pytest.fixture
def paper(people, agency):
    lead()
    return with_agency(agency)


def statuses(client, people, address, method="get"):
    found = {}
    for name in EVERYBODY:
        client.force_login(people[name])
        found[name] = getattr(client, method)(address).status_code
    return found


def expect(**given):
    return {**dict.fromkeys(EVERYBODY, 403), "outsider": 404, **given}


def test_who_opens_the_list(client, people, paper):
    readers = dict.fromkeys(("staff", "cho_lead", "neighbour_lead", "auditor"), 200)
    assert statuses(client, people, url("agreement-list")) == expect(**readers)


def test_who_opens_an_agencys_agreement(client, people, paper):
    readers = dict.fromkeys(("staff", "cho_lead", "auditor"), 200)
    hidden = dict.fromkeys(("neighbour_lead", "end_user", "coc_staff"), 404)
    assert statuses(client, people, url("agreement-detail", pk=paper.pk)) == expect(**readers, **hidden)


@pytest.mark.parametrize("name", ["agreement-edit", "agreement-terminate", "agreement-paper"])
def test_who_opens_the_forms(client, people, paper, name):
    assert statuses(client, people, url(name, pk=paper.pk)) == expect(staff=200)


@pytest.mark.parametrize("type", Agreement.Type.values)
def test_each_type_has_a_form(client, people, paper, type):
    assert statuses(client, people, url("agreement-create", type=type)) == expect(staff=200)


def test_a_type_that_is_none_is_not_found(client, people):
    client.force_login(people["staff"])
    assert client.get(url("agreement-create", type="lease")).status_code == 404


@pytest.mark.usefixtures("everybody")
def test_the_page_that_a_requirement_leads_to(client, people, agency, paper):
    license = agency.licenses.get()
    own = statuses(client, people, url("subject-agreements", kind="license", pk=license.pk))
    assert own == expect(staff=200, cho_lead=200, end_user=200, auditor=200, neighbour_lead=404, coc_staff=404)
    client.force_login(people["cho_lead"])
    body = client.get(url("subject-agreements", kind="organization", pk=agency.pk)).content.decode()
    assert str(paper) in body
    assert "Record the agreement" not in body


def test_recording_on_the_page_and_being_refused_there(client, people, agency):
    lead()
    client.force_login(people["staff"])
    form = url("agreement-create", type="participation")
    shown = client.get(form, {"organization": agency.pk}).content.decode()
    assert f'value="{agency.pk}" selected' in shown
    data = {
        "organization": agency.pk,
        "lead": factories.models.Organization.objects.get(roles__role="hmis_lead").pk,
        "signed_on": "2026-01-01",
        "effective_on": "2026-01-01",
        "ends_on": "2025-01-01",
    }
    refused = client.post(form, data)
    assert refused.status_code == 422
    assert "cannot end before it takes effect" in refused.content.decode()
    assert Agreement.objects.count() == 0
    done = client.post(form, {**data, "ends_on": ""})
    assert (done.status_code, done.url) == (302, Agreement.objects.get().get_absolute_url())


def test_correcting_ending_and_taking_back_on_the_pages(client, people, agency):
    lead()
    client.force_login(people["staff"])
    form = url("agreement-create", type="participation")
    data = {
        "organization": agency.pk,
        "lead": factories.models.Organization.objects.get(roles__role="hmis_lead").pk,
        "signed_on": "2026-01-01",
        "effective_on": "2026-01-01",
    }
    client.post(form, data)
    agreement = Agreement.objects.get()
    edit = client.get(url("agreement-edit", pk=agreement.pk)).content.decode()
    assert 'value="2026-01-01"' in edit
    assert client.post(url("agreement-edit", pk=agreement.pk), {**data, "title": "MOU"}).status_code == 302
    end = {"terminated_on": "2026-02-01", "reason": "Left the CoC"}
    assert client.post(url("agreement-terminate", pk=agreement.pk), end).status_code == 302
    body = client.get(agreement.get_absolute_url()).content.decode()
    assert "Left the CoC" in body
    assert client.post(url("agreement-undo-termination", pk=agreement.pk)).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.title, agreement.terminated_on) == ("MOU", None)


def test_the_list_costs_the_same_however_long(client, people, agency):
    client.force_login(people["staff"])
    counts = []
    for n in (1, 2, 3):
        with_agency(agency, effective_on=LONG_AGO + dt.timedelta(days=n))
        with CaptureQueriesContext(connection) as queries:
            body = client.get(url("agreement-list")).content.decode()
        counts.append(len(queries))
    assert body.count("Participation agreement</a>") == 3
    assert counts[1] == counts[2]  # the first one may fill caches


def test_the_list_is_filtered_and_exported(client, people, agency, neighbour, coc):
    with_agency(agency)
    with_agency(neighbour, ends_on=LONG_AGO + dt.timedelta(days=1))
    with_coc(coc)
    with_user(people["end_user"].people.get(), agency)
    client.force_login(people["staff"])
    address = url("agreement-list")

    def parties(**query):
        text = client.get(address, {**query, "export": "csv"}).content.decode("utf-8-sig")
        return sorted(line.split(",")[0] for line in text.splitlines()[1:])

    assert parties(standing="expired") == ["Participation agreement"]
    assert parties(q="harbor") == ["End-user agreement", "Participation agreement"]
    assert parties(coc=str(coc.pk)) == ["CoC-Lead agreement"]
    assert parties(organization=str(neighbour.pk)) == ["Participation agreement"]
    assert len(parties(no_paper="true")) == 4


# The API


def api(path=""):
    return f"/api/v1/i/north/agreements/{path}"


def test_the_api_lists_exactly_what_each_person_sees(client, people, agency, neighbour):
    ours, theirs = with_agency(agency), with_agency(neighbour)
    expected = {"staff": {ours, theirs}, "cho_lead": {ours}, "end_user": set(), "coc_staff": set()}
    for name, rows in expected.items():
        client.force_login(people[name])
        assert {row["id"] for row in client.get(api()).json()["results"]} == {str(row.pk) for row in rows}


def test_the_api_records_changes_ends_and_takes_back(client, people, agency):
    lead()
    client.force_login(people["staff"])
    body = {
        "type": "participation",
        "parties": [{"role": "cho", "organization": str(agency.pk)}],
        "signed_on": "2026-01-01",
        "effective_on": "2026-01-01",
    }
    made = client.post(api(), body, content_type="application/json")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert made.json()["standing"] == "in_force"
    double = client.post(api(), body, content_type="application/json")
    assert (double.status_code, "recorded already" in double.json()["detail"]) == (409, True)
    changed = client.patch(api(f"{key}/"), {"ends_on": "2099-12-31"}, content_type="application/json")
    assert (changed.status_code, changed.json()["ends_on"]) == (200, "2099-12-31")
    end = {"terminated_on": "2026-02-01", "reason": "Left"}
    assert client.post(api(f"{key}/terminate/"), end, content_type="application/json").json()["standing"] == "ended"
    back = client.post(api(f"{key}/undo-termination/"), content_type="application/json")
    assert back.json()["standing"] == "in_force"


def test_the_api_refuses_who_may_not_and_what_is_not_there(client, people, agency):
    theirs = with_agency(agency)
    client.force_login(people["cho_lead"])
    end = {"terminated_on": "2026-02-01", "reason": "Left"}
    assert client.post(api(f"{theirs.pk}/terminate/"), end, content_type="application/json").status_code == 403
    client.force_login(people["neighbour_lead"])
    assert client.get(api(f"{theirs.pk}/")).status_code == 404
    client.force_login(people["staff"])
    bad = client.post(api(), {"type": "participation"}, content_type="application/json")
    assert (bad.status_code, set(bad.json()["errors"])) == (400, {"parties", "effective_on"})
