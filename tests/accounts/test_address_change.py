"""Another e-mail address to sign in with: asked for by its owner, confirmed in the new mailbox, told to the old one."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import get_resolver

from hmislead.accounts import address_change
from hmislead.accounts.middleware import SSO_KEY
from hmislead.accounts.models import EmailChange, User
from hmislead.accounts.tasks import send_address_link, tell_old_address
from hmislead.errors import DomainError
from tests.accounts.conftest import PASSWORD, make_member

ASK = "/accounts/address/"
NEW = "dana.whitfield@example.com"


@pytest.fixture
def dana(implementation):
    return make_member(implementation, "dana@example.org")


@pytest.fixture
def browser(signed_in, dana):
    """A browser in which Dana is signed in and has just given her password again."""
    browser = signed_in(dana)
    confirm_password(browser)
    return browser


def confirm_password(browser):
    answer = browser.post(f"/accounts/reauthenticate/?next={ASK}", {"password": PASSWORD})
    assert answer.status_code == 302


def asked(browser, address=NEW):
    """Ask on the page, send the mail, and read the link out of it."""
    assert browser.post(ASK, {"address": address}).status_code == 200
    change = EmailChange.objects.get(confirmed_at=None)
    send_address_link(str(change.pk))
    found = re.search(r"/accounts/address/[\w-]+/", mail.outbox[-1].body)
    return found.group(0) if found else None


def test_the_address_changes_once_the_link_in_the_new_mailbox_is_opened(browser, dana):
    link = asked(browser)
    assert mail.outbox[-1].to == [NEW]
    dana.refresh_from_db()
    assert dana.email == "dana@example.org"
    page = browser.get(link).content.decode()
    assert "dana@example.org" in page
    assert NEW in page
    dana.refresh_from_db()
    assert dana.email == "dana@example.org", "opening a link changes nothing: mail programs do that too"
    assert browser.post(link).status_code == 302
    dana.refresh_from_db()
    assert dana.email == NEW
    assert browser.get("/accounts/security/").status_code == 200, "the browser stays signed in"
    assert Client().post("/accounts/login/", {"login": NEW, "password": PASSWORD}).status_code == 302
    assert Client().post("/accounts/login/", {"login": "dana@example.org", "password": PASSWORD}).status_code == 422


def test_the_old_address_is_told_and_what_was_is_kept(browser, dana):
    browser.post(asked(browser))
    change = EmailChange.objects.get()
    assert (change.user, change.old_email, change.new_email) == (dana, "dana@example.org", NEW)
    assert change.confirmed_at
    tell_old_address(str(change.pk))
    told = mail.outbox[-1]
    assert told.to == ["dana@example.org"]
    assert told.subject == "The e-mail address of your sign-in was changed"
    assert NEW not in told.body, "whoever reads the old mailbox now need not know the new one"


def test_the_old_address_of_another_table_no_longer_signs_in_or_resets(browser, dana):
    EmailAddress.objects.create(user=dana, email="dana@example.org", verified=True, primary=True)
    browser.post(asked(browser))
    assert not EmailAddress.objects.filter(user=dana).exists()
    before = len(mail.outbox)
    Client().post("/accounts/password/reset/", {"email": "dana@example.org"})
    assert "/password/reset/key/" not in "".join(message.body for message in mail.outbox[before:])


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_password_is_asked_for_again(signed_in, dana, method):
    browser = signed_in(dana)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        answer = getattr(browser, method)(ASK, {"address": NEW})
    assert answer.status_code == 302
    assert "/accounts/reauthenticate/" in answer.headers["Location"]
    assert not EmailChange.objects.exists()


def test_or_the_second_factor(signed_in, dana):
    browser = signed_in(dana)
    TOTP.activate(dana, "JBSWY3DPEHPK3PXP")
    page = browser.get(ASK, follow=True).content.decode()
    assert "/accounts/2fa/reauthenticate/" in page


def test_a_session_of_a_provider_cannot(browser):
    session = browser.session
    session[SSO_KEY] = "0"
    session.save()
    assert browser.get(ASK).status_code == 403
    assert browser.post(ASK, {"address": NEW}).status_code == 403
    assert browser.post(f"{ASK}some-secret/").status_code == 403


def test_nobody_else_can_use_the_link(browser, dana, implementation, signed_in):
    """Not a stranger at a mistyped address, not another sign-in."""
    link = asked(browser)
    for method in ("get", "post"):
        answer = getattr(Client(), method)(link)
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.headers["Location"]
    mallory = signed_in(make_member(implementation, "mallory@example.org"))
    for method in ("get", "post"):
        answer = getattr(mallory, method)(link)
        assert answer.status_code == 409
        assert NEW not in answer.content.decode()
    dana.refresh_from_db()
    assert dana.email == "dana@example.org"


def test_a_link_works_once_for_a_day_and_only_the_newest(browser, dana):
    first = asked(browser, "first@example.org")
    second = asked(browser, NEW)
    assert browser.post(first).status_code == 409
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=24, minutes=1)):
        assert address_change_refuses(second, dana)
    assert browser.post(second).status_code == 302
    assert browser.post(second).status_code == 409
    dana.refresh_from_db()
    assert dana.email == NEW


def address_change_refuses(link, user):
    """The session has ended by then too, so the operation itself is asked."""
    with pytest.raises(DomainError, match="does not work any more"):
        address_change.confirm_address(secret=link.split("/")[-2], by=user)
    return True


def test_whether_an_address_has_a_sign_in_is_told_to_its_owner_alone(browser, implementation):
    make_member(implementation, "eve@example.org")
    free = browser.post(ASK, {"address": "free@example.org"})
    taken = browser.post(ASK, {"address": "Eve@Example.org"})
    assert free.status_code == taken.status_code == 200
    same = [answer.content.decode().count("Look into your mailbox") for answer in (free, taken)]
    assert same[0] == same[1] > 0
    send_address_link(str(EmailChange.objects.get().pk))
    told = mail.outbox[-1]
    assert (told.to, told.subject) == (["eve@example.org"], "Somebody asked to sign in with this address")
    assert "/accounts/address/" not in told.body


def test_an_address_that_got_a_sign_in_since_is_refused(browser, dana, implementation):
    link = asked(browser)
    make_member(implementation, NEW)
    answer = browser.post(link)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.content.decode()
    dana.refresh_from_db()
    assert dana.email == "dana@example.org"


@pytest.mark.parametrize("address", ["", "nonsense", "DANA@example.org", "a@b@c", f"{'x' * 260}@example.org"])
def test_what_is_no_new_address_is_422(browser, address):
    assert browser.post(ASK, {"address": address}).status_code == 422
    assert not EmailChange.objects.exists()


def test_one_mailbox_gets_one_mail_in_three_minutes(browser):
    assert browser.post(ASK, {"address": NEW}).status_code == 200
    assert browser.post(ASK, {"address": NEW}).status_code == 429
    assert browser.post(ASK, {"address": "other@example.org"}).status_code == 200


def test_one_request_is_open_at_a_time(dana):
    address_change.ask_for_address(address=NEW, by=dana)
    address_change.ask_for_address(address="other@example.org", by=dana)
    assert EmailChange.objects.get().new_email == "other@example.org"
    copy = EmailChange.objects.get()
    copy.pk, copy.secret_hash = dana.pk, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_the_secret_is_in_the_mail_alone(browser):
    link = asked(browser)
    secret = link.split("/")[-2]
    assert secret not in str(EmailChange.objects.values())


def test_no_page_of_an_implementation_changes_anybodys_address(implementation, administrator, signed_in, dana):
    below = [str(each.pattern) for each in get_resolver().url_patterns if "<slug:slug>" in str(each.pattern)]
    assert below
    assert not [path for path in below if "address" in path]
    browser = signed_in(administrator)
    for path in (f"settings/people/{dana.pk}/", "settings/people/", "settings/invitations/"):
        browser.post(f"/i/north/{path}", {"email": NEW, "address": NEW, "user": str(dana.pk)})
    assert User.objects.get(pk=dana.pk).email == "dana@example.org"
    address_change.ask_for_address(address="mine@example.org", by=administrator)
    assert EmailChange.objects.get().user == administrator
