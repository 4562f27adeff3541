"""A roster of the HMIS: brought in, its columns named, looked at before anything is written, and the tasks it makes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from hmislead.compliance.models import Task
from hmislead.directory.models import ImportBatch, License, RosterMapping
from hmislead.tenancy.context import use
from tests.directory.license_samples import license_at
from tests.journeys.conftest import BELOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINES = (
    "Mail,Login,First,Last,Where,Status\n"
    "end_user@example.org,ada,Ada,Quill,Harbor House,Active\n"
    "gone@example.org,gone,Gus,Gone,Harbor House,Active\n"
    "new@example.org,new,Ned,Way,Harbor House,Active\n"
)


@pytest.fixture
def suspended(world, implementation):
    """Gus, whose license is suspended: his account should not be active."""
    with use(implementation):
        license = license_at(world.here, state="suspended", username="gone")
        license.person.first_name, license.person.last_name, license.person.email = "Gus", "Gone", "gone@example.org"
        license.person.save()
    return license


def test_a_roster_from_the_file_to_its_tasks(world, suspended, windows, look, implementation):
    page = windows.open(world.users["staff"], below=BELOW)
    page.goto("imports/new/")
    look(page)
    page.locator("label", has_text="A roster of HMIS accounts").click()
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": LINES.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    look(page)

    for label, column in (
        ("e-mail address", "Mail"),
        ("user name", "Login"),
        ("first name", "First"),
        ("last name", "Last"),
        ("organization", "Where"),
        ("state of the account", "Status"),
    ):
        page.get_by_label(f"Column with the {label}", exact=True).select_option(column)
    page.locator("label", has_text="Yes: it has every account of the HMIS").click()
    page.get_by_label("Keep these columns under the name").fill("Our HMIS")
    page.get_by_role("button", name="Compare with what we know").click()
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible()
    look(page)
    with use(implementation):
        assert RosterMapping.objects.get(name="Our HMIS")
        assert ImportBatch.objects.get(file__name="roster.csv").state == "previewed"
        assert not Task.objects.exists()
        assert License.objects.get(pk=suspended.pk).account_state == "unknown"

    page.get_by_role("button", name="Apply 3 changes").click()
    expect(page.get_by_role("heading", name="Accounts nobody here knows")).to_be_visible()
    look(page)
    with use(implementation):
        assert ImportBatch.objects.get(file__name="roster.csv").state == "applied"
        assert License.objects.get(pk=suspended.pk).account_state == "active"
        kinds = sorted(Task.objects.open().values_list("kind", flat=True))
    assert kinds == ["active_though_blocked", "unknown_account"]
    page.goto("tasks/")
    expect(page.get_by_role("row", name="Gus Gone")).to_be_visible()
    look(page)
