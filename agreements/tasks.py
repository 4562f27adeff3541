"""Mail that signers without a sign-in get. What it holds, a link or a code, exists nowhere else."""

from __future__ import annotations

import datetime as dt
import secrets
import smtplib
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from agreements.models import Candidate, Packet, SigningLink
from agreements.operations import links
from hmislead.accounts.models import hash_secret
from hmislead.documents.field_values import in_words
from hmislead.errors import DomainError
from hmislead.notices.queue import mails_nothing
from hmislead.tenancy.crossing import cross_into

MAIL: dict[str, Any] = {
    "autoretry_for": (OSError, smtplib.SMTPException),
    "retry_backoff": 30,
    "max_retries": 6,
}
# Each mail is written in the language of what is signed: its template, and its subject by language.
CODE_MAILS: dict[str, tuple[str, dict[str, str]]] = {
    SigningLink.Purpose.SIGN: (
        "signing_code",
        {"en": "Your code to sign: {code}", "es": "Su código para firmar: {code}"},
    ),
    SigningLink.Purpose.COPY: (
        "copy_code",
        {"en": "Your code to read what you signed: {code}", "es": "Su código para leer lo que firmó: {code}"},
    ),
}
LINK_SUBJECTS = {"en": "Sign the {title} by {day}", "es": "Firme a más tardar el {day}: {title}"}
COPY_SUBJECTS = {"en": "Your signed copy of the {title}", "es": "Su copia firmada: {title}"}


@shared_task(name="agreements.send_signing_link", **MAIL)
def send_signing_link(link_id: str) -> None:
    """Make the secret of a link and mail it. Running twice sends a second mail whose link alone works."""
    link = SigningLink.objects.select_related("implementation").get(pk=link_id)
    with cross_into(link.implementation, why="mail a link to sign"):
        candidate = _candidate(link)
        if candidate is None:
            return
        token = secrets.token_urlsafe(32)
        subject, body = link_mail(candidate, settings.PUBLIC_URL + reverse("signing:link", args=[token]))
        SigningLink.objects.filter(pk=link.pk).update(token_hash=hash_secret(token))
        EmailMessage(subject, body, to=[address_of(candidate)]).send()


@shared_task(name="agreements.send_copy_link", **MAIL)
def send_copy_link(link_id: str) -> None:
    """Make the secret of a link to a sealed copy and mail it. Running twice sends a second mail whose link alone works."""
    link = SigningLink.objects.select_related("implementation").get(pk=link_id)
    with cross_into(link.implementation, why="mail a link to a sealed copy"):
        candidate = _candidate(link)
        if candidate is None:
            return
        token = secrets.token_urlsafe(32)
        packet = candidate.signer.packet
        url = settings.PUBLIC_URL + reverse("signing:copy", args=[token])
        day = in_words(_last_day(link), packet.language)
        shown = {"packet": packet, "url": url, "from": link.implementation.name, "day": day}
        SigningLink.objects.filter(pk=link.pk).update(token_hash=hash_secret(token))
        subject = COPY_SUBJECTS[packet.language].format(title=_title(packet))
        EmailMessage(subject, _written("copy_link", packet, shown), to=[address_of(candidate)]).send()


@shared_task(name="agreements.send_signing_code", **MAIL)
def send_signing_code(link_id: str) -> None:
    """Make a code and mail it to the address the link went to. A second run makes the first mail's code useless."""
    link = SigningLink.objects.select_related("implementation").get(pk=link_id)
    with cross_into(link.implementation, why="mail a code to sign"):
        candidate = _candidate(link)
        if candidate is None:
            return
        code = links.new_code(link)
        packet = candidate.signer.packet
        template, subjects = CODE_MAILS[link.purpose]
        body = _written(template, packet, {"code": code, "minutes": links.CODE_MINUTES, "packet": packet})
        subject = subjects[packet.language].format(code=code)
        EmailMessage(subject, body, to=[address_of(candidate)]).send()


def link_mail(candidate: Candidate, url: str) -> tuple[str, str]:
    """Subject and text of the mail with a link. A preview passes words in place of `url`."""
    packet = candidate.signer.packet
    day = in_words(packet.deadline_on, packet.language)
    context = {"candidate": candidate, "packet": packet, "url": url, "day": day, "from": packet.implementation.name}
    subject = LINK_SUBJECTS[packet.language].format(title=_title(packet), day=day)
    return subject, _written("signing_link", packet, context)


def _title(packet: Packet) -> str:
    """The title inside an English sentence; in Spanish it stands by itself."""
    return packet.title.lower() if packet.language == "en" else packet.title


def _written(name: str, packet: Packet, context: dict[str, Any]) -> str:
    """The text of a mail in the language of the packet."""
    return render_to_string(f"agreements/mail/{name}{'_es' if packet.language == 'es' else ''}.txt", context)


def address_of(candidate: Candidate) -> str:
    """Where a candidate's mail goes."""
    return candidate.email or (candidate.person.email if candidate.person else "")


def _last_day(link: SigningLink) -> dt.date:
    """The last whole day a link works, in the implementation's zone: no reader is late on the day the mail names."""
    return (link.expires_at - dt.timedelta(days=1)).astimezone(link.implementation.zone).date()


def _candidate(link: SigningLink) -> Candidate | None:
    """Whom to mail, unless the link is of no use any more, nobody can be reached, or nothing is mailed (in setup)."""
    if mails_nothing():
        return None
    try:
        candidate = links.opened(link, link.purpose).candidate
    except DomainError:
        return None
    return candidate if address_of(candidate) else None
