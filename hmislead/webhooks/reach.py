"""One POST to an address that a tenant's administrator chose: nothing inside our own network may be reached by it.

The name is resolved once, every address it has must be public, and the connection goes to the address that was looked
at: a name that resolves differently a moment later changes nothing. No redirect is followed, no proxy used, looking up
the name and the whole call have a limit of time each, and of the answer nothing but its status is read.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
from collections import Counter
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from django.conf import settings
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from hmislead.errors import DomainError
from hmislead.tenancy import context
from hmislead.web.public_addresses import is_public
from hmislead.webhooks.models import LONGEST_URL, Trouble

CONNECT_SECONDS = 3
SECONDS = 10
LOOKUP_SECONDS = 5
USER_AGENT = "HMIS-Lead-Webhooks/1"
HOST = re.compile(r"[A-Za-z0-9.\-_:]{1,253}")


class NotReachedError(Exception):
    """The call did not get an answer. `trouble` is the kind of reason."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def require_address(url: str) -> None:
    """Raises DomainError with a sentence for an address that can never be called."""
    try:
        target = _parsed(url)
    except ValueError:
        raise DomainError(
            "The address must be a full https:// address without a user name, for example https://example.org/hmis."
        ) from None
    with contextlib.suppress(ValueError):  # a name: what it leads to is looked at with every call
        if not _is_allowed(ipaddress.ip_address(str(target.hostname))):
            raise DomainError(f"{Trouble.PRIVATE.label}. Give an address on the public internet.")


def post(url: str, *, body: bytes, headers: dict[str, str]) -> int:
    """Send `body` and return the status of the answer. Raises NotReachedError when there is none."""
    try:
        target = _parsed(url)
    except ValueError:
        raise NotReachedError(Trouble.PRIVATE) from None
    host, port = str(target.hostname), target.port or (443 if target.scheme == "https" else 80)
    address = resolve(host, port)
    connection = _Pinned(host, port, address=address, tls=_trust() if target.scheme == "https" else None)
    path = f"{target.path or '/'}{'?' if target.query else ''}{target.query}"
    try:
        with connection.limited():
            sent = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Connection": "close", **headers}
            connection.request("POST", path, body=body, headers=sent)
            status = connection.getresponse().status
            connection.require_time()  # an answer that was cut off in the middle is none
            return status
    except ssl.SSLError:
        raise NotReachedError(Trouble.CERTIFICATE) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise NotReachedError(Trouble.UNREACHABLE) from None
    finally:
        connection.close()


def resolve(host: str, port: int) -> str:
    """The address to connect to. Raises NotReachedError if there is none, or if any address of the name is private."""
    found = _looked_up(host, port)
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses or not all(_is_allowed(ipaddress.ip_address(each)) for each in addresses):
        raise NotReachedError(Trouble.PRIVATE)
    return addresses[0]


class Places:
    """Places for look-ups under way: `most` in all, and `each` of them for one implementation.

    Looking up a name takes as long as its servers like and cannot be stopped: so many are waited for in vain at a time,
    and an implementation whose names are slow leaves places to the others.
    """

    def __init__(self, most: int, each: int) -> None:
        self.most, self.each = most, each
        self._taken: Counter[UUID | None] = Counter()
        self._lock = threading.Lock()

    def take(self, whose: UUID | None) -> bool:
        """Take a place for an implementation (or for nobody's call); False when it has its share, or none is free."""
        with self._lock:
            if self._taken[whose] >= self.each or self._taken.total() >= self.most:
                return False
            self._taken[whose] += 1
            return True

    def give_back(self, whose: UUID | None) -> None:
        with self._lock:
            self._taken[whose] -= 1
            self._taken += Counter()  # forgets whoever has none left


_places = Places(most=20, each=4)


def _looked_up(host: str, port: int) -> list[Any]:
    """What `getaddrinfo` says. Raises NotReachedError for no such name, or when that takes longer than LOOKUP_SECONDS."""
    whose = context.current_id()
    if not _places.take(whose):
        raise NotReachedError(Trouble.NAME)
    said: queue.SimpleQueue[list[Any] | None] = queue.SimpleQueue()

    def look() -> None:
        try:
            said.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP))
        except (OSError, UnicodeError):
            said.put(None)
        finally:
            _places.give_back(whose)

    try:
        threading.Thread(target=look, daemon=True).start()
    except RuntimeError:  # the machine has no thread left: nobody will give the place back but us
        _places.give_back(whose)
        raise NotReachedError(Trouble.NAME) from None
    with contextlib.suppress(queue.Empty):
        found = said.get(timeout=LOOKUP_SECONDS)
        if found is not None:
            return found
    raise NotReachedError(Trouble.NAME)


def _is_allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return settings.WEBHOOK_PRIVATE_ADDRESSES or is_public(address)


def _parsed(url: str) -> SplitResult:
    """The parts of an address. Raises ValueError for one that is no plain https address."""
    target = urlsplit(url)
    schemes = ("https", "http") if settings.WEBHOOK_PRIVATE_ADDRESSES else ("https",)
    fits = (
        len(url) <= LONGEST_URL
        and url.isascii()
        and not re.search(r"[\s\\#]", url)
        and url.isprintable()
        and target.scheme in schemes
        and "@" not in target.netloc
        and HOST.fullmatch(target.hostname or "")
        and target.port != 0  # reading the port raises ValueError for one that is none
    )
    if not fits:
        raise ValueError("no plain https address")
    return target


def _trust() -> ssl.SSLContext:
    """The authorities whose certificates are believed: the public ones, or those of a closed network's own file."""
    return ssl.create_default_context(cafile=settings.WEBHOOK_CA_FILE or DEFAULT_CA_BUNDLE_PATH)


class _Pinned(http.client.HTTPConnection):
    """A connection to one `address`, which still asks for `host` by name and, with `tls`, demands its certificate."""

    def __init__(self, host: str, port: int, *, address: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._address, self._tls, self._over = address, tls, False
        if tls:
            self.default_port = 443  # so that the Host header names no port that goes without saying

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        self.sock.settimeout(SECONDS)
        if self._tls:
            # The handshake comes after the socket is known, so that the limit of time holds for it too.
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.require_time()
            self.sock.do_handshake()
        self.require_time()

    @contextlib.contextmanager
    def limited(self) -> Any:
        """End the call after SECONDS, however slowly the other side goes on talking."""
        clock = threading.Timer(SECONDS, self._cut)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()

    def require_time(self) -> None:
        """Raises TimeoutError once the call is over."""
        if self._over:
            raise TimeoutError

    def _cut(self) -> None:
        self._over = True
        if self.sock:
            with contextlib.suppress(OSError):
                # The plain socket's own: that of a TLS socket would first change what the waiting thread reads from.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
