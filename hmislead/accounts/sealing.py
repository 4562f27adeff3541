"""Secrets that must be used again, and so cannot be hashed: encrypted with a key made from SECRET_KEY."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def _box() -> MultiFernet:
    """The newest key seals; the older ones (SECRET_KEY_FALLBACKS) still open."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"hmislead.sealing:" + force_bytes(key)).digest()))
        for key in keys
    )


def seal(secret: str) -> str:
    """`secret`, unreadable to who has the database alone."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret again; empty when the key has changed and the secret must be given anew."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
