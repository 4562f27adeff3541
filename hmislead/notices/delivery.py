"""The sender: takes due messages, one transaction each, and notes what became of them.

The row of the outbox stays locked while its message is handed to the mail server, so two workers never send the same
one, and a worker that dies gives it back with its connection. Between the server's yes and our commit lies a moment: a
worker that dies in it sends the message a second time, with the same Message-ID. That is at most once per crash, and
the choice against the other one: losing mail.
"""

from __future__ import annotations

import datetime as dt
import smtplib
from typing import Any
from uuid import UUID

import structlog
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.core.mail import get_connection
from django.utils import timezone

from hmislead.accounts.models import Membership
from hmislead.notices import hours, mail
from hmislead.notices.models import Message, Outbox
from hmislead.notices.registry import TYPES
from hmislead.tenancy import context
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Implementation

State, Trouble = Message.State, Message.Trouble
BATCH = 200
# After each failed attempt; when they are used up the message has failed and waits for a person.
WAITS = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720)]
log = structlog.get_logger("hmislead.notices")


def implementations_due() -> list[UUID]:
    """Implementations with a message that may go out now: one look at one small global table."""
    due = Outbox.objects.filter(not_before__lte=timezone.now())
    return list(due.order_by().values_list("implementation_id", flat=True).distinct())


def send_due_of(implementation_id: UUID) -> int:
    """Send what is due in one implementation, oldest first, at most BATCH messages. Returns how many went out.

    Stops when the mail server cannot be reached: what is left is due again the next minute.
    """
    implementation = Implementation.objects.get(pk=implementation_id)
    with cross_into(implementation, why="send mail that is due"):
        due = Outbox.objects.filter(implementation=implementation, not_before__lte=timezone.now())
        ids = list(due.order_by("not_before", "message_id").values_list("message_id", flat=True)[:BATCH])
    sent, connection = 0, get_connection()
    try:
        for message_id in ids:
            with context.use(implementation):
                state, trouble = _take(message_id, connection)
            sent += state == State.SENT
            if trouble == Trouble.UNREACHABLE:
                break
    finally:
        close(connection)
    return sent


def _take(message_id: UUID, connection: Any) -> tuple[str, str]:
    """Claim one message and bring it a step further. Returns its state and trouble; empty when another worker has it."""
    now = timezone.now()
    slots = Outbox.objects.select_for_update(skip_locked=True)
    slot = slots.filter(pk=message_id, not_before__lte=now).first()
    if slot is None:
        return "", ""
    message = Message.objects.select_for_update(of=("self",)).select_related("user").filter(pk=message_id).first()
    if message is None or message.state not in Message.WAITING:
        slot.delete()
        return "", ""
    needless = _needless(message)
    if needless:
        message.become(State.CANCELLED, trouble=needless)
        slot.delete()
    elif (opening := hours.current().next_open(now)) > now:
        _postpone(message, slot, opening)
    else:
        _attempt(message, slot, connection)
    return message.state, message.trouble


def _needless(message: Message) -> str:
    """Why a message that waited should not go out any more; empty when it should."""
    if not context.current().suspends_and_mails:
        return Trouble.CLOSED
    if message.user_id:
        member = Membership.objects.filter(user_id=message.user_id, implementation=context.current())
        if message.user is None or not message.user.is_active or not member.exists():
            return Trouble.NO_ACCESS
    kind = TYPES.get(message.type)
    if kind and kind.is_moot and message.key and kind.is_moot(message.key):
        return Trouble.MOOT
    return Trouble.NONE


def _attempt(message: Message, slot: Outbox, connection: Any) -> None:
    if message.user and message.user.email != message.address:
        message.address = message.user.email  # the person has changed their address since
    message.attempts += 1
    envelope = mail.envelope(message)
    trouble = hand_over(envelope, connection)
    columns: dict[str, Any] = {"attempts": message.attempts, "trouble": trouble, "address": message.address}
    if not trouble:
        status = getattr(envelope, "anymail_status", None)
        columns["provider_id"] = str(getattr(status, "message_id", "") or "")[:200]
        message.become(State.SENT, sent_at=timezone.now(), **columns)
        slot.delete()
        return
    log.warning("message not sent", message=str(message.pk), trouble=trouble, attempt=message.attempts)
    if trouble == Trouble.ADDRESS or message.attempts > len(WAITS):
        message.become(State.FAILED, **columns)
        slot.delete()
        return
    message.trouble = trouble
    message.save(update_fields=["attempts", "trouble", "address", "updated_at"])
    _postpone(message, slot, hours.current().next_open(timezone.now() + WAITS[message.attempts - 1]))


def hand_over(envelope: Any, connection: Any) -> str:
    """Give a mail to the server over an open connection. Returns the kind of trouble, or an empty word."""
    trouble = Trouble.NONE
    try:
        connection.open()  # kept open for the rest of the batch
        if not connection.send_messages([envelope]):
            trouble = Trouble.REFUSED
    except smtplib.SMTPRecipientsRefused as error:
        permanent = all(code >= 500 for code, _ in error.recipients.values())
        trouble = Trouble.ADDRESS if permanent else Trouble.REFUSED
    except AnymailRecipientsRefused:
        trouble = Trouble.ADDRESS
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
        trouble = Trouble.UNREACHABLE
    except (smtplib.SMTPException, AnymailError):
        trouble = Trouble.REFUSED
    except OSError:
        trouble = Trouble.UNREACHABLE
    except Exception:  # whatever a mail backend raises, one message must not keep all others from going out
        log.exception("mail backend failed")
        trouble = Trouble.REFUSED
    if trouble:
        close(connection)  # what a server said no to may have left the connection in the middle of a message
    return trouble


def close(connection: Any) -> None:
    """End the connection to a mail server, however it is."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        log.warning("mail connection did not close")


def _postpone(message: Message, slot: Outbox, until: dt.datetime) -> None:
    message.state, message.not_before = State.HELD, until
    message.save(update_fields=["state", "not_before", "updated_at"])
    slot.not_before = until
    slot.save(update_fields=["not_before"])
