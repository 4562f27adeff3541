"""Signs out a session that nobody used for a while; the page warns before (static/js/app.js)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse

STAMP, LIMIT = "last_activity", "idle_seconds"
DEFAULT_LIMIT = 30 * 60


class IdleSessionMiddleware:
    """The limit is the implementation's setting, kept in the session when one is entered (`remember_idle_limit`)."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.user.is_authenticated and hasattr(request, "session"):
            limit = request.session.get(LIMIT, DEFAULT_LIMIT)
            last = request.session.get(STAMP)
            now = int(time.time())
            if last is not None and now - last > limit:
                logout(request)
                messages.info(request, "You were signed out because nothing happened for a while. Sign in to go on.")
            # Polling by the page itself is not activity; a write a minute is enough.
            elif request.headers.get("X-Poll") is None and (last is None or now - last > 60):
                request.session[STAMP] = now
        return self.get_response(request)


def remember_idle_limit(request: Any, minutes: int) -> None:
    """Keep the strictest limit of the implementations entered in this session, in seconds."""
    seconds = minutes * 60
    if seconds < request.session.get(LIMIT, DEFAULT_LIMIT + 1) or LIMIT not in request.session:
        request.session[LIMIT] = seconds
