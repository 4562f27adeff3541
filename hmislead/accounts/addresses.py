"""The internet address a request came from, and how often one came."""

from __future__ import annotations

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache


def client_address(request: Any) -> str | None:
    """The caller's address as sign-in sees it (behind as many proxies as the settings say), or None if it is none."""
    try:
        return str(ipaddress.ip_address(str(get_adapter().get_client_ip(request)).split("%", 1)[0]))
    except ValueError:
        return None


def counted(key: str, seconds: int) -> int:
    """Count one more under `key` and return how many there were since the first, which is forgotten after `seconds`."""
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it was forgotten between the two
        cache.set(key, 1, seconds)
        return 1
