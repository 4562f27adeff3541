"""Mail that leaves the database. Its links hold secrets that are made here and exist in the mail alone."""

from __future__ import annotations

import secrets
import smtplib
from typing import Any

from anymail.exceptions import AnymailError
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from hmislead.accounts import address_change, invitations
from hmislead.accounts.models import EmailChange, Invitation, InvitationDetail, hash_secret
from hmislead.notices import letters
from hmislead.notices.ground_types import INVITATION
from hmislead.tenancy.crossing import cross_into

LINK_STANDS_HERE = "[the link, made when the mail is sent]"
FIRST_WAIT = 30  # seconds; each next one is twice as long
MOST_RETRIES = 6
TRY_AGAIN = {
    "autoretry_for": (OSError, smtplib.SMTPException, AnymailError),
    "retry_backoff": FIRST_WAIT,
    "max_retries": MOST_RETRIES,
}


@shared_task(bind=True, name="accounts.send_invitation", max_retries=MOST_RETRIES)
def send_invitation(self: Any, invitation_id: str) -> None:
    """Make the link of an invitation and mail it; the message log shows the mail without the link.

    Running twice sends a second mail whose link alone works.
    """
    link = Invitation.objects.select_related("implementation").filter(pk=invitation_id).first()
    if link is None:
        return
    if not link.is_open:
        with cross_into(link.implementation, why="drop the mail of an invitation that is closed"):
            letters.drop(key=_key(link))
        return
    wait = FIRST_WAIT * 2**self.request.retries if self.request.retries < MOST_RETRIES else None
    with cross_into(link.implementation, why="mail an invitation"):
        detail = InvitationDetail.objects.select_related("organization", "coc", "invited_by").get(invitation=link)
        tried_again = _mail_invitation(detail, wait)
    if tried_again:
        raise self.retry(countdown=wait)


def _mail_invitation(detail: InvitationDetail, wait: int | None) -> bool:
    """Send the mail of an invitation once. Returns True when it is to be tried again after `wait` seconds."""
    link, secret = detail.invitation, secrets.token_urlsafe(32)
    subject, shown = invitation_mail(detail, LINK_STANDS_HERE)
    message = letters.logged(
        type=INVITATION,
        address=detail.email,
        subject=subject,
        text=shown,
        key=_key(link),
        person_id=detail.person_id,
        organization_id=detail.organization_id,
    )
    if message.state == message.State.CANCELLED:
        return False
    _, text = invitation_mail(detail, settings.PUBLIC_URL + reverse("accounts:invitation", args=[secret]))
    Invitation.objects.filter(pk=link.pk).update(secret_hash=hash_secret(secret))
    sent = letters.send(message, text=text, wait=wait)
    if sent:
        InvitationDetail.objects.filter(pk=detail.pk).update(sent_at=timezone.now())
    return not sent and message.state in message.WAITING


def _key(link: Invitation) -> str:
    """Sending an invitation again makes it good for longer, and is another mail."""
    return f"invitation:{link.pk}:{link.expires_at:%Y%m%dT%H%M%S}"


def invitation_mail(detail: InvitationDetail, url: str) -> tuple[str, str]:
    """Subject and text of the mail. A preview passes words in place of `url`: only the mail itself holds the link."""
    implementation = detail.invitation.implementation
    context: dict[str, Any] = {
        "detail": detail,
        "implementation": implementation,
        "role": invitations.role_words(detail),
        "expires_on": timezone.localtime(detail.invitation.expires_at, implementation.zone),
        "url": url,
    }
    subject = (
        f"Accept your invitation to {implementation.name} by {context['expires_on']:%B} {context['expires_on'].day}"
    )
    return subject, render_to_string("accounts/mail/invitation.txt", context)


@shared_task(name="accounts.send_address_link", **TRY_AGAIN)
def send_address_link(change_id: str) -> None:
    """Mail the link that confirms a new address. Its owner learns there, and nobody elsewhere, that it is taken.

    A sign-in belongs to no implementation, so this mail is in no implementation's log.
    """
    change = EmailChange.objects.filter(pk=change_id).first()
    if change is None or not change.is_open:
        return
    if address_change.is_taken(change):
        _mail("Somebody asked to sign in with this address", "address_taken", change, to=change.new_email)
        return
    secret = secrets.token_urlsafe(32)
    EmailChange.objects.filter(pk=change.pk).update(secret_hash=hash_secret(secret))
    url = settings.PUBLIC_URL + reverse("accounts:address-confirm", args=[secret])
    _mail("Confirm your new e-mail address within a day", "address_link", change, to=change.new_email, url=url)


@shared_task(name="accounts.tell_old_address", **TRY_AGAIN)
def tell_old_address(change_id: str) -> None:
    """Tell the address a sign-in had before that it signs in no more."""
    change = EmailChange.objects.exclude(confirmed_at=None).filter(pk=change_id).first()
    if change is not None:
        _mail("The e-mail address of your sign-in was changed", "address_changed", change, to=change.old_email)


def _mail(subject: str, template: str, change: EmailChange, *, to: str, **words: Any) -> None:
    text = render_to_string(f"accounts/mail/{template}.txt", {"change": change, **words})
    EmailMessage(subject, text.strip() + "\n", to=[to], headers={"Auto-Submitted": "auto-generated"}).send()
