"""Single sign-on against a provider whose owner is hostile: it opens its own implementation, and nothing else."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.exceptions import PermissionDenied
from django.test import Client

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.accounts import providers
from hmislead.accounts.models import IdentityProvider, Membership, User
from hmislead.tenancy.context import use
from tests.accounts.conftest import PASSWORD, invited, make_administrator, make_member
from tests.accounts.oidc_server import OIDCServer

SECRET = "a-secret-of-the-provider"


@pytest.fixture(autouse=True)
def loopback_allowed(settings):
    settings.SSO_PRIVATE_ADDRESSES = True


@pytest.fixture
def server():
    running = OIDCServer()
    yield running
    running.close()


def connect_provider(implementation, server, by=ROBOT, **changes):
    fields = {
        "kind": "openid_connect",
        "name": "Riverbend",
        "address": server.url,
        "client_id": server.client_id,
        "secret": SECRET,
    }
    with use(implementation):
        return providers.save(details=providers.ProviderDetails(**{**fields, **changes}), by=by)


@pytest.fixture
def provider(implementation, server):
    return connect_provider(implementation, server)


def go(browser, slug="north", process="login"):
    """Press the button: the address at the provider one is sent to."""
    page = browser.post(f"/i/{slug}/sign-in/start/", {"process": process})
    assert page.status_code == 200, page.headers.get("Location")
    return page.context["target"]


def come_back(browser, target, **changes):
    """What the provider's browser redirect does after it has let the person in."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
    where = changes.pop("redirect_uri", asked["redirect_uri"])
    return browser.get(urlsplit(where).path, {"code": "a-code", "state": asked["state"], **changes})


def sign_in_by_provider(browser, slug="north"):
    return come_back(browser, go(browser, slug))


def link(browser, slug="north"):
    """Link an identity from a browser in which its owner has just signed in with the password."""
    browser.post("/accounts/reauthenticate/?next=/accounts/security/", {"password": PASSWORD})
    return come_back(browser, go(browser, slug, "connect"))


@pytest.fixture
def dana(implementation, other_implementation):
    """Belongs to both; staff of both."""
    user = make_member(implementation, "dana@example.org")
    for where in (implementation, other_implementation):
        with use(where):
            access_operations.grant_role(user=user, role="lead_staff", by=ROBOT)
    return user


@pytest.fixture
def linked(dana, provider, signed_in):
    link(signed_in(dana))
    return dana


def test_linking_then_signing_in(linked, provider):
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.provider) == (linked, "subject-1", provider.app.provider_id)
    browser = Client()
    assert sign_in_by_provider(browser).headers["Location"] == "/i/north/"
    assert browser.get("/i/north/settings/").status_code == 200
    assert browser.get("/api/v1/i/north/settings/").status_code == 200


def test_of_all_claims_only_the_subject_is_kept(linked, server):
    server.claims["family_name"] = "Whitfield"
    sign_in_by_provider(Client())
    assert SocialAccount.objects.get().extra_data == {}


def test_the_session_opens_its_implementation_alone(linked):
    browser = Client()
    sign_in_by_provider(browser)
    assert browser.get("/i/south/settings/").status_code == 404
    assert browser.get("/api/v1/i/south/settings/").status_code == 404
    assert browser.get("/").headers["Location"] == "/i/north/"
    assert "South" not in browser.get("/i/north/settings/").content.decode()


ACCOUNT_PAGES = [
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/reauthenticate/",
    "/accounts/sessions/",
    "/accounts/security/",
    "/i/north/tokens/",
]


@pytest.mark.parametrize("path", ACCOUNT_PAGES)
def test_the_session_does_not_open_the_account(linked, path):
    """Else the provider's owner could add a password, a passkey or a token of their own and walk on from there."""
    browser = Client()
    sign_in_by_provider(browser)
    answer = browser.get(path)
    assert answer.status_code == 403
    assert "own password" in answer.content.decode()
    assert browser.post(path, {"password1": "mallory mallory", "code": "1"}).status_code in {403, 405}
    assert browser.get("/operator/").status_code == 404


