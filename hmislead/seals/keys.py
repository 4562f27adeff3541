"""Certificates and their keys: made here, or brought along as PKCS#12."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.sign import signers

from hmislead.errors import DomainError

YEARS = 5
LONGEST_NAME = 64  # of a common name (RFC 5280, upper bounds)


@dataclass(frozen=True)
class KeyPair:
    """A PKCS#12 with its passphrase, and the public certificate."""

    p12: bytes
    passphrase: str
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def make(name: str, *, today: dt.date) -> KeyPair:
    """A new key on the curve P-256 with a certificate of its own making, good for five years."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME])])
    start = dt.datetime.combine(today, dt.time.min, tzinfo=dt.UTC) - dt.timedelta(days=1)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365 * YEARS + 2))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    passphrase = secrets.token_urlsafe(32)
    return KeyPair(_pack(name, key, certificate, [], passphrase), passphrase, certificate)


def read(content: bytes, passphrase: str, *, now: dt.datetime) -> KeyPair:
    """A PKCS#12 somebody brings. Raises DomainError with a sentence for a file or a certificate that cannot sign."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except ValueError:
        raise DomainError("The file cannot be opened: it is no PKCS#12 file, or the passphrase is wrong.") from None
    if key is None or certificate is None:
        raise DomainError("The file holds no private key with its certificate. Export both together, then try again.")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise DomainError("The certificate is not valid today. Bring one that is.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise DomainError("The certificate is not made for digital signatures. Bring one that is.")
    own = secrets.token_urlsafe(32)
    return KeyPair(_pack("seal", key, certificate, others, own), own, certificate)


def signer(p12: bytes, passphrase: str) -> signers.SimpleSigner:
    """What signs with a key. Slow: keep it."""
    made = signers.SimpleSigner.load_pkcs12_data(p12, other_certs=[], passphrase=passphrase.encode())
    if made is None:
        raise DomainError("The seal's key cannot be read. Make a new one in the settings.")
    return made


def _pack(name: str, key: object, certificate: x509.Certificate, others: object, passphrase: str) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, others or None,  # type: ignore[arg-type]
        serialization.BestAvailableEncryption(passphrase.encode()),
    )  # fmt: skip
