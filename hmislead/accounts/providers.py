"""The one identity provider of an implementation, and the rules that keep it inside that implementation.

A tenant's administrator controls the provider: every claim in it is their word. So a provider identity is known by
(provider, subject) alone, is linked only from a session signed in with our own password, and opens this
implementation only. A provider's id is random: nobody can choose one that is somebody else's.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import requests
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.exceptions import PermissionDenied
from django.core.validators import URLValidator
from django.db import transaction
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser  # type: ignore[import-untyped]

from hmislead.access import scopes
from hmislead.accounts import outside, saml_key
from hmislead.accounts.models import IdentityProvider
from hmislead.accounts.sealing import seal
from hmislead.errors import DomainError
from hmislead.tenancy import context

OIDC, SAML = "openid_connect", "saml"
SIGNED = ("authn_request_signed", "logout_response_signed", "metadata_signed")
WELL_KNOWN = "/.well-known/openid-configuration"
UNREACHABLE = (
    "The identity provider did not answer as expected. Nothing was changed. "
    "Sign in with your password, or try again in a few minutes."
)


@dataclass(frozen=True)
class ProviderDetails:
    """What an administrator gives. OpenID Connect: `address` of discovery, `client_id`, `secret`. SAML: the `address`
    of the metadata, or the `metadata` itself; with `sign_requests` we sign what we send there."""

    kind: str
    name: str
    address: str = ""
    client_id: str = ""
    secret: str = ""
    metadata: str = ""
    sign_requests: bool = False


def current() -> IdentityProvider | None:
    """The provider of the current implementation."""
    return IdentityProvider.objects.select_related("app").filter(implementation=context.current()).first()


@transaction.atomic
def save(*, details: ProviderDetails, by: Any) -> IdentityProvider:
    """Set or change the provider of the current implementation.

    A change of kind, address or client makes it another provider: its subjects may be other people, so every link to
    the old one is dropped. Raises PermissionDenied unless `by` may manage settings, DomainError for details that the
    provider does not confirm.
    """
    _require_manager(by)
    known = IdentityProvider.objects.select_for_update(of=("self",)).filter(implementation=context.current()).first()
    made = _oidc_settings(details, known) if details.kind == OIDC else _saml_settings(details, known)
    identity = (details.kind, made.get("server_url"), details.client_id, _who(made))
    if known and identity == _identity(known.app):
        known.app.name, known.app.settings = details.name[:40], made
        known.app.save(update_fields=["name", "settings"])
        return known
    if known:
        _drop(known)
    public_id = secrets.token_hex(16)
    app = SocialApp.objects.create(
        provider=details.kind,
        provider_id=public_id,
        name=details.name[:40],
        # allauth finds a SAML provider by its client id, which for SAML is no client's id but the name in the address.
        client_id=details.client_id if details.kind == OIDC else public_id,
        settings=made,
    )
    return IdentityProvider.objects.create(implementation=context.current(), app=app)


@transaction.atomic
def remove(*, by: Any) -> None:
    """Take the provider away; every link to it goes with it and nobody is locked out: passwords stay."""
    _require_manager(by)
    known = IdentityProvider.objects.select_for_update(of=("self",)).filter(implementation=context.current()).first()
    if known:
        _drop(known)


def linked_accounts(user: Any) -> list[tuple[SocialAccount, IdentityProvider]]:
    """The user's own links, each with its provider."""
    accounts = {account.provider: account for account in SocialAccount.objects.filter(user=user)}
    links = IdentityProvider.objects.select_related("app", "implementation").filter(app__provider_id__in=accounts)
    return [(accounts[link.app.provider_id], link) for link in links]


def _drop(known: IdentityProvider) -> None:
    SocialAccount.objects.filter(provider=known.app.provider_id).delete()
    app = known.app
    known.delete()
    app.delete()


def _identity(app: SocialApp) -> tuple[Any, ...]:
    client_id = app.client_id if app.provider == OIDC else ""
    return (app.provider, app.settings.get("server_url"), client_id, _who(app.settings))


