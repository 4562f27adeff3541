"""The internet address a request came from."""

from __future__ import annotations

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter


def client_address(request: Any) -> str | None:
    """The caller's address as sign-in sees it (behind as many proxies as the settings say), or None if it is none."""
    try:
        return str(ipaddress.ip_address(str(get_adapter().get_client_ip(request)).split("%", 1)[0]))
    except ValueError:
        return None
