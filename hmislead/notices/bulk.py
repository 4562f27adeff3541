"""Reminders to the people of many agencies: drafted, previewed mail by mail, sent exactly as previewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hmislead.compliance import registry
from hmislead.directory.models import Organization
from hmislead.errors import DomainError
from hmislead.notices import audience, due, ground_types, hours, mail, queue
from hmislead.notices.models import BulkSend, Message, Notice, Outbox
from hmislead.notices.operations import require_send
from hmislead.notices.registry import TYPES
from hmislead.notices.wording import Item
from hmislead.tenancy import context, settings
from hmislead.tenancy.operations import next_number
from hmislead.web.templatetags.web import long_date

MOST_AGENCIES = 2000
PAUSED, NOTHING_DUE, NOBODY = "paused", "nothing_due", "nobody"
WHY_LEFT_OUT = {
    PAUSED: "got a reminder a short time ago",
    NOTHING_DUE: "has nothing due or missing",
    NOBODY: "has no lead or contact with an e-mail address",
}


@transaction.atomic
def draft_bulk(
    *, organization_ids: Iterable[UUID], requirements: Iterable[str], by: Any, title: str = "", text: str = ""
) -> BulkSend:
    """Begin a reminder to the leads and contacts of these agencies about these requirements (default: all).

    Raises PermissionDenied, or DomainError when no agency is chosen or too many are.
    """
    require_send(by)
    chosen = _agencies(organization_ids, by)
    codes = _codes(requirements)
    return BulkSend.objects.create(
        number=next_number("R"),
        title=" ".join(title.split())[:150] or _default_title(settings.today()),
        text=text.strip(),
        audience={"organizations": [str(pk) for pk in chosen], "requirements": codes},
        drafted_by=by if getattr(by, "pk", None) else None,
    )


@transaction.atomic
def change_bulk(*, bulk_id: UUID, title: str, text: str, requirements: Iterable[str], by: Any) -> BulkSend:
    """Change the words and the requirements of a reminder that was not sent; its preview is made anew afterwards."""
    bulk = _locked(bulk_id, by)
    if bulk.state == BulkSend.State.PREVIEWED:
        bulk.become(BulkSend.State.DRAFTED)
        bulk.messages.all().delete()
    elif bulk.state != BulkSend.State.DRAFTED:
        raise DomainError(f"{bulk} is {bulk.get_state_display().lower()}. Its words can no longer be changed.")
    bulk.title, bulk.text = " ".join(title.split())[:150], text.strip()
    bulk.audience = {**bulk.audience, "requirements": _codes(requirements)}
    bulk.save(update_fields=["title", "text", "audience", "updated_at"])
    return bulk


@transaction.atomic
def preview_bulk(*, bulk_id: UUID, by: Any) -> BulkSend:
    """Write every mail of a reminder, as it would be sent now. Agencies that get none are noted with the reason."""
    bulk = _locked(bulk_id, by)
    if bulk.state == BulkSend.State.PREVIEWED:
        bulk.become(BulkSend.State.DRAFTED)
    bulk.messages.all().delete()
    ids = _agencies((UUID(pk) for pk in bulk.audience["organizations"]), by)
    told, left_out = _who_gets_what(bulk, ids, by)
    messages = Message.objects.bulk_create(_draft(bulk, recipient, parts) for recipient, parts in told.items())
    bulk.become(BulkSend.State.PREVIEWED, count=len(messages), left_out=left_out)
    return bulk


@transaction.atomic
def send_bulk(*, bulk_id: UUID, count: int, by: Any) -> BulkSend:
    """Send the mails as previewed; `count` is what the sender saw. They leave in business hours.

    Raises DomainError in an implementation that mails nothing, for a preview without mails, one that has changed since,
    or one of another day: its dates would be wrong.
    """
    bulk = _locked(bulk_id, by)
    if queue.mails_nothing():
        raise DomainError("This implementation mails nothing in its present state. The reminder stays a draft.")
    if bulk.state == BulkSend.State.PREVIEWED and bulk.count != count:
        raise DomainError("The preview has changed since you saw it. Nothing was sent; look at it again.")
    if bulk.state == BulkSend.State.PREVIEWED and not bulk.count:
        raise DomainError("There is no mail to send: none of these agencies has anything due.")
    if bulk.state == BulkSend.State.PREVIEWED and _day(bulk.updated_at) != settings.today():
        raise DomainError(
            "This preview is of another day. Nothing was sent; preview it again, so that its dates are right."
        )
    _refuse_repeats(bulk)
    bulk.become(BulkSend.State.SENT, sent_by=by if getattr(by, "pk", None) else None, sent_at=timezone.now())
    _let_go(bulk)
    return bulk


@transaction.atomic
def cancel_bulk(*, bulk_id: UUID, by: Any) -> BulkSend:
    """Give up a reminder that was not sent. Its previewed mails are dropped."""
    bulk = _locked(bulk_id, by)
    bulk.become(BulkSend.State.CANCELLED)
    bulk.messages.all().delete()
    return bulk


def _let_go(bulk: BulkSend) -> None:
    """Queue the drafts as they are, in a handful of statements however many there are, and show them on the site."""
    drafts = list(bulk.messages.filter(state=Message.State.DRAFT).defer("text", "html").order_by("pk"))
    now = timezone.now()
    ready = hours.current().next_open(now)
    state = Message.State.QUEUED if ready <= now else Message.State.HELD
    bulk.messages.filter(state=Message.State.DRAFT).update(state=state, not_before=ready, updated_at=now)
    here = context.current()
    Outbox.objects.bulk_create(Outbox(message_id=row.pk, implementation=here, not_before=ready) for row in drafts)
    Notice.objects.bulk_create(
        Notice(
            user_id=row.user_id,
            type=ground_types.BULK,
            sentence=row.subject,
            path=row.items[0]["path"],
            organization_id=row.organization_id,
        )
        for row in drafts
        if row.user_id is not None
    )


def _who_gets_what(
    bulk: BulkSend, ids: list[UUID], by: Any
) -> tuple[dict[audience.Recipient, list[tuple[Organization, due.AgencyDue]]], list[dict[str, str]]]:
    """Each recipient with what is due at their agencies, and the agencies that get nothing with the reason."""
    agencies = {row.pk: row for row in Organization.objects.visible_to(by).filter(pk__in=ids)}
    paused = recently_reminded(ids)
    dues = due.of_agencies(ids, bulk.audience["requirements"], by=by)
    people = audience.people_of_agencies(ids)
    told: dict[str, tuple[audience.Recipient, list[tuple[Organization, due.AgencyDue]]]] = {}
    left_out = []
    for pk in ids:
        why = PAUSED if pk in paused else "" if dues.get(pk) else NOTHING_DUE
        if not why and not people[pk]:
            why = NOBODY
        if why:
            left_out.append({"organization": str(pk), "why": why})
            continue
        for recipient in people[pk]:
            told.setdefault(recipient.key, (recipient, []))[1].extend((agencies[pk], each) for each in dues[pk])
    return dict(told.values()), left_out


def _draft(bulk: BulkSend, recipient: audience.Recipient, parts: list[tuple[Organization, due.AgencyDue]]) -> Message:
    today = settings.today()
    items = [Item(part.sentence(agency.name, today), agency.get_absolute_url(), part.first) for agency, part in parts]
    written = mail.compose(TYPES[ground_types.BULK], recipient, items, subject=bulk.title, intro=bulk.text)
    agencies = {agency.pk for agency, _ in parts}
    return Message(
        type=ground_types.BULK,
        bulk=bulk,
        state=Message.State.DRAFT,
        not_before=timezone.now(),
        items=[
            {**item.stored(), "organization": str(agency.pk)} for item, (agency, _) in zip(items, parts, strict=True)
        ],
        organization_id=agencies.pop() if len(agencies) == 1 else None,
        address=recipient.address,
        user_id=recipient.user_id,
        person_id=recipient.person_id,
        **vars(written),
    )


def recently_reminded(ids: Iterable[UUID]) -> set[UUID]:
    """Agencies, of these, that got a reminder by hand within the setting `reminders.bulk_pause_days`."""
    pause = dt.timedelta(days=settings.value("reminders.bulk_pause_days"))
    wanted = {str(pk) for pk in ids}
    recent = BulkSend.objects.filter(state=BulkSend.State.SENT, sent_at__gt=timezone.now() - pause)
    told = Message.objects.filter(bulk__in=recent).values_list("items", flat=True)
    return {UUID(item["organization"]) for items in told for item in items if item["organization"] in wanted}


def _refuse_repeats(bulk: BulkSend) -> None:
    """Another reminder may have gone to the same agencies since the preview."""
    told = {UUID(item["organization"]) for message in bulk.messages.all() for item in message.items}
    if recently_reminded(told):
        raise DomainError("Some of these agencies have just got another reminder. Nothing was sent; preview it again.")


def _agencies(ids: Iterable[UUID], by: Any) -> list[UUID]:
    """The agencies that still stand, of those the sender may see, in the order of their names."""
    found = list(Organization.objects.visible_to(by).current().filter(pk__in=list(ids)).values_list("pk", flat=True))
    if not found:
        raise DomainError("No agency is chosen. Choose at least one in the list, then begin the reminder there.")
    if len(found) > MOST_AGENCIES:
        raise DomainError(f"A reminder goes to at most {MOST_AGENCIES:,} agencies. Choose fewer.")
    return found


def _codes(requirements: Iterable[str]) -> list[str]:
    """Requirements that an agency or its people can meet; all of them when none is named."""
    wanted = set(requirements)
    open_to_agencies = [
        each.code for each in registry.ordered() if each.subject in {"organization", "person", "license"}
    ]
    return [code for code in open_to_agencies if code in wanted] or open_to_agencies


def _default_title(today: dt.date) -> str:
    return f"Please bring your agency's records up to date by {long_date(today + dt.timedelta(days=14))}"


def _day(moment: dt.datetime) -> dt.date:
    return timezone.localtime(moment, hours.current().zone).date()


def _locked(bulk_id: UUID, by: Any) -> BulkSend:
    found = BulkSend.objects.visible_to(by).select_for_update(of=("self",)).get(pk=bulk_id)
    require_send(by)
    bulk: BulkSend = found
    return bulk
