"""Signing by a personal link: the code proves the mailbox, the link is good once, on one phone, for one person, in time."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client

from agreements.models import Packet, Signer, SigningLink
from agreements.operations import packets
from agreements.parties import PartyData
from agreements.signers import CandidateData, SignerData
from hmislead.access.scopes import ROBOT
from hmislead.celery import app
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from tests import factories
from tests.agreements.factories import LONG_AGO, lead
from tests.agreements.test_packets import member_person, power
from tests.documents import factories as documents

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _at_once():
    """Mail leaves in the same breath: no worker runs here."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def packet(implementation):
    """A vendor contract whose vendor signs outside, by link, before the HMIS Lead."""
    with use(implementation):
        vendor = factories.OrganizationFactory(name="Lantern Software")
        factories.OrganizationRoleFactory(organization=vendor, role="vendor")
        manager = member_person(implementation, "manager")
        the_lead = lead()
        power(manager, organization=the_lead)
        outside = CandidateData(name="Vera Vendor", email="vera@vendor.example", title="President")
        made = packets.prepare_packet(
            version_id=documents.version("vendor", title="Vendor contract").pk,
            parties=[PartyData("vendor", organization_id=vendor.pk), PartyData("lead", organization_id=the_lead.pk)],
            signers=[
                SignerData("vendor", (outside,), 1),
                SignerData("lead", (CandidateData(manager.pk),), 2),
            ],
            deadline_on=settings.today() + dt.timedelta(days=10),
            by=ROBOT,
        )
        packets.send_packet(packet_id=made.pk, by=ROBOT)
        made.refresh_from_db()
    return made


def link_in(message) -> str:
    return re.search(r"/sign/[\w-]+/", message.body)[0]


def mailed_link() -> str:
    return link_in(next(m for m in reversed(mail.outbox) if m.to == ["vera@vendor.example"] and "/sign/" in m.body))


def mailed_code() -> str:
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def prove(client, link):
    """Ask for the code and type it."""
    client.post(f"{link}code/", {"send": "yes"})
    return client.post(f"{link}code/", {"code": mailed_code()})


def signature(packet, **changes):
    return {"sha256": packet.sha256, "name": "Vera Vendor", "consent": "on", **changes}


def signed(packet) -> int:
    with use(packet.implementation):
        return packet.signers.filter(state="signed").count()


def test_a_link_shows_nothing_before_the_code_and_signs_after_it(packet):
    client = Client()
    link = mailed_link()
    before = client.get(link).content.decode()
    assert "We do our part" not in before
    assert "vera@vendor.example" not in before
    assert client.post(link, signature(packet)).status_code == 200
    assert signed(packet) == 0
    assert prove(client, link).status_code == 302
    shown = client.get(link)
    assert "We do our part" in shown.content.decode()
    assert shown["Cache-Control"] == "private, no-store"
    assert "Thank you" in client.post(link, signature(packet)).content.decode()
    with use(packet.implementation):
        signer = packet.signers.get(position=1)
        assert (signer.signed_name, signer.signed_title, signer.method) == ("Vera Vendor", "President", "link")
        assert (signer.text_sha256, signer.address) == (packet.sha256, "127.0.0.1")
        assert packet.signers.get(position=2).state == Signer.State.ASKED


def test_names_keep_their_capitals_in_the_mail(packet):
    link_mail = next(each for each in mail.outbox if each.to == ["vera@vendor.example"])
    assert "sign the vendor contract by" in link_mail.body
    assert "You sign: for Lantern Software." in link_mail.body


def test_the_field_for_the_code_is_there_before_the_mail_has_left(packet):
    client, link = Client(), mailed_link()
    client.post(f"{link}code/", {"send": "yes"})
    SigningLink.objects.update(code_hash="")
    page = client.get(link).content.decode()
    assert page.index('name="code"') < page.index("Send a new code")


def test_who_signs_a_spanish_agreement_reads_spanish_from_the_code_to_the_end(packet):
    with use(packet.implementation):
        Packet.objects.update(language="es")
    client, link = Client(), mailed_link()
    pages = [client.get(link), client.post(f"{link}code/", {"code": "1"})]
    prove(client, link)
    pages += [
        client.get(link),
        client.post(link, {"sha256": packet.sha256}),
        client.get(f"{link}decline/"),
        client.post(link, signature(packet)),
    ]
    for page, words in zip(
        pages,
        ("Enviarme el código", "ya no sirve", "Firme aquí", "Complete este campo.", "No firmar", "Gracias"),
        strict=True,
    ):
        shown = page.content.decode()
        assert '<html lang="es">' in shown
        assert words in shown
        for english in (
            "Skip to main",
            "This site",
            "required<",
            "Sign ",
            "Fill this in",
            "Decline",
            "Thank you",
            "code we",
        ):
            assert english not in shown, (words, english)
    closed = client.get(link).content.decode()
    assert "This link was used" in closed
    assert "Este enlace ya se usó" in closed


