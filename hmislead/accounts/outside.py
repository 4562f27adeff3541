"""Requests to an identity provider. A tenant's administrator names its address: nothing inside may be reached by it."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from hmislead.web.public_addresses import is_public

MOST_BYTES = 1_000_000
SECONDS = 5  # for each piece of an answer
MOST_SECONDS = 10  # for all of it, however steadily it drips

UNFINISHED = "The identity provider did not finish its answer in time."


class RefusedAddressError(requests.RequestException):
    """The provider's address leads inside our own network, or is no https address."""


def _check_peer(sock: Any) -> Any:
    """Look at where the connection really leads: a name may resolve differently from one moment to the next."""
    peer = ipaddress.ip_address(sock.getpeername()[0].split("%")[0])
    if not is_public(peer) and not settings.SSO_PRIVATE_ADDRESSES:
        sock.close()
        raise RefusedAddressError("The address of the identity provider is not on the public internet.")
    return sock


def _end_in_time(sock: Any) -> None:
    """Cut the connection after MOST_SECONDS: a provider that drips would else hold one of our threads for days."""

    def cut() -> None:
        with contextlib.suppress(OSError):  # closed already, as nearly always
            # The plain socket's own: that of a TLS socket would first change what the waiting thread reads from.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    clock = threading.Timer(MOST_SECONDS, cut)
    clock.daemon = True
    clock.start()


class _CheckedHTTP(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _end_in_time(self.sock)

    def _new_conn(self) -> Any:
        return _check_peer(super()._new_conn())


class _CheckedHTTPS(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _end_in_time(self.sock)

    def _new_conn(self) -> Any:
        return _check_peer(super()._new_conn())


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _CheckedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedHTTPS


class _Checked(HTTPAdapter):
    """Checks the peer, the time and the size of every answer."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, timeout: Any = None, **kwargs: Any
    ) -> requests.Response:
        if not str(request.url).startswith("https://") and not settings.SSO_PRIVATE_ADDRESSES:
            raise RefusedAddressError("The address of the identity provider must begin with https://.")
        kwargs.update(stream=True, proxies={})
        started = time.monotonic()
        response = super().send(request, timeout=timeout or SECONDS, **kwargs)
        try:
            content = response.raw.read(MOST_BYTES + 1, decode_content=True)
        except HTTPError as error:
            raise requests.ConnectionError(UNFINISHED) from error
        if time.monotonic() - started > MOST_SECONDS:  # a cut in its head looks like its end
            raise requests.ConnectionError(UNFINISHED)
        if len(content) > MOST_BYTES:
            response.close()
            raise RefusedAddressError("The identity provider sent more than we read.")
        response._content, response._content_consumed = content, True
        return response


def session() -> requests.Session:
    """A session for requests to an identity provider. Raises requests.RequestException for whatever goes wrong."""
    made = requests.Session()
    made.trust_env = False
    made.headers["Connection"] = "close"  # one request a connection, so that each has the whole limit of time
    made.max_redirects = 3
    made.mount("https://", _Checked())
    made.mount("http://", _Checked())
    return made
