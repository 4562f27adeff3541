"""Messages on their way: which mail each recipient gets, when it may go out, and the row that makes the sender see it.

Inside the current implementation and the caller's transaction. Policy and state are asked by the operations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from hmislead.notices import ground_types, mail, wording
from hmislead.notices.audience import Recipient
from hmislead.notices.hours import BusinessHours
from hmislead.notices.models import How, Message, Outbox, Preference
from hmislead.notices.registry import TYPES, NoticeType
from hmislead.notices.wording import Item
from hmislead.tenancy import context

# The condition is that of the constraint `message_one_digest`. The update changes nothing: it locks the row.
INSERT_OR_LOCK = """
INSERT INTO notices_message ({columns}) VALUES {rows}
ON CONFLICT (implementation_id, digest_key) WHERE digest_key <> '' AND state IN ('queued', 'held')
DO UPDATE SET digest_key = EXCLUDED.digest_key
RETURNING digest_key, id
"""


@dataclass(frozen=True)
class Letter:
    """What one recipient is told of one type, and how they want it by e-mail."""

    recipient: Recipient
    items: list[Item]
    how: str
    organization_id: UUID | None = None


def how_of(type: NoticeType, user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """How each of these users wants e-mail about `type`, in one query."""
    ids = set(user_ids)
    if type.fixed:
        return dict.fromkeys(ids, type.default)
    chosen = Preference.objects.filter(user_id__in=ids, type=type.code).values_list("user_id", "how")
    return {**dict.fromkeys(ids, type.default), **dict(chosen)}


def post(
    type: NoticeType,
    recipient: Recipient,
    items: list[Item],
    *,
    hours: BusinessHours,
    not_before: dt.datetime | None = None,
    key: str = "",
    **columns: Any,
) -> Message | None:
    """Queue one mail of its own, or hold it until business hours. None when `key` was told to this address before."""
    if key and Message.objects.filter(address=recipient.address, key=key).exists():
        return None
    message = Message(
        type=type.code,
        items=[item.stored() for item in items],
        key=key,
        **columns,
        **_to(recipient),
        **vars(mail.compose(type, recipient, items)),
    )
    wait_until(message, hours, not_before)
    message.save(force_insert=True)
    offer(message)
    return message


def gather(type: NoticeType, letters: list[Letter], *, hours: BusinessHours) -> None:
    """Put each letter into its recipient's next daily or weekly mail, or with AT_ONCE into the type's own next mail.

    The mail is made with the first item, and what comes while it waits joins it: nobody gets thirty mails for what
    happened in one night. An item whose key is in it already is not repeated. Each recipient has one letter.
    """
    # In one order for everybody: two transactions that fill the same mails must not wait for each other.
    ordered = sorted(letters, key=lambda letter: letter.recipient.key)
    made = [_first(type, letter, hours) for letter in ordered]
    waiting = _insert_or_lock(made)
    fresh = [message for message in made if waiting[message.digest_key] == message.pk]
    Outbox.objects.bulk_create(
        Outbox(message_id=each.pk, implementation=context.current(), not_before=each.not_before) for each in fresh
    )
    there = Message.objects.in_bulk(set(waiting.values()) - {message.pk for message in fresh})
    for letter, message in zip(ordered, made, strict=True):
        if waiting[message.digest_key] in there:
            _join(there[waiting[message.digest_key]], letter)


def _first(type: NoticeType, letter: Letter, hours: BusinessHours) -> Message:
    """The mail that tells a letter alone, not saved."""
    code, key, ready = _place(type, letter.recipient, letter.how, hours)
    message = Message(
        type=code,
        digest_key=key,
        items=[item.stored() for item in letter.items],
        organization_id=letter.organization_id,
        **_to(letter.recipient),
        **vars(_composed(code, letter.recipient, letter.items, letter.how)),
    )
    wait_until(message, hours, ready)
    return message


def _composed(code: str, recipient: Recipient, items: list[Item], how: str) -> mail.Mail:
    return mail.compose(TYPES[code], recipient, items, period="" if how == How.AT_ONCE else how)


def _join(message: Message, letter: Letter) -> None:
    """Add a letter to a waiting mail, which is locked."""
    if message.items and message.organization_id != letter.organization_id:
        message.organization_id = None  # about more than one agency
    present = [wording.from_stored(data) for data in message.items]
    known = {item.key for item in present if item.key}
    told = [*present, *(item for item in letter.items if item.key not in known)]
    written = _composed(message.type, letter.recipient, told, letter.how)
    message.items = [item.stored() for item in told]
    message.subject, message.text, message.html = written.subject, written.text, written.html
    message.save(update_fields=["items", "subject", "text", "html", "organization", "updated_at"])


def _insert_or_lock(messages: list[Message]) -> dict[str, UUID]:
    """Save each mail unless one of its key waits already, which is locked instead. Ids by key.

    One statement takes its rows in the order given; inserting some and then locking others could wait in a circle.
    """
    if not messages:
        return {}
    fields = Message._meta.concrete_fields
    rows = [
        [field.get_db_prep_save(field.pre_save(message, True), connection) for field in fields] for message in messages
    ]
    one = f"({', '.join(['%s'] * len(fields))})"
    sql = INSERT_OR_LOCK.format(
        columns=", ".join(connection.ops.quote_name(str(field.column)) for field in fields),
        rows=", ".join([one] * len(rows)),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for row in rows for value in row])
        return dict(cursor.fetchall())


def wait_until(message: Message, hours: BusinessHours, not_before: dt.datetime | None = None) -> None:
    """Set when a message may go out, from `not_before` (default now) on and in business hours: queued, or held."""
    now = timezone.now()
    message.not_before = hours.next_open(max(not_before or now, now))
    message.state = Message.State.QUEUED if message.not_before <= now else Message.State.HELD


def offer(message: Message) -> None:
    """Tell the sender about a waiting message, or about its new time."""
    Outbox.objects.update_or_create(
        message_id=message.pk,
        defaults={"implementation": context.current(), "not_before": message.not_before},
    )


def withdraw(message_ids: Iterable[UUID]) -> None:
    """Make the sender forget messages."""
    Outbox.objects.filter(message_id__in=list(message_ids)).delete()


def _place(type: NoticeType, recipient: Recipient, how: str, hours: BusinessHours) -> tuple[str, str, dt.datetime]:
    """Type, key and earliest time of the mail that takes what a recipient wants `how`."""
    now = timezone.now()
    if how == How.AT_ONCE:
        return type.code, f"{how}:{type.code}:{recipient.key}", now
    ready = hours.next_week_opening(now) if how == How.WEEKLY else hours.next_opening(now)
    day = ready.astimezone(hours.zone).date()
    return ground_types.DIGEST, f"{how}:{day}:{recipient.key}", ready


def _to(recipient: Recipient) -> dict[str, Any]:
    return {"address": recipient.address, "user_id": recipient.user_id, "person_id": recipient.person_id}


def mails_nothing() -> bool:
    """True in setup and once closed: people are then told on the site alone."""
    return not context.current().suspends_and_mails
