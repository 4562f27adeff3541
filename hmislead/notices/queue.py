"""Messages on their way: which mail each recipient gets, when it may go out, and the row that makes the sender see it.

Inside the current implementation and the caller's transaction. Policy and state are asked by the operations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from hmislead.notices import ground_types, mail, wording
from hmislead.notices.audience import Recipient
from hmislead.notices.hours import BusinessHours
from hmislead.notices.models import How, Message, Outbox, Preference
from hmislead.notices.registry import TYPES, NoticeType
from hmislead.notices.wording import Item
from hmislead.tenancy import context


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


def gather(
    type: NoticeType,
    recipient: Recipient,
    items: list[Item],
    *,
    how: str,
    hours: BusinessHours,
    organization_id: Any = None,
) -> Message:
    """Put items into the recipient's next daily or weekly mail, or with AT_ONCE into the type's own next mail.

    The mail is made with the first item, and what comes while it waits joins it: nobody gets thirty mails for what
    happened in one night. An item whose key is in it already is not repeated.
    """
    message = _waiting(type, recipient, how, hours)
    if message.items and message.organization_id != organization_id:
        organization_id = None  # about more than one agency
    present = [wording.from_stored(data) for data in message.items]
    known = {item.key for item in present if item.key}
    told = [*present, *(item for item in items if item.key not in known)]
    period = "" if how == How.AT_ONCE else how
    written = mail.compose(TYPES[message.type], recipient, told, period=period)
    message.items = [item.stored() for item in told]
    message.organization_id = organization_id
    message.subject, message.text, message.html = written.subject, written.text, written.html
    message.save(update_fields=["items", "subject", "text", "html", "organization", "updated_at"])
    return message


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


def _waiting(type: NoticeType, recipient: Recipient, how: str, hours: BusinessHours) -> Message:
    """The waiting mail that takes what this recipient is told now, locked; made when there is none."""
    code, key, ready = _place(type, recipient, how, hours)
    waiting = Message.objects.select_for_update().filter(digest_key=key, state__in=Message.WAITING)
    found: Message | None = waiting.first()
    if found is None:
        message = Message(type=code, digest_key=key, **_to(recipient))
        wait_until(message, hours, ready)
        try:
            with transaction.atomic():
                message.save(force_insert=True)
        except IntegrityError:  # another transaction has just made it
            return Message.objects.select_for_update().get(digest_key=key, state__in=Message.WAITING)
        offer(message)
        return message
    return found


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
