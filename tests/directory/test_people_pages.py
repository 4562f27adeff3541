"""The pages of people, licenses, departures, staff and tasks: each opens for whom it is meant, and for nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from hmislead.compliance import gate
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Task
from hmislead.directory.models import Departure, License, StaffPosition
from tests import factories
from tests.directory.license_samples import license_at, open_gate


def url(name, **kwargs):
    return reverse(f"directory:{name}", kwargs={"slug": "north", **kwargs})


@pytest.fixture
def sign_in(client, people):
    """A browser signed in as one of `people`."""

    def as_role(role):
        client.force_login(people[role])
        return client

    return as_role


LISTS = {
    "person-list": {"staff", "auditor", "cho_lead", "security_officer", "neighbour_lead"},
    "license-list": {"staff", "auditor", "cho_lead", "security_officer", "neighbour_lead"},
    "departure-list": {"staff", "auditor", "cho_lead", "security_officer", "neighbour_lead"},
    "staff-list": {"staff", "auditor"},
    "license-request": {"staff", "cho_lead", "neighbour_lead"},
    "departure-report": {"staff", "cho_lead", "security_officer", "neighbour_lead"},
    "person-create": {"staff"},
    "staff-create": {"staff"},
    "me": {"end_user"},
}
ROLES = ["staff", "auditor", "coc_staff", "cho_lead", "security_officer", "neighbour_lead", "end_user", "outsider"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LISTS)
def test_a_page_opens_for_whom_it_is_meant(sign_in, name, role):
    status = sign_in(role).get(url(name)).status_code
    assert status == (200 if role in LISTS[name] else 404 if role == "outsider" else 403)


@pytest.mark.parametrize("role", ROLES)
def test_a_license_is_there_for_its_agency_the_lead_and_its_holder(sign_in, people, role):
    row = License.objects.get(person__user=people["end_user"])
    seen = {"staff", "auditor", "cho_lead", "security_officer", "end_user"}
    for name in ("license-detail", "license-history"):
        assert sign_in(role).get(url(name, pk=row.pk)).status_code == (200 if role in seen else 404)
    for name in ("person-detail", "person-history"):
        assert sign_in(role).get(url(name, pk=row.person_id)).status_code == (200 if role in seen else 404)


def test_the_answer_stands_at_the_top_with_its_last_good_day(sign_in, agency):
    row = open_gate(license_at(agency))
    row.gates.update(lapses_on=dt.date(2027, 3, 15))
    page = sign_in("staff").get(url("license-detail", pk=row.pk)).content.decode()
    assert "May use the HMIS until 14 March 2027" in page


def test_a_no_names_each_reason_with_its_button(sign_in, agency):
    row = license_at(agency, state="requested")
    recheck(licenses=[row.pk], people=[row.person_id], organizations=[agency.pk])
    reasons = gate.check(row).reasons
    assert len(reasons) >= 3
    page = sign_in("cho_lead").get(url("license-detail", pk=row.pk)).content.decode()
    assert "May not use the HMIS" in page
    for reason in reasons:
        assert escape(reason.plain) in page
        assert f'href="{reason.url}"' in page


def test_a_refused_step_keeps_what_was_typed_and_says_why(sign_in, agency):
    row = license_at(agency, state="requested")
    page = sign_in("staff").post(url("license-activate", pk=row.pk), {"effective_at": "2026-01-31"})
    assert page.status_code == 422
    assert "What is missing" in page.content.decode()
    assert "2026-01-31" in page.content.decode()
    row.refresh_from_db()
    assert row.state == "requested"


def test_an_agency_requests_a_license_in_one_form(sign_in, agency):
    typed = {
        "organization": agency.pk,
        "email": "New@example.org",
        "first_name": "Noor",
        "last_name": "Aziz",
        "can_write": "on",
    }
    page = sign_in("cho_lead").post(url("license-request"), typed, follow=True)
    assert page.status_code == 200
    row = License.objects.get(person__email="new@example.org")
    assert (row.organization, row.state) == (agency, "requested")


def test_an_agency_cannot_request_for_another_by_a_forged_form(sign_in, agency, neighbour):
    typed = {"organization": neighbour.pk, "email": "new@example.org", "first_name": "Noor", "last_name": "Aziz"}
    assert sign_in("cho_lead").post(url("license-request"), typed).status_code == 422
    assert not License.objects.filter(person__email="new@example.org").exists()


def test_a_departure_is_two_fields_and_leads_to_its_task(sign_in, agency, people):
    row = license_at(agency, account_state="active")
    browser = sign_in("cho_lead")
    assert browser.get(url("departure-report")).status_code == 200
    page = browser.post(url("departure-report"), {"license": row.pk, "departed_at": "2026-01-31T17:00"}, follow=True)
    task = Task.objects.get(license=row)
    assert page.redirect_chain[-1][0] == task.get_absolute_url()
    proof = {"done_at": "2026-02-01T09:00", "statement": "I deactivated it myself.", "account_state": "inactive"}
    page = browser.post(f"{task.get_absolute_url()}prove/", proof, follow=True)
    assert page.status_code == 200
    departure = Departure.objects.get(license=row)
    assert departure.proof == "I deactivated it myself."
    assert browser.get(row.get_absolute_url()).status_code == 200


def test_a_report_is_taken_back_with_one_button(sign_in, agency):
    row = license_at(agency, account_state="active")
    browser = sign_in("cho_lead")
    browser.post(url("license-departure", pk=row.pk), {"departed_at": "2026-01-31T17:00"})
    departure = Departure.objects.get(license=row)
    assert url("departure-undo", pk=departure.pk) in browser.get(row.get_absolute_url()).content.decode()
    assert browser.post(url("departure-undo", pk=departure.pk)).status_code == 302
    row.refresh_from_db()
    assert row.state == "active"


def test_many_licenses_are_asked_about_once_more_before_they_are_suspended(sign_in, agency):
    rows = [license_at(agency), license_at(agency), license_at(agency, state="terminated")]
    browser = sign_in("staff")
    chosen = {"selected": [row.pk for row in rows], "action": "suspend"}
    asked = browser.post(url("license-bulk-suspend"), chosen)
    assert asked.status_code == 200
    assert "Suspend 3 licenses" in asked.content.decode()
    assert browser.post(url("license-bulk-suspend"), {**chosen, "sure": "1", "reason": ""}).status_code == 422
    page = browser.post(
        url("license-bulk-suspend"), {**chosen, "sure": "1", "reason": "Shared a password"}, follow=True
    )
    assert "2 licenses suspended" in page.content.decode()
    assert "is terminated and cannot become suspended" in page.content.decode()
    assert License.objects.filter(pk__in=[row.pk for row in rows], state="suspended").count() == 2


@pytest.mark.parametrize("step", ["suspend", "activate", "reactivate", "terminate"])
def test_an_agency_does_nothing_to_many_licenses(sign_in, agency, step):
    row = license_at(agency)
    typed = {"selected": [row.pk], "sure": "1", "reason": "Because"}
    assert sign_in("cho_lead").post(url(f"license-bulk-{step}"), typed).status_code == 403
    row.refresh_from_db()
    assert row.state == "active"


@pytest.mark.parametrize("name", ["person-list", "license-list", "departure-list", "staff-list"])
def test_a_list_costs_the_same_however_long(sign_in, agency, name):
    def add():
        row = open_gate(license_at(agency, account_state="active"))
        Departure.objects.create(
            license=row,
            departed_at=row.created_at,
            reported_at=row.created_at,
            due_at=row.created_at,
            license_was="active",
        )
        StaffPosition.objects.create(
            person=row.person, organization=agency, function="trainer", fte=1, starts_on=factories.LONG_AGO
        )

    browser = sign_in("staff")
    counts = []
    for extra in (1, 2):
        for _ in range(extra):
            add()
        browser.get(url(name))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_a_list_shows_is_what_it_exports(sign_in, agency):
    license_at(agency, state="suspended", suspended_on=factories.LONG_AGO)
    file = sign_in("cho_lead").get(url("license-list"), {"state": "suspended", "export": "csv"})
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "suspended" in lines[1]


def test_everybody_changes_their_own_telephone_number_and_no_more(sign_in, people):
    person = people["end_user"].people.get()
    browser = sign_in("end_user")
    browser.post(
        url("person-edit", pk=person.pk), {"phone": "614 555 0100", "last_name": "Changed", "email": "x@example.org"}
    )
    person.refresh_from_db()
    assert (person.phone, person.email) == ("614 555 0100", people["end_user"].email)
    assert person.last_name != "Changed"


def test_more_than_a_full_time_job_is_warned_of(sign_in, agency):
    person = factories.PersonFactory()
    typed = {
        "person": person.pk,
        "organization": agency.pk,
        "function": "trainer",
        "fte": "0.60",
        "starts_on": "2026-01-01",
    }
    browser = sign_in("staff")
    assert "add up to" not in browser.post(url("staff-create"), typed, follow=True).content.decode()
    page = browser.post(url("staff-create"), {**typed, "function": "help_desk"}, follow=True).content.decode()
    assert "1.20 of full time" in page
    assert StaffPosition.objects.filter(person=person).count() == 2
