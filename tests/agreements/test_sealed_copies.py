"""The executed copy: made of what was signed, sealed once, told of once, whatever dies on the way."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from django.core import mail
from django.core.files.base import ContentFile

from agreements.executed import EVENTS_ES
from agreements.models import Packet, TrailEntry
from agreements.operations import copies, records, signing
from hmislead.access.scopes import ROBOT
from hmislead.documents.days import in_words
from hmislead.files.models import StoredFile
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.notices.models import Message, Notice
from hmislead.seals.models import SealedFile
from hmislead.tenancy import settings
from tests.agreements.test_packets import both_sides, sent, sign
from tests.documents.conformance import beyond_the_margin, problems
from tests.files.test_checks import picture

pytestmark = pytest.mark.django_db
PNG = picture("PNG")


@pytest.fixture
def parties(tenant, agency):
    return both_sides(tenant, agency)


@pytest.fixture
def complete(parties, people, agency):
    """A packet that all have signed, and that waits for its copy."""
    packet = sent(people["staff"], agency)
    sign(packet, parties["director"])
    sign(packet, parties["manager"])
    packet.refresh_from_db()
    return packet


def content_of(packet):
    packet.refresh_from_db()
    with packet.agreement.file.content.open() as file:
        return file.read()


def text_of(content, tmp_path):
    path = tmp_path / "copy.pdf"
    path.write_bytes(content)
    words = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    seal = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=True).stdout
    return words, seal


def test_the_copy_says_who_signed_what_and_when(complete, tmp_path):
    assert copies.seal_packet(complete.pk) is False
    content = content_of(complete)
    words, seal = text_of(content, tmp_path)
    for said in ("Dora Director, Executive Director", "Max Manager, HMIS Director", complete.number, "192.0.2.7"):
        assert said in words
    assert complete.sha256 in "".join(words.split())
    for entry in complete.trail.all():
        assert entry.get_kind_display().split()[0] in words
    assert "Signature is Valid" in seal
    assert problems(content) == []
    assert beyond_the_margin(content) == []


def test_the_register_the_trail_and_the_agreement_know_of_it(complete):
    copies.seal_packet(complete.pk)
    complete.refresh_from_db()
    row = SealedFile.objects.get()
    assert (row.file_id, row.text_sha256) == (complete.agreement.file_id, complete.sha256)
    assert row.sha256 == hashlib.sha256(content_of(complete)).hexdigest()
    assert complete.sealed_at
    assert complete.trail.filter(kind="sealed").count() == 1


def test_it_is_sealed_and_told_once_however_often_it_is_asked_for(complete):
    copies.seal_packet(complete.pk)
    before = (StoredFile.objects.count(), Notice.objects.count(), Message.objects.count())
    copies.seal_packet(complete.pk)
    assert (StoredFile.objects.count(), Notice.objects.count(), Message.objects.count()) == before
    assert SealedFile.objects.count() == 1


def test_every_signer_is_told_that_the_copy_is_ready(complete):
    Notice.objects.all().delete()
    copies.seal_packet(complete.pk)
    told = Notice.objects.filter(sentence__contains="sealed copy").select_related("user")
    assert {each.user.email for each in told} >= {"director@example.org", "manager@example.org"}


def test_the_job_does_it_and_is_done(complete):
    job = Job.objects.get(kind="agreements.seal", subject_id=complete.pk)
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert Packet.objects.get(pk=complete.pk).sealed_at


def test_a_spanish_agreement_has_a_spanish_copy(complete, tmp_path):
    Packet.objects.filter(pk=complete.pk).update(language="es")
    copies.seal_packet(complete.pk)
    words, _ = text_of(content_of(complete), tmp_path)
    assert "Certificado de firma" in words
    assert "Signed by all" not in words
    assert in_words(settings.today(), "es") in words
    assert "Página 1 de" in words
    assert "Page 1" not in words
    assert "verify/?language=es" in "".join(words.split())
    assert set(EVENTS_ES) == set(TrailEntry.Kind.values)


def test_a_signature_on_paper_is_listed_with_the_checksum_of_its_scan(people, parties, agency, tmp_path):
    packet = sent(people["staff"], agency)
    signer = packet.signers.get(position=1)
    scan = ContentFile(PNG, name="signed-page.png")
    signing.sign_on_paper(
        signer_id=signer.pk,
        name="Dora Director",
        signed_on=settings.today(),
        file=scan,
        pages="3-4",
        by=people["staff"],
    )
    sign(packet, parties["manager"])
    copies.seal_packet(packet.pk)
    words, _ = text_of(content_of(packet), tmp_path)
    assert "signed-page.png" in words
    assert "On paper, pages 3-4" in " ".join(words.split())
    assert hashlib.sha256(PNG).hexdigest() in "".join(words.split())
    assert problems(content_of(packet)) == []
    assert beyond_the_margin(content_of(packet)) == []


def test_a_replaced_paper_is_the_copy_that_is_served_not_the_sealed_one(complete, parties, people):
    copies.seal_packet(complete.pk)
    complete.refresh_from_db()
    sealed = complete.agreement.file
    paper = records.attach_file(
        agreement_id=complete.agreement_id, file=ContentFile(PNG, name="corrected.png"), by=people["staff"]
    ).file
    served = copies.open_copy(packet_id=complete.pk, by=parties["director"].user)
    assert (served, served.sha256) == (paper, hashlib.sha256(PNG).hexdigest())
    assert served != sealed
    assert SealedFile.objects.filter(file=sealed).exists()  # what was sealed stays in the register


def test_a_copy_that_cannot_be_made_is_told_to_the_lead(complete, people):
    copies.note_failure(complete.pk, "The key cannot be opened.")
    assert Notice.objects.filter(sentence__contains="could not be made", user=people["staff"]).exists()
    assert mail.outbox == []
    assert StoredFile.objects.visible_to(ROBOT).count() == 0
