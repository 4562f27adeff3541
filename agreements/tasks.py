"""Mail that signers without a sign-in get. The secret in it, a link or a code, exists nowhere else: the message log
shows the mail without it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery import shared_task
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from agreements.models import Candidate, Packet, SigningLink
from agreements.operations import links
from hmislead.accounts.models import hash_secret
from hmislead.documents.days import in_words
from hmislead.errors import DomainError
from hmislead.notices import letters
from hmislead.notices.queue import mails_nothing
from hmislead.tenancy.crossing import cross_into
from hmislead.web.templatetags.web import in_sentence

FIRST_WAIT = 30  # seconds; each next one is twice as long
MOST_RETRIES = 6
LINK_STANDS_HERE = {
    "en": "[the personal link, made when the mail is sent]",
    "es": "[el enlace personal, creado al enviar el correo]",
}
CODE_STANDS_HERE = {"en": "[the code]", "es": "[el código]"}
# Each mail is written in the language of what is signed: its template, and its subject by language. A code is not in a
# subject: subjects are kept, and shown on locked telephones.
CODE_MAILS: dict[str, tuple[str, dict[str, str]]] = {
    SigningLink.Purpose.SIGN: ("signing_code", {"en": "Your code to sign", "es": "Su código para firmar"}),
    SigningLink.Purpose.COPY: (
        "copy_code",
        {"en": "Your code to read what you signed", "es": "Su código para leer lo que firmó"},
    ),
}
LINK_SUBJECTS = {"en": "Sign the {title} by {day}", "es": "Firme a más tardar el {day}: {title}"}
COPY_SUBJECTS = {"en": "Your signed copy of the {title}", "es": "Su copia firmada: {title}"}


@dataclass(frozen=True)
class SecretMail:
    """A kind of mail with a secret. `words(link, candidate, secret)` gives subject and text; `new_secret(link)` makes the
    secret, after which the one before is useless; `key(link)` is the same for the same mail."""

    words: Callable[[SigningLink, Candidate, str], tuple[str, str]]
    new_secret: Callable[[SigningLink], str]
    key: Callable[[SigningLink], str]
    placeholder: dict[str, str]
    why: str


@shared_task(bind=True, name="agreements.send_signing_link", max_retries=MOST_RETRIES)
def send_signing_link(self: Any, link_id: str) -> None:
    """Make the secret of a link and mail it. Running twice sends a second mail whose link alone works."""
    _send(self, link_id, LINK)


@shared_task(bind=True, name="agreements.send_copy_link", max_retries=MOST_RETRIES)
def send_copy_link(self: Any, link_id: str) -> None:
    """Make the secret of a link to a sealed copy and mail it. Running twice sends a second mail whose link alone works."""
    _send(self, link_id, COPY)


@shared_task(bind=True, name="agreements.send_signing_code", max_retries=MOST_RETRIES)
def send_signing_code(self: Any, link_id: str) -> None:
    """Make a code and mail it to the address the link went to. A second run makes the first mail's code useless."""
    _send(self, link_id, CODE)


def _send(task: Any, link_id: str, kind: SecretMail) -> None:
    link = SigningLink.objects.select_related("implementation").get(pk=link_id)
    wait = FIRST_WAIT * 2**task.request.retries if task.request.retries < MOST_RETRIES else None
    with cross_into(link.implementation, why=kind.why):
        candidate = _candidate(link)
        if candidate is None:
            letters.drop(key=kind.key(link))
        tried_again = candidate is not None and _mailed(link, candidate, kind, wait)
    if tried_again:
        raise task.retry(countdown=wait)


def _mailed(link: SigningLink, candidate: Candidate, kind: SecretMail, wait: int | None) -> bool:
    """Send one mail once. Returns True when it is to be tried again after `wait` seconds."""
    language = candidate.signer.packet.language
    subject, shown = kind.words(link, candidate, kind.placeholder[language])
    message = letters.logged(
        type="signing_mail",
        address=address_of(candidate),
        subject=subject,
        text=shown,
        key=kind.key(link),
        language=language,
        person_id=candidate.person_id,
        organization_id=candidate.signer.party.organization_id,
    )
    if message.state == message.State.CANCELLED:
        return False
    _, text = kind.words(link, candidate, kind.new_secret(link))
    sent = letters.send(message, text=text, wait=wait, language=language)
    return not sent and message.state in message.WAITING


def _link_words(link: SigningLink, candidate: Candidate, url: str) -> tuple[str, str]:
    return link_mail(candidate, url)


def _copy_words(link: SigningLink, candidate: Candidate, url: str) -> tuple[str, str]:
    packet = candidate.signer.packet
    day = in_words(_last_day(link), packet.language)
    shown = {"packet": packet, "url": url, "from": link.implementation.name, "day": day}
    return COPY_SUBJECTS[packet.language].format(title=_title(packet)), _written("copy_link", packet, shown)


def _code_words(link: SigningLink, candidate: Candidate, code: str) -> tuple[str, str]:
    packet = candidate.signer.packet
    template, subjects = CODE_MAILS[link.purpose]
    shown = {"code": code, "minutes": links.CODE_MINUTES, "packet": packet}
    return subjects[packet.language], _written(template, packet, shown)


def _new_address(name: str) -> Callable[[SigningLink], str]:
    def make(link: SigningLink) -> str:
        token = secrets.token_urlsafe(32)
        SigningLink.objects.filter(pk=link.pk).update(token_hash=hash_secret(token))
        return settings.PUBLIC_URL + reverse(name, args=[token])

    return make


LINK = SecretMail(
    _link_words,
    _new_address("signing:link"),
    lambda link: f"signing:{link.pk}",
    LINK_STANDS_HERE,
    "mail a link to sign",
)
COPY = SecretMail(
    _copy_words,
    _new_address("signing:copy"),
    lambda link: f"signing:{link.pk}",
    LINK_STANDS_HERE,
    "mail a link to a sealed copy",
)
CODE = SecretMail(
    _code_words,
    links.new_code,
    lambda link: f"signing-code:{link.pk}:{link.codes_sent}",
    CODE_STANDS_HERE,
    "mail a code to sign",
)


def link_mail(candidate: Candidate, url: str) -> tuple[str, str]:
    """Subject and text of the mail with a link. A preview passes words in place of `url`."""
    packet = candidate.signer.packet
    day = in_words(packet.deadline_on, packet.language)
    context = {"candidate": candidate, "packet": packet, "url": url, "day": day, "from": packet.implementation.name}
    subject = LINK_SUBJECTS[packet.language].format(title=_title(packet), day=day)
    return subject, _written("signing_link", packet, context)


def _title(packet: Packet) -> str:
    """The title inside an English sentence; in Spanish it stands by itself."""
    return in_sentence(packet.title) if packet.language == "en" else packet.title


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
