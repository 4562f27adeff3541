"""The pages of reports: each opens for whom it is meant, and does through the form what the operations do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hmislead.audit.models import FileAccess
from reporting.models import Kind, Report, ReportSchedule
from reporting.operations import reports, schedules
from tests import factories
from tests.reporting import samples

pytestmark = pytest.mark.django_db


def url(name, **kwargs):
    return reverse(f"reporting:{name}", kwargs={"slug": "north", **kwargs})


@pytest.fixture
def sign_in(client, people):
    """A browser signed in as one of `people`."""

    def as_role(role):
        client.force_login(people[role])
        return client

    return as_role


READERS = {"staff", "auditor", "coc_staff", "cho_lead", "neighbour_lead"}
ASKERS = {"staff", "coc_staff", "cho_lead", "neighbour_lead"}
LISTS = {"report-list": READERS, "report-new": ASKERS, "schedule-list": READERS, "schedule-new": ASKERS}
ROLES = [*sorted(READERS), "security_officer", "end_user", "outsider"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LISTS)
def test_a_page_opens_for_whom_it_is_meant(sign_in, name, role):
    status = sign_in(role).get(url(name)).status_code
    assert status == (200 if role in LISTS[name] else 404 if role == "outsider" else 403)


@pytest.mark.parametrize("role", ROLES)
def test_a_report_and_its_files_are_there_for_who_may_see_them(sign_in, report, role):
    browser = sign_in(role)
    barred = 404 if role in {*READERS, "outsider"} else 403
    wanted = 200 if role in {"staff", "auditor", "cho_lead"} else barred
    pages = [url(name, pk=report.pk) for name in ("report-detail", "report-progress")]
    files = [url("report-file", pk=report.pk, format=format) for format in ("pdf", "xlsx")]
    assert [browser.get(page).status_code for page in [*pages, *files]] == [wanted] * 4
    assert FileAccess.objects.count() == (2 if wanted == 200 else 0)


def test_a_download_is_a_file_named_by_number_and_kind(sign_in, report):
    answer = sign_in("cho_lead").get(url("report-file", pk=report.pk, format="pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{report.number}-agency-compliance.pdf"'
    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.7")
    assert sign_in("cho_lead").get(f"/i/north/reports/{report.pk}/exe/").status_code == 404


def test_the_page_shows_the_checksums_and_what_happened(sign_in, report):
    page = sign_in("cho_lead").get(url("report-detail", pk=report.pk)).content.decode()
    assert report.pdf.sha256 in page
    assert report.xlsx.sha256 in page
    assert "Added report" in page


def test_a_lead_asks_for_their_agencys_report_in_one_step(sign_in, world, people, today):
    page = sign_in("cho_lead").get(url("report-new"))
    form = page.context["form"]
    assert [choice.pk for choice in form.fields["organization"].queryset] == [world.pk]
    assert "coc" not in form.fields
    sent = {"kind": Kind.CHO, "organization": world.pk, "as_of": today.isoformat()}
    answer = sign_in("cho_lead").post(url("report-new"), sent)
    report = samples.queued().get()
    assert (answer.status_code, answer["Location"]) == (302, report.get_absolute_url())
    assert (report.as_of, report.requested_by) == (today, people["cho_lead"])


def test_a_forged_form_asks_for_no_other_agencys_report(sign_in, world, neighbour, today):
    sent = {"kind": Kind.CHO, "organization": neighbour.pk, "as_of": today.isoformat()}
    assert sign_in("cho_lead").post(url("report-new"), sent).status_code == 422
    sent = {"kind": Kind.IMPLEMENTATION, "as_of": today.isoformat()}
    assert sign_in("cho_lead").post(url("report-new"), sent).status_code in {403, 422}
    assert not samples.queued().exists()


def test_coc_staff_ask_for_their_share_and_must_name_it(sign_in, world, coc, other_coc, today):
    browser = sign_in("coc_staff")
    sent = {"kind": Kind.IMPLEMENTATION, "as_of": today.isoformat()}
    refused = browser.post(url("report-new"), sent)
    assert refused.status_code == 422
    assert "Choose your CoC." in refused.content.decode()
    assert browser.post(url("report-new"), {**sent, "coc": other_coc.pk}).status_code == 422
    assert browser.post(url("report-new"), {**sent, "coc": coc.pk}).status_code == 302
    assert samples.queued().get().coc == coc


def test_a_refused_form_keeps_what_was_chosen(sign_in, world, today):
    late = (today + dt.timedelta(days=1)).isoformat()
    sent = {"kind": Kind.CHO, "organization": world.pk, "as_of": late}
    page = sign_in("staff").post(url("report-new"), sent)
    assert page.status_code == 422
    assert "still to come" in page.content.decode()
    assert late in page.content.decode()


def test_what_was_chosen_for_the_other_kind_is_let_go(sign_in, world, coc, today):
    sent = {"kind": Kind.CHO, "organization": world.pk, "coc": coc.pk, "as_of": today.isoformat()}
    assert sign_in("staff").post(url("report-new"), sent).status_code == 302
    report = samples.queued().get()
    assert (report.organization, report.coc) == (world, None)


def test_progress_is_shown_until_the_report_is_there(sign_in, world, people):
    report = reports.request_report(kind=Kind.CHO, organization_id=world.pk, by=people["staff"])
    address = url("report-progress", pk=report.pk)
    bar = sign_in("staff").get(address, headers={"HX-Request": "true"})
    assert f'hx-get="{address}"' in bar.content.decode()
    assert "0 of 3" in bar.content.decode()
    assert "HX-Refresh" not in bar
    samples.finish(report)
    end = sign_in("staff").get(address, headers={"HX-Request": "true"})
    assert end["HX-Refresh"] == "true"  # the files are on the page now
    assert "hx-get" not in end.content.decode()


def test_a_failed_report_says_why_and_offers_another_try(sign_in, world, people):
    report = reports.request_report(kind=Kind.CHO, organization_id=world.pk, by=people["staff"])
    report.become("failed", failure="The disk was full.")
    Report.objects.filter(pk=report.pk).update(finished_at=report.created_at)
    page = sign_in("staff").get(url("report-detail", pk=report.pk)).content.decode()
    assert "The disk was full." in page
    assert url("report-retry", pk=report.pk) in page
    assert (
        url("report-retry", pk=report.pk)
        not in sign_in("auditor").get(url("report-detail", pk=report.pk)).content.decode()
    )
    home = sign_in("staff").get("/i/north/").content.decode()
    assert f"Report {report.number} could not be made" in home
    assert sign_in("auditor").post(url("report-retry", pk=report.pk)).status_code == 403
    assert sign_in("staff").post(url("report-retry", pk=report.pk)).status_code == 302
    report.refresh_from_db()
    assert report.state == "queued"


def test_a_finished_report_cannot_be_tried_again(sign_in, report):
    answer = sign_in("cho_lead").post(url("report-retry", pk=report.pk))
    assert answer.status_code == 409
    report.refresh_from_db()
    assert (report.state, report.attempt) == ("done", 1)


def test_the_agency_page_shows_its_reports_and_the_way_to_a_new_one(sign_in, report, world, neighbour):
    page = sign_in("cho_lead").get(world.get_absolute_url()).content.decode()
    assert report.number in page
    assert "Make compliance report" in page
    assert report.number not in sign_in("coc_staff").get(world.get_absolute_url()).content.decode()
    assert "Make compliance report" not in sign_in("auditor").get(world.get_absolute_url()).content.decode()
    new = f"{url('report-new')}?kind={Kind.CHO}&organization={neighbour.pk}"
    form = sign_in("staff").get(new).context["form"]
    assert form["organization"].value() == neighbour.pk


@pytest.mark.parametrize("name", ["report-list", "schedule-list"])
def test_a_list_costs_the_same_however_long(sign_in, people, coc, name):
    browser = sign_in("staff")
    counts = []
    for number in (1, 2):
        for _ in range(number):
            agency = factories.OrganizationFactory()
            reports.request_report(kind=Kind.CHO, organization_id=agency.pk, by=people["staff"])
            schedules.create_schedule(kind=Kind.CHO, organization_id=agency.pk, day_of_month=3, by=people["staff"])
        browser.get(url(name))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(url(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_filters_searches_and_exports_what_it_shows(sign_in, report, coc, people):
    other = samples.made(kind=Kind.IMPLEMENTATION, coc_id=coc.pk, by=people["staff"])
    browser = sign_in("staff")

    def shown(query):
        return {row.pk for row in browser.get(url("report-list") + query).context["list"].rows}

    assert shown("") == {report.pk, other.pk}
    assert shown("?q=harbor") == {report.pk}
    assert shown(f"?q={other.number}") == {other.pk}
    assert shown(f"?kind={Kind.CHO}") == {report.pk}
    assert shown("?state=failed") == set()
    assert shown(f"?coc={coc.pk}") == {other.pk}
    export = browser.get(url("report-list") + "?q=harbor&export=csv").content.decode()
    assert report.number in export
    assert other.number not in export


def test_a_monthly_report_is_set_up_paused_moved_and_ended(sign_in, agency, people):
    browser = sign_in("cho_lead")
    sent = {"kind": Kind.CHO, "organization": agency.pk, "day_of_month": "29"}
    assert browser.post(url("schedule-new"), sent).status_code == 422
    assert browser.post(url("schedule-new"), {**sent, "day_of_month": "5"}).status_code == 302
    schedule = ReportSchedule.objects.get()
    detail = url("schedule-detail", pk=schedule.pk)
    assert "Pause" in browser.get(detail).content.decode()
    assert browser.post(url("schedule-pause", pk=schedule.pk)).status_code == 302
    assert browser.post(url("schedule-pause", pk=schedule.pk)).status_code == 409
    assert "Resume" in browser.get(detail).content.decode()
    assert browser.post(url("schedule-resume", pk=schedule.pk)).status_code == 302
    assert browser.post(url("schedule-edit", pk=schedule.pk), {"day_of_month": "9"}).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.active, schedule.day_of_month) == (True, 9)
    assert browser.get(url("schedule-remove", pk=schedule.pk)).status_code == 200
    assert ReportSchedule.objects.exists()
    assert browser.post(url("schedule-remove", pk=schedule.pk)).status_code == 302
    assert not ReportSchedule.objects.exists()


@pytest.mark.parametrize("name", ["schedule-detail", "schedule-edit", "schedule-remove"])
@pytest.mark.parametrize("role", ROLES)
def test_a_monthly_report_is_there_for_who_may_set_it_up(sign_in, agency, people, role, name):
    schedule = schedules.create_schedule(
        kind=Kind.CHO, organization_id=agency.pk, day_of_month=3, by=people["cho_lead"]
    )
    readers = {"auditor"} if name == "schedule-detail" else set()
    wanted = 200 if role in {"staff", "coc_staff", "cho_lead"} | readers else 403
    if role in {"neighbour_lead", "outsider"}:
        wanted = 404
    assert sign_in(role).get(url(name, pk=schedule.pk)).status_code == wanted


def test_only_the_lead_sets_up_reports_of_every_agency(sign_in, agency, neighbour):
    sent = {"kind": Kind.CHO, "organization": "", "day_of_month": "5"}
    assert sign_in("cho_lead").post(url("schedule-new"), sent).status_code == 422
    assert sign_in("staff").post(url("schedule-new"), sent).status_code == 302
    assert ReportSchedule.objects.get().about == "All agencies"


@pytest.mark.parametrize("role", ["staff", "auditor"])
def test_the_navigation_leads_there(sign_in, role):
    page = sign_in(role).get(url("report-list")).content.decode()
    addresses = [url("report-list"), url("schedule-list")]
    assert [address for address in addresses if f'href="{address}"' not in page] == []
