"""One sign-in, any number of implementations."""

from django.test import Client

from hmislead.accounts.models import Membership, User
from tests.accounts.conftest import make_member


def test_none_explains_one_leads_there_many_ask(implementation, other_implementation, signed_in):
    user = User.objects.create_user("dana@example.org")
    browser = signed_in(user)
    assert "does not belong to any HMIS yet" in browser.get("/").content.decode()
    Membership.objects.create(user=user, implementation=implementation)
    assert browser.get("/").headers["Location"] == "/i/north/"
    Membership.objects.create(user=user, implementation=other_implementation)
    page = browser.get("/").content.decode()
    assert 'href="/i/north/"' in page
    assert 'href="/i/south/"' in page


def test_other_peoples_implementations_do_not_show(implementation, other_implementation, signed_in):
    browser = signed_in(make_member(implementation, "dana@example.org"))
    assert browser.get("/i/south/settings/").status_code == 404
    assert "South" not in browser.get("/accounts/security/").content.decode()


def test_the_switcher_lists_where_one_may_go(implementation, other_implementation, administrator, signed_in):
    Membership.objects.create(user=administrator, implementation=other_implementation)
    page = signed_in(administrator).get("/i/north/settings/").content.decode()
    assert 'href="/i/south/"' in page
    assert "Switch implementation" in page


def test_the_operator_page_is_in_the_menu_of_operators_alone(implementation, administrator, signed_in):
    browser = signed_in(administrator)
    assert "/operator/" not in browser.get("/i/north/settings/").content.decode()
    administrator.is_operator = True
    administrator.save()
    assert "/operator/" in browser.get("/i/north/settings/").content.decode()


def test_nobody_signed_in_signs_in_first(db):
    assert Client().get("/").headers["Location"].startswith("/accounts/login/")
