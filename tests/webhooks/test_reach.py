"""Calls go to public https addresses and nowhere else, and end in time, whatever the other side does."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time

import pytest

from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from hmislead.webhooks import reach
from hmislead.webhooks.models import Trouble
from tests.webhooks.receiver import Receiver, certificate

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2001:0:7f00:1::",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_inside_is_not_public(address):
    assert not reach.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_outside_is(address):
    assert reach.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "example.org",
        "https://",
        "https://user:word@example.org/",
        "https://example.org@127.0.0.1/",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://example.org/\r\nX-Other: 1",
        "https://example.org\\@127.0.0.1/",
        "https://example.org/#part",
        "https://exämple.org/",
        "https://example.org/" + "x" * 500,
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_addresses_that_can_never_be_called_are_refused_at_once(url):
    with pytest.raises(DomainError):
        reach.require_address(url)


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org:8443/hook?code=x", "https://8.8.8.8/"])
def test_public_addresses_are_taken(url):
    reach.require_address(url)


@pytest.fixture
def names(monkeypatch):
    """What names lead to, `{name: [addresses of the first look, of the second, …]}`; numbers lead to themselves."""
    known, looks = {}, []
    real = socket.getaddrinfo

    def look(host, port, *args, **kwargs):
        if host not in known:
            return real(host, port, *args, **kwargs)
        looks.append(host)
        found = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    known["looks"] = looks
    return known


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_nothing_inside_is_called_whatever_its_spelling(receiver, settings, host):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    with pytest.raises(reach.NotReachedError) as error:
        reach.post(f"https://{host}:{receiver.port}/", body=b"{}", headers={})
    assert error.value.trouble in {Trouble.PRIVATE, Trouble.NAME}
    assert not receiver.asked.acquire(timeout=0.1)


def test_one_private_address_among_public_ones_is_enough_to_refuse(names):
    names["both.test"] = [["8.8.8.8", "127.0.0.1"]]
    with pytest.raises(reach.NotReachedError) as error:
        reach.post("https://both.test/", body=b"{}", headers={})
    assert error.value.trouble == Trouble.PRIVATE


def test_a_name_is_looked_up_once_and_the_call_goes_to_what_was_looked_at(receiver, names):
    names["moves.test"] = [["127.0.0.1"], ["192.0.2.1"]]
    status = reach.post(f"http://moves.test:{receiver.port}/x?y=1", body=b"{}", headers={"webhook-id": "1"})
    ((path, headers, body),) = receiver.got
    assert (status, path, body) == (204, "/x?y=1", b"{}")
    assert headers["Host"] == f"moves.test:{receiver.port}"
    assert names["looks"] == ["moves.test"]


def test_a_name_that_is_none(names, monkeypatch):
    def nothing(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(reach.NotReachedError) as error:
        reach.post("https://nowhere.test/", body=b"{}", headers={})
    assert error.value.trouble == Trouble.NAME


def test_redirects_are_not_followed(receiver):
    other = Receiver()
    receiver.status, receiver.location = 302, other.url
    assert reach.post(receiver.url, body=b"{}", headers={}) == 302
    assert (len(receiver.got), other.got) == (1, [])
    other.close()


def test_proxies_of_the_environment_are_not_used(receiver, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert reach.post(receiver.url, body=b"{}", headers={}) == 204


@pytest.mark.parametrize("how", ["silent", "drip"])
def test_a_call_ends_in_time_however_slow_the_other_side_is(receiver, monkeypatch, how):
    monkeypatch.setattr(reach, "SECONDS", 0.4)
    receiver.drip = how == "drip"
    if how == "silent":
        receiver.gate.clear()
    started = time.monotonic()
    with pytest.raises(reach.NotReachedError) as error:
        reach.post(receiver.url, body=b"{}", headers={})
    assert error.value.trouble == Trouble.UNREACHABLE
    assert time.monotonic() - started < 10  # the receiver would go on for 30 seconds or for ever


def test_slow_names_hold_nobody_and_take_no_more_than_one_implementations_share(
    implementation, other_implementation, monkeypatch
):
    monkeypatch.setattr(reach, "LOOKUP_SECONDS", 0.2)
    monkeypatch.setattr(reach, "_places", reach.Places(most=2, each=1))
    over, looks, real = threading.Event(), [], socket.getaddrinfo

    def slow(host, *args, **kwargs):
        if not host.endswith(".example.org"):
            return real(host, *args, **kwargs)
        looks.append(host)
        over.wait(20)
        raise OSError

    def refused(host):
        with pytest.raises(reach.NotReachedError) as error:
            reach.resolve(host, 443)
        assert error.value.trouble == Trouble.NAME

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    started = time.monotonic()
    with use(implementation):
        refused("slow.example.org")
        refused("another.example.org")  # finds its share taken
    with use(other_implementation):
        refused("theirs.example.org")  # has a share of its own
    refused("nobodys.example.org")  # finds none free at all
    assert time.monotonic() - started < 10
    assert looks == ["slow.example.org", "theirs.example.org"]
    over.set()
    gives_back_by = time.monotonic() + 10
    while not reach._places.take(implementation.pk):
        assert time.monotonic() < gives_back_by, "whoever waited in vain gives its place back"
        time.sleep(0.01)


def test_a_look_up_that_finds_no_thread_gives_its_place_back(monkeypatch):
    monkeypatch.setattr(reach, "_places", reach.Places(most=1, each=1))

    def no_thread(self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(reach.NotReachedError) as error:
            reach.resolve("example.org", 443)
    assert error.value.trouble == Trouble.NAME
    assert reach._places.take(None)


def test_a_port_where_nobody_listens(receiver):
    receiver.close()
    with pytest.raises(reach.NotReachedError) as error:
        reach.post(receiver.url, body=b"{}", headers={})
    assert error.value.trouble == Trouble.UNREACHABLE


@pytest.fixture
def secure(settings, tmp_path, names):
    """A receiver with TLS, whose certificate is for `hooks.test`."""
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    names["hooks.test"] = names["other.test"] = [["127.0.0.1"]]
    file = certificate(tmp_path, "hooks.test")
    made = Receiver(file)
    yield made, file
    made.close()


def test_the_certificate_is_that_of_the_name_though_the_call_goes_to_a_number(secure, settings):
    receiver, settings.WEBHOOK_CA_FILE = secure[0], str(secure[1])
    assert reach.post(f"https://hooks.test:{receiver.port}/", body=b"{}", headers={}) == 204
    with pytest.raises(reach.NotReachedError) as error:
        reach.post(f"https://other.test:{receiver.port}/", body=b"{}", headers={})
    assert error.value.trouble == Trouble.CERTIFICATE
    assert len(receiver.got) == 1


def test_an_authority_nobody_knows_is_not_believed(secure):
    with pytest.raises(reach.NotReachedError) as error:
        reach.post(f"https://hooks.test:{secure[0].port}/", body=b"{}", headers={})
    assert error.value.trouble == Trouble.CERTIFICATE
    assert secure[0].got == []
