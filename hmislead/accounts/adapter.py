"""What we ask of django-allauth: closed sign-up, and identity providers that open one implementation alone."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect

from hmislead.accounts.models import IdentityProvider


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: Any) -> bool:
        """Accounts come from invitations alone."""
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A provider identity is known by (provider, subject) and linked only from a signed-in session, never by e-mail."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False

    def list_apps(self, request: Any, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Only the provider that was asked for by name: a sign-in page never lists other tenants' providers."""
        apps = super().list_apps(request, provider=provider, client_id=client_id)
        return apps if provider else []

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        """Tie the coming session to the provider's own implementation; refuse an identity nobody has linked."""
        link = IdentityProvider.objects.filter(app__provider_id=sociallogin.account.provider).first()
        if link is None:
            raise Http404
        if sociallogin.is_existing:
            request.session["sso_implementation"] = str(link.implementation_id)
        elif not request.user.is_authenticated:
            messages.error(
                request,
                "This identity is not linked to a sign-in yet. Sign in with your password first, then link it under your account.",
            )
            raise ImmediateHttpResponse(redirect("account_login"))
