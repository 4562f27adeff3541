"""The pages to read and try the API, in Chromium: they work under the content policy, without anything inline."""

import pytest
from playwright.sync_api import expect

from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_pages_of_the_api_work_under_the_content_policy(transactional_db, live_server):
    with chromium() as browser:
        page, complaints = browser.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answered = page.goto(f"{live_server.url}/api/v1/docs/")
        expect(page.get_by_role("heading", name="HMIS Lead API")).to_be_visible(timeout=60_000)
        page.locator(".opblock-tag").first.click()
        page.locator(".opblock-summary-control").first.click()
        expect(page.get_by_text("Retry-After").first).to_be_visible()
        policy = answered.headers["content-security-policy"]
    assert complaints == []
    assert "unsafe" not in policy
