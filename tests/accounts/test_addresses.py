"""Whose address counts: the caller's own, or behind a proxy the one that the proxy saw."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from hmislead.accounts import outside

ASK = """
import django
django.setup()
from django.test import RequestFactory
from hmislead.accounts.addresses import client_address
from hmislead.web.throttles import PerClient
request = RequestFactory().get("/", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}, REMOTE_ADDR="127.0.0.1")
print(client_address(request), PerClient().get_ident(request))
"""


@pytest.mark.parametrize(("behind", "address"), [("true", "203.0.113.9"), ("false", "127.0.0.1")])
def test_a_proxy_is_believed_only_where_one_is_and_only_about_whom_it_saw(behind, address):
    """The settings as they are read, not as a test sets them: what a caller adds to the header counts for nothing."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=settings.BASE_DIR,
        env={**os.environ, "BEHIND_PROXY": behind, "DJANGO_SETTINGS_MODULE": "hmislead.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.split() == [address, address], asked.stderr


class Line:
    """A connection that leads to an address."""

    def __init__(self, address):
        self.address, self.closed = address, False

    def getpeername(self):
        return (self.address, 443)

    def close(self):
        self.closed = True


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::ffff:10.0.0.1", "168.63.129.16", "224.0.0.1"]
)
def test_an_identity_provider_is_not_reached_inside_however_its_address_is_written(address, settings):
    settings.SSO_PRIVATE_ADDRESSES = False
    line = Line(address)
    with pytest.raises(outside.RefusedAddressError):
        outside._check_peer(line)
    assert line.closed
    assert outside._check_peer(Line("93.184.216.34")).closed is False
