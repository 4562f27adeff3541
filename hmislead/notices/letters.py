"""Mail that another part sends itself, because it holds a secret: in the message log like all mail, without the secret.

A letter leaves when it is written, in and out of business hours and in every state of the implementation: it is the act
of a person. It cannot be sent again from the log, which does not know the secret.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.mail import get_connection
from django.template.loader import render_to_string
from django.utils import timezone

from hmislead.notices import delivery, mail
from hmislead.notices.models import Message
from hmislead.tenancy import context

State, Trouble = Message.State, Message.Trouble


def logged(
    *, type: str, address: str, subject: str, text: str, key: str, language: str = "", **columns: Any
) -> Message:
    """The letter's row in the message log, made once for each `key` and locked. `text` is what the log shows; `language`
    is that of the implementation unless given."""
    Message.objects.get_or_create(
        address=address,
        key=key,
        defaults={
            "type": type,
            "subject": subject[:200],
            "text": text,
            "html": _html(subject, text, language),
            "not_before": timezone.now(),
            **columns,
        },
    )
    return Message.objects.select_for_update(of=("self",)).get(address=address, key=key)


def send(message: Message, *, text: str, wait: int | None, language: str = "") -> bool:
    """Give a letter with its real `text` to the mail server and note what became of it. Returns True if it was sent.

    When it was not: with `wait` seconds it stays queued for the caller to try again, without (None) it has failed.
    """
    message.attempts += 1
    stored, message.html = message.html, _html(message.subject, text, language)
    envelope = mail.envelope(message)
    envelope.body, message.html = text, stored
    connection = get_connection()
    trouble = delivery.hand_over(envelope, connection)
    delivery.close(connection)
    columns: dict[str, Any] = {"attempts": message.attempts, "trouble": trouble}
    if message.state not in Message.WAITING:
        return not trouble  # a second copy, of a task that ran twice: what the log says of the first stays
    if not trouble:
        message.become(State.SENT, sent_at=timezone.now(), **columns)
    elif wait is None or trouble == Trouble.ADDRESS:
        message.become(State.FAILED, **columns)
    else:
        message.trouble, message.not_before = trouble, timezone.now() + dt.timedelta(seconds=wait)
        message.save(update_fields=["attempts", "trouble", "not_before", "updated_at"])
    return not trouble


def drop(*, key: str) -> None:
    """Note that a letter which waited to be tried again is no longer needed."""
    for message in Message.objects.select_for_update(of=("self",)).filter(key=key, state__in=Message.WAITING):
        message.become(State.CANCELLED, trouble=Trouble.MOOT)


def _html(subject: str, text: str, language: str) -> str:
    here = context.current()
    words = {
        "first_line": subject,
        "parts": [_part(part) for part in text.strip().split("\n\n")],
        "implementation": here,
        "language": language or here.language,
        "style": mail.STYLE,
    }
    return render_to_string("notices/mail/letter.html", words)


def _part(text: str) -> dict[str, str]:
    """A paragraph; one whose last line is an address becomes a button with the words before it."""
    words, _, last = text.strip().rpartition("\n")
    is_link = bool(words) and last.startswith(("https://", "http://"))
    return {"text": words.rstrip(":"), "url": last} if is_link else {"text": text, "url": ""}