def test_the_session_accepts_no_invitation(linked, other_implementation):
    _, path = invited(other_implementation, "dana@example.org", role="lead_administrator")
    browser = Client()
    sign_in_by_provider(browser)
    assert browser.post(path).status_code == 403
    assert browser.post("/i/north/sign-in/start/", {"process": "connect"}).status_code == 403


def test_an_operator_is_none_in_it(linked):
    linked.is_operator = True
    linked.save()
    browser = Client()
    sign_in_by_provider(browser)
    assert browser.get("/operator/").status_code == 404


def test_signing_in_over_a_password_session_narrows_it(linked, signed_in):
    """The old session is emptied on the way; the tie to the implementation must survive that."""
    browser = signed_in(linked)
    assert browser.get("/i/south/settings/").status_code == 200
    sign_in_by_provider(browser)
    assert browser.get("/i/south/settings/").status_code == 404
    assert browser.get("/accounts/password/change/").status_code == 403


def test_signing_in_with_the_password_afterwards_opens_everything(linked, signed_in):
    browser = Client()
    sign_in_by_provider(browser)
    browser.post("/accounts/logout/")
    signed_in(linked, browser)
    assert browser.get("/i/south/settings/").status_code == 200


# Hostile claims


def test_an_e_mail_address_links_nobody(dana, provider, server):
    """The provider says it is Dana, verified. It may say what it likes."""
    browser = Client()
    answer = sign_in_by_provider(browser)
    assert answer.headers["Location"] == "/i/north/sign-in/"
    assert "not linked to a sign-in here yet" in browser.get("/i/north/sign-in/").content.decode()
    assert browser.get("/i/north/settings/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_no_account_is_made_of_claims(provider, server):
    server.claims = {"sub": "new", "email": "new@example.org", "email_verified": True}
    sign_in_by_provider(Client())
    assert not User.objects.exists()


def test_an_unlinked_identity_does_not_sign_anybody_out(dana, provider, signed_in):
    browser = signed_in(dana)
    sign_in_by_provider(browser)
    assert browser.get("/i/south/settings/").status_code == 200
    assert not SocialAccount.objects.exists()


def test_the_same_subject_at_another_provider_is_somebody_else(linked, other_implementation):
    """The owner of the second implementation copies every claim of the first one's provider."""
    copy = OIDCServer()
    try:
        connect_provider(other_implementation, copy)
        browser = Client()
        assert sign_in_by_provider(browser, "south").headers["Location"] == "/i/south/sign-in/"
        assert browser.get("/i/south/settings/").status_code == 302
        assert browser.get("/i/north/settings/").status_code == 302
    finally:
        copy.close()


def test_a_linked_identity_of_somebody_who_left_opens_nothing(linked, implementation):
    Membership.objects.filter(user=linked, implementation=implementation).delete()
    browser = Client()
    assert sign_in_by_provider(browser).headers["Location"] == "/i/north/sign-in/"
    assert browser.get("/i/south/settings/").status_code == 302


def test_who_is_no_member_cannot_link(provider, other_implementation, signed_in):
    stranger = make_member(other_implementation, "stranger@example.org")
    assert link(signed_in(stranger)).headers["Location"] == "/i/north/sign-in/"
    assert not SocialAccount.objects.exists()


def test_linking_needs_the_password_once_more(dana, provider, signed_in):
    browser = signed_in(dana)
    answer = browser.post("/i/north/sign-in/start/", {"process": "connect"})
    assert "/accounts/reauthenticate/" in answer.headers["Location"]
    assert Client().post("/i/north/sign-in/start/", {"process": "connect"}).headers["Location"] == "/accounts/login/"


def test_an_identity_of_one_is_not_taken_by_another(linked, implementation, signed_in):
    other = make_member(implementation, "other@example.org")
    link(signed_in(other))
    assert SocialAccount.objects.get().user == linked


def test_a_state_belongs_to_its_browser(linked):
    """A link made by the attacker's browser, opened by the victim's, signs nobody in."""
    target = go(Client())
    victim = Client()
    assert come_back(victim, target).status_code == 401
    assert victim.get("/i/north/settings/").status_code == 302


def test_a_state_belongs_to_its_provider(linked, other_implementation, server):
    other = connect_provider(other_implementation, server)
    browser = Client()
    target = go(browser)
    answer = come_back(browser, target, redirect_uri=f"/accounts/oidc/{other.app.provider_id}/login/callback/")
    assert answer.status_code == 401
    assert browser.get("/i/north/settings/").status_code == 302


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": None},
        {"sub": ""},
        {"sub": ["subject-1"]},
        {"sub": "x" * 5000},
        {"sub": "new", "email": {"a": 1}},
        {"sub": "new", "email": "x" * 5000, "name": ["a"]},
        {"sub": "sub\x00ject"},
        ["subject-1"],
        None,
        b"<html>not json</html>",
        b"x" * 2_000_000,
    ],
    ids=[
        "none",
        "null",
        "empty",
        "list",
        "long",
        "odd-email",
        "long-email",
        "nul",
        "array",
        "null-body",
        "html",
        "huge",
    ],
)
def test_odd_claims_get_a_sentence_and_no_session(linked, server, claims):
    server.userinfo = claims if claims is not None else b"null"
    server.token = {"access_token": "opaque"}  # no id token to fall back on
    browser = Client()
    answer = sign_in_by_provider(browser)
    assert answer.status_code in {302, 401}
    assert browser.get("/i/north/settings/").status_code == 302
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("token", [{}, [], b"not json", {"error": "x"}, {"access_token": 7, "id_token": 7}])
def test_odd_tokens_get_a_sentence(linked, server, token):
    server.token = token
    browser = Client()
    assert sign_in_by_provider(browser).status_code in {302, 401}
    assert browser.get("/i/north/settings/").status_code == 302


