"""Mail that leaves the database."""

from __future__ import annotations

import secrets
import smtplib
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from hmislead.accounts import invitations
from hmislead.accounts.models import Invitation, InvitationDetail, hash_secret
from hmislead.tenancy.crossing import cross_into


@shared_task(
    name="accounts.send_invitation",
    autoretry_for=(OSError, smtplib.SMTPException),
    retry_backoff=30,
    max_retries=6,
)
def send_invitation(invitation_id: str) -> None:
    """Make the link of an invitation and mail it. Running twice sends a second mail whose link alone works."""
    link = Invitation.objects.select_related("implementation").filter(pk=invitation_id).first()
    if link is None or not link.is_open:
        return
    secret = secrets.token_urlsafe(32)
    with cross_into(link.implementation, why="mail an invitation"):
        detail = InvitationDetail.objects.select_related("organization", "coc", "invited_by").get(invitation=link)
        subject, body = invitation_mail(detail, settings.PUBLIC_URL + reverse("accounts:invitation", args=[secret]))
        Invitation.objects.filter(pk=link.pk).update(secret_hash=hash_secret(secret))
        InvitationDetail.objects.filter(pk=detail.pk).update(sent_at=timezone.now())
        EmailMessage(subject, body, to=[detail.email]).send()


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
