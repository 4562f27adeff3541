"""The key with which this site signs what it sends to a SAML provider: one for each provider, made here."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

from hmislead.accounts.sealing import seal, unseal

YEARS = 10  # providers compare the certificate with the metadata they were given, and rarely look at its dates
BITS = 3072


def make() -> dict[str, str]:
    """A new key, sealed, with a certificate of its own making (PEM): what is kept in the provider's settings."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "HMIS Lead")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * YEARS))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return {"sealed_key": seal(private.decode()), "certificate": certificate.public_bytes(pem).decode()}


def can_be_used(signing: dict[str, str]) -> bool:
    """False when there is no key, or it was sealed with a SECRET_KEY that is gone."""
    return bool(unseal(signing.get("sealed_key", "")))


def for_allauth(signing: dict[str, str]) -> dict[str, str]:
    """The key as allauth wants it among a provider's advanced settings: open, for the time of one request."""
    return {"private_key": unseal(signing["sealed_key"]), "x509cert": signing["certificate"]}
