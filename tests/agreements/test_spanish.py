"""Whoever signs a Spanish text is told about it in Spanish, with a sign-in as without; the HMIS Lead in English."""

from __future__ import annotations

import pytest

from agreements import announcements
from agreements.operations import packets
from hmislead.documents.models import Block
from hmislead.notices.models import Message, Notice
from tests.agreements.test_packets import both_sides, prepare
from tests.documents import factories as documents

pytestmark = pytest.mark.django_db


@pytest.fixture
def packet(people, agency, implementation):
    """An agreement in Spanish, out with the director of an agency, who has a sign-in."""
    both_sides(implementation, agency)
    version = documents.version(title="Acuerdo de participación")
    Block.objects.filter(version=version).update(heading_es="Deberes", body_es="Cumplimos nuestra parte.")
    made = prepare(people["staff"], agency, version=version, language="es")
    return packets.send_packet(packet_id=made.pk, by=people["staff"])


def test_the_notice_and_its_mail_are_spanish(client, packet, people):
    notice = Notice.objects.get(type="signature_asked")
    assert (notice.language, notice.sentence[:21]) == ("es", "Firme a más tardar el")
    message = Message.objects.get(type="signature_asked")
    assert message.subject == notice.sentence.rstrip(".")
    assert '<html lang="es">' in message.html
    for words in ("Leer y firmar", "Por qué lo recibe: se le pide firmar un acuerdo.", "no contiene datos de clientes"):
        assert words in message.text, words
    for words in ("Why you get this", "To get fewer", "Read and sign"):
        assert words not in message.text + message.html, words
    client.force_login(notice.user)
    assert 'lang="es">Firme' in client.get("/i/north/notices/").content.decode()


def test_the_preview_is_what_is_sent(packet):
    (preview,) = [each for each in announcements.mails_of(packet) if each.position == 1]
    message = Message.objects.get(type="signature_asked")
    assert (preview.subject, preview.text) == (message.subject, message.text)


def test_reminders_and_withdrawal_are_spanish_too(packet, people):
    packets.remind_packet(packet_id=packet.pk, by=people["staff"])
    packets.withdraw_packet(packet_id=packet.pk, reason="A mistake.", by=people["staff"])
    told = list(Notice.objects.order_by("created_at").values_list("language", "sentence"))
    assert [sentence.split()[0] for _, sentence in told[:2]] == ["Firme", "Recordatorio:"]
    assert {language for language, _ in told} == {"es"}
    assert told[-1][1].endswith("fue retirado. Usted no tiene que hacer nada más.")
