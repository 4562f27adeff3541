"""The doors of pages. Each view stands behind exactly one of them; there is no other way in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings as django_settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone

from hmislead.access import scopes
from hmislead.accounts.middleware import implementations_of, remember_idle_limit
from hmislead.errors import DomainError
from hmislead.tenancy import context, settings
from hmislead.tenancy.models import Implementation

View = Callable[..., HttpResponseBase]


def page(*any_of: str) -> Callable[[View], View]:
    """A page of one implementation (`/i/<slug>/…`), for whoever holds one of these permissions at any scope in it.

    Of several, each opens the door, and the operation asks for the right one. The view runs, and its response is
    rendered, inside the tenant's transaction. An exception or a status of 400 and above rolls it back.
    `request.implementation` and `request.access` are set.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def door(request: Any, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            request.implementation = _implementation_of_member(request, slug)
            with timezone.override(request.implementation.zone):
                try:
                    return _run(request, view, any_of, kwargs)
                except ObjectDoesNotExist:
                    # An operation looked through `visible_to` and found nothing: it does not exist for this reader.
                    raise Http404 from None
                except DomainError as error:
                    return _explain(request, error)

        door.access = any_of  # type: ignore[attr-defined]
        return door

    return decorate


def signed_in(view: View) -> View:
    """A page about the signed-in user that belongs to no implementation (own sessions, choosing where to work)."""

    @functools.wraps(view)
    def door(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return view(request, **kwargs) if request.user.is_authenticated else to_sign_in(request)

    door.access = "signed in"  # type: ignore[attr-defined]
    return door


def operator(view: View) -> View:
    """A page of the installation's operator. It sees no tenant's data."""

    @functools.wraps(view)
    def door(request: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if not request.user.is_operator or request.session.get("sso_implementation"):
            raise Http404
        return view(request, **kwargs)

    door.access = "operator"  # type: ignore[attr-defined]
    return door


def public(view: View) -> View:
    """A page for anybody, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def to_sign_in(request: Any) -> HttpResponse:
    """Send to the sign-in page and back. htmx would swap a redirect into the page, so it is told to leave."""
    url = f"{resolve_url(django_settings.LOGIN_URL)}?next={quote(request.get_full_path())}"
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _implementation_of_member(request: Any, slug: str) -> Implementation:
    """The implementation, if the user belongs to it and this session may enter it; else it does not exist.

    The frame asks for all that may be entered, to switch between them: one query answers both.
    """
    request.implementations = implementations_of(request)
    implementation = next((each for each in request.implementations if each.slug == slug), None)
    if implementation is None:
        raise Http404
    return implementation


def _run(request: Any, view: View, any_of: tuple[str, ...], kwargs: dict[str, Any]) -> HttpResponseBase:
    with context.use(request.implementation):
        request.access = scopes.of(request.user)
        remember_idle_limit(request, settings.value("session.idle_minutes"))
        if must_set_up_second_factor(request):
            return redirect(f"{reverse('mfa_index')}?required=1")
        if not request.access.has(*any_of):
            raise PermissionDenied("Your roles here do not include this page.")
        response = view(request, **kwargs)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()  # lazy responses read the database: render while its rows are in reach
        if response.status_code >= 400:
            transaction.set_rollback(True)
        return response


def must_set_up_second_factor(request: Any) -> bool:
    """True when one of the user's roles here demands a second factor that they do not have yet."""
    if request.implementation.is_demo:
        return False
    if not set(settings.value("mfa.required_roles")) & request.access.roles:
        return False
    from allauth.mfa.utils import is_mfa_enabled

    return not is_mfa_enabled(request.user)


def _explain(request: Any, error: DomainError) -> HttpResponse:
    """The page that says, in the operation's own sentence, why nothing was changed."""
    with context.use(request.implementation):
        return render(request, "errors/409.html", {"error": error}, status=error.status)
