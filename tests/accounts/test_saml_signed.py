"""SAML: signed requests, and a provider that ends the session it opened."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from hmislead.access.scopes import ROBOT
from hmislead.accounts import providers
from hmislead.tenancy.context import use
from tests.accounts import test_saml
from tests.accounts.saml_idp import IdentityProviderKey
from tests.accounts.test_saml import answer, ask, browser, is_signed_in

LOGOUT = "https://idp.example.org/slo"
dotted_host, idp, dana, linked = test_saml.dotted_host, test_saml.idp, test_saml.dana, test_saml.linked


def save(implementation, idp, **fields):
    details = providers.ProviderDetails(kind="saml", name="Riverbend", metadata=idp.metadata(LOGOUT), **fields)
    with use(implementation):
        return providers.save(details=details, by=ROBOT).app


@pytest.fixture
def app(implementation, idp):
    return save(implementation, idp)


@pytest.fixture
def inside(linked, app, idp):
    """A browser whose session the provider opened."""
    client = browser()
    answer(client, app, idp, ask(client))
    assert is_signed_in(client)
    return client


def sls(app):
    return f"http://{test_saml.HOST}/accounts/saml/{app.client_id}/sls/"


def logout(client, app, query):
    return client.get(f"/accounts/saml/{app.client_id}/sls/?{query}")


def test_the_provider_ends_the_session_it_opened(inside, app, idp):
    response = logout(inside, app, idp.logout(sls=sls(app)))
    assert response.status_code == 302
    target = urlsplit(response.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == LOGOUT
    sent = parse_qs(target.query)
    assert sent["RelayState"] == ["there"]
    told = etree.fromstring(zlib.decompress(base64.b64decode(sent["SAMLResponse"][0]), -15))
    assert told.find(".//{*}StatusCode").get("Value").endswith(":Success")
    assert not is_signed_in(inside)


def test_a_session_opened_with_the_password_is_not_the_providers(linked, app, idp, signed_in):
    client = signed_in(linked, browser())
    assert logout(client, app, idp.logout(sls=sls(app))).status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize("case", ["unsigned", "another key", "another place", "cut off", "nothing"])
def test_what_the_provider_did_not_sign_ends_nothing(inside, app, idp, case):
    queries = {
        "unsigned": idp.logout(sls=sls(app), signed=False),
        "another key": IdentityProviderKey().logout(sls=sls(app)),
        "another place": idp.logout(sls="http://elsewhere.example.org/sls/"),
        "cut off": idp.logout(sls=sls(app)).replace("SAMLRequest=", "SAMLRequest=x", 1),
        "nothing": "",
    }
    response = logout(inside, app, queries[case])
    assert response.status_code == 400
    assert "Nothing was changed" in response.content.decode()
    assert is_signed_in(inside)


def test_a_provider_without_a_logout_service_has_no_such_address(implementation, idp):
    app = test_saml.connect_saml(implementation, idp)
    assert logout(browser(), app, idp.logout(sls=sls(app))).status_code == 404
    assert browser().get("/accounts/saml/nobody/sls/").status_code == 404


def assert_signed(app, target, message):
    """The signature is over the message, the relay state and the algorithm, in this order, as they stand in the address
    (SAML 2.0 bindings, 3.4.4.1)."""
    sent = dict(part.split("=", 1) for part in urlsplit(target).query.split("&"))
    signed = "&".join(f"{name}={sent[name]}" for name in (message, "RelayState", "SigAlg") if name in sent)
    given = base64.b64decode(unquote_plus(sent["Signature"]))
    certificate_of(app).public_key().verify(given, signed.encode(), padding.PKCS1v15(), hashes.SHA256())


def certificate_of(app):
    return x509.load_pem_x509_certificate(SocialApp.objects.get(pk=app.pk).settings["signing"]["certificate"].encode())


def test_requests_are_signed_with_a_key_that_the_metadata_names(implementation, idp):
    app = save(implementation, idp, sign_requests=True)
    page = browser().post("/i/north/sign-in/start/", {"process": "login"})
    assert_signed(app, page.context["target"], "SAMLRequest")
    metadata = browser().get(f"/accounts/saml/{app.client_id}/metadata/").content.decode()
    body = "".join(SocialApp.objects.get(pk=app.pk).settings["signing"]["certificate"].splitlines()[1:-1])
    assert body in "".join(metadata.split())
    assert 'AuthnRequestsSigned="true"' in metadata


def test_without_it_requests_are_not_signed(app):
    page = browser().post("/i/north/sign-in/start/", {"process": "login"})
    assert "Signature" not in page.context["target"]


def test_the_answer_to_a_logout_is_signed_too(implementation, linked, idp):
    app = save(implementation, idp, sign_requests=True)
    client = browser()
    answer(client, app, idp, ask(client))
    target = logout(client, app, idp.logout(sls=sls(app))).headers["Location"]
    assert_signed(app, target, "SAMLResponse")


def test_the_key_is_kept_as_long_as_the_provider_and_its_links_too(implementation, linked, app, idp):
    first = save(implementation, idp, sign_requests=True)
    assert first.pk == app.pk
    certificate = certificate_of(first)
    assert certificate_of(save(implementation, idp, sign_requests=True)) == certificate
    assert SocialAccount.objects.filter(user=linked).exists(), "the same provider: nobody has to link again"
    save(implementation, idp)
    assert SocialApp.objects.get(pk=app.pk).settings["signing"] == {}


def test_the_private_key_is_sealed(implementation, idp, administrator, signed_in):
    app = save(implementation, idp, sign_requests=True)
    kept = str(SocialApp.objects.values_list("settings", flat=True))
    assert "PRIVATE KEY" not in kept
    page = signed_in(administrator, browser()).get("/i/north/settings/sign-in/").content.decode()
    assert "PRIVATE KEY" not in page
    assert SocialApp.objects.get(pk=app.pk).settings["signing"]["sealed_key"] not in page
    assert "Single logout service" in page
