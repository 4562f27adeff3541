"""The mail of an invitation is in the message log like all mail, without its link."""

from __future__ import annotations

import datetime as dt
import smtplib

import pytest
from celery.exceptions import Retry
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from hmislead.access.scopes import ROBOT
from hmislead.accounts import invitations, tasks
from hmislead.accounts.models import InvitationDetail
from hmislead.accounts.tasks import send_invitation
from hmislead.errors import DomainError
from hmislead.notices import operations
from hmislead.notices.models import Message, Outbox
from hmislead.tenancy.context import use
from tests.accounts.conftest import invited, mailed_link


class Broken(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPConnectError(421, "not now")


class NoSuchMailbox(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"dana@example.org": (550, b"no such user")})


def use_backend(settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


def unsent(implementation):
    with use(implementation):
        return invitations.invite(email="dana@example.org", name="Dana Whitfield", by=ROBOT)


def logged(implementation):
    with use(implementation):
        return Message.objects.get()


def test_it_is_logged_as_sent_and_its_link_is_not(implementation, administrator, signed_in):
    detail, link = invited(implementation, "dana@example.org", role="lead_staff")
    sent, message = mail.outbox[-1], logged(implementation)
    assert (message.state, message.type, message.address, message.attempts) == (
        "sent",
        "invitation",
        "dana@example.org",
        1,
    )
    assert message.text == sent.body.replace(f"http://localhost:8000{link}", tasks.LINK_STANDS_HERE)
    secret = link.split("/")[2]
    assert secret in sent.body
    assert secret in sent.alternatives[0][0], "the HTML of the mail has the link too"
    assert secret not in message.text + message.html
    browser = signed_in(administrator)
    assert message.subject in browser.get("/i/north/messages/").content.decode()
    for path in (message.get_absolute_url, lambda: f"/i/north/messages/{message.pk}/mail/"):
        with use(implementation):
            address = path()
        page = browser.get(address)
        assert page.status_code == 200
        assert tasks.LINK_STANDS_HERE in page.content.decode()
        assert secret not in page.content.decode()
    assert detail.email == message.address
    assert not Outbox.objects.exists(), "the sender of notices has nothing to do with it"


def test_in_setup_it_is_sent_and_logged_too(implementation):
    implementation.state = "setup"
    implementation.save()
    invited(implementation, "dana@example.org")
    assert logged(implementation).state == "sent"


def test_sending_again_is_another_mail_and_a_task_that_runs_twice_is_not(implementation):
    detail, _ = invited(implementation, "dana@example.org")
    mailed_link(detail)
    assert logged(implementation).state == "sent"
    assert len(mail.outbox) == 2
    with use(implementation):
        later = detail.invitation.expires_at.replace(microsecond=0) + dt.timedelta(seconds=5)
        type(detail.invitation).objects.filter(pk=detail.invitation_id).update(expires_at=later)
    mailed_link(detail)
    with use(implementation):
        assert Message.objects.filter(type="invitation").count() == 2


def test_while_the_server_is_away_it_is_tried_again_and_the_log_says_so(implementation, settings):
    detail = unsent(implementation)
    use_backend(settings, Broken)
    with pytest.raises(Retry):
        send_invitation(str(detail.invitation_id))
    message = logged(implementation)
    assert (message.state, message.trouble, message.attempts) == ("queued", "unreachable", 1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_invitation(str(detail.invitation_id))
    message = logged(implementation)
    assert (message.state, message.trouble, message.attempts) == ("sent", "", 2)
    with use(implementation):
        assert InvitationDetail.objects.get().sent_at


def test_after_the_last_try_it_has_failed(implementation, settings):
    detail = unsent(implementation)
    use_backend(settings, Broken)
    send_invitation.push_request(retries=tasks.MOST_RETRIES)
    try:
        send_invitation.run(str(detail.invitation_id))
    finally:
        send_invitation.pop_request()
    assert (logged(implementation).state, logged(implementation).trouble) == ("failed", "unreachable")


def test_a_refused_address_has_failed_at_once_and_is_sent_again_from_the_invitation(
    implementation, settings, administrator, signed_in
):
    detail = unsent(implementation)
    use_backend(settings, NoSuchMailbox)
    send_invitation(str(detail.invitation_id))
    message = logged(implementation)
    assert (message.state, message.trouble) == ("failed", "address")
    with use(implementation):
        assert InvitationDetail.objects.get().sent_at is None
        with pytest.raises(DomainError, match="Open the invitation"):
            operations.resend_message(message_id=message.pk, by=ROBOT)
        address = message.get_absolute_url()
    page = signed_in(administrator).get(address).content.decode()
    assert "Open the invitation and send it again there" in page
    assert "Send again</button>" not in page


def test_a_mail_cancelled_in_the_log_is_not_tried_again(implementation, settings):
    detail = unsent(implementation)
    use_backend(settings, Broken)
    with pytest.raises(Retry):
        send_invitation(str(detail.invitation_id))
    with use(implementation):
        operations.cancel_message(message_id=Message.objects.get().pk, by=ROBOT)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    before = len(mail.outbox)
    send_invitation(str(detail.invitation_id))
    assert len(mail.outbox) == before
    assert logged(implementation).state == "cancelled"


def test_what_waits_to_be_tried_again_is_dropped_when_the_invitation_is_withdrawn(implementation, settings):
    detail = unsent(implementation)
    use_backend(settings, Broken)
    with pytest.raises(Retry):
        send_invitation(str(detail.invitation_id))
    with use(implementation):
        invitations.withdraw(invitation_id=detail.pk, by=ROBOT)
    send_invitation(str(detail.invitation_id))
    assert (logged(implementation).state, logged(implementation).trouble) == ("cancelled", "moot")
