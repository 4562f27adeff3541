"""People, licenses, departures, staff and tasks in the API: the same operations, the same sight, the same refusals."""

from __future__ import annotations

import pytest

from hmislead.compliance.models import Task
from hmislead.directory.models import Departure, License, Person, StaffPosition
from tests import factories
from tests.directory.license_samples import license_at, open_gate

ROOT = "/api/v1/i/north"
JSON = {"content_type": "application/json"}


@pytest.fixture
def as_role(client, people):
    """A browser session of one of `people` that talks to the API."""

    def sign_in(role):
        client.force_login(people[role])
        return client

    return sign_in


def ids(answer):
    return {row["id"] for row in answer.json()["results"]}


def test_lists_hold_what_each_may_see(as_role, agency, neighbour, people):
    here, there = license_at(agency), license_at(neighbour)
    own = License.objects.get(person__user=people["end_user"])
    expected = {
        "staff": {here, there, own},
        "cho_lead": {here, own},
        "neighbour_lead": {there},
        "end_user": {own},
        "coc_staff": set(),
    }
    for role, rows in expected.items():
        browser = as_role(role)
        assert ids(browser.get(f"{ROOT}/licenses/")) == {str(row.pk) for row in rows}
        assert ids(browser.get(f"{ROOT}/people/")) == {str(row.person_id) for row in rows}
    assert as_role("outsider").get(f"{ROOT}/licenses/").status_code == 404


def test_a_license_is_shown_with_its_gate_and_its_account(as_role, agency):
    row = open_gate(license_at(agency, account_state="active"))
    body = as_role("cho_lead").get(f"{ROOT}/licenses/{row.pk}/").json()
    assert body["may_use"] is True
    assert body["gate"] == {"is_open": True, "lapses_on": None, "reasons": []}
    assert (body["state"], body["account_state"]) == ("active", "active")


def test_a_shut_gate_is_a_409_that_names_what_is_missing_and_writes_nothing(as_role, agency):
    row = license_at(agency, state="requested")
    answer = as_role("staff").post(f"{ROOT}/licenses/{row.pk}/activate/", {}, **JSON)
    assert answer.status_code == 409
    assert "What is missing" in answer.json()["detail"]
    row.refresh_from_db()
    assert row.state == "requested"


def test_an_agency_requests_reports_and_proves(as_role, agency):
    browser = as_role("cho_lead")
    typed = {"organization": str(agency.pk), "email": "new@example.org", "first_name": "Noor", "last_name": "Aziz"}
    made = browser.post(f"{ROOT}/licenses/", typed, **JSON)
    assert (made.status_code, made.json()["state"]) == (201, "requested")
    row = license_at(agency, account_state="active")
    left = browser.post(f"{ROOT}/licenses/{row.pk}/depart/", {"departed_at": "2026-01-31T17:00:00-05:00"}, **JSON)
    assert (left.status_code, left.json()["state"], left.json()["terminated_on"]) == (200, "terminated", "2026-01-31")
    departure = Departure.objects.get(license=row)
    listed = browser.get(f"{ROOT}/departures/", {"open": "true"}).json()["results"]
    assert [each["id"] for each in listed] == [str(departure.pk)]
    assert listed[0]["late_by_seconds"] > 0
    proof = {"statement": "Deactivated it.", "done_at": "2026-02-01T08:00:00-05:00"}
    assert browser.post(f"{ROOT}/departures/{departure.pk}/prove/", proof, **JSON).json()["late_by_seconds"] == 0
    assert browser.get(f"{ROOT}/tasks/", {"open": "true"}).json()["results"] == []


def test_a_report_is_taken_back(as_role, agency):
    row = license_at(agency, account_state="active")
    browser = as_role("security_officer")
    browser.post(f"{ROOT}/licenses/{row.pk}/depart/", {"departed_at": "2026-01-31T17:00:00-05:00"}, **JSON)
    departure = Departure.objects.get(license=row)
    answer = browser.post(f"{ROOT}/departures/{departure.pk}/undo/", **JSON)
    assert (answer.status_code, answer.json()["state"]) == (200, "active")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"organization": "x", "person": "y"}, "organization"),
        ({"email": "new@example.org"}, "organization"),
        ({"email": "no address", "first_name": "A", "last_name": "B"}, "email"),
    ],
)
def test_a_wrong_body_is_told_by_field(as_role, agency, typed, field):
    answer = as_role("cho_lead").post(f"{ROOT}/licenses/", typed, **JSON)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


