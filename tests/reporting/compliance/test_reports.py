"""Asking for a report, making it, who may see and open it, trying again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from hmislead.access import operations as access_operations
from hmislead.access import scopes
from hmislead.access.models import RoleGrant
from hmislead.access.scopes import ROBOT
from hmislead.audit.models import FileAccess
from hmislead.directory.models import Organization
from hmislead.errors import DomainError, WrongState
from hmislead.files.models import StoredFile
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.notices.models import Notice
from hmislead.tenancy.context import use
from reporting.models import Kind, Report, ReportFacts
from reporting.operations import making, reports
from tests import factories
from tests.reporting import samples

pytestmark = pytest.mark.django_db

# who may ask for what: the agency's report, the neighbour's, the CoC's share, everything; True: it names people
ASKS = {
    "administrator": {"agency": True, "neighbour": True, "share": True, "all": True},
    "staff": {"agency": True, "neighbour": True, "share": True, "all": True},
    "coc_staff": {"agency": False, "share": False},
    "cho_lead": {"agency": True},
    "neighbour_lead": {"neighbour": True},
    "security_officer": {},
    "auditor": {},
    "end_user": {},
    "outsider": {},
}


def asked(what, world, neighbour, coc):
    return {
        "agency": {"kind": Kind.CHO, "organization_id": world.pk},
        "neighbour": {"kind": Kind.CHO, "organization_id": neighbour.pk},
        "share": {"kind": Kind.IMPLEMENTATION, "coc_id": coc.pk},
        "all": {"kind": Kind.IMPLEMENTATION},
    }[what]


@pytest.mark.parametrize("what", ["agency", "neighbour", "share", "all"])
@pytest.mark.parametrize("role", ASKS)
def test_who_may_ask_for_which_report_and_whether_it_names_people(world, neighbour, coc, people, role, what):
    request = asked(what, world, neighbour, coc)
    if what in ASKS[role]:
        report = reports.request_report(by=people[role], **request)
        assert (report.state, report.names_people, report.requested_by) == ("queued", ASKS[role][what], people[role])
    else:
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            reports.request_report(by=people[role], **request)
        assert not Report.objects.exists()
        assert not Job.objects.exists()


# which of the reports made by the people named each role sees
SEES = {
    "administrator": {"by lead", "by coc", "by coc share", "by staff"},
    "staff": {"by lead", "by coc", "by coc share", "by staff"},
    "auditor": {"by lead", "by coc", "by coc share", "by staff"},
    "coc_staff": {"by coc", "by coc share"},
    "cho_lead": {"by lead", "by coc"},
    "neighbour_lead": set(),
    "security_officer": set(),
    "end_user": set(),
    "outsider": set(),
}


@pytest.fixture
def four(world, neighbour, coc, people):
    """The same agency by its lead (with names) and by CoC staff (numbers), the CoC's share, and everything."""
    by = {
        "by lead": ("cho_lead", "agency"),
        "by coc": ("coc_staff", "agency"),
        "by coc share": ("coc_staff", "share"),
        "by staff": ("staff", "all"),
    }
    return {
        name: samples.made(by=people[role], **asked(what, world, neighbour, coc)) for name, (role, what) in by.items()
    }


def test_who_sees_which_report_and_may_open_which_file(four, people):
    assert {report.state for report in four.values()} == {"done"}
    for role, wanted in SEES.items():
        user = people[role]
        assert {name for name, row in four.items() if row in Report.objects.visible_to(user)} == wanted
        for name, report in four.items():
            if name in wanted:
                assert reports.open_report(report_id=report.pk, format="pdf", by=user) == report.pdf
            else:
                with pytest.raises(ObjectDoesNotExist):
                    reports.open_report(report_id=report.pk, format="pdf", by=user)
        # The door of all files is never wider than the report's own.
        seen = StoredFile.objects.visible_to(user)
        assert {name for name, row in four.items() if row.pdf in seen or row.xlsx in seen} <= wanted, role


def test_a_token_without_the_right_to_see_people_gets_no_names(world, people):
    lead = people["cho_lead"]
    lead.token_scopes = frozenset({"request_reports", "view_reports", "view_compliance", "view_directory"})
    scopes.forget(lead)
    report = samples.made(kind=Kind.CHO, organization_id=world.pk, by=lead)
    assert not report.names_people
    assert b"Ada" not in report.xlsx.content.open("rb").read()


def test_a_made_report_has_both_files_its_checksums_and_no_facts_left(world, people):
    report = samples.made(kind=Kind.CHO, organization_id=world.pk, by=people["cho_lead"])
    assert (report.state, report.progress_done, report.progress_total) == ("done", 3, 3)
    assert report.pdf.name == f"{report.number}-agency-compliance.pdf"
    assert report.xlsx.name == f"{report.number}-agency-compliance.xlsx"
    assert "Harbor" not in report.pdf.name
    assert len(report.pdf.sha256) == 64
    assert not ReportFacts.objects.exists()
    notice = Notice.objects.get(user=people["cho_lead"])
    assert (notice.sentence, notice.path) == (f"Report {report.number} is ready.", report.get_absolute_url())


def test_numbers_count_up_by_year(world, people, today):
    first, second = (
        reports.request_report(kind=Kind.CHO, organization_id=world.pk, by=people["staff"]) for _ in range(2)
    )
    assert [first.number, second.number] == [f"R-{today.year}-001", f"R-{today.year}-002"]


