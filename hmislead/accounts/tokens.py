"""API tokens: made by a person for a machine, shown once, for one implementation, never stronger than their maker."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hmislead.access import scopes
from hmislead.access.permissions import OWN, PERMISSIONS
from hmislead.accounts.models import ApiToken, hash_secret
from hmislead.errors import DomainError
from hmislead.tenancy import context

LONGEST_DAYS = 365
MOST_TOKENS = 20
OWN_LABEL = "See and keep your own papers and notices"


def scopes_on_offer(user: Any) -> list[tuple[str, str]]:
    """What a token of `user` may be given here: their own permissions, and their own papers and notices.

    Pairs of code and words."""
    access = scopes.of(user)
    offered = [(code, label) for code, label in PERMISSIONS.items() if access.has(code)]
    return [(OWN, OWN_LABEL), *offered] if access.own else offered


def tokens_of(user: Any) -> QuerySet[ApiToken]:
    """The user's tokens for the current implementation."""
    return ApiToken.objects.filter(user_id=user.pk, implementation=context.current())


@transaction.atomic
def create(*, name: str, wanted: list[str], days: int, by: Any) -> tuple[ApiToken, str]:
    """Make a token for the current implementation that is good for `days` days (1 to 365).

    Returns the row and the secret, which is never shown again. Raises DomainError for scopes beyond those of `by`, a
    life that is too long, or too many tokens.
    """
    offered = {code for code, _ in scopes_on_offer(by)}
    if not wanted or not set(wanted) <= offered:
        raise DomainError("Choose at least one thing the token may do, and only what you may do yourself.")
    if not 1 <= days <= LONGEST_DAYS:
        raise DomainError(f"A token is good for 1 to {LONGEST_DAYS} days.")
    if tokens_of(by).filter(revoked_at=None, expires_at__gt=timezone.now()).count() >= MOST_TOKENS:
        raise DomainError(f"You have {MOST_TOKENS} tokens in use. Revoke one first.")
    secret = f"hml_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        implementation=context.current(),
        user=by,
        name=name.strip(),
        prefix=secret[:10],
        secret_hash=hash_secret(secret),
        scopes=sorted(set(wanted)),
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    return token, secret


@transaction.atomic
def revoke(*, token_id: uuid.UUID, by: Any) -> ApiToken:
    """Stop one of the user's own tokens at once. ApiToken.DoesNotExist for anybody else's."""
    token = tokens_of(by).select_for_update(of=("self",)).get(pk=token_id)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token