def _who(made: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a SAML provider this one. Where it is told of a logout is no part of that."""
    idp = made.get("idp") or {}
    return tuple(idp.get(name) for name in ("entity_id", "sso_url", "x509cert"))


def _oidc_settings(details: ProviderDetails, known: IdentityProvider | None) -> dict[str, Any]:
    address = details.address.strip().removesuffix(WELL_KNOWN).rstrip("/")
    _require_url(address)
    sealed = known.app.settings.get("sealed_secret", "") if known and known.app.provider == OIDC else ""
    if details.secret:
        sealed = seal(details.secret)
    if not sealed or not details.client_id:
        raise DomainError("Give the client id and the client secret that the identity provider shows for this site.")
    _check_discovery(address)
    return {
        "server_url": address,
        "sealed_secret": sealed,
        "oauth_pkce_enabled": True,
        "email_authentication": False,
        "verified_email": False,
    }


def _check_discovery(address: str) -> None:
    """Ask the provider who it is: a typing error is found now, not by the first person who signs in."""
    wanted = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    try:
        with outside.session() as session:
            found = session.get(address + WELL_KNOWN).json()
    except outside.RefusedAddressError as error:
        raise DomainError(str(error)) from error
    except (requests.RequestException, ValueError) as error:
        raise DomainError(f"Nothing answers at {address}{WELL_KNOWN}. Check the address.") from error
    missing = [name for name in wanted if not isinstance(found, dict) or not isinstance(found.get(name), str)]
    if missing:
        raise DomainError(f"The answer of {address} lacks {', '.join(missing)}, so it cannot be used.")


def _saml_settings(details: ProviderDetails, known: IdentityProvider | None) -> dict[str, Any]:
    xml = details.metadata.strip() or _fetch_metadata(details.address.strip())
    try:
        idp = OneLogin_Saml2_IdPMetadataParser.parse(xml)["idp"]
        entity, sign_on = idp["entityId"], idp["singleSignOnService"]["url"]
        certificate = idp.get("x509cert") or idp["x509certMulti"]["signing"][0]
    # The parser raises whatever its XML library does; the file comes from outside, so each of them means the same.
    except Exception as error:  # the XML library raises many kinds; all mean the same to a person
        raise DomainError("This is not the metadata of a SAML identity provider with a signing certificate.") from error
    _require_url(sign_on)
    made = {"entity_id": entity, "sso_url": sign_on, "x509cert": certificate}
    if logout := idp.get("singleLogoutService", {}).get("url"):
        _require_url(logout)
        made["slo_url"] = logout
    return {
        "idp": made,
        "signing": _signing(known) if details.sign_requests else {},
        "attribute_mapping": {"uid": ["urn:oasis:names:tc:SAML:attribute:subject-id"]},
        "advanced": {
            "reject_idp_initiated_sso": True,
            "strict": True,
            "want_attribute_statement": False,
            **dict.fromkeys(SIGNED, details.sign_requests),
        },
        "email_authentication": False,
        "verified_email": False,
    }


def _signing(known: IdentityProvider | None) -> dict[str, str]:
    """The key of this provider, the same as long as it can be used: the other side has its certificate."""
    signing: dict[str, str] = known.app.settings.get("signing", {}) if known else {}
    return signing if saml_key.can_be_used(signing) else saml_key.make()


def _fetch_metadata(address: str) -> str:
    """Read once, when it is saved; kept here from then on."""
    _require_url(address)
    try:
        with outside.session() as session:
            response = session.get(address)
            response.raise_for_status()
            return response.text
    except outside.RefusedAddressError as error:
        raise DomainError(str(error)) from error
    except requests.RequestException as error:
        raise DomainError(f"Nothing answers at {address}. Check the address, or paste the metadata.") from error


def _require_url(address: str) -> None:
    from django.conf import settings
    from django.core.exceptions import ValidationError

    schemes = ["https", "http"] if settings.SSO_PRIVATE_ADDRESSES else ["https"]
    try:
        URLValidator(schemes=schemes)(address)
    except ValidationError:
        raise DomainError("The address of the identity provider must be a full https:// address.") from None


def _require_manager(by: Any) -> None:
    if not scopes.of(by).scopes("manage_settings").everything:
        raise PermissionDenied("Only a Lead administrator may change how people sign in.")
