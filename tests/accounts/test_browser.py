"""Signing in, in Chromium: authenticator app, passkey, the idle warning, and axe on every page of ours."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import EmailChange
from hmislead.accounts.tasks import send_address_link
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from tests.accounts.conftest import PASSWORD, invited, make_administrator
from tests.accounts.test_second_factor import digits
from tests.chromium import chromium as launched
from tests.chromium import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def tab(chromium):
    """A page; whatever the browser complained about, the content policy above all, fails the test."""
    complaints = []
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


@pytest.fixture
def site(transactional_db, implementation, live_server):
    """The address of the site by a name, which passkeys need."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def dana(site, implementation):
    user = make_administrator(implementation, "dana@example.org")
    user.set_password(PASSWORD)
    user.save()
    with use(implementation):
        change_setting(key="mfa.required_roles", value=["lead_administrator"], by=ROBOT)
    return user


def sign_in(page, site):
    page.goto(f"{site}/accounts/login/?next=/i/north/settings/")
    page.get_by_label("E-mail address").fill("dana@example.org")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_password(page):
    page.get_by_label("Password", exact=False).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_setting_up_an_app_and_signing_in_with_it(site, dana, tab):
    sign_in(tab, site)
    expect(tab.get_by_role("heading", name="Your role needs a second factor")).to_be_visible()
    assert violations(tab) == []
    tab.get_by_role("link", name="Set up an app").click()
    confirm_password(tab)
    secret = tab.get_by_label("Secret to type instead").input_value()
    assert violations(tab) == []
    tab.get_by_label("Authenticator code").fill(digits(secret))
    tab.get_by_role("button", name="Turn it on").click()
    tab.goto(f"{site}/i/north/settings/")
    expect(tab.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    tab.context.clear_cookies()
    sign_in(tab, site)
    expect(tab.get_by_role("heading", name="One more step")).to_be_visible()
    assert violations(tab) == []
    # The digits just used to set it up do not work twice within their half minute.
    tab.evaluate("() => 0")
    from django.core.cache import cache

    cache.clear()
    tab.get_by_label("Code").fill(digits(secret))
    tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.get_by_role("heading", name="Settings", level=1)).to_be_visible()


def test_adding_a_passkey_and_signing_in_without_a_password(site, dana, tab):
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(tab, site)
    tab.get_by_role("link", name="Add a passkey").click()
    confirm_password(tab)
    tab.get_by_label("Name").fill("Work laptop")
    tab.get_by_label("Passwordless").press("Space")
    assert violations(tab) == []
    tab.get_by_role("button", name="Add passkey").click()
    expect(tab.get_by_label("Codes you can still use")).to_be_visible()
    tab.goto(f"{site}/accounts/2fa/webauthn/")
    expect(tab.get_by_text("Signs in without a password")).to_be_visible()
    assert violations(tab) == []
    tab.context.clear_cookies()
    tab.goto(f"{site}/accounts/login/?next=/i/north/settings/")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    expect(tab.get_by_role("heading", name="Settings", level=1)).to_be_visible()


def test_the_page_warns_before_the_session_ends_and_clears_itself_after(site, dana, tab):
    dana_without(dana)
    sign_in(tab, site)
    expect(tab.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    tab.clock.install()
    tab.reload()
    tab.clock.run_for(29 * 60 * 1000)
    warning = tab.get_by_role("dialog", name="Are you still there?")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("less than a minute")
    assert violations(tab) == []
    with tab.expect_response("**/accounts/keep-alive/") as answer:
        warning.get_by_role("button", name="Stay signed in").press("Enter")
    assert answer.value.status == 204
    expect(warning).to_be_hidden()
    with tab.expect_request("**/accounts/login/**") as asked:
        tab.clock.run_for(31 * 60 * 1000)
    assert asked.value.url.endswith("?next=%2Fi%2Fnorth%2Fsettings%2F")


def dana_without(user):
    """Dana, of whom no second factor is asked."""
    with use(user.memberships.get().implementation):
        change_setting(key="mfa.required_roles", value=[], by=ROBOT)


@pytest.mark.parametrize("width", [1280, 320])
def test_somebody_changes_their_address(site, dana, tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    dana_without(dana)
    sign_in(tab, site)
    tab.goto(f"{site}/accounts/security/")
    tab.get_by_role("link", name="Change your e-mail address").click()
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Go on").click()
    check(tab, tab.url, width)
    tab.get_by_label("New e-mail address").fill("new@example.org")
    tab.get_by_role("button", name="Send the link").click()
    expect(tab.get_by_role("heading", name="Look into your mailbox", level=1)).to_be_visible()
    assert violations(tab) == []
    send_address_link(str(EmailChange.objects.get().pk))
    link = re.search(r"/accounts/address/[\w-]+/", mail.outbox[-1].body).group(0)
    check(tab, f"{site}{link}", width)
    tab.get_by_role("button", name="Use the new address").click()
    expect(tab.get_by_text("From now on you sign in as new@example.org.")).to_be_visible()
    check(tab, f"{site}{link}", width)
    expect(tab.get_by_text("This link does not work any more")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_fails_axe_or_runs_off_the_side(site, dana, implementation, tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    dana_without(dana)
    dana.is_operator = True
    dana.save()
    _, link = invited(implementation, "new@example.org", role="lead_staff", by=ROBOT)
    outside = ["accounts/login/", "accounts/password/reset/", "i/north/sign-in/", link.lstrip("/"), "invitation/none/"]
    for path in outside:
        check(tab, f"{site}/{path}", width)
    sign_in(tab, site)
    # The pages of an implementation are looked at in tests/test_every_page_in_chromium.py.
    paths = ["accounts/security/", "accounts/sessions/", "accounts/2fa/", "accounts/password/change/"]
    paths += ["operator/", f"operator/{implementation.pk}/", ""]
    for path in paths:
        check(tab, f"{site}/{path}", width)


def check(page, url, width):
    page.goto(url)
    assert violations(page) == [], url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, url
