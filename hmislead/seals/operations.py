"""Sealing documents, and the keys that do it."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography import x509
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from pyhanko.sign import signers

from hmislead.access import scopes
from hmislead.accounts.sealing import seal, unseal
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from hmislead.files.operations import store_file
from hmislead.seals import keys, pdf
from hmislead.seals.models import SealedFile, SealKey, SealMark
from hmislead.seals.verifying import CHANGED, NOT_OURS, OURS, look_up
from hmislead.tenancy import context, settings

__all__ = ["CHANGED", "NOT_OURS", "OURS", "current_key", "import_key", "look_up", "rotate_key", "seal_file", "seal_pdf"]
MAX_SEALED_BYTES = 100 * 1024 * 1024
REASON = "Sealed so that any later change shows"


def current_key() -> SealKey:
    """The key in use; the first time, and when the last one has expired, a new one is made. In a transaction."""
    found: SealKey | None = SealKey.objects.in_use().first()
    if found and found.valid_until > timezone.now():
        return found
    try:
        with transaction.atomic():
            return _use(_made(), SealKey.Origin.MADE)
    except IntegrityError:  # another worker has just made it
        return SealKey.objects.in_use().get()


@transaction.atomic
def rotate_key(*, by: Any) -> SealKey:
    """Make a new key and retire the one in use, whose private part is destroyed. What it sealed stays valid."""
    _require_manager(by)
    return _use(_made(), SealKey.Origin.MADE)


@transaction.atomic
def import_key(*, content: bytes, passphrase: str, by: Any) -> SealKey:
    """Use a certificate somebody brings as PKCS#12. Raises DomainError with a sentence for one that cannot seal."""
    _require_manager(by)
    pair = keys.read(content, passphrase, now=timezone.now())
    if SealKey.objects.filter(fingerprint=pair.fingerprint).exists():
        raise DomainError("This certificate was used here before. Nothing was changed; bring a new one.")
    return _use(pair, SealKey.Origin.IMPORTED)


def seal_pdf(content: bytes, *, reason: str = REASON, key: SealKey | None = None) -> bytes:
    """`content`, a tagged PDF, certified with the key in use so that every later change shows (PAdES, ETSI EN 319 142-1).

    `reason` is the sentence a reader's panel shows. Raises DomainError when the key cannot be opened.
    """
    return pdf.seal(content, signer=_signer((key or current_key()).sealed_key), reason=reason)


@transaction.atomic
def seal_file(
    content: bytes, *, name: str, text_sha256: str, permission: str, by: Any, reason: str = REASON, **scope: Any
) -> StoredFile:
    """Seal `content`, store it as `name` and enter it in the register.

    `permission` and `scope` (organization, coc, person) say who may read the file, `by` stores it; `text_sha256` is the
    checksum of the text that the file is about. Raises DomainError when the key cannot be opened.
    """
    key = current_key()
    sealed = ContentFile(seal_pdf(content, reason=reason, key=key), name=name)
    stored = store_file(file=sealed, permission=permission, by=by, allowed={"pdf"}, max_bytes=MAX_SEALED_BYTES, **scope)
    _mark(stored.sha256, SealMark.Kind.FILE)
    SealedFile.objects.create(
        key=key, file=stored, what=name, sha256=stored.sha256, text_sha256=text_sha256, sealed_at=timezone.now()
    )
    return stored


def _require_manager(by: Any) -> None:
    if not scopes.of(by).allows("manage_settings"):
        raise PermissionDenied("Only an administrator of the HMIS Lead changes the seal.")


def _made() -> keys.KeyPair:
    return keys.make(context.current().name, today=settings.today())


def _use(pair: keys.KeyPair, origin: str) -> SealKey:
    now = timezone.now()
    for old in SealKey.objects.in_use().select_for_update():
        old.retired_at, old.sealed_key = now, ""
        old.save(update_fields=["retired_at", "sealed_key", "updated_at"])
    packed = json.dumps({"p12": base64.b64encode(pair.p12).decode(), "passphrase": pair.passphrase})
    _mark(pair.fingerprint, SealMark.Kind.CERTIFICATE)
    return SealKey.objects.create(
        certificate=pair.pem,
        sealed_key=seal(packed),
        fingerprint=pair.fingerprint,
        name=_name(pair.certificate),
        origin=origin,
        active_from=now,
        valid_until=pair.certificate.not_valid_after_utc,
    )


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value if names else certificate.subject.rfc4514_string())[:300]


def _mark(sha256: str, kind: str) -> None:
    SealMark.objects.get_or_create(sha256=sha256, defaults={"kind": kind, "implementation": context.current()})


@lru_cache(maxsize=64)
def _signer(sealed_key: str) -> signers.SimpleSigner:
    """What signs, opened once per process: opening a PKCS#12 is slow on purpose."""
    opened = unseal(sealed_key)
    if not opened:
        raise DomainError("The key of the seal cannot be opened any more. Make a new one in the settings.")
    packed = json.loads(opened)
    return keys.signer(base64.b64decode(packed["p12"]), packed["passphrase"])