def test_an_id_token_for_another_client_is_refused(linked, server):
    server.client_id = "somebody-else"
    browser = Client()
    assert sign_in_by_provider(browser).status_code in {302, 401}
    assert browser.get("/i/north/settings/").status_code == 302


@pytest.mark.parametrize("error", ["access_denied", "server_error"])
def test_a_provider_that_says_no_gets_a_sentence(provider, error):
    browser = Client()
    target = go(browser)
    asked = parse_qs(urlsplit(target).query)
    answer = browser.get(
        urlsplit(asked["redirect_uri"][0]).path, {"error": error, "state": asked["state"][0]}, follow=True
    )
    assert "You are not signed in" in answer.content.decode()


def test_a_provider_that_is_gone_gets_a_sentence(linked, server):
    browser = Client()
    target = go(browser)
    server.close()
    assert come_back(browser, target).status_code in {302, 401}
    again = browser.post("/i/north/sign-in/start/", follow=True)
    assert again.status_code == 200
    assert "did not answer as expected" in again.content.decode()


@pytest.mark.parametrize("endpoint", ["javascript:alert(1)", "data:text/html,x", "", 7, None, {"a": 1}])
def test_a_hostile_address_to_go_to_is_not_followed(provider, server, endpoint):
    server.discovery = {"authorization_endpoint": endpoint}
    answer = Client().post("/i/north/sign-in/start/", follow=True)
    assert answer.redirect_chain[-1][0] == "/i/north/sign-in/"
    assert "javascript" not in answer.content.decode()


def test_the_second_factor_is_asked_after_the_provider_too(linked):
    TOTP.activate(linked, generate_totp_secret())
    browser = Client()
    assert sign_in_by_provider(browser).headers["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/i/north/settings/").status_code == 302


# What shows, and who sets it


def test_pages_show_the_provider_of_their_own_implementation(provider, other_implementation):
    assert "Sign in with Riverbend" in Client().get("/i/north/sign-in/").content.decode()
    for path in ("/i/south/sign-in/", "/accounts/login/"):
        page = Client().get(path).content.decode()
        assert "Riverbend" not in page
        assert provider.app.provider_id not in page
    assert Client().get("/i/nowhere/sign-in/").status_code == 404
    assert Client().post("/i/south/sign-in/start/").status_code == 404


