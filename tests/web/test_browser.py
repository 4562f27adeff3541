"""The building blocks in Chromium: axe, keyboard, narrow screens, and pages that need no script."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.chromium import chromium as launched
from tests.chromium import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def site(gallery_site, transactional_db, live_server):
    """The gallery's address, with seven implementations in its list."""
    for slug in ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"):
        factories.ImplementationFactory(slug=slug, state="live" if slug < "d" else "setup")
    return live_server.url


@pytest.fixture
def tab(chromium):
    """Opens a page of a given width and colour scheme; whatever the browser complained about fails the test."""
    complaints, contexts = [], []

    def open_tab(width=1280, scheme="light", **options):
        size = {"width": width, "height": 800}
        contexts.append(chromium.new_context(viewport=size, color_scheme=scheme, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda got: complaints.append(got.url) if _missing(got) else None)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    # Pages that answer 404 or 422 on purpose are in the console too; missing scripts are told by `_missing`.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def _missing(response):
    return response.status >= 400 and "/static/" in response.url


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_no_page_fails_axe_or_runs_off_the_side(site, tab, width, scheme):
    page = tab(width, scheme)
    for path in ("gallery/pieces/", "gallery/form/", "dressed-list/?state=live", "nowhere/"):
        page.goto(f"{site}/{path}")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_pages_are_light_and_ask_no_other_site(site, tab):
    page, asked = tab(), []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("gallery/pieces/", "gallery/form/", "dressed-list/"):
        assert len(page.goto(f"{site}/{path}").body()) < 150_000
    page.wait_for_load_state("networkidle")
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {site.split("/")[2]}


def test_the_error_summary_takes_focus_and_leads_to_the_field(site, tab):
    page = tab()
    page.goto(f"{site}/gallery/form/")
    page.get_by_role("button", name="Add agency").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("link", name="Day the agreement was signed: Enter a date.").press("Enter")
    expect(page.get_by_label("Day the agreement was signed")).to_be_focused()


def test_leaving_a_changed_form_is_asked_about_and_an_unchanged_one_is_not(site, tab):
    page, asked = tab(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{site}/gallery/form/")
    page.goto(f"{site}/gallery/pieces/")
    assert asked == []
    page.goto(f"{site}/gallery/form/")
    page.get_by_label("Note").press_sequentially("half a thought")
    page.goto(f"{site}/gallery/pieces/")
    assert asked == ["beforeunload"]


def test_the_menu_opens_and_closes_by_keyboard_on_a_phone(site, tab):
    page = tab(390)
    page.goto(f"{site}/gallery/pieces/")
    button, menu = page.locator("#menu-button"), page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(menu.get_by_role("link", name="Pieces")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


def test_slash_goes_to_the_search_but_not_while_writing(site, tab):
    page = tab()
    page.goto(f"{site}/gallery/form/")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.get_by_label("Note").press("/")
    expect(page.get_by_label("Note")).to_have_value("/")


def test_a_filter_changes_rows_and_address_and_back_restores_both(site, tab):
    page = tab()
    page.goto(f"{site}/dressed-list/")
    page.get_by_label("Search", exact=True).press_sequentially("alp")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=alp"))
    expect(page.get_by_label("Search", exact=True)).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("1 implementation matches these filters")
    page.get_by_role("link", name="Search: alp").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.get_by_label("Search", exact=True)).to_have_value("")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_all_that_match_can_be_chosen_and_sent(site, tab):
    page = tab()
    page.goto(f"{site}/dressed-list/?state=setup")
    expect(page.locator(".bulk")).to_be_hidden()
    page.get_by_label("Select Delta").check()
    expect(page.locator(".bulk-count")).to_have_text("1 selected")
    page.goto(f"{site}/dressed-list/")
    page.get_by_label("Select all on this page").check()
    page.get_by_label("Select all 7 that match").check()
    expect(page.locator(".bulk-count")).to_have_text("7 selected")
    page.get_by_role("button", name="Send a reminder").click()
    assert page.locator("body").inner_text() == "alpha, bravo, charlie, delta, echo, foxtrot, golf"


def test_the_second_page_takes_focus_to_its_rows(site, tab):
    page = tab()
    page.goto(f"{site}/dressed-list/")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("#items")).to_be_focused()


def test_everything_works_without_script(site, tab):
    page = tab(390, java_script_enabled=False)
    page.goto(f"{site}/dressed-list/")
    page.get_by_label("Search", exact=True).fill("golf")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Select Golf").check()
    page.get_by_role("button", name="Send a reminder").click()
    assert page.locator("body").inner_text() == "golf"
    page.goto(f"{site}/dressed-list/")
    page.get_by_role("link", name="Menu").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Pieces").click()
    expect(page).to_have_url(f"{site}/gallery/pieces/")
