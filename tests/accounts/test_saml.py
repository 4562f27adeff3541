"""SAML: the same rules as OpenID Connect, and answers that were forged, moved or replayed."""

import base64
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from lxml import etree

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.accounts import providers
from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from tests.accounts.conftest import PASSWORD, make_member
from tests.accounts.saml_idp import IdentityProviderKey

HOST = "hmis.example.org"


@pytest.fixture(autouse=True)
def dotted_host(settings):
    settings.ALLOWED_HOSTS = [HOST]


@pytest.fixture(scope="module")
def idp():
    return IdentityProviderKey()


def browser():
    return Client(HTTP_HOST=HOST)


def connect_saml(implementation, idp):
    details = providers.ProviderDetails(kind="saml", name="Riverbend", metadata=idp.metadata())
    with use(implementation):
        return providers.save(details=details, by=ROBOT).app


@pytest.fixture
def app(implementation, idp):
    return connect_saml(implementation, idp)


@pytest.fixture
def dana(implementation, other_implementation):
    user = make_member(implementation, "dana@example.org")
    for where in (implementation, other_implementation):
        with use(where):
            access_operations.grant_role(user=user, role="lead_staff", by=ROBOT)
    return user


def ask(client, slug="north", process="login"):
    """Press the button: the id of our request to the provider."""
    page = client.post(f"/i/{slug}/sign-in/start/", {"process": process})
    target = page.context["target"]
    assert target.startswith("https://idp.example.org/sso?")
    deflated = base64.b64decode(parse_qs(urlsplit(target).query)["SAMLRequest"][0])
    return etree.fromstring(zlib.decompress(deflated, -15)).get("ID")


def answer(client, app, idp, in_response_to, to=None, **fields):
    """Bring the provider's answer to us, as the browser does."""
    base = f"http://{HOST}/accounts/saml/{app.client_id}"
    content = idp.answer(acs=f"{base}/acs/", audience=f"{base}/metadata/", in_response_to=in_response_to, **fields)
    sent = client.post(f"/accounts/saml/{(to or app).client_id}/acs/", {"SAMLResponse": content})
    return client.get(sent.headers["Location"])


@pytest.fixture
def linked(dana, app, idp, signed_in):
    client = signed_in(dana, browser())
    client.post("/accounts/reauthenticate/?next=/accounts/security/", {"password": PASSWORD})
    answer(client, app, idp, ask(client, process="connect"))
    assert SocialAccount.objects.get().user == dana
    return dana


def is_signed_in(client, slug="north"):
    return client.get(f"/i/{slug}/settings/").status_code == 200


def test_the_metadata_of_this_site(app):
    page = browser().get(f"/accounts/saml/{app.client_id}/metadata/")
    assert page.status_code == 200
    assert f"/accounts/saml/{app.client_id}/acs/" in page.content.decode()


def test_an_answer_of_a_linked_subject_opens_one_implementation(linked, app, idp):
    client = browser()
    assert answer(client, app, idp, ask(client)).headers["Location"] == "/i/north/"
    assert is_signed_in(client)
    assert not is_signed_in(client, "south")
    assert client.get("/accounts/password/change/").status_code == 403


def test_an_e_mail_attribute_links_nobody(dana, app, idp):
    client = browser()
    attributes = {
        "urn:oid:0.9.2342.19200300.100.1.3": "dana@example.org",
        "http://schemas.auth0.com/email_verified": "true",
    }
    answer(client, app, idp, ask(client), subject="mallory", attributes=attributes)
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_the_subject_attribute_comes_before_the_name(linked, app, idp):
    """Whoever the provider calls by another subject-id is another person, whatever the NameID says."""
    client = browser()
    answer(client, app, idp, ask(client), attributes={"urn:oasis:names:tc:SAML:attribute:subject-id": "other@idp"})
    assert not is_signed_in(client)
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data) == ("subject-1", {})


@pytest.mark.parametrize("forgery", ["unsigned", "other key", "no request", "made up request", "empty subject"])
def test_forged_answers_open_nothing(linked, app, idp, forgery):
    client = browser()
    request_id = ask(client)
    signer = IdentityProviderKey() if forgery == "other key" else idp
    asked = {"no request": "", "made up request": "ONELOGIN_" + "a" * 40}.get(forgery, request_id)
    fields = {"signed": forgery != "unsigned", "subject": "" if forgery == "empty subject" else "subject-1"}
    page = answer(client, app, signer, asked, **fields)
    assert page.status_code in {302, 401}
    assert not is_signed_in(client)


def test_an_answer_works_once_and_in_its_own_browser(linked, app, idp):
    client, other = browser(), browser()
    request_id = ask(client)
    answer(other, app, idp, request_id)
    assert not is_signed_in(other)
    answer(client, app, idp, request_id)
    client.post("/accounts/logout/")
    answer(client, app, idp, request_id)
    assert not is_signed_in(client)


def test_an_answer_to_one_implementation_is_none_to_another(linked, app, idp, other_implementation):
    """The same provider serves both; what it said for one is not carried to the other."""
    south = connect_saml(other_implementation, idp)
    client = browser()
    answer(client, app, idp, ask(client), to=south)
    assert not is_signed_in(client)
    assert not is_signed_in(client, "south")


@pytest.mark.parametrize(
    "response", ["", "not base64 !!", base64.b64encode(b"<x/>").decode(), base64.b64encode(b"\x00").decode()]
)
def test_rubbish_gets_a_sentence(app, response):
    client = browser()
    sent = client.post(f"/accounts/saml/{app.client_id}/acs/", {"SAMLResponse": response})
    page = client.get(sent.headers["Location"], follow=True)
    assert page.status_code in {200, 401}
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "metadata",
    [
        "no xml",
        "<a/>",
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>',
    ],
)
def test_what_is_no_metadata_is_refused(tenant, metadata):
    with pytest.raises(DomainError):
        providers.save(details=providers.ProviderDetails("saml", "X", metadata=metadata), by=ROBOT)
