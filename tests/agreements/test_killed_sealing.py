"""A worker that is killed between sealing and mailing: the next one does it all, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from agreements.models import Packet
from hmislead.access import operations as access
from hmislead.access.scopes import ROBOT
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.notices.models import Notice
from hmislead.seals.models import SealedFile
from hmislead.tenancy.context import use
from tests import factories
from tests.agreements.test_packets import both_sides, sent, sign

CHILD = """
import os, signal, sys, django
django.setup()
from agreements import announcements
from hmislead.jobs import operations
announcements.sealed = lambda packet: os.kill(os.getpid(), signal.SIGKILL)
operations.run(sys.argv[1])
"""


def in_another_process(job):
    """The worker's own process, on this test's database, killed when it has sealed and is about to mail."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    given = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "hmislead.settings"}
    command = [sys.executable, "-c", CHILD, str(job.pk)]
    return subprocess.run(command, env=given, cwd=settings.BASE_DIR, check=False).returncode


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_sealing_and_mailing(implementation):
    with use(implementation):
        agency = factories.OrganizationFactory(name="Harbor House")
        factories.OrganizationRoleFactory(organization=agency, role="cho")
        staff = factories.member(implementation, "staff")
        access.grant_role(user=staff, role="lead_staff", by=ROBOT)
        sides = both_sides(implementation, agency)
        packet = sent(staff, agency)
        sign(packet, sides["director"])
        sign(packet, sides["manager"])
    job = Job.objects.get(kind="agreements.seal")
    assert in_another_process(job) == -signal.SIGKILL
    with use(implementation):
        assert not SealedFile.objects.exists()
        assert Packet.objects.get().sealed_at is None
    Job.objects.update(lease_until=timezone.now())
    assert jobs.run(job.pk)
    assert not jobs.run(job.pk)
    with use(implementation):
        assert SealedFile.objects.count() == 1
        assert Packet.objects.get().trail.filter(kind="sealed").count() == 1
        told = Notice.objects.filter(sentence__contains="sealed copy", user=sides["director"].user)
        assert told.count() == 1
