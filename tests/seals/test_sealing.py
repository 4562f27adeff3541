"""Seals: valid to a program of somebody else's, broken by one byte, and no key in the clear."""

from __future__ import annotations

import datetime as dt
import subprocess
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature

from hmislead.access.scopes import ROBOT
from hmislead.accounts.sealing import unseal
from hmislead.documents.pdf import pdf_from
from hmislead.errors import DomainError
from hmislead.seals import operations, views
from hmislead.seals.models import SealedFile, SealKey
from hmislead.tenancy.context import use
from tests.documents.conformance import problems

pytestmark = pytest.mark.django_db
VERIFY = "/verify/"


@pytest.fixture(scope="module")
def plain():
    """A tagged PDF that is not sealed."""
    context = {"implementation_name": "North", "made_at": timezone.now()}
    return pdf_from("documents/base.html", context, title="A letter")


def pdfsig(content, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


def is_intact(content):
    signature = PdfFileReader(BytesIO(content)).embedded_signatures[0]
    status = validate_pdf_signature(signature)
    return status.intact and status.valid and status.bottom_line is not None and status.docmdp_ok is not False


def pkcs(*, days=30, usage=True, with_key=True):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "County of North")])
    now = timezone.now()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now - dt.timedelta(days=60))
    builder = builder.not_valid_after(now + dt.timedelta(days=days))
    bits = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "crl_sign", "encipher_only", "decipher_only"),
        False,
    )
    builder = builder.add_extension(
        x509.KeyUsage(digital_signature=usage, key_agreement=True, key_cert_sign=False, **bits), critical=True
    )
    certificate = builder.sign(key, hashes.SHA256())
    kind = serialization.BestAvailableEncryption(b"open")
    return pkcs12.serialize_key_and_certificates(b"x", key if with_key else None, certificate, None, kind)


def test_a_sealed_pdf_is_valid_to_others_and_still_accessible(tenant, plain, tmp_path):
    sealed = operations.seal_pdf(plain)
    said = pdfsig(sealed, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert is_intact(sealed)
    assert problems(sealed) == []


def test_one_byte_more_or_less_shows(tenant, plain, tmp_path):
    sealed = operations.seal_pdf(plain)
    flipped = bytearray(sealed)
    flipped[200] ^= 1
    assert "Signature is Valid" not in pdfsig(bytes(flipped), tmp_path)
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    writer.write(out)
    assert "Not total document signed" in pdfsig(out.getvalue(), tmp_path)


def test_the_key_makes_itself_once_and_is_not_in_the_clear(tenant, people):
    key = operations.current_key()
    assert operations.current_key() == key
    assert key.name == tenant.name
    assert "PRIVATE" not in key.sealed_key
    assert '"p12"' in unseal(key.sealed_key)
    years = (key.valid_until - timezone.now()).days / 365
    assert 4.9 < years < 5.1


def test_a_retired_key_is_destroyed_and_its_certificate_kept(tenant, people):
    old = operations.current_key()
    new = operations.rotate_key(by=people["administrator"])
    old.refresh_from_db()
    assert (old.sealed_key, bool(old.certificate), bool(old.retired_at)) == ("", True, True)
    assert operations.current_key() == new
    assert SealKey.objects.in_use().count() == 1


def test_an_expired_key_is_followed_by_a_new_one(tenant):
    old = operations.current_key()
    SealKey.objects.filter(pk=old.pk).update(valid_until=timezone.now() - dt.timedelta(seconds=1))
    assert operations.current_key() != old


@pytest.mark.parametrize("who", ["staff", "cho_lead", "auditor", "coc_staff", "end_user", "outsider"])
def test_only_administrators_change_the_seal(tenant, people, who):
    with pytest.raises(PermissionDenied):
        operations.rotate_key(by=people[who])
    with pytest.raises(PermissionDenied):
        operations.import_key(content=pkcs(), passphrase="open", by=people[who])


def test_a_certificate_of_ones_own_seals(tenant, people, plain, tmp_path):
    key = operations.import_key(content=pkcs(), passphrase="open", by=people["administrator"])
    assert (key.origin, key.name) == ("imported", "County of North")
    assert "County of North" in pdfsig(operations.seal_pdf(plain), tmp_path)


@pytest.mark.parametrize(
    ("content", "passphrase", "sentence"),
    [
        (pkcs(), "wrong", "passphrase is wrong"),
        (b"no such file", "open", "no PKCS#12"),
        (pkcs(days=-1), "open", "not valid today"),
        (pkcs(usage=False), "open", "not made for digital signatures"),
        (pkcs(with_key=False), "open", "no private key"),
    ],
)
def test_what_cannot_seal_is_refused_in_a_sentence(tenant, people, content, passphrase, sentence):
    key = operations.current_key()
    with pytest.raises(DomainError, match=sentence):
        operations.import_key(content=content, passphrase=passphrase, by=people["administrator"])
    assert operations.current_key() == key


def kept(plain, by):
    file = operations.seal_file(plain, name="A1.pdf", text_sha256="a" * 64, permission="view_evidence", by=by)
    with file.content.open() as stored:
        return file, stored.read()


def ask(client, content, address=VERIFY):
    return client.post(address, {"file": SimpleUploadedFile("x.pdf", content)}).content.decode()


def test_the_register_and_the_public_page(tenant, people, plain, client):
    file, content = kept(plain, people["staff"])
    assert SealedFile.objects.get(file=file).sha256 == file.sha256
    changed = content + b"\n"
    assert "ours and unaltered" in ask(client, content)
    assert "was changed after" in ask(client, changed)
    assert "not a file that we sealed" in ask(client, plain)
    assert "not a file that we sealed" in ask(client, b"/Contents <" + b"3082" * 200 + b">")
    spanish = ask(client, content, f"{VERIFY}?language=es")
    assert "no fue alterado" in spanish
    assert 'lang="es"' in spanish
    assert "Elija el PDF" in client.post(f"{VERIFY}?language=es").content.decode()


def test_the_public_page_answers_for_every_tenant_and_names_none(implementation, other_implementation, plain, client):
    for each in (implementation, other_implementation):
        with use(each):
            _, content = kept(plain, ROBOT)
        said = ask(client, content)
        assert "ours and unaltered" in said
        assert each.name not in said


def test_the_public_page_has_enough_after_a_while(tenant, plain, client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(views, "MOST_CHECKS", 2)
    assert "not a file that we sealed" in ask(client, plain)
    assert "not a file that we sealed" in ask(client, plain)
    assert "Too many files" in ask(client, plain)
    cache.clear()


def test_the_settings_page_shows_no_key(tenant, people, client):
    operations.current_key()
    new = operations.rotate_key(by=people["administrator"])
    client.force_login(people["staff"])
    url = reverse("seals:key-list", kwargs={"slug": tenant.slug})
    page = client.get(url).content.decode()
    assert new.fingerprint in page
    assert new.sealed_key not in page
    url = reverse("seals:certificate", kwargs={"slug": tenant.slug, "pk": new.pk})
    assert client.get(url).content.startswith(b"-----BEGIN CERTIFICATE")
