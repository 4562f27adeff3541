"""The form of the identity provider."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.accounts.models import IdentityProvider
from hmislead.accounts.providers import OIDC, SAML, ProviderDetails


class ProviderForm(forms.Form):
    """OpenID Connect or SAML. The secret is never put back into the page."""

    kind = forms.ChoiceField(
        label="Kind", widget=forms.RadioSelect, choices=[(OIDC, "OpenID Connect"), (SAML, "SAML")], initial=OIDC
    )
    name = forms.CharField(label="Name on the button", max_length=40, help_text="Such as “Harbor County account”.")
    address = forms.CharField(
        label="Address",
        required=False,
        max_length=500,
        help_text="OpenID Connect: the issuer, or its address ending in /.well-known/openid-configuration. "
        "SAML: the address of the provider's metadata.",
    )
    client_id = forms.CharField(label="Client id", required=False, max_length=191, help_text="OpenID Connect only.")
    secret = forms.CharField(
        label="Client secret",
        required=False,
        max_length=500,
        strip=True,
        help_text="OpenID Connect only. It is kept encrypted and never shown again; leave empty to keep it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    metadata = forms.CharField(
        label="Metadata",
        required=False,
        max_length=200_000,
        help_text="SAML only: paste the XML if its address cannot be reached from here.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    sign_requests = forms.BooleanField(
        label="Sign our requests",
        required=False,
        help_text="SAML only. Our metadata then carries a certificate: give it to the provider again after you save.",
    )

    def __init__(self, *args: Any, provider: IdentityProvider | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {}
        if provider:
            is_oidc = provider.app.provider == OIDC
            initial = {"kind": provider.app.provider, "name": provider.app.name}
            if is_oidc:
                initial |= {"address": provider.app.settings.get("server_url"), "client_id": provider.app.client_id}
            else:
                initial |= {"sign_requests": bool(provider.app.settings.get("signing"))}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == OIDC:
            for name, words in (("address", "the address of the provider"), ("client_id", "the client id")):
                if not given.get(name):
                    self.add_error(name, f"Give {words}.")
        elif not given.get("address") and not given.get("metadata"):
            self.add_error("address", "Give the address of the metadata, or paste the metadata below.")
        return given

    def details(self) -> ProviderDetails:
        """What was given, for the operation."""
        return ProviderDetails(**{name: self.cleaned_data[name] for name in self.fields})
