"""A worker that is killed (SIGKILL) in the middle of an import: another one finishes it, nothing doubled or half-saved."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
import time_machine
from django.core.files import File
from django.db import connection
from django.utils import timezone

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.compliance.models import Task
from hmislead.directory.imports import operations, roster_operations
from hmislead.directory.models import ImportBatch, ImportChange, License, Organization, Project
from hmislead.directory.tabular.mapping import guess_mapping
from hmislead.jobs import operations as jobs
from hmislead.jobs import progress
from hmislead.jobs.models import Job
from hmislead.notices.models import Notice
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from tests import factories
from tests.directory import hmis_samples
from tests.directory.import_samples import roster_batch, snapshot

WORKER = """
    import sys, time, uuid, django
    django.setup()
    from hmislead.jobs import operations
    from hmislead.directory.imports import hmis_batch, roster_batch
    module = {"hmis_csv": hmis_batch, "roster": roster_batch}[sys.argv[2]]
    do = getattr(module, sys.argv[3])

    def dies_in_the_middle(batch):
        do(batch)
        print("in the middle", flush=True)  # its rows are written, not committed
        time.sleep(120)

    setattr(module, sys.argv[3], dies_in_the_middle)
    operations.run(uuid.UUID(sys.argv[1]))
"""


@pytest.fixture
def _files():
    """The worker is a process of its own, and looks for files where it always does."""


@pytest.fixture
def staff(implementation):
    """A member of the Lead's staff, in an implementation with a CoC and one agency with one open license."""
    with use(implementation):
        access_operations.create_permission_rows()
        factories.CoCFactory(number="OH-504")
        agency = factories.OrganizationFactory(name="Lantern House")
        factories.OrganizationRoleFactory(organization=agency, role="cho")
        factories.LicenseFactory(person=factories.PersonFactory(email="ada@example.org"), organization=agency)
        user = factories.member(implementation, "staff")
        access_operations.grant_role(user=user, role="lead_staff", by=ROBOT)
    return user


def export_of(user):
    zipped = File(hmis_samples.export_zip(hmis_samples.export()), name="export.zip")
    return operations.upload_export(file=zipped, name="export.zip", by=user)


def roster_of(user):
    """Ada's account was seen, and one that nobody here knows."""
    lines = [
        "ada@example.org,ada,Ada,Quill,Lantern House,Active,,",
        "eve@example.org,eve,Eve,Stone,Lantern House,Active,,",
    ]
    batch = roster_batch(lines, user)
    mapping = guess_mapping(batch.header["columns"])
    day = settings.today() - dt.timedelta(days=1)
    return roster_operations.map_roster(batch_id=batch.pk, mapping=mapping, facts_on=day, complete=True, by=user)


MAKE = {"hmis_csv": export_of, "roster": roster_of}


def job_of(batch, kind):
    return Job.objects.get(kind=kind, subject_id=batch.pk)


def killed_in_the_middle_of(job, kind, step):
    """Let a process of its own do the job, and kill it when it has written and not committed."""
    parts = connection.settings_dict
    url = f"postgresql://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORKER), str(job.pk), kind, step],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "hmislead.settings_test"},
    )
    assert worker.stdout.readline() == "in the middle\n"
    far = progress.of(job.subject_id)
    assert 0 < far.done < far.total, "what it told can be seen, though nothing it wrote can"
    assert jobs.run(job.pk) is False, "while it lives the job is its own"
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def finished_by_another(job):
    """True once a second worker has taken the job over. The dead one's lock goes with its connection, a moment later."""
    with time_machine.travel(timezone.now() + jobs.LEASE + dt.timedelta(seconds=1)):
        for _ in range(100):
            if jobs.run(job.pk):
                assert progress.of(job.subject_id) is None
                return Job.objects.get(pk=job.pk).state == "done"
            time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", MAKE)
def test_a_file_whose_reader_is_killed_is_read_by_another(implementation, staff, kind):
    with use(implementation):
        batch = MAKE[kind](staff)
    job = job_of(batch, operations.READ)
    killed_in_the_middle_of(job, kind, "read")
    with use(implementation):
        batch.refresh_from_db()
        assert (batch.state, batch.summary, ImportChange.objects.count()) == ("reading", {}, 0)
    assert finished_by_another(job)
    with use(implementation):
        batch.refresh_from_db()
        told = list(ImportChange.objects.values_list("table", "external_id", "action"))
        assert batch.state == "previewed"
        assert told
        assert len(told) == len(set(told)) == batch.summary["changes"] + batch.summary["proposals"]
        assert Notice.objects.filter(user=staff).count() == 1


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", MAKE)
def test_an_import_whose_worker_is_killed_is_applied_by_another_once(implementation, staff, kind):
    with use(implementation):
        batch = MAKE[kind](staff)
    assert jobs.run(job_of(batch, operations.READ).pk)
    with use(implementation):
        before = snapshot()
        operations.apply_import(batch_id=batch.pk, by=staff)
    job = job_of(batch, operations.APPLY)
    killed_in_the_middle_of(job, kind, "apply")
    with use(implementation):
        assert snapshot() == before, "nothing of the killed worker's is there"
        assert ImportBatch.objects.get(pk=batch.pk).state == "applying"
        assert not Task.objects.exists()
    assert finished_by_another(job)
    with use(implementation):
        batch.refresh_from_db()
        assert (batch.state, batch.options["note"]) == ("applied", "")
        assert {"hmis_csv": brought_once, "roster": compared_once}[kind]()
        assert Notice.objects.filter(user=staff).count() == 2  # ready, and done
        after = snapshot()
    assert jobs.run(job.pk) is False
    with use(implementation):
        assert snapshot() == after


def brought_once():
    names = sorted(Organization.objects.values_list("name", flat=True))
    return len(names) == len(set(names)) == 2 and Project.objects.count() == 2


def compared_once():
    """What was seen of Ada's account is recorded, with one line of history, and the stranger is one task."""
    ada = License.objects.get()
    seen = [event.account_state for event in ada.events.order_by("pgh_id")]
    stranger = Task.objects.get(kind=Task.Kind.UNKNOWN_ACCOUNT)
    return ada.account_state == "active" and seen.count("active") == 1 and bool(stranger.key)
