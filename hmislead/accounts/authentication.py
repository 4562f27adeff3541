"""Bearer tokens of the API. No import of DRF generics here: DRF's settings import this module."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from hmislead.accounts.models import ApiToken, hash_secret


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. The user it stands for carries the token's scopes as `token_scopes`."""

    def authenticate(self, request: Any) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Send the token as: Authorization: Bearer <token>.")
        token = self._find(parts[1].decode("latin-1"))
        if timezone.now() - (token.last_used_at or token.created_at) > dt.timedelta(minutes=5):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        token.user.token_scopes = frozenset(token.scopes)
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'

    def _find(self, secret: str) -> ApiToken:
        token = ApiToken.objects.select_related("user").filter(secret_hash=hash_secret(secret)).first()
        if token is None or not token.is_usable or not token.user.is_active:
            raise AuthenticationFailed("This token is not known, has expired or was revoked. Make a new one.")
        return token
