"""An administrator adds a webhook, copies its secret, sends a test and sees that it arrived."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from hmislead.accounts.sealing import unseal
from hmislead.tenancy.context import use
from hmislead.webhooks.models import Delivery, Endpoint
from tests.journeys.conftest import BELOW
from tests.webhooks.conftest import receiver  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_webhook_from_its_address_to_the_first_answer(world, windows, look, implementation, receiver):  # noqa: F811
    page = windows.open(world.users["administrator"], below=BELOW)
    page.goto("settings/webhooks/")
    look(page)
    page.get_by_role("link", name="Add a webhook").first.click()
    look(page)
    page.get_by_label("Name").fill("Warehouse")
    page.get_by_label("Address").fill(receiver.url)
    page.locator("label", has_text="A license is suspended").click()
    page.get_by_role("button", name="Add webhook").click()
    expect(page.get_by_text("It is not shown again.")).to_be_visible()
    look(page)
    with use(implementation):
        endpoint = Endpoint.objects.get()
        assert page.locator("code.secret").inner_text() == unseal(endpoint.sealed_secret)
        assert endpoint.codes == ["license.suspended"]
    page.get_by_role("link", name="I have copied it").click()
    look(page)
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("heading", name="A test was asked for")).to_be_visible()
    page.reload()
    expect(page.get_by_role("cell", name="204")).to_be_visible()
    look(page)
    with use(implementation):
        assert Delivery.objects.get().state == "delivered"
    assert len(receiver.got) == 1
    page.goto("settings/webhooks/sent/")
    expect(page.get_by_role("row", name="A test was asked for")).to_be_visible()
    look(page)
    for step in ("edit", "secret", "remove"):
        page.goto(f"settings/webhooks/{endpoint.pk}/{step}/")
        look(page)
    page.get_by_role("button", name="Remove webhook").click()
    expect(page.get_by_text("Removed. What was sent stays in the log.")).to_be_visible()
    look(page)
