"""Nights: once per implementation and local date, in its own zone; finished by the next worker when one dies."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.utils import timezone

from hmislead.access.operations import create_permission_rows
from hmislead.compliance import nights
from hmislead.compliance.models import Change, Run, Status
from hmislead.errors import DomainError
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.tenancy.context import use
from tests import factories


def two_agencies(implementation):
    with use(implementation):
        create_permission_rows()
        for _ in range(2):
            factories.OrganizationRoleFactory(role="cho")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "now", "started"),
    [
        ("America/New_York", "2026-06-15T05:59:00Z", False),  # 01:59 in New York
        ("America/New_York", "2026-06-15T06:01:00Z", True),
        ("Pacific/Honolulu", "2026-06-15T11:59:00Z", False),
        ("Pacific/Honolulu", "2026-06-15T12:01:00Z", True),
    ],
)
def test_a_night_begins_at_its_hour_in_its_own_zone(implementation, zone, now, started, monkeypatch):
    implementation.timezone = zone
    implementation.save()
    # The database's own clock decides; the statement is asked about a moment instead.
    monkeypatch.setattr(nights, "DUE", nights.DUE.replace("now()", f"timestamptz '{now}'"))
    assert bool(nights.start_due_nights()) is started


@pytest.mark.django_db
def test_a_night_starts_once_for_its_date(implementation):
    with use(implementation):
        first = nights.start_night(dt.date(2026, 6, 15))
        assert nights.start_night(dt.date(2026, 6, 15)).pk == first.pk
    assert Job.objects.filter(kind="compliance.run").count() == 1


@pytest.mark.django_db
def test_a_closed_implementation_has_no_nights(implementation, monkeypatch):
    implementation.state = "closed"
    implementation.save()
    monkeypatch.setattr(nights, "DUE", nights.DUE.replace("now()", "timestamptz '2026-06-15T12:00:00Z'"))
    assert nights.start_due_nights() == 0


@pytest.mark.django_db
def test_checks_started_by_hand_run_one_at_a_time(people):
    nights.start_run(by=people["staff"])
    with pytest.raises(DomainError, match="running already"):
        nights.start_run(by=people["staff"])
    with pytest.raises(PermissionDenied):
        nights.start_run(by=people["cho_lead"])


@pytest.mark.django_db(transaction=True)
def test_a_run_does_every_unit_once(implementation):
    two_agencies(implementation)
    with use(implementation):
        run = nights.start_night(dt.date(2026, 6, 15))
    job = Job.objects.get()
    assert jobs.run(job.pk) is True
    assert jobs.run(job.pk) is False, "a finished job is nobody's"
    with use(implementation):
        run.refresh_from_db()
        assert run.state == "finished"
        assert run.done == nights.units()
        assert Change.objects.filter(run=run).count() == run.changed == Status.objects.count()


KILLED_WORKER = """
    import sys, time, uuid, django
    django.setup()
    from hmislead.compliance import engine, nights
    from hmislead.jobs import operations
    evaluate = engine.evaluate

    def dies_in_the_middle(requirement, *args, **kwargs):
        changed = evaluate(requirement, *args, **kwargs)
        if requirement.code == "contacts":
            print("in the middle", flush=True)  # its rows are written, not committed
            time.sleep(120)
        return changed

    engine.evaluate = dies_in_the_middle
    operations.run(uuid.UUID(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_is_followed_by_another_with_nothing_doubled(implementation):
    two_agencies(implementation)
    with use(implementation):
        run = nights.start_night(dt.date(2026, 6, 15))
    job = Job.objects.get()
    parts = connection.settings_dict
    url = f"postgresql://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED_WORKER), str(job.pk)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "hmislead.settings_test"},
    )
    assert worker.stdout.readline() == "in the middle\n"
    assert jobs.run(job.pk) is False, "while it lives the job is its own"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_until_unlocked(job)
    with time_machine.travel(timezone.now() + jobs.LEASE + dt.timedelta(seconds=1)):
        assert jobs.sweep() == 1
        assert jobs.run(job.pk) is True
    with use(implementation):
        run.refresh_from_db()
        assert (run.state, run.done) == ("finished", nights.units())
        keys = list(Change.objects.values_list("requirement", "subject_id"))
        assert len(keys) == len(set(keys)) == Status.objects.count()


def wait_until_unlocked(job):
    """The killed worker's connection takes a moment to end and let go of its rows."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT id FROM jobs_job WHERE id = %s FOR UPDATE SKIP LOCKED) free", [job.pk]
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("The dead worker's row is still locked.")


@pytest.mark.django_db(transaction=True)
def test_a_stale_worker_writes_nothing_after_losing_its_lease(implementation, monkeypatch):
    two_agencies(implementation)
    with use(implementation):
        run = nights.start_night(dt.date(2026, 6, 15))
    job = Job.objects.get()
    stale = jobs._claim(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert jobs.run(job.pk) is True  # another took it over and finished
    with pytest.raises(jobs.LostLeaseError):
        jobs._one_unit(job, stale)
    with use(implementation):
        assert Run.objects.get(pk=run.pk).done == nights.units()


@pytest.mark.django_db(transaction=True)
def test_two_workers_racing_for_a_job_do_it_once(implementation):
    two_agencies(implementation)
    with use(implementation):
        nights.start_night(dt.date(2026, 6, 15))
    job = Job.objects.get()
    start, outcomes = threading.Barrier(2), []

    def race():
        start.wait()
        try:
            outcomes.append(jobs.run(job.pk))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=race) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcomes) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_a_unit_that_fails_is_tried_again_and_given_up_with_a_sentence(implementation, monkeypatch):
    two_agencies(implementation)
    with use(implementation):
        run = nights.start_night(dt.date(2026, 6, 15))
    job = Job.objects.get()

    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(nights.engine, "evaluate", broken)
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        Job.objects.filter(pk=job.pk).update(lease_until=None)
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.attempts == attempt
    assert job.state == Job.State.FAILED
    with use(implementation):
        run.refresh_from_db()
        assert run.state == "finished"
        assert len(run.done) < run.total
