"""Appeals against sanctions: filed once, and decided."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date
from policies.cases import announcements, client_data, clocks, policy
from policies.cases.models import Sanction
from policies.cases.operations import licenses
from policies.cases.operations.common import note, words
from policies.cases.operations.sanctions import begin, end, locked
from policies.webhook_events import sanction_moved

ONE = dt.timedelta(days=1)


@transaction.atomic
def appeal(*, sanction_id: UUID, text: str, by: Any) -> Sanction:
    """Appeal a sanction, once, within its days (GOV-20). By setting it does not act until the appeal is decided.

    For the person, the agency's lead, and who writes down an appeal that came on paper. Raises ValidationError for client
    data, DomainError after the last day or for a second appeal.
    """
    client_data.refuse(text=text)
    found = locked(sanction_id, by)
    if not policy.can_appeal(by, found):
        raise PermissionDenied("Only the person, the agency's lead or the HMIS Lead's staff may file this appeal.")
    if found.appealed_on:
        raise DomainError("This sanction was appealed already.")
    today = settings.today()
    if found.appeal_until and today > found.appeal_until:
        raise DomainError(f"It could be appealed until {long_date(found.appeal_until)}. Ask the HMIS Lead to lift it.")
    holds = bool(settings.value("cases.appeal_suspends"))
    found.become(
        Sanction.State.APPEALED,
        appeal=words(text, "Say why it should not stand."),
        appealed_on=today,
        appealed_by=by if getattr(by, "pk", None) else None,
        held=holds,
    )
    stay = licenses.give_back(found) if holds and found.began_on else []
    note(found, " ".join(["Appeal filed.", "It holds the sanction back." if holds else "", *stay]), by)
    sanction_moved(found)
    due = clocks.after(today, settings.value("cases.decide_appeal_days"))
    announcements.received(found, f"Decide the appeal of sanction {found.number}.", due_on=due, by=by)
    return found


@transaction.atomic
def rule(*, sanction_id: UUID, ruling: str, text: str, by: Any, ends_on: dt.date | None = None) -> list[str]:
    """Decide an appeal: the sanction stands, ends earlier (`ends_on` is its new last day), or is overturned.

    Days for which it was held back are added at the end. Returns why licenses stay suspended, if some do.
    """
    client_data.refuse(text=text)
    found = locked(sanction_id, by)
    policy.require_handle(by)
    if found.state != Sanction.State.APPEALED:
        raise DomainError("There is no open appeal of this sanction.")
    today = settings.today()
    why = words(text, "Give the reasons of the decision.")
    if ruling not in Sanction.Ruling.values:
        raise DomainError("Decision: choose whether the sanction stands, ends earlier or is overturned.")
    found.ruling, found.ruled_on, found.ruling_note = ruling, today, why[:500]
    found.save(update_fields=["ruling", "ruled_on", "ruling_note", "updated_at"])
    if ruling == Sanction.Ruling.OVERTURNED:
        return end(found, f"Overturned on appeal: {why}", by)
    if ruling == Sanction.Ruling.SHORTENED:
        found.ends_on = _earlier(found, ends_on, today)
    elif found.held and found.began_on and found.ends_on and found.appealed_on:
        found.ends_on += today - found.appealed_on
    found.save(update_fields=["ends_on", "updated_at"])
    _go_on(found, today, by)
    note(found, f"{found.get_ruling_display()}: {why}", by)
    announcements.sanction_told(found, f"The appeal of sanction {found.number} is decided.", by=by, event="ruled")
    return []


def _go_on(sanction: Sanction, today: dt.date, by: Any) -> None:
    """A sanction that stands acts (again) from its first day on."""
    if sanction.began_on and not sanction.held:
        sanction.become(Sanction.State.IN_EFFECT)
        sanction_moved(sanction)
    elif sanction.began_on or (sanction.starts_on and sanction.starts_on <= today):
        begin(sanction, today, by)
    else:
        sanction.become(Sanction.State.NOTIFIED, held=False)
        sanction_moved(sanction)


def _earlier(sanction: Sanction, ends_on: dt.date | None, today: dt.date) -> dt.date:
    first = max(today, sanction.starts_on or today)  # one that has not begun still lasts a day
    if ends_on is None or ends_on < first or (sanction.ends_on and ends_on >= sanction.ends_on):
        raise DomainError(f"Give a last day from {long_date(first)} on that is earlier than the one it has.")
    return ends_on
