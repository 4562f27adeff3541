"""The pages to read and try the API, in Chromium: they work under the content policy, without anything inline."""

import pytest
from playwright.sync_api import expect, sync_playwright

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_pages_of_the_api_work_under_the_content_policy(transactional_db, live_server):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page, complaints = browser.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answered = page.goto(f"{live_server.url}/api/v1/docs/")
        expect(page.get_by_role("heading", name="HMIS Lead API")).to_be_visible(timeout=60_000)
        page.locator(".opblock-tag").first.click()
        page.locator(".opblock-summary-control").first.click()
        expect(page.get_by_text("Retry-After").first).to_be_visible()
        policy = answered.headers["content-security-policy"]
        browser.close()
    assert complaints == []
    assert "unsafe" not in policy
