"""The grid: narrow it, keep the view, remind the agencies it shows, take it along as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hmislead.notices.models import BulkSend, Message
from hmislead.tenancy.context import use
from hmislead.web.models import SavedView
from tests.agreements.factories import with_agency
from tests.journeys.conftest import BELOW, new_agency
from tests.reporting import samples

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def settled(world, implementation):
    """A third agency, whose agreement is in force."""
    with use(implementation):
        agency = new_agency("Cedar House", "OH-506")
        with_agency(agency)
        samples.evaluated(samples.today())
    return agency


def test_filter_save_remind_and_export(world, settled, windows, look, implementation):
    page = windows.open(world.users["staff"], below=BELOW)
    page.goto("compliance/grid/")
    expect(page.get_by_role("link", name="Cedar House", exact=True)).to_be_visible()
    look(page)
    page.get_by_label("Not in order").select_option("participation-agreement")
    expect(page.get_by_text("2 agencies")).to_be_visible()
    expect(page.get_by_role("link", name="Cedar House", exact=True)).to_have_count(0)
    look(page)

    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save this view as").fill("No agreement")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("The view “No agreement” is saved.")).to_be_visible()
    with use(implementation):
        view = SavedView.objects.get(owner=world.users["staff"])
    assert (view.name, view.page, view.shared) == ("No agreement", "compliance.grid", False)
    assert "problem=participation-agreement" in view.query
    page.goto("compliance/grid/")
    page.locator("summary", has_text="Views").click()
    page.get_by_role("link", name="No agreement").click()
    expect(page.get_by_text("2 agencies")).to_be_visible()

    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="These rows as CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert [row["Agency"] for row in rows] == ["Harbor House", "Neighbor Services"]

    page.get_by_role("checkbox", name="Select Harbor House").check()
    page.get_by_role("button", name="Remind").click()
    look(page)
    page.get_by_label("Subject").fill("Please sign by 30 June 2030")
    page.get_by_label("Your words").fill("We visit in July.")
    page.get_by_role("button", name="Preview the mails").click()
    expect(page.get_by_role("heading", name="Mail 1 of 1")).to_be_visible()
    expect(page.get_by_text(world.users["cho_lead"].email)).to_be_visible()
    look(page)
    with use(implementation):
        assert BulkSend.objects.get().state == "previewed"
        assert not Message.objects.exclude(state="draft").exists()
    page.get_by_role("button", name="Send 1 message").click()
    expect(page.get_by_text("1 message is on the way")).to_be_visible()
    look(page)
    with use(implementation):
        message = Message.objects.get(bulk__state="sent")
    assert (message.address, message.subject) == (world.users["cho_lead"].email, "Please sign by 30 June 2030")
    assert message.state in {"queued", "held"}
