"""Mail to signers without a sign-in is in the message log like all mail, without the secret in it."""

from __future__ import annotations

import smtplib

import pytest
from celery.exceptions import Retry
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from agreements import tasks
from agreements.models import Packet, SigningLink
from agreements.operations import packets
from hmislead.access.scopes import ROBOT
from hmislead.errors import DomainError
from hmislead.notices import operations
from hmislead.notices.models import Message
from hmislead.tenancy.context import use
from tests.agreements.test_signing_links import _at_once, mailed_code, mailed_link, packet, prove

pytestmark = pytest.mark.django_db(transaction=True)
FIXTURES = (_at_once, packet)


class Broken(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPConnectError(421, "not now")


def logged(packet):
    with use(packet.implementation):
        return list(Message.objects.filter(type="signing_mail").order_by("created_at"))


def test_a_link_is_logged_as_sent_without_its_secret(packet):
    (message,) = logged(packet)
    secret = mailed_link().split("/")[2]
    assert (message.state, message.address, message.attempts) == ("sent", "vera@vendor.example", 1)
    assert tasks.LINK_STANDS_HERE["en"] in message.text
    assert secret in mail.outbox[0].body
    assert f'/sign/{secret}/">Read and sign here</a>' in mail.outbox[0].alternatives[0][0]
    assert secret not in message.text + message.html + message.subject


def test_a_code_is_logged_without_its_digits_and_is_in_no_subject(packet):
    prove(Client(), mailed_link())
    code, message = mailed_code(), logged(packet)[-1]
    assert message.subject == mail.outbox[-1].subject == "Your code to sign"
    assert tasks.CODE_STANDS_HERE["en"] in message.text
    assert code not in message.text + message.html


def test_in_spanish_the_log_and_the_mail_are_spanish(packet):
    with use(packet.implementation):
        Packet.objects.filter(pk=packet.pk).update(language="es")
        packets.remind_packet(packet_id=packet.pk, by=ROBOT)
    message = logged(packet)[-1]
    assert message.subject.startswith("Firme a más tardar el ")
    assert tasks.LINK_STANDS_HERE["es"] in message.text
    assert '<html lang="es">' in message.html


def test_one_that_cannot_be_sent_waits_is_tried_again_and_is_not_sent_from_the_log(packet, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    with use(packet.implementation):
        link = SigningLink.objects.get()
        Message.objects.all().delete()
    with pytest.raises(Retry):
        tasks.send_signing_link.apply(kwargs={"link_id": str(link.pk)}, throw=True)
    (message,) = logged(packet)
    assert (message.state, message.trouble) == ("queued", "unreachable")
    with use(packet.implementation):
        packets.withdraw_packet(packet_id=packet.pk, reason="Wrong text.", by=ROBOT)
    tasks.send_signing_link.apply(kwargs={"link_id": str(link.pk)})
    assert logged(packet)[0].state == "cancelled", "nobody needs it any more"


def test_a_failed_one_says_where_to_send_it_again(packet, people):
    with use(packet.implementation):
        message = Message.objects.get(type="signing_mail")
        Message.objects.filter(pk=message.pk).update(state="failed")
        with pytest.raises(DomainError, match="remind its signers"):
            operations.resend_message(message_id=message.pk, by=people["staff"])