def test_a_link_opened_twice_signs_once(packet):
    client = Client()
    link = mailed_link()
    prove(client, link)
    client.post(link, signature(packet))
    again = client.post(link, signature(packet))
    assert again.status_code == 409
    assert "This link was used" in again.content.decode()
    assert signed(packet) == 1


def test_a_second_phone_must_prove_the_mailbox_too(packet):
    first, second = Client(), Client()
    link = mailed_link()
    prove(first, link)
    assert "We do our part" not in second.get(link).content.decode()
    second.post(link, signature(packet))
    assert signed(packet) == 0


def test_of_two_proven_phones_one_signs(packet):
    first, second = Client(), Client()
    link = mailed_link()
    for phone in (first, second):
        prove(phone, link)
        assert "We do our part" in phone.get(link).content.decode()
    assert "Thank you" in first.post(link, signature(packet)).content.decode()
    late = second.post(link, signature(packet))
    assert late.status_code == 409
    assert "This link was used" in late.content.decode()
    assert signed(packet) == 1


@pytest.mark.parametrize("wrong", ["000000", "12345", ""])
def test_a_wrong_code_opens_nothing(packet, wrong):
    client = Client()
    link = mailed_link()
    client.post(f"{link}code/", {"send": "yes"})
    if mailed_code() == wrong:
        wrong = "111111"
    assert client.post(f"{link}code/", {"code": wrong}).status_code == 422
    assert "We do our part" not in client.get(link).content.decode()


def test_wrong_tries_count_and_stop_the_right_one(packet):
    client = Client()
    link = mailed_link()
    client.post(f"{link}code/", {"send": "yes"})
    right = mailed_code()
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        client.post(f"{link}code/", {"code": wrong})
    refused = client.post(f"{link}code/", {"code": right})
    assert refused.status_code == 422
    assert "Too many wrong tries" in refused.content.decode()


def test_a_code_grows_old(packet):
    client = Client()
    link = mailed_link()
    client.post(f"{link}code/", {"send": "yes"})
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=16)):
        refused = client.post(f"{link}code/", {"code": mailed_code()})
    assert "not good any more" in refused.content.decode()


def test_a_link_ends_with_the_last_day_to_sign(packet):
    link = mailed_link()
    midnight = dt.datetime.combine(packet.deadline_on, dt.time.max, tzinfo=packet.implementation.zone)
    with time_machine.travel(midnight - dt.timedelta(minutes=1), tick=False):
        assert Client().get(link).status_code == 200
    with time_machine.travel(midnight + dt.timedelta(minutes=1), tick=False):
        closed = Client().get(link)
    assert closed.status_code == 409
    assert "The time to sign with this link is over" in closed.content.decode()


def test_a_newer_mail_makes_the_older_link_useless(packet):
    old = mailed_link()
    with use(packet.implementation):
        packets.remind_packet(packet_id=packet.pk, by=ROBOT)
    assert mailed_link() != old
    assert Client().get(old).status_code == 409
    assert Client().get(mailed_link()).status_code == 200


def test_a_replaced_signer_holds_a_dead_link(packet):
    link = mailed_link()
    with use(packet.implementation):
        other = CandidateData(name="Victor Vendor", email="victor@vendor.example", title="Officer")
        signer = packet.signers.get(position=1)
        packets.replace_signer(signer_id=signer.pk, candidates=[other], reason="Left", by=ROBOT)
    assert Client().get(link).status_code == 409


def test_an_unknown_link_says_so_and_tells_nothing(packet):
    answer = Client().get("/sign/not-a-link/")
    assert answer.status_code == 409
    assert "Lantern" not in answer.content.decode()


def test_the_database_holds_no_secret(packet):
    token = mailed_link().split("/")[2]
    row = SigningLink.objects.get()
    assert token not in "".join(str(value) for value in vars(row).values())
    assert row.expires_at.date() > LONG_AGO


def test_declining_by_link_stops_the_packet_and_uses_the_link_up(packet):
    client = Client()
    link = mailed_link()
    prove(client, link)
    assert "You declined" in client.post(f"{link}decline/", {"reason": "Terms changed"}).content.decode()
    with use(packet.implementation):
        packet.refresh_from_db()
        assert (packet.state, packet.closed_because) == ("declined", "Terms changed")
    assert client.get(link).status_code == 409


def test_in_setup_no_link_is_mailed(packet, implementation):
    mail.outbox.clear()
    type(implementation).objects.filter(pk=implementation.pk).update(state="setup")
    implementation.refresh_from_db()
    with use(implementation):
        packets.remind_packet(packet_id=packet.pk, by=ROBOT)
    assert mail.outbox == []