def test_opening_a_file_is_logged_with_who_and_how(world, people):
    report = samples.made(kind=Kind.CHO, organization_id=world.pk, by=people["cho_lead"])
    reports.open_report(report_id=report.pk, format="xlsx", by=people["staff"], how="api")
    row = FileAccess.objects.get()
    assert (row.file_id, row.user, row.how) == (report.xlsx_id, people["staff"], "api")


@pytest.mark.parametrize(("days", "refused"), [(0, False), (1, True)])
def test_no_report_of_a_day_to_come(world, people, today, days, refused):
    ask = {"kind": Kind.CHO, "organization_id": world.pk, "by": people["staff"]}
    if refused:
        with pytest.raises(DomainError, match="still to come"):
            reports.request_report(as_of=today + dt.timedelta(days=days), **ask)
    else:
        assert reports.request_report(as_of=today + dt.timedelta(days=days), **ask).as_of == today


@pytest.mark.parametrize(("days", "refused"), [(30, False), (31, True)])
def test_no_report_of_a_day_before_the_first_check(world, people, today, days, refused):
    ask = {"kind": Kind.CHO, "organization_id": world.pk, "by": people["staff"]}
    if refused:
        with pytest.raises(DomainError, match="Nothing was checked"):
            reports.request_report(as_of=today - dt.timedelta(days=days), **ask)
    else:
        assert samples.finish(reports.request_report(as_of=today - dt.timedelta(days=days), **ask)).state == "done"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": "everything"}, "kinds"),
        ({"kind": Kind.CHO}, "Agency"),
        ({"kind": Kind.CHO, "coc_id": "coc"}, "CoC"),
        ({"kind": Kind.IMPLEMENTATION, "organization_id": "agency"}, "agency report"),
    ],
)
def test_a_combination_that_makes_no_report_is_refused_with_a_sentence(world, coc, people, wrong, sentence):
    ids = {"coc": coc.pk, "agency": world.pk}
    with pytest.raises(DomainError, match=sentence):
        reports.request_report(by=people["staff"], **{key: ids.get(value, value) for key, value in wrong.items()})


def test_rights_that_ended_meanwhile_make_the_report_fail_with_nothing_in_it(world, people):
    report = reports.request_report(kind=Kind.CHO, organization_id=world.pk, by=people["cho_lead"])
    grant = RoleGrant.objects.get(user=people["cho_lead"])
    access_operations.revoke_role(grant_id=grant.pk, by=ROBOT)
    samples.finish(report)
    assert (report.state, report.failure) == ("failed", making.NO_LONGER)
    assert (report.pdf, report.xlsx) == (None, None)
    assert not ReportFacts.objects.exists()


def test_a_failed_report_is_made_anew_in_the_name_of_whoever_asks_again(world, people):
    report = reports.request_report(kind=Kind.CHO, organization_id=world.pk, by=people["cho_lead"])
    Report.objects.filter(pk=report.pk).update(requested_by=None)
    assert samples.finish(report).state == "failed"
    with pytest.raises(PermissionDenied):
        reports.retry_report(report_id=report.pk, by=people["auditor"])
    reports.retry_report(report_id=report.pk, by=people["staff"])
    report.refresh_from_db()
    assert (report.state, report.attempt, report.failure) == ("queued", 2, "")
    samples.finish(report)
    assert (report.state, report.requested_by) == ("done", people["staff"])


@pytest.mark.parametrize("state", Report.State.values)
@pytest.mark.parametrize("target", Report.State.values)
def test_every_pair_of_states(agency, people, state, target):
    report = reports.request_report(kind=Kind.CHO, organization_id=agency.pk, by=people["staff"])
    file = samples.stored_file()
    Report.objects.filter(pk=report.pk).update(state=state, pdf=file, xlsx=file)
    report.refresh_from_db()
    if target in Report.NEXT[state]:
        report.become(target)
        assert Report.objects.get(pk=report.pk).state == target
    else:
        with pytest.raises(WrongState):
            report.become(target)
        assert Report.objects.get(pk=report.pk).state == state


def test_a_job_delivered_twice_makes_one_report(world, people):
    report = samples.made(kind=Kind.CHO, organization_id=world.pk, by=people["staff"])
    job = Job.objects.get(subject_id=report.pk)
    assert not jobs.run(job.pk)
    assert not making.step(report.pk)
    assert StoredFile.objects.filter(name__startswith=report.number).count() == 2


def test_another_implementations_report_does_not_exist_here(other_implementation, implementation, db):
    """Row-level security: the same id, asked for from elsewhere by the system itself, finds nothing."""
    with use(implementation):
        agency = factories.OrganizationFactory()
        user = factories.member(implementation, "lead")
        access_operations.grant_role(user=user, role="lead_staff", by=ROBOT)
        report = reports.request_report(kind=Kind.CHO, organization_id=agency.pk, by=user)
    with use(other_implementation):
        assert not Report.objects.visible_to(ROBOT).filter(pk=report.pk).exists()
        assert not Organization.objects.filter(pk=agency.pk).exists()
        with pytest.raises(ObjectDoesNotExist):
            reports.open_report(report_id=report.pk, format="pdf", by=ROBOT)
