"""Somebody leaves: the agency reports it, the license ends, and only proof closes the task."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from hmislead.compliance.models import Task
from hmislead.directory.models import Departure, License
from hmislead.tenancy.context import use
from tests.journeys.conftest import BELOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_departure_from_the_report_to_the_proof(world, windows, look, implementation):
    page = windows.open(world.users["cho_lead"], below=BELOW)
    page.goto("departures/report/")
    look(page)
    page.locator("select[name=license]").evaluate(
        "(it, key) => { it.value = key; it.dispatchEvent(new Event('change')); }", str(world.license.pk)
    )
    page.get_by_role("button", name="Report departure").click()
    expect(page.get_by_text("The departure is recorded and the license has ended.")).to_be_visible()
    look(page)
    with use(implementation):
        license = License.objects.get(pk=world.license.pk)
        departure, task = Departure.objects.get(license=license), Task.objects.get(license=license)
        assert (license.state, departure.reported_by, departure.proved_at) == (
            "terminated",
            world.users["cho_lead"],
            None,
        )
        assert (task.kind, task.closed_at, task.due_at) == ("deactivate_account", None, departure.due_at)

    page.get_by_role("link", name="Close with proof").click()
    look(page)
    page.get_by_role("button", name="Close with this proof").click()
    expect(page.get_by_role("link", name="How do you know?")).to_be_visible()  # refused: proof is a statement
    with use(implementation):
        assert Task.objects.get(pk=task.pk).closed_at is None
    page.get_by_label("How do you know?").fill("I deactivated the account in the HMIS myself.")
    page.get_by_role("button", name="Close with this proof").click()
    expect(page.get_by_text(f"{task} is closed.")).to_be_visible()
    look(page)
    with use(implementation):
        task.refresh_from_db()
        departure.refresh_from_db()
        assert (task.proof_kind, task.closed_by) == ("stated", world.users["cho_lead"])
        assert task.proof == "I deactivated the account in the HMIS myself."
        assert departure.proved_at is not None
    page.goto("departures/")
    expect(page.get_by_role("row", name="Ada Quill")).to_be_visible()
    look(page)
