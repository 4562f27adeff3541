"""Second factors: set up by their owner, demanded by role."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client

from hmislead.access.scopes import ROBOT
from hmislead.accounts import tokens
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from tests.accounts.conftest import PASSWORD, make_administrator, make_member


def digits(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def give_app(user):
    from allauth.mfa.totp.internal.auth import TOTP

    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


@pytest.fixture
def demanding(implementation, administrator):
    """`implementation` as it comes: Lead administrators need a second factor."""
    with use(implementation):
        change_setting(key="mfa.required_roles", value=["lead_administrator"], by=ROBOT)
    return implementation


def test_it_is_demanded_of_administrators_unless_decided_otherwise(implementation):
    from hmislead.tenancy import settings

    with use(implementation):
        assert settings.value("mfa.required_roles") == ["lead_administrator"]


def test_a_role_that_needs_it_gets_nowhere_without(demanding, administrator, signed_in):
    browser = signed_in(administrator)
    answer = browser.get("/i/north/settings/")
    assert answer.headers["Location"] == "/accounts/2fa/?required=1"
    assert browser.post("/i/north/settings/state/", {"to": "closed", "sure": "on"}).status_code == 302
    demanding.refresh_from_db()
    assert demanding.state == "live"
    api = browser.get("/api/v1/i/north/settings/")
    assert api.status_code == 403
    assert "second factor" in api.json()["detail"]


def test_with_it_the_way_is_free(demanding, administrator, signed_in):
    browser = signed_in(administrator)
    give_app(administrator)
    assert browser.get("/i/north/settings/").status_code == 200
    assert browser.get("/api/v1/i/north/settings/").status_code == 200


def test_other_roles_are_not_asked(demanding, people, signed_in):
    assert signed_in(people["staff"]).get("/i/north/settings/").status_code == 200


def test_a_token_made_with_it_works_without_a_session(demanding, administrator):
    with use(demanding):
        _, secret = tokens.create(name="x", wanted=["view_settings"], days=1, by=administrator)
    answer = Client().get("/api/v1/i/north/settings/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200


def test_a_demonstration_skips_the_demand(demanding, administrator, signed_in):
    demanding.is_demo = True
    demanding.save()
    assert signed_in(administrator).get("/i/north/settings/").status_code == 200


def test_the_password_alone_is_then_not_enough(implementation, administrator):
    secret = give_app(administrator)
    administrator.set_password(PASSWORD)
    administrator.save()
    browser = Client()
    first = browser.post("/accounts/login/", {"login": administrator.email, "password": PASSWORD})
    assert first.headers["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/i/north/settings/").status_code == 302
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 422
    assert browser.get("/i/north/settings/").status_code == 302
    assert browser.post("/accounts/2fa/authenticate/", {"code": digits(secret)}).status_code == 302
    assert browser.get("/i/north/settings/").status_code == 200


def test_a_recovery_code_works_once(implementation, administrator):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    give_app(administrator)
    code = RecoveryCodes.activate(administrator).get_unused_codes()[0]
    administrator.set_password(PASSWORD)
    administrator.save()
    for expected in (302, 422):
        browser = Client()
        browser.post("/accounts/login/", {"login": administrator.email, "password": PASSWORD})
        assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


@pytest.mark.django_db(transaction=True)  # the mail leaves after the commit, while the request is still there
def test_setting_up_asks_for_the_password_again_and_gives_recovery_codes(implementation, signed_in):
    user = make_member(implementation, "dana@example.org")
    browser = signed_in(user)
    asked = browser.get("/accounts/2fa/totp/activate/")
    assert "/accounts/reauthenticate/" in asked.headers["Location"]
    assert browser.post(asked.headers["Location"], {"password": "wrong wrong wrong"}).status_code == 422
    assert browser.post(asked.headers["Location"], {"password": PASSWORD}).status_code == 302
    form = browser.get("/accounts/2fa/totp/activate/")
    assert form.status_code == 200
    secret = form.context["form"].secret
    assert browser.post("/accounts/2fa/totp/activate/", {"code": digits(secret)}).status_code == 302
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    assert mail.outbox[-1].subject == "An authenticator app was added to your sign-in"
    assert "Show codes" in browser.get("/accounts/2fa/").content.decode()
    assert browser.get("/accounts/2fa/recovery-codes/").status_code == 200


def test_removing_it_shuts_the_way_again(demanding, administrator, signed_in):
    give_app(administrator)
    other = make_administrator(demanding, "other@example.org")
    with use(demanding):
        change_setting(key="mfa.required_roles", value=["lead_administrator"], by=ROBOT)
    browser = signed_in(other)
    assert browser.get("/i/north/settings/").status_code == 302
    give_app(other)
    assert browser.get("/i/north/settings/").status_code == 200
    Authenticator.objects.filter(user=other).delete()
    assert browser.get("/i/north/settings/").status_code == 302