VERBS = {
    "suspend": ("active", {"reason": "Shared a password"}, "suspended"),
    "block": ("requested", {"reason": "Wrong agency"}, "blocked"),
    "unblock": ("blocked", {}, "requested"),
    "activate": ("requested", {}, "active"),
    "reactivate": ("suspended", {}, "active"),
    "terminate": ("active", {"reason": "Not needed"}, "terminated"),
    "restart-use": ("active", {}, "active"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("role", "status"), [("staff", 200), ("cho_lead", 403), ("auditor", 403), ("neighbour_lead", 403)]
)
def test_verbs_are_the_leads(as_role, agency, verb, role, status):
    old, body, new = VERBS[verb]
    row = open_gate(license_at(agency, state=old))
    answer = as_role(role).post(f"{ROOT}/licenses/{row.pk}/{verb}/", body, **JSON)
    # To end a license is asked of the agency too: another agency's license does not exist for it.
    assert answer.status_code == (404 if (verb, role) == ("terminate", "neighbour_lead") else status)
    row.refresh_from_db()
    assert row.state == (new if status == 200 else old)


def test_an_observation_by_a_machine(as_role, agency):
    row = license_at(agency)
    body = {"account_state": "locked", "observed_on": "2026-01-31", "last_sign_in_on": "2026-01-02"}
    answer = as_role("staff").post(f"{ROOT}/licenses/{row.pk}/observe/", body, **JSON).json()
    assert (answer["account_state"], answer["last_sign_in_on"]) == ("locked", "2026-01-02")


def test_a_task_is_closed_by_a_statement(as_role, agency):
    row = license_at(agency, account_state="active")
    browser = as_role("staff")
    browser.post(f"{ROOT}/licenses/{row.pk}/suspend/", {"reason": "Shared a password"}, **JSON)
    task = Task.objects.get(license=row)
    assert browser.post(f"{ROOT}/tasks/{task.pk}/prove/", {"statement": " "}, **JSON).status_code == 400
    answer = browser.post(f"{ROOT}/tasks/{task.pk}/prove/", {"statement": "Locked it."}, **JSON).json()
    assert (answer["number"], answer["proof_kind"], answer["proof"]) == ("T-1", "stated", "Locked it.")
    again = browser.post(f"{ROOT}/tasks/{task.pk}/prove/", {"statement": "Again."}, **JSON)
    assert again.status_code == 409


def test_people_are_added_and_changed(as_role, tenant):
    browser = as_role("staff")
    typed = {"first_name": "Noor", "last_name": "Aziz", "email": "Noor@Example.org"}
    made = browser.post(f"{ROOT}/people/", typed, **JSON)
    assert (made.status_code, made.json()["email"]) == (201, "noor@example.org")
    assert browser.post(f"{ROOT}/people/", typed, **JSON).status_code == 409
    key = made.json()["id"]
    assert browser.patch(f"{ROOT}/people/{key}/", {"phone": "614 555 0100"}, **JSON).json()["phone"] == "614 555 0100"
    assert Person.objects.filter(email="noor@example.org").count() == 1


@pytest.mark.usefixtures("everybody")
def test_staffing_and_its_ratio(as_role, agency):
    license_at(agency)
    typed = {
        "person": str(factories.PersonFactory().pk),
        "organization": str(agency.pk),
        "function": "system_administrator",
        "fte": "0.50",
    }
    browser = as_role("staff")
    made = browser.post(f"{ROOT}/staff-positions/", typed, **JSON)
    assert made.status_code == 201
    ratio = browser.get(f"{ROOT}/staff-positions/ratio/").json()
    assert (ratio["licenses"], ratio["users_per_administrator"], ratio["holds"]) == (2, "4.0", True)
    assert browser.post(f"{ROOT}/staff-positions/", {**typed, "fte": "1.01"}, **JSON).status_code == 400
    assert as_role("cho_lead").get(f"{ROOT}/staff-positions/").status_code == 403
    assert StaffPosition.objects.count() == 1


@pytest.mark.parametrize("name", ["people", "licenses", "departures", "staff-positions", "tasks"])
def test_nobody_without_a_sign_in(client, implementation, name):
    assert client.get(f"{ROOT}/{name}/").status_code in {401, 403}
