"""What we ask of django-allauth: closed sign-up, and identity providers that open one implementation alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hmislead.accounts import outside, saml_key
from hmislead.accounts.models import IdentityProvider, Membership
from hmislead.accounts.sealing import unseal

SSO_KEY = "sso_implementation"
LONGEST_SUBJECT = 191
OWN_PAGES = "hmislead.accounts"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: Any) -> bool:
        """Accounts come from invitations alone."""
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Second factors, linked identities and the address are changed only by who has just confirmed it is them."""
        return app in {"allauth.mfa", "allauth.socialaccount", OWN_PAGES} or super().is_reauthentication_required(
            app=app
        )

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """Too many wrong passwords are answered with 429, not with a page that looks like any other."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(respond_429(request)) from None

    def post_login(
        self, request: Any, user: Any, *, signal_kwargs: dict[str, Any] | None, **kwargs: Any
    ) -> HttpResponse:
        """Tie the session to the provider's implementation, or untie it: what counts is how this sign-in was made.

        Set here, after the session was changed for the sign-in, because a sign-in over another one empties it.
        """
        request.session.pop(SSO_KEY, None)
        sociallogin = (signal_kwargs or {}).get("sociallogin")
        if sociallogin is not None:
            link = IdentityProvider.objects.get(app__provider_id=sociallogin.account.provider)
            request.session[SSO_KEY] = str(link.implementation_id)
        return super().post_login(request, user, signal_kwargs=signal_kwargs, **kwargs)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link to a new password. Its host is ours by the settings, never one that a visitor's request named."""
        return settings.PUBLIC_URL + urlsplit(super().get_reset_password_from_key_url(key)).path

    def add_message(self, request: Any, level: int, *args: Any, **kwargs: Any) -> None:
        """A greeting after each sign-in and sign-out is noise; what changed is worth a sentence."""
        template = args[0] if args else kwargs.get("message_template")
        if template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, *args, **kwargs)


class MFAAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name a browser shows when it asks for a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": "HMIS Lead"}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A provider identity is known by (provider, subject) and linked only from a signed-in session, never by e-mail."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return False

    def get_requests_session(self) -> Any:
        return outside.session()

    def list_apps(self, request: Any, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Only the one provider that was asked for by its own random id: nobody is shown, or given, another tenant's.

        allauth asks for OpenID Connect by the provider's id, for SAML by kind and client id (the same random id).
        """
        public_id = client_id if provider == "saml" else provider
        if not public_id:
            return []
        apps = list(SocialApp.objects.filter(provider_id=public_id))
        for app in apps:
            app.secret = unseal(app.settings.get("sealed_secret", ""))
            if app.settings.get("signing"):
                app.settings["advanced"] |= saml_key.for_allauth(app.settings["signing"])
        return apps

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        """Refuse an identity that is not linked, or is linked to somebody who does not belong to the implementation."""
        account = sociallogin.account
        link = (
            IdentityProvider.objects.select_related("implementation").filter(app__provider_id=account.provider).first()
        )
        if link is None:
            raise Http404
        # Claims are the provider's word and personal data: of all of them we keep the subject alone.
        account.extra_data = {}
        if account.pk:
            account.save(update_fields=["extra_data"])
        if not account.uid or len(account.uid) > LONGEST_SUBJECT or account.uid in {"None", "null"}:
            raise _back(request, link, "The identity provider did not say who you are. Sign in with your password.")
        process = sociallogin.state.get("process")
        if process == AuthProcess.CONNECT:
            self._may_link(request, link)
        elif not sociallogin.is_existing:
            raise _back(
                request,
                link,
                "This identity is not linked to a sign-in here yet. Sign in with your password first, "
                "then link it under “Sign-in and security”.",
            )
        elif not _belongs(sociallogin.user, link):
            raise _back(request, link, "This sign-in does not belong to this implementation any more.")

    def _may_link(self, request: Any, link: IdentityProvider) -> None:
        """Only a member, signed in with our own password, may link an identity to themselves."""
        if not request.user.is_authenticated or request.session.get(SSO_KEY) or not _belongs(request.user, link):
            raise _back(request, link, "Sign in with your password first, then link your identity.")

    def get_connect_redirect_url(self, request: Any, socialaccount: Any) -> str:
        return reverse("accounts:security")


def _belongs(user: Any, link: IdentityProvider) -> bool:
    return Membership.objects.filter(user=user, implementation=link.implementation).exists()


def _back(request: Any, link: IdentityProvider, sentence: str) -> ImmediateHttpResponse:
    """To the sign-in page of the implementation, with the reason."""
    messages.error(request, sentence)
    return ImmediateHttpResponse(redirect("accounts:sign-in", slug=link.implementation.slug))
