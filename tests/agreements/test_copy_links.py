"""Who signed outside gets the sealed copy by a personal link and a code: for 30 days, in one browser, nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from agreements.models import Packet, SigningLink
from agreements.operations import copies, links
from hmislead.access.operations import grant_role
from hmislead.access.scopes import ROBOT
from hmislead.audit.models import FileAccess
from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from tests import factories
from tests.agreements.test_packets import sign
from tests.agreements.test_signing_links import (  # noqa: F401  (fixtures)
    _at_once,
    link_in,
    mailed_link,
    packet,
    prove,
    signature,
)

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "We do our part"


@pytest.fixture
def sealed(packet):  # noqa: F811
    """Vera signed by her link, the HMIS Lead's manager signed in, and the copy is sealed."""
    client, link = Client(), mailed_link()
    prove(client, link)
    client.post(link, signature(packet))
    mail.outbox.clear()
    with use(packet.implementation):
        sign(packet, packet.signers.get(position=2).candidates.get().person)
        copies.seal_packet(packet.pk)
        packet.refresh_from_db()
    return packet


def copy_link():
    """The one mail with a link to the copy went to Vera."""
    (found,) = [each for each in mail.outbox if "/copy/" in each.body]
    assert found.to == ["vera@vendor.example"]
    return link_in(found)


def test_nothing_shows_before_the_code_and_the_copy_after_it(sealed):
    client, link = Client(), copy_link()
    before = client.get(f"{link}copy/").content.decode()
    assert "keeps your signed copy ready" in before
    assert TEXT not in before
    assert client.get(f"{link}copy/file/")["Location"] == f"{link}copy/"
    assert prove(client, link)["Location"] == f"{link}copy/"
    assert TEXT in client.get(f"{link}copy/").content.decode()
    for _ in range(2):  # it may be read again
        file = client.get(f"{link}copy/file/")
        assert b"".join(file.streaming_content).startswith(b"%PDF")
    with use(sealed.implementation):
        assert FileAccess.objects.filter(file_id=sealed.agreement.file_id, user=None).count() == 2
        opened = sealed.trail.filter(kind="seen", detail__contains="downloaded")
        assert [each.who for each in opened] == ["Vera Vendor"] * 2


def test_another_browser_must_prove_the_mailbox_too(sealed):
    link = copy_link()
    prove(Client(), link)
    stranger = Client()
    assert TEXT not in stranger.get(f"{link}copy/").content.decode()
    assert stranger.get(f"{link}copy/file/").status_code == 302


def test_it_closes_after_thirty_days(sealed):
    client, link = Client(), copy_link()
    ends = SigningLink.objects.get(purpose="copy").expires_at
    assert dt.timedelta(days=29, hours=23) < ends - dt.datetime.now(dt.UTC) <= dt.timedelta(days=30)
    prove(client, link)
    with time_machine.travel(ends + dt.timedelta(seconds=1), tick=False):
        for address in (f"{link}copy/", f"{link}copy/file/"):
            closed = Client().get(address)
            assert closed.status_code == 409
            assert "30 days" in closed.content.decode()
            assert TEXT not in closed.content.decode()


def test_a_link_to_the_copy_signs_nothing_and_one_to_sign_opens_no_copy(sealed):
    client, link = Client(), copy_link()
    prove(client, link)
    for address in (link, f"{link}decline/"):
        assert "We do not know this link" in client.post(address, signature(sealed, reason="No")).content.decode()
    with use(sealed.implementation):
        assert sealed.signers.filter(state="signed").count() == 2


def test_a_signing_link_opens_no_copy(packet):  # noqa: F811
    client, link = Client(), mailed_link()
    prove(client, link)
    for address in (f"{link}copy/", f"{link}copy/file/"):
        answer = client.get(address)
        assert answer.status_code == 409
        assert TEXT not in answer.content.decode()


def test_a_strangers_link_is_unknown(sealed):
    for address in ("/sign/not-a-link/copy/", "/sign/not-a-link/copy/file/"):
        answer = Client().get(address)
        assert answer.status_code == 409
        assert "We do not know this link" in answer.content.decode()


def test_a_member_of_another_tenant_finds_nothing_at_their_own_address(sealed, client):
    other = factories.ImplementationFactory(slug="south", state="live")
    client.force_login(factories.member(other, "far"))
    for slug in (sealed.implementation.slug, "south"):
        assert client.get(reverse("agreements:packet-copy", kwargs={"slug": slug, "pk": sealed.pk})).status_code == 404


def test_it_is_mailed_once_and_its_secret_is_kept_nowhere(sealed):
    with use(sealed.implementation):
        copies.seal_packet(sealed.pk)
    token = copy_link().split("/")[2]
    row = SigningLink.objects.get(purpose="copy")
    assert token not in "".join(str(value) for value in vars(row).values())


def test_a_new_link_to_the_copy_is_sent_on_request_and_the_old_one_stops(sealed, client):
    old = copy_link()
    mail.outbox.clear()
    staff = factories.member(sealed.implementation, "sender")
    with use(sealed.implementation):
        grant_role(user=staff, role="lead_staff", by=ROBOT)
        signer = sealed.signers.get(position=1)
    page = reverse("agreements:packet-detail", kwargs={"slug": sealed.implementation.slug, "pk": sealed.pk})
    again = reverse("agreements:signer-copy", kwargs={"slug": sealed.implementation.slug, "pk": signer.pk})
    client.force_login(staff)
    assert again in client.get(page).content.decode()
    assert client.post(again)["Location"] == page
    new = copy_link()
    assert Client().get(f"{old}copy/").status_code == 409
    stranger = Client()
    prove(stranger, new)
    assert TEXT in stranger.get(f"{new}copy/").content.decode()


def test_no_link_goes_to_who_signs_in_nor_before_the_copy_is_there(sealed):
    with use(sealed.implementation):
        with pytest.raises(DomainError, match="sign in here"):
            copies.resend_copy(signer_id=sealed.signers.get(position=2).pk, by=ROBOT)
        sealed.sealed_at = None
        sealed.save()
        with pytest.raises(DomainError, match="no sealed copy yet"):
            copies.resend_copy(signer_id=sealed.signers.get(position=1).pk, by=ROBOT)
    assert len(mail.outbox) == 1


def test_mails_to_signers_outside_are_in_the_language_of_the_packet(packet):  # noqa: F811
    with use(packet.implementation):
        Packet.objects.filter(pk=packet.pk).update(language="es")
        candidate = packet.signers.get(position=1).candidates.get()
        candidate.refresh_from_db()
        mail.outbox.clear()
        links.send(candidate)
        links.ask_code(SigningLink.objects.get(candidate_id=candidate.pk, revoked_at=None).pk)
        links.send_copy(candidate)
    asked, code, copy = mail.outbox
    assert asked.subject.startswith("Firme a más tardar el ")
    assert code.subject == "Su código para firmar"
    assert copy.subject.startswith("Su copia firmada: ")
    for each in mail.outbox:
        assert " the " not in each.subject + each.body
