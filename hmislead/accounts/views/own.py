"""Pages about the signed-in person: where they may work, how they sign in, their sessions."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from hmislead.access.pages import signed_in
from hmislead.accounts import providers
from hmislead.accounts.middleware import SSO_KEY, own_password_needed
from hmislead.accounts.models import IdentityProvider


@require_GET
@signed_in
def home(request: Any) -> HttpResponse:
    """Where to work: the one implementation of the person, a choice of several, or why there is none."""
    implementations = request.implementations()
    if len(implementations) == 1 and not request.user.is_operator:
        return redirect(f"/i/{implementations[0].slug}/")
    return render(request, "accounts/home.html", {"choices": implementations})


@require_GET
@signed_in
def security(request: Any) -> HttpResponse:
    """How the person signs in: password, second factor, linked identities, sessions."""
    if request.session.get(SSO_KEY):
        return own_password_needed(request)
    linked = providers.linked_accounts(request.user)
    mine = IdentityProvider.objects.filter(implementation__memberships__user=request.user)
    others = mine.exclude(pk__in=[link.pk for _, link in linked]).select_related("app", "implementation")
    context = {"has_second_factor": is_mfa_enabled(request.user), "linked": linked, "linkable": others}
    return render(request, "accounts/security.html", context)


@require_POST
@signed_in
def link_end(request: Any, pk: int) -> HttpResponse:
    """Remove one of the person's own linked identities. The password stays, so nobody is locked out by it."""
    if request.session.get(SSO_KEY):
        return own_password_needed(request)
    account = get_object_or_404(SocialAccount, pk=pk, user=request.user)
    raise_if_reauthentication_required(request, app="allauth.socialaccount")
    account.delete()
    messages.success(request, "The link was removed.")
    return redirect("accounts:security")


@require_POST
@signed_in
def session_end(request: Any, pk: int) -> HttpResponse:
    """Sign one other browser of the person out."""
    if request.session.get(SSO_KEY):
        return own_password_needed(request)
    get_object_or_404(UserSession, pk=pk, user=request.user).end()
    messages.success(request, "That browser was signed out.")
    return redirect("usersessions_list")


@require_POST
@signed_in
def keep_alive(request: Any) -> HttpResponse:
    """Somebody pressed “Stay signed in”: a request is activity (IdleSessionMiddleware)."""
    return HttpResponse(status=204)
