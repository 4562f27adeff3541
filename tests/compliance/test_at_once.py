"""Two people do the same thing at the same moment: one succeeds, the other is told."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from hmislead.access.scopes import ROBOT
from hmislead.compliance import task_operations
from hmislead.compliance.models import Task
from hmislead.directory.models import License
from hmislead.directory.operations import licenses
from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def twice(implementation, act):
    """What came of `act` by two at once."""
    start, outcomes = threading.Barrier(2), []

    def run():
        try:
            with use(implementation):
                start.wait(timeout=20)
                act()
            outcomes.append("done")
        except DomainError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


def test_a_license_is_suspended_once(implementation):
    with use(implementation):
        license = factories.LicenseFactory(state="active", account_state="active")
    act = lambda: licenses.suspend_license(license_id=license.pk, reason="Left", by=ROBOT)  # noqa: E731
    assert twice(implementation, act) == ["done", "refused"]
    with use(implementation):
        assert License.objects.get(pk=license.pk).state == "suspended"
        assert Task.objects.open().filter(license=license, kind="lock_account").count() == 1


def test_a_task_is_proved_once(implementation):
    with use(implementation):
        license = factories.LicenseFactory(state="suspended", account_state="active")
        task = task_operations.open_task(kind="lock_account", license=license, since=dt.date(2026, 1, 5))
    act = lambda: task_operations.prove_task(task_id=task.pk, statement="Locked.", by=ROBOT)  # noqa: E731
    assert twice(implementation, act) == ["done", "refused"]
    with use(implementation):
        assert Task.objects.get(pk=task.pk).proof == "Locked."
        assert License.objects.get(pk=license.pk).account_state == "locked"
