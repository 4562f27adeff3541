"""Sessions: sign out one that nobody used for a while, and keep one opened by a provider inside its implementation."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import render

STAMP, LIMIT = "last_activity", "idle_seconds"
DEFAULT_LIMIT = 30 * 60
SSO_KEY = "sso_implementation"

# Pages of allauth that this product does not have: accounts come from invitations, addresses are changed by ourselves.
CLOSED = frozenset(
    {
        "account_confirm_email",
        "account_email",
        "account_email_verification_sent",
        "account_set_password",
        "account_signup",
        "openid_connect_login",
        "saml_login",
        "saml_sls",
        "socialaccount_connections",
        "socialaccount_signup",
    }
)
# What a session opened by an identity provider may use of the account pages.
OPEN_TO_PROVIDER_SESSIONS = frozenset(
    {
        "account_login",
        "account_logout",
        "mfa_authenticate",
        "openid_connect_callback",
        "saml_acs",
        "saml_finish_acs",
        "saml_metadata",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
    }
)


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
                _note_use(request)
        return self.get_response(request)


def _note_use(request: Any) -> None:
    """Keep when this browser was last used, for the page of own sessions.

    allauth's middleware does so on every request: five statements, a fifth of what an empty page costs.
    """
    from allauth.usersessions.models import UserSession

    UserSession.objects.create_from_request(request)


class AccountPagesMiddleware:
    """What our rules add to allauth's pages, and who the signed-in person may switch to."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.implementations = partial(implementations_of, request)
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not view.__module__.startswith("allauth."):
            return None
        name = request.resolver_match.url_name
        if name in CLOSED:
            raise Http404
        if request.session.get(SSO_KEY) and request.user.is_authenticated and name not in OPEN_TO_PROVIDER_SESSIONS:
            return own_password_needed(request)
        return None

    def process_template_response(self, request: Any, response: Any) -> Any:
        """A form that was refused says so in its status, on allauth's pages as on ours."""
        form = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response


def own_password_needed(request: Any) -> HttpResponse:
    """The page that says why a session opened by an identity provider may not do this."""
    return render(request, "accounts/own_password_needed.html", status=403)


def implementations_of(request: Any) -> list[Any]:
    """The implementations this session may enter, by name: a provider's session has one."""
    from hmislead.tenancy.models import Implementation

    if not request.user.is_authenticated:
        return []
    found = Implementation.objects.filter(memberships__user=request.user).defer("logo")
    only = request.session.get(SSO_KEY)
    return list(found.filter(pk=only) if only else found)


def remember_idle_limit(request: Any, minutes: int) -> None:
    """Keep the strictest limit of the implementations entered in this session, in seconds."""
    seconds = minutes * 60
    if seconds < request.session.get(LIMIT, DEFAULT_LIMIT + 1) or LIMIT not in request.session:
        request.session[LIMIT] = seconds
