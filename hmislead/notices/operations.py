"""Telling people: `notify` is the one verb every room calls. Reading, preferences and the message log besides."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from hmislead.access import scopes
from hmislead.errors import DomainError, WrongState
from hmislead.notices import hours, queue, registry
from hmislead.notices.audience import Recipient, recipients_of
from hmislead.notices.models import How, Message, Notice, Preference
from hmislead.notices.registry import TYPES, NoticeType
from hmislead.notices.wording import Item


@dataclass(frozen=True)
class Telling:
    """One thing told to one recipient."""

    recipient: Recipient
    item: Item
    organization_id: UUID | None = None
    license_id: UUID | None = None


@transaction.atomic
def notify(
    *,
    type: str,
    recipients: Iterable[Any],
    sentence: str,
    path: str,
    due_on: dt.date | None = None,
    organization_id: UUID | None = None,
    license_id: UUID | None = None,
    key: str = "",
    by: Any = None,
    not_before: dt.datetime | None = None,
    language: str = "en",
) -> list[Notice]:
    """Tell users and people (`recipients`) one sentence with its page: on the site at once, by e-mail as each prefers.

    `sentence` says who must do what by when and holds no personal data: it is the subject of the mail. `path` is an
    address of this site; `language` is that of the sentence. The same `key` tells the same person once. `by`, who caused
    it, is not told. With `not_before` the sentence is mailed then (as far as business hours allow) and no notice is shown
    on the site. In setup, and once closed, nothing is mailed. Returns the notices. ValueError for an unknown type or a
    foreign path.
    """
    if type not in TYPES:
        raise ValueError(f"{type} is no type of notice.")
    item = Item(sentence, local_path(path), due_on, key, type, language)
    told = [
        Telling(recipient, item, organization_id, license_id)
        for recipient in recipients_of(recipients)
        if recipient.user_id is None or recipient.user_id != getattr(by, "pk", None)
    ]
    if not_before is not None:
        _schedule(TYPES[type], told, not_before)
        return []
    return tell(TYPES[type], told)


def tell(type: NoticeType, tellings: list[Telling]) -> list[Notice]:
    """Notices on the site for everything told, and at most one e-mail, or one digest, for each recipient.

    For operations that have many things to tell at once. The number of queries grows with the recipients alone.
    """
    fresh = _not_told_yet(tellings)
    notices = Notice.objects.bulk_create(
        Notice(
            user_id=telling.recipient.user_id,
            type=type.code,
            sentence=telling.item.sentence,
            language=telling.item.language,
            path=telling.item.path,
            due_on=telling.item.due_on,
            key=telling.item.key,
            organization_id=telling.organization_id,
            license_id=telling.license_id,
        )
        for telling in fresh
        if telling.recipient.user_id
    )
    if not queue.mails_nothing():
        _mail(type, fresh)
    return notices


def _not_told_yet(tellings: list[Telling]) -> list[Telling]:
    keys = {telling.item.key for telling in tellings} - {""}
    if not keys:
        return tellings
    told = set(Notice.objects.filter(key__in=keys).values_list("user_id", "key"))
    return [each for each in tellings if (each.recipient.user_id, each.item.key) not in told]


def _mail(type: NoticeType, tellings: list[Telling]) -> None:
    by_recipient: dict[str, list[Telling]] = defaultdict(list)
    for telling in tellings:
        by_recipient[telling.recipient.key].append(telling)
    wanted = queue.how_of(type, {each.recipient.user_id for each in tellings if each.recipient.user_id})
    letters = []
    for told in by_recipient.values():
        recipient, agencies = told[0].recipient, {each.organization_id for each in told}
        how = wanted[recipient.user_id] if recipient.user_id else type.default
        if how != How.OFF:
            items = [each.item for each in told]
            letters.append(queue.Letter(recipient, items, how, agencies.pop() if len(agencies) == 1 else None))
    queue.gather(type, letters, hours=hours.current())


def _schedule(type: NoticeType, tellings: list[Telling], not_before: dt.datetime) -> None:
    if queue.mails_nothing():
        return
    wanted = queue.how_of(type, {telling.recipient.user_id for telling in tellings if telling.recipient.user_id})
    open_hours = hours.current()
    for telling in tellings:
        if telling.recipient.user_id and wanted[telling.recipient.user_id] == How.OFF:
            continue
        queue.post(
            type,
            telling.recipient,
            [telling.item],
            hours=open_hours,
            not_before=not_before,
            key=telling.item.key,
            organization_id=telling.organization_id,
        )


def local_path(path: str) -> str:
    """`path` if it is an address of this site. Raises ValueError for anything a browser would take elsewhere."""
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        raise ValueError("A notice leads to a page of this site.")
    return path


@transaction.atomic
def mark_read(*, notice_ids: Iterable[UUID], by: Any) -> int:
    """Mark one's own notices as read. Returns how many were not."""
    unread = Notice.objects.visible_to(by).unread().filter(pk__in=list(notice_ids))
    return int(unread.update(read_at=timezone.now()))


@transaction.atomic
def mark_all_read(*, by: Any) -> int:
    """Mark all one's own notices as read. Returns how many were not."""
    return int(Notice.objects.visible_to(by).unread().update(read_at=timezone.now()))


def unread_count(user: Any) -> int:
    """How many notices of the current implementation a user has not read."""
    return int(Notice.objects.visible_to(user).unread().count())


@transaction.atomic
def choose(*, preferences: dict[str, str], by: Any) -> None:
    """Choose, for oneself, how e-mail about each type of notice goes out: `{type: How}`.

    What is waiting goes out as it was queued. Raises DomainError for a type or a way there is not.
    """
    for code, how in preferences.items():
        if code not in TYPES or how not in How.values:
            raise DomainError("This choice does not exist. Nothing was changed; reload the page and choose again.")
        if TYPES[code].fixed:
            raise DomainError(f"“{TYPES[code].label}” cannot be changed. Nothing was changed.")
        Preference.objects.update_or_create(user=by, type=code, defaults={"how": how})


@transaction.atomic
def cancel_message(*, message_id: UUID, by: Any) -> Message:
    """Keep a waiting message from going out. Raises WrongState once it was sent."""
    message = _locked_message(message_id, by)
    message.become(Message.State.CANCELLED, trouble=Message.Trouble.BY_HAND)
    queue.withdraw([message.pk])
    return message


@transaction.atomic
def resend_message(*, message_id: UUID, by: Any) -> Message:
    """Send a message once more that failed or came back, in the same words. Raises WrongState for any other."""
    message = _locked_message(message_id, by)
    if message.state not in Message.MISSED:
        raise WrongState(message, Message.State.QUEUED.label)
    if registry.again(message.type):
        raise DomainError(f"This message was not sent again. {registry.again(message.type)}")
    if queue.mails_nothing():
        raise DomainError("This implementation mails nothing in its present state. The message stays as it is.")
    before = message.state
    queue.wait_until(message, hours.current())
    target, message.state = message.state, before
    message.become(target, not_before=message.not_before, attempts=0, trouble="")
    queue.offer(message)
    return message


def _locked_message(message_id: UUID, by: Any) -> Message:
    found = Message.objects.visible_to(by).logged().select_for_update(of=("self",)).get(pk=message_id)
    require_send(by)
    message: Message = found
    return message


def require_send(by: Any) -> None:
    """Raises PermissionDenied unless `by` may send to many people."""
    if not scopes.of(by).scopes("send_notices").everything:
        raise PermissionDenied("Your role here may see messages but not send or cancel them.")
