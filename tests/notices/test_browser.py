"""Notices in Chromium: from the bell to the page, from the grid to the sent mail; axe, keyboard and narrow screens."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.notices import operations
from hmislead.notices.models import BulkSend, Message
from hmislead.tenancy.context import use
from tests import factories
from tests.chromium import chromium as launched
from tests.chromium import violations
from tests.notices.factories import BulkSendFactory, MessageFactory, NoticeFactory, status

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def staff(transactional_db, implementation):
    """Somebody of the HMIS Lead, with two agencies that lack something and one mail that did not arrive."""
    with use(implementation):
        user = factories.member(implementation, "staff")
        access_operations.grant_role(user=user, role="lead_staff", by=ROBOT)
        for name in ("Harbor House", "Neighbor Services"):
            agency = factories.OrganizationFactory(name=name)
            factories.OrganizationRoleFactory(organization=agency)
            lead = factories.member(implementation, name.split()[0].lower())
            access_operations.grant_role(user=lead, role="cho_lead", organization=agency, by=ROBOT)
            status("participation-agreement", agency, "not_met")
            operations.notify(
                type="requirement_due",
                recipients=[user, lead],
                sentence=f"{name}: Participation agreement, due by 14 March 2030.",
                path="/i/north/notices/preferences/",
            )
        NoticeFactory(user=user, sentence="North: 4 tasks new.", path="/i/north/")
        MessageFactory(state="bounced", trouble="address", address="gone@example.org")
        BulkSendFactory(drafted_by=user)
    return user


@pytest.fixture
def tab(chromium, live_server, client, staff):
    """Opens a signed-in page; whatever the browser complained about, the content policy above all, fails the test."""
    complaints, contexts = [], []
    client.force_login(staff)
    cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": live_server.url}

    def open_tab(width=1280, scheme="light"):
        contexts.append(
            chromium.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=f"{live_server.url}/i/north/"
            )
        )
        contexts[-1].add_cookies([cookie])
        page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def test_no_page_fails_axe_in_the_dark(tab, implementation):
    with use(implementation):
        message, bulk = Message.objects.get(state="bounced"), BulkSend.objects.get()
        digest = Message.objects.filter(type="digest").first()
    page = tab(390, "dark")
    for path in (
        "notices/",
        "notices/preferences/",
        "messages/",
        f"messages/{message.pk}/",
        f"messages/{digest.pk}/",
        f"messages/{digest.pk}/mail/",
        "reminders/",
        f"reminders/{bulk.pk}/",
    ):
        page.goto(path)
        if not path.endswith("/mail/"):  # its sandbox lets nothing run, axe included
            assert violations(page) == [], path


def test_the_mail_itself_is_accessible(tab, implementation):
    with use(implementation):
        html = Message.objects.filter(type="digest").first().html
    page = tab(390)
    page.set_content(html)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_mail_is_shown_in_its_own_style(tab, implementation):
    with use(implementation):
        message = Message.objects.filter(type="digest").first()
    page = tab()
    page.goto(f"messages/{message.pk}/mail/")
    assert page.locator("a.button").bounding_box()["height"] > 40


def test_from_the_bell_to_what_it_is_about(tab):
    page = tab()
    page.goto("notices/")
    page.locator(".topbar a", has_text="Notices").click()
    page.get_by_role("link", name="Harbor House: Participation agreement, due by 14 March 2030.").click()
    expect(page.get_by_role("heading", name="What you are told")).to_be_visible()
    expect(page.locator(".topbar .count")).to_contain_text("2")
    page.goto("notices/")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".topbar .count")).to_have_count(0)


def test_from_the_grid_to_the_sent_mail(tab, implementation):
    page = tab()
    page.goto("reminders/new/")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Remind").click()
    page.get_by_label("Subject").fill("Please sign by 30 June 2030")
    page.get_by_label("Your words").fill("We visit in July.")
    page.get_by_role("button", name="Preview the mails").click()
    expect(page.get_by_role("heading", name="Mail 1 of 2")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Next mail").click()
    expect(page.get_by_role("heading", name="Mail 2 of 2")).to_be_visible()
    page.get_by_role("button", name="Send 2 messages").click()
    expect(page.get_by_text("2 messages are on the way")).to_be_visible()
    assert violations(page) == []
    with use(implementation):
        assert Message.objects.filter(bulk__state="sent", state__in=["queued", "held"]).count() == 2
