"""A worker that is killed (SIGKILL) in the middle of a report: another one finishes it, and nothing is there twice."""

from __future__ import annotations

import datetime as dt
import io
import os
import signal
import subprocess
import sys
import textwrap
import time

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.compliance import engine
from hmislead.files.models import StoredFile
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.notices.models import Notice
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from reporting.models import Kind, Report, ReportFacts
from reporting.operations import reports
from tests import factories
from tests.documents.conformance import problems
from tests.reporting import samples

WORKER = """
    import sys, time, uuid, django
    django.setup()
    from hmislead.jobs import operations
    from reporting.operations import making
    do = making._UNITS[sys.argv[2]]

    def dies_in_the_middle(report):
        do(report)
        print("in the middle", flush=True)  # its rows and files are written, not committed
        time.sleep(120)

    making._UNITS[sys.argv[2]] = dies_in_the_middle
    operations.run(uuid.UUID(sys.argv[1]))
"""


def asked_for(implementation):
    """A report of one agency, asked for by a member of the Lead's staff."""
    with use(implementation):
        access_operations.create_permission_rows()
        agency = factories.OrganizationFactory(name="Harbor House")
        factories.OrganizationRoleFactory(organization=agency)
        samples.person("Ada Quill", agency, today=settings.today())
        engine.evaluate_all(settings.today())
        user = factories.member(implementation, "staff")
        access_operations.grant_role(user=user, role="lead_staff", by=ROBOT)
        return reports.request_report(kind=Kind.CHO, organization_id=agency.pk, by=user)


def worker_on(job, unit):
    parts = connection.settings_dict
    url = f"postgresql://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORKER), str(job.pk), unit],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "hmislead.settings_test"},
    )


def finished_by_another(job):
    """True once a second worker has taken the job over. The dead one's lock goes with its connection, a moment later."""
    with time_machine.travel(timezone.now() + jobs.LEASE + dt.timedelta(seconds=1)):
        for _ in range(100):
            if jobs.run(job.pk):
                return True
            time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("unit", Report.UNITS)
def test_a_report_whose_worker_is_killed_is_finished_by_another(implementation, unit):
    report = asked_for(implementation)
    job = Job.objects.get(subject_id=report.pk)
    worker = worker_on(job, unit)
    assert worker.stdout.readline() == "in the middle\n"
    assert jobs.run(job.pk) is False, "while it lives the job is its own"
    with use(implementation):
        before = Report.objects.get(pk=report.pk).progress_done
        assert before == Report.UNITS.index(unit), "the unit it is at is not counted"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert finished_by_another(job)
    with use(implementation):
        report.refresh_from_db()
        assert (report.state, report.progress_done) == ("done", len(Report.UNITS))
        assert set(StoredFile.objects.values_list("pk", flat=True)) == {report.pdf_id, report.xlsx_id}
        assert Notice.objects.count() == 1
        assert not ReportFacts.objects.exists()
        assert problems(report.pdf.content.open("rb").read()) == []
        book = openpyxl.load_workbook(io.BytesIO(report.xlsx.content.open("rb").read()))
        assert "Requirements" in book.sheetnames
    assert Job.objects.get(pk=job.pk).state == "done"
