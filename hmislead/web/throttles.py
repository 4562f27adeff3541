"""How often one client may ask: counted by token, else by user, else by address."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import SimpleRateThrottle


class PerClient(SimpleRateThrottle):
    """The rate is the setting API_RATE. A user's tokens are counted apart: one busy script must not stop the others."""

    scope = "client"

    def get_cache_key(self, request: Any, view: Any) -> str:
        token = getattr(request, "auth", None)
        if token is not None and getattr(token, "pk", None):
            client = f"token-{token.pk}"
        elif request.user and request.user.is_authenticated:
            client = f"user-{request.user.pk}"
        else:
            client = f"address-{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": client}
