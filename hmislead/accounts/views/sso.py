"""Signing in through the identity provider of one implementation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.providers.saml import views as saml
from allauth.socialaccount.providers.saml.utils import build_auth
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from hmislead.access.pages import public
from hmislead.accounts import providers
from hmislead.accounts.middleware import SSO_KEY, own_password_needed
from hmislead.accounts.models import IdentityProvider
from hmislead.tenancy.models import Implementation

log = structlog.get_logger("hmislead.sso")


@public
@never_cache
@require_GET
def sign_in(request: Any, slug: str) -> HttpResponse:
    """The sign-in page of one implementation, with its provider's button if it has one."""
    implementation = get_object_or_404(Implementation.objects.defer("logo"), slug=slug)
    provider = IdentityProvider.objects.select_related("app").filter(implementation=implementation).first()
    return render(request, "accounts/sign_in.html", {"implementation": implementation, "provider": provider})


@public
@never_cache
@require_POST
def start(request: Any, slug: str) -> HttpResponse:
    """Go to the provider: to sign in, or (`process=connect`, signed in with the password) to link an identity."""
    link = get_object_or_404(
        IdentityProvider.objects.select_related("app", "implementation"), implementation__slug=slug
    )
    connecting = request.POST.get("process") == "connect"
    if connecting:
        refused = _may_not_connect(request)
        if refused:
            return refused
    provider = get_adapter(request).get_provider(request, link.app.provider_id)
    process = AuthProcess.CONNECT if connecting else AuthProcess.LOGIN
    after = "/accounts/security/" if connecting else f"/i/{slug}/"
    try:
        answer = provider.redirect(request, process=process, next_url=after)
    # The provider is somebody else's machine and may answer with anything; the person reads a sentence.
    except Exception as error:  # noqa: BLE001
        return _unreachable(request, slug, error)
    target = answer.headers.get("Location", "")
    allowed = {"https", "http"} if settings.SSO_PRIVATE_ADDRESSES else {"https"}
    if urlsplit(target).scheme not in allowed:
        return _unreachable(request, slug, None)
    # A page that goes on by itself, and no redirect: browsers hold a form's redirects to the policy's form-action.
    return render(
        request, "accounts/sso_go.html", {"target": target, "provider": link, "implementation": link.implementation}
    )


def _may_not_connect(request: Any) -> HttpResponse | None:
    """Linking is for somebody signed in with their password who has just confirmed it."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if request.session.get(SSO_KEY):
        return own_password_needed(request)
    try:
        raise_if_reauthentication_required(request, app="allauth.socialaccount")
    except ReauthenticationRequired:
        messages.info(request, "Confirm that it is you, then press the button again.")
        return redirect(f"/accounts/reauthenticate/?next={'/accounts/security/'}")
    return None


@public
@never_cache
def oidc_callback(request: Any, provider_id: str) -> HttpResponse:
    """Where an OpenID Connect provider sends people back to."""
    return _finish(request, provider_id, lambda: oidc.callback(request, provider_id))


@public
@never_cache
def saml_finish(request: Any, organization_slug: str) -> HttpResponse:
    """Where the answer of a SAML provider is read."""
    return _finish(request, organization_slug, lambda: saml.finish_acs(request, organization_slug=organization_slug))


@public
@never_cache
@require_GET
def saml_logout(request: Any, organization_slug: str) -> HttpResponse:
    """Single logout: a provider asks, by a signed message that the browser carries, to end the session it opened.

    Only that session: what somebody opened with their password, or at another implementation, is not the provider's.
    """
    links = IdentityProvider.objects.select_related("app", "implementation").filter(app__provider=providers.SAML)
    link = get_object_or_404(links, app__provider_id=organization_slug)
    if not link.app.settings["idp"].get("slo_url"):
        raise Http404
    # python3-saml takes an unsigned message for good unless every answer of the provider must be signed as a whole.
    if not {"SAMLRequest", "Signature", "SigAlg"} <= set(request.GET):
        return _logout_refused(request, link, "unsigned")
    its_own = request.session.get(SSO_KEY) == str(link.implementation_id)
    auth = build_auth(request, get_adapter(request).get_provider(request, organization_slug))
    try:
        target = auth.process_slo(keep_local_session=not its_own, delete_session_cb=partial(logout, request))
    # As above: whatever a provider sends costs no more than a sentence.
    except Exception as error:  # noqa: BLE001
        return _logout_refused(request, link, type(error).__name__)
    if auth.get_errors():
        return _logout_refused(request, link, auth.get_errors()[0])
    return redirect(target)


def _logout_refused(request: Any, link: IdentityProvider, problem: str) -> HttpResponse:
    log.warning("logout of identity provider refused", problem=problem, implementation=link.implementation.slug)
    sentence = (
        "The request to sign you out was not one we can trust. Nothing was changed. Sign out here if you want to."
    )
    return render(request, "accounts/logout_refused.html", {"sentence": sentence}, status=400)


def _finish(request: Any, provider_id: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    link = IdentityProvider.objects.select_related("implementation").filter(app__provider_id=provider_id).first()
    if link is None:
        raise Http404
    before = request.user.pk if request.user.is_authenticated else None
    try:
        with transaction.atomic():
            return view()
    except (Http404, ImmediateHttpResponse, ReauthenticationRequired):
        raise
    # As above: a hostile or broken provider must not be able to cause more than a sentence.
    except Exception as error:  # noqa: BLE001
        if request.user.is_authenticated and request.user.pk != before:
            logout(request)  # half signed in is not signed in: the session may lack its tie to the implementation
        return _unreachable(request, link.implementation.slug, error)


def _unreachable(request: Any, slug: str, error: Exception | None) -> HttpResponse:
    kind = "unreachable" if isinstance(error, requests.RequestException) else "unusable answer"
    log.warning("identity provider", problem=kind, error=type(error).__name__, implementation=slug)
    messages.error(request, providers.UNREACHABLE)
    return redirect("accounts:sign-in", slug=slug)
