"""Signing in with a password, and what an account page never does."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import get_resolver

from hmislead.accounts.models import User
from hmislead.accounts.templatetags.accounts import browser_words
from tests.accounts.conftest import PASSWORD, make_administrator, make_member

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


def test_the_address_counts_whatever_its_case(db, signed_in):
    user = User.objects.create_user("dana@example.org", PASSWORD)
    answer = Client().post("/accounts/login/", {"login": "DANA@example.org", "password": PASSWORD})
    assert answer.status_code == 302
    assert user.is_active


def test_a_wrong_password_is_422_and_says_nothing_about_the_address(db):
    User.objects.create_user("dana@example.org", PASSWORD)
    pages = [
        Client().post("/accounts/login/", {"login": email, "password": "wrong wrong wrong"})
        for email in ("dana@example.org", "nobody@example.org")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    sentences = [page.context["form"].non_field_errors() for page in pages]
    assert sentences[0] == sentences[1]


def test_five_wrong_passwords_lock_the_address_for_a_while(db):
    """From any address on the network, and for the right password too."""
    User.objects.create_user("dana@example.org", PASSWORD)
    for n in range(5):
        tried = Client(REMOTE_ADDR=f"192.0.2.{n}").post(
            "/accounts/login/", {"login": "dana@example.org", "password": "wrong wrong wrong"}
        )
        assert tried.status_code == 422
    locked = Client(REMOTE_ADDR="192.0.2.99").post(
        "/accounts/login/", {"login": "dana@example.org", "password": PASSWORD}
    )
    assert locked.status_code == 429
    assert "Too many tries" in locked.content.decode()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=6)):
        later = Client().post("/accounts/login/", {"login": "dana@example.org", "password": PASSWORD})
    assert later.status_code == 302


def test_many_addresses_from_one_place_are_stopped(db):
    statuses = [
        Client().post("/accounts/login/", {"login": f"u{n}@example.org", "password": "wrong wrong wrong"}).status_code
        for n in range(12)
    ]
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/3rdparty/",
        "/accounts/3rdparty/signup/",
        "/accounts/password/set/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/abc/",
        "/accounts/oidc/openid_connect/login/",
        "/accounts/saml/saml/login/",
    ],
)
def test_pages_this_product_does_not_have(implementation, signed_in, path):
    """An address is proved by an invitation; a page to change it freely would let somebody sit on another's address."""
    browser = signed_in(make_member(implementation, "dana@example.org"))
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"email": "victim@example.org", "action_add": ""}).status_code == 404


def test_a_password_is_changed_by_its_owner_alone(implementation, signed_in):
    user = make_member(implementation, "dana@example.org")
    browser = signed_in(user)
    wanted = {"oldpassword": PASSWORD, "password1": "quite another long one", "password2": "quite another long one"}
    assert browser.post("/accounts/password/change/", {**wanted, "oldpassword": "guess guess guess"}).status_code == 422
    weak = {**wanted, "password1": "short", "password2": "short"}
    assert browser.post("/accounts/password/change/", weak).status_code == 422
    assert browser.post("/accounts/password/change/", wanted).status_code == 302
    user.refresh_from_db()
    assert user.check_password("quite another long one")
    assert mail.outbox[-1].subject == "Your password was changed"
    assert "127.0.0.1" not in mail.outbox[-1].body


def test_a_reset_link_comes_by_mail_and_works_once(implementation):
    user = make_member(implementation, "dana@example.org")
    user.set_password(PASSWORD)
    user.save()
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": "dana@example.org"})
    path = urlsplit(next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)).path
    form = browser.get(path, follow=True)
    new = {"password1": "quite another long one", "password2": "quite another long one"}
    assert browser.post(form.redirect_chain[-1][0], new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("quite another long one")
    assert "does not work" in Client().get(path, follow=True).content.decode()


def test_a_reset_link_leads_to_our_own_address_whatever_host_the_request_names(db, settings):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["hmis.example.org", "old.example.org"], "https://hmis.example.org"
    User.objects.create_user("dana@example.org", PASSWORD)
    Client(HTTP_HOST="old.example.org").post("/accounts/password/reset/", {"email": "dana@example.org"})
    assert "https://hmis.example.org/accounts/password/reset/key/" in mail.outbox[-1].body
    assert "old.example.org" not in mail.outbox[-1].body


def test_an_unknown_address_gets_the_same_page(db):
    make = Client().post("/accounts/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert make.status_code == 200
    assert "Look at your mail" in make.content.decode()


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15",
            "Safari on Mac",
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0", "Edge on Windows"),
        ("curl/8.0", "Another program"),
        ("", "Another program"),
    ],
)
def test_a_browser_in_words(user_agent, words):
    assert browser_words(user_agent) == words


