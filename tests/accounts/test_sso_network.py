"""What a provider's address may be, and what its answers may cost us: a tenant chooses both."""

import contextlib
import socket
import threading

import pytest
import requests
from allauth.socialaccount.models import SocialApp
from urllib3.exceptions import ProtocolError

from hmislead.access.scopes import ROBOT
from hmislead.accounts import outside, providers
from hmislead.errors import DomainError
from tests.accounts.oidc_server import OIDCServer


@pytest.fixture(autouse=True)
def loopback_allowed(settings):
    settings.SSO_PRIVATE_ADDRESSES = True


@pytest.fixture
def server():
    running = OIDCServer()
    yield running
    running.close()


@pytest.mark.parametrize(
    "address",
    [
        "http://provider.example.org",
        "https://127.0.0.1:1",
        "https://localhost:1",
        "ftp://x.example.org",
        "file:///etc/passwd",
        "x",
    ],
)
def test_addresses_inside_are_not_asked(tenant, settings, address):
    settings.SSO_PRIVATE_ADDRESSES = False
    with pytest.raises(DomainError):
        providers.save(details=providers.ProviderDetails("openid_connect", "X", address, "x", "y"), by=ROBOT)
    assert not SocialApp.objects.exists()


def test_the_peer_is_looked_at_when_the_connection_stands(settings, server):
    """A name may lead outside when it is saved and inside when it is used."""
    assert outside.session().get(server.url + "/userinfo").json()["sub"] == "subject-1"
    settings.SSO_PRIVATE_ADDRESSES = False
    with pytest.raises(outside.RefusedAddressError):
        outside.session().get(server.url + "/userinfo")
    adapter = outside._HTTPPool("127.0.0.1", int(server.url.rpartition(":")[2]))
    with pytest.raises(ProtocolError, match="public internet"):
        adapter.urlopen("GET", "/userinfo", retries=False)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n"])
def test_a_provider_that_drips_is_cut_off(settings, monkeypatch, start):
    """In the head or in the body: each piece comes in time, and the whole never would."""
    monkeypatch.setattr(outside, "MOST_SECONDS", 0.5)
    over = threading.Event()

    def drip():
        connection, _ = door.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(4096)
            connection.sendall(start)
            while not over.wait(0.1):
                connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as door:
        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        with pytest.raises(requests.RequestException):
            outside.session().get(f"http://127.0.0.1:{door.getsockname()[1]}/")
        dripping.join(10)
        assert not dripping.is_alive(), "the provider finds its connection closed"
    over.set()


def test_what_is_no_provider_is_refused_when_it_is_saved(tenant, server):
    server.discovery = {"token_endpoint": None}
    details = providers.ProviderDetails("openid_connect", "X", server.url, "x", "y")
    with pytest.raises(DomainError, match="lacks token_endpoint"):
        providers.save(details=details, by=ROBOT)
    server.close()
    with pytest.raises(DomainError, match="Nothing answers"):
        providers.save(details=details, by=ROBOT)
