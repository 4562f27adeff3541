"""Reports and monthly reports in the API: the same operations, the same sight, the same refusals."""

from __future__ import annotations

import pytest

from hmislead.audit.models import FileAccess
from reporting.models import Kind, Report, ReportSchedule
from reporting.operations import schedules
from tests.reporting import samples

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/i/north"
JSON = {"content_type": "application/json"}


@pytest.fixture
def as_role(client, people):
    """A browser session of one of `people` that talks to the API."""

    def sign_in(role):
        client.force_login(people[role])
        return client

    return sign_in


SEES = {"staff": 200, "auditor": 200, "cho_lead": 200, "coc_staff": 404, "neighbour_lead": 404}
SEES |= {"security_officer": 403, "end_user": 403, "outsider": 404}


@pytest.mark.parametrize("role", SEES)
def test_a_report_and_its_bytes_are_there_for_who_may_see_it(as_role, report, role):
    browser, wanted = as_role(role), SEES[role]
    for tail in ("", "pdf/", "xlsx/"):
        assert browser.get(f"{ROOT}/reports/{report.pk}/{tail}").status_code == wanted
    listed = browser.get(f"{ROOT}/reports/")
    if listed.status_code == 200:
        assert {row["id"] for row in listed.json()["results"]} == ({str(report.pk)} if wanted == 200 else set())
    assert FileAccess.objects.filter(how="api").count() == (2 if wanted == 200 else 0)


def test_a_report_is_shown_with_the_fields_listed_by_hand(as_role, report):
    row = as_role("cho_lead").get(f"{ROOT}/reports/{report.pk}/").json()
    assert row["number"] == report.number
    assert (row["state"], row["progress_done"], row["pdf_sha256"]) == ("done", 3, report.pdf.sha256)
    assert set(row) == {
        "id", "number", "kind", "organization", "coc", "as_of", "names_people", "state", "progress_done",
        "progress_total", "failure", "schedule", "created_at", "finished_at", "pdf_sha256", "xlsx_sha256", "zip_sha256",
    }  # fmt: skip


def test_asking_answers_at_once_and_a_wrong_combination_is_a_problem(as_role, world, coc):
    browser = as_role("cho_lead")
    made = browser.post(f"{ROOT}/reports/", {"kind": Kind.CHO, "organization": str(world.pk)}, **JSON)
    assert (made.status_code, made.json()["state"], made.json()["pdf_sha256"]) == (201, "queued", None)
    refused = browser.post(f"{ROOT}/reports/", {"kind": Kind.CHO, "coc": str(coc.pk)}, **JSON)
    assert refused.status_code == 409
    assert refused["Content-Type"].startswith("application/problem+json")
    assert browser.post(f"{ROOT}/reports/", {"kind": "all"}, **JSON).status_code == 400
    assert browser.post(f"{ROOT}/reports/", {"kind": Kind.IMPLEMENTATION}, **JSON).status_code == 403
    assert samples.queued().count() == 1


def test_another_agencys_report_cannot_be_asked_for(as_role, world, neighbour):
    body = {"kind": Kind.CHO, "organization": str(neighbour.pk)}
    assert as_role("cho_lead").post(f"{ROOT}/reports/", body, **JSON).status_code == 404
    assert as_role("auditor").post(f"{ROOT}/reports/", body, **JSON).status_code == 403
    assert not samples.queued().exists()


def test_the_same_idempotency_key_asks_once(as_role, world):
    browser, body = as_role("cho_lead"), {"kind": Kind.CHO, "organization": str(world.pk)}
    answers = [
        browser.post(f"{ROOT}/reports/", body, headers={"Idempotency-Key": "one"}, **JSON).json() for _ in range(2)
    ]
    assert answers[0]["id"] == answers[1]["id"]
    assert samples.queued().count() == 1


def test_a_failed_report_is_made_anew_and_a_finished_one_not(as_role, report):
    retry = f"{ROOT}/reports/{report.pk}/retry/"
    assert as_role("cho_lead").post(retry, **JSON).status_code == 409
    Report.objects.update(state="failed", pdf=None, xlsx=None)
    assert as_role("cho_lead").post(retry, **JSON).json()["state"] == "queued"


def test_filters_narrow_the_list(as_role, report, coc, people):
    share = samples.made(kind=Kind.IMPLEMENTATION, coc_id=coc.pk, by=people["staff"])
    browser = as_role("staff")

    def found(query):
        return {row["id"] for row in browser.get(f"{ROOT}/reports/?{query}").json()["results"]}

    assert found(f"kind={Kind.CHO}") == {str(report.pk)}
    assert found(f"coc={coc.pk}") == {str(share.pk)}
    assert found(f"organization={report.organization_id}") == {str(report.pk)}
    assert found("state=failed") == set()


def test_a_monthly_report_from_making_to_ending(as_role, agency):
    browser = as_role("cho_lead")
    body = {"kind": Kind.CHO, "organization": str(agency.pk), "day_of_month": 5}
    made = browser.post(f"{ROOT}/report-schedules/", body, **JSON)
    assert made.status_code == 201
    row = f"{ROOT}/report-schedules/{made.json()['id']}/"
    assert made.json()["next_on"].endswith("-05")
    assert browser.post(f"{ROOT}/report-schedules/", body, **JSON).status_code == 409
    assert browser.post(f"{row}pause/", **JSON).json()["active"] is False
    assert browser.get(row).json()["next_on"] is None
    assert browser.post(f"{row}resume/", **JSON).json()["active"] is True
    assert browser.patch(row, {"day_of_month": 29}, **JSON).status_code == 400
    assert browser.patch(row, {"day_of_month": 9}, **JSON).json()["day_of_month"] == 9
    assert browser.delete(row).status_code == 204
    assert not ReportSchedule.objects.exists()


def test_a_monthly_report_of_another_agency_does_not_exist(as_role, agency, people):
    row = schedules.create_schedule(kind=Kind.CHO, organization_id=agency.pk, day_of_month=3, by=people["staff"])
    address = f"{ROOT}/report-schedules/{row.pk}/"
    expected = {"neighbour_lead": 404, "auditor": 200, "end_user": 403, "outsider": 404, "coc_staff": 200}
    assert {role: as_role(role).get(address).status_code for role in expected} == expected
    assert as_role("neighbour_lead").delete(address).status_code == 404
    assert as_role("auditor").delete(address).status_code == 403
    assert as_role("neighbour_lead").post(f"{address}pause/", **JSON).status_code == 404
    row.refresh_from_db()
    assert row.active