def test_own_sessions_one_and_all_others_are_signed_out(implementation, signed_in):
    user = make_member(implementation, "dana@example.org")
    here = signed_in(user, Client(HTTP_USER_AGENT=FIREFOX))
    others = [signed_in(user, Client(HTTP_USER_AGENT="curl/8.0")) for _ in range(2)]
    for browser in (here, *others):
        browser.get("/accounts/sessions/")
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox on Windows" in page
    assert "Gecko" not in page
    assert "127.0.0.1" not in page
    first = UserSession.objects.get(session_key=others[0].session.session_key)
    assert here.post(f"/accounts/sessions/{first.pk}/end/").status_code == 302
    assert others[0].get("/accounts/sessions/").status_code == 302
    assert others[1].get("/accounts/sessions/").status_code == 200
    assert here.post("/accounts/sessions/").status_code == 302
    assert others[1].get("/accounts/sessions/").status_code == 302
    assert here.get("/accounts/sessions/").status_code == 200


def test_nobody_ends_somebody_elses_session(implementation, administrator, signed_in):
    victim = signed_in(make_member(implementation, "dana@example.org"))
    victim.get("/accounts/sessions/")
    session = UserSession.objects.get(session_key=victim.session.session_key)
    assert signed_in(administrator).post(f"/accounts/sessions/{session.pk}/end/").status_code == 404
    assert victim.get("/accounts/sessions/").status_code == 200


def test_a_session_nobody_uses_ends_and_polling_is_no_use(implementation, signed_in):
    browser = signed_in(make_member(implementation, "dana@example.org"))
    browser.get("/accounts/sessions/")
    start = dt.datetime.now(dt.UTC)
    with time_machine.travel(start + dt.timedelta(minutes=20)):
        assert browser.get("/accounts/sessions/", headers={"X-Poll": "1"}).status_code == 200
    with time_machine.travel(start + dt.timedelta(minutes=31)):
        answer = browser.get("/accounts/sessions/")
        assert answer.status_code == 302
        assert "nothing happened for a while" in browser.get("/accounts/login/").content.decode()


def test_the_last_use_of_a_browser_is_kept_to_the_minute(implementation, signed_in):
    browser = signed_in(make_member(implementation, "dana@example.org"))
    browser.get("/accounts/sessions/")
    start = dt.datetime.now(dt.UTC)
    seen = [UserSession.objects.get(session_key=browser.session.session_key).last_seen_at]
    for seconds in (30, 120):
        with time_machine.travel(start + dt.timedelta(seconds=seconds)):
            browser.get("/accounts/sessions/")
            seen.append(UserSession.objects.get(session_key=browser.session.session_key).last_seen_at)
    assert seen[1] == seen[0]
    assert seen[2] >= start + dt.timedelta(seconds=119)


def test_staying_signed_in_is_use(implementation, signed_in):
    browser = signed_in(make_member(implementation, "dana@example.org"))
    start = dt.datetime.now(dt.UTC)
    with time_machine.travel(start + dt.timedelta(minutes=25)):
        assert browser.post("/accounts/keep-alive/").status_code == 204
    with time_machine.travel(start + dt.timedelta(minutes=50)):
        assert browser.get("/accounts/sessions/").status_code == 200


def test_the_page_knows_the_limit_of_the_implementation(implementation, administrator, signed_in):
    from hmislead.access.scopes import ROBOT
    from hmislead.tenancy.context import use
    from hmislead.tenancy.operations import change_setting

    with use(implementation):
        change_setting(key="session.idle_minutes", value=10, by=ROBOT)
    browser = signed_in(administrator)
    browser.get("/i/north/settings/")
    assert 'data-idle-seconds="600"' in browser.get("/i/north/settings/").content.decode()


def addresses(patterns, prefix=""):
    for each in patterns:
        path = prefix + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from addresses(each.url_patterns, path)
        else:
            yield path, each.callback


def test_no_address_lets_an_administrator_change_anothers_sign_in(implementation, administrator, signed_in):
    """No page or endpoint below an implementation names a password, and posting one to those about people does nothing."""
    below = [path for path, _ in addresses(get_resolver().url_patterns) if "<slug:slug>" in path]
    assert below
    assert not [path for path in below if any(word in path for word in ("password", "mfa", "2fa", "totp", "webauthn"))]
    victim = make_member(implementation, "dana@example.org")
    victim.set_password(PASSWORD)
    victim.save()
    browser = signed_in(administrator)
    hostile = {
        "email": "mine@example.org",
        "password": "mallory mallory",
        "is_active": "",
        "name": "X",
        "role": "lead_staff",
    }
    browser.post(f"/i/north/settings/people/{victim.pk}/", hostile)
    victim.refresh_from_db()
    assert (victim.email, victim.name, victim.is_active) == ("dana@example.org", "Dana", True)
    assert victim.check_password(PASSWORD)


def test_an_administrator_elsewhere_changes_nothing_here(implementation, other_implementation, signed_in):
    victim = make_administrator(implementation, "dana@example.org")
    browser = signed_in(make_administrator(other_implementation, "mallory@example.org"))
    assert browser.get(f"/i/south/settings/people/{victim.pk}/").status_code == 404
    assert browser.post(f"/i/south/settings/people/{victim.pk}/remove/").status_code == 404