def test_nobody_else_sees_the_provider(linked, provider, other_implementation, signed_in):
    foreign = make_administrator(other_implementation, "mallory@example.org")
    browser = signed_in(foreign)
    for path in ("/i/south/settings/sign-in/", "/accounts/security/"):
        page = browser.get(path).content.decode()
        assert "Riverbend" not in page
        assert provider.app.provider_id not in page


def test_ids_are_random_and_chosen_by_nobody(implementation, other_implementation, server):
    made = [connect_provider(where, server).app for where in (implementation, other_implementation)]
    assert made[0].provider_id != made[1].provider_id
    assert all(len(app.provider_id) == 32 for app in made)
    assert all(slug not in app.provider_id for app in made for slug in ("north", "south", "openid"))


@pytest.mark.parametrize("name", ["openid_connect", "saml", "Riverbend", "north", "north-client"])
def test_no_other_name_finds_a_provider(provider, name):
    assert Client().get(f"/accounts/oidc/{name}/login/callback/?code=x&state=y").status_code == 404
    assert Client().get(f"/accounts/saml/{name}/metadata/").status_code == 404


def test_the_secret_goes_in_and_never_comes_out(implementation, administrator, server, signed_in):
    browser = signed_in(administrator)
    fields = {
        "kind": "openid_connect",
        "name": "Riverbend",
        "address": server.url,
        "client_id": "north-client",
        "secret": SECRET,
    }
    assert browser.post("/i/north/settings/sign-in/", fields).status_code == 302
    page = browser.get("/i/north/settings/sign-in/")
    assert SECRET not in page.content.decode()
    app = SocialApp.objects.get()
    assert app.secret == ""
    assert SECRET not in str(app.settings)
    assert app.settings["sealed_secret"] not in page.content.decode()
    browser.post("/i/north/settings/sign-in/", {**fields, "secret": "", "name": "The county"})
    app.refresh_from_db()
    assert app.name == "The county"
    sign_in_by_provider(Client())
    assert f"client_secret={SECRET}" in server.asked[-1][1]


def test_another_address_or_client_is_another_provider(linked, implementation, server):
    """Its subjects may be other people, so old links must not open old accounts."""
    before = IdentityProvider.objects.get().app.provider_id
    connect_provider(implementation, server, name="Renamed", secret="")
    assert IdentityProvider.objects.get().app.provider_id == before
    assert SocialAccount.objects.exists()
    connect_provider(implementation, server, client_id="another")
    assert IdentityProvider.objects.get().app.provider_id != before
    assert not SocialAccount.objects.exists()
    assert SocialApp.objects.count() == 1


def test_removing_it_leaves_passwords(linked, implementation, administrator, signed_in):
    assert signed_in(administrator).post("/i/north/settings/sign-in/remove/").status_code == 302
    assert not SocialApp.objects.exists()
    assert not SocialAccount.objects.exists()
    assert signed_in(linked).get("/accounts/security/").status_code == 200


def test_own_links_are_removed_by_their_owner_alone(linked, implementation, signed_in):
    account = SocialAccount.objects.get()
    other = signed_in(make_member(implementation, "other@example.org"))
    assert other.post(f"/accounts/linked/{account.pk}/remove/").status_code == 404
    browser = signed_in(linked)
    assert "linked" in browser.get("/accounts/security/").content.decode()
    browser.post("/accounts/reauthenticate/?next=/accounts/security/", {"password": PASSWORD})
    assert browser.post(f"/accounts/linked/{account.pk}/remove/").status_code == 302
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("name", ["staff", "cho_lead", "auditor", "end_user"])
def test_only_administrators_set_it(people, tenant, server, name):
    details = providers.ProviderDetails("openid_connect", "Mine", server.url, "x", "y")
    with pytest.raises(PermissionDenied):
        providers.save(details=details, by=people[name])
    with pytest.raises(PermissionDenied):
        providers.remove(by=people[name])
