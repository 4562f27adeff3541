"""Sanctions (GOV-20): proposed from the ladder, approved, notified, in effect, lifted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.directory.models import License, Organization
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date
from policies.cases import announcements, client_data, clocks, ladder, policy
from policies.cases.models import Deviation, LadderStep, Sanction, SanctionKind, Violation, ViolationClass
from policies.cases.operations import licenses
from policies.cases.operations.common import note, number_of, words
from policies.cases.operations.ladder import LASTING
from policies.webhook_events import sanction_moved

ONE = dt.timedelta(days=1)
NO_STEP = "The offense ladder has no sanction for this class yet. Add one to the ladder first."


@transaction.atomic
def propose(
    *,
    violation_class: ViolationClass,
    organization: Organization,
    happened_on: dt.date,
    summary: str,
    by: Any,
    license: License | None = None,
    departed_login: bool = False,
    deviation_id: UUID | None = None,
) -> list[Sanction]:
    """Establish a violation and propose the sanctions that the ladder has for this offense (GOV-20, POL-35).

    `license` says whose breach it was; without it the agency's own. A deviation report it came from moves to "action".
    Raises ValidationError for client data in the summary, DomainError where the ladder has no step.
    """
    policy.require_handle(by)
    client_data.refuse(summary=summary)
    today = settings.today()
    if happened_on > today:
        raise DomainError("The day it happened lies ahead. Give today or an earlier day.")
    if license is not None and license.organization_id != organization.pk:
        raise DomainError("This license is at another agency. Choose the agency of the license.")
    # One proposal at a time about an agency: two clicks at once must not both be the second offense.
    Organization.objects.visible_to(by).select_for_update(of=("self",)).get(pk=organization.pk)
    report = _report(deviation_id, by)
    offense = ladder.offense_of(
        violation_class=violation_class,
        organization=organization,
        license=license,
        happened_on=happened_on,
        departed_login=departed_login,
    )
    steps = ladder.steps_for(violation_class, offense, today)
    if not steps:
        raise DomainError(NO_STEP)
    violation = Violation.objects.create(
        violation_class=violation_class,
        organization=organization,
        person_id=license.person_id if license else None,
        deviation=report,
        happened_on=happened_on,
        summary=words(summary, "Say in a few words what was found."),
        departed_login=departed_login,
        offense=offense,
    )
    made = [_propose_step(violation, step, license, by) for step in steps]
    if report is not None and report.state == Deviation.State.REVIEWED:
        report.become(Deviation.State.ACTION)
        note(report, f"Proposed: {', '.join(str(each) for each in made)}", by)
    return made


@transaction.atomic
def change(
    *,
    sanction_id: UUID,
    kind: str,
    reason: str,
    by: Any,
    length_days: int | None = None,
    notice_days: int = 0,
    terms: str = "",
    amount: Decimal | None = None,
) -> Sanction:
    """Propose something else than the ladder says, with the reason. Who must approve stays as the ladder has it."""
    found = _handled(sanction_id, by, reason=reason, terms=terms)
    if found.state != Sanction.State.PROPOSED:
        raise DomainError("Its notice was given. Lift it and propose another one instead.")
    if length_days and kind not in LASTING:
        raise DomainError("Only a suspension lasts for a number of days. Leave the days empty.")
    if amount is not None and kind != SanctionKind.FINANCIAL:
        raise DomainError("Only a financial penalty has an amount. Leave it empty.")
    was = str(found)
    found.kind, found.length_days, found.notice_days = kind, length_days, notice_days
    found.terms, found.amount = terms.strip(), amount
    # What was approved was something else.
    found.approved_on, found.approved_by, found.approval_note = None, None, ""
    found.save()
    note(found, f"Instead of {was}: {words(reason, 'Say why it differs from the ladder.')}", by)
    return found


@transaction.atomic
def approve(*, sanction_id: UUID, record: str, by: Any) -> Sanction:
    """Record who approved a sanction: a Lead administrator's own word, or the governing body's decision by its number."""
    found = _handled(sanction_id, by, record=record)
    if not found.needs_approval or found.state != Sanction.State.PROPOSED:
        raise DomainError("This sanction needs no approval, or has it already.")
    if not policy.can_approve(by, found):
        raise PermissionDenied("Only a Lead administrator may approve this sanction.")
    found.approved_on, found.approved_by = settings.today(), by if getattr(by, "pk", None) else None
    found.approval_note = words(record, "Say how it was approved.")[:200]
    found.save(update_fields=["approved_on", "approved_by", "approval_note", "updated_at"])
    note(found, f"Approved: {found.approval_note}", by)
    return found


@transaction.atomic
def notify(*, sanction_id: UUID, by: Any) -> Sanction:
    """Give notice: the person and the agency's leads are told by mail. It takes effect after its days of notice.

    Raises DomainError while an approval is missing, or a penalty has no amount.
    """
    found = _handled(sanction_id, by)
    if found.needs_approval:
        raise DomainError(f"{found.get_approval_display()} approves this sanction first. Record the approval.")
    if found.kind == SanctionKind.FINANCIAL and found.amount is None:
        raise DomainError("Give the amount of the penalty first.")
    today = settings.today()
    start = today + dt.timedelta(days=found.notice_days)
    found.become(
        Sanction.State.NOTIFIED,
        notified_on=today,
        starts_on=start,
        ends_on=_last_day(start, found.length_days),
        appeal_until=clocks.after(today, settings.value("cases.sanction_appeal_days")),
    )
    note(found, f"Notice given. First day {long_date(start)}.", by)
    announcements.sanction_told(found, announcements.notice_words(found), by=by)
    sanction_moved(found)
    if start <= today:
        begin(found, today, by)
    return found


@transaction.atomic
def lift(*, sanction_id: UUID, reason: str, by: Any) -> list[str]:
    """End a sanction before its last day, or one that has none. Returns why licenses stay suspended, if some do."""
    found = _handled(sanction_id, by, reason=reason)
    return end(found, words(reason, "Say why it is lifted."), by)


@transaction.atomic
def withdraw(*, sanction_id: UUID, reason: str, by: Any) -> Sanction:
    """Drop a proposal. It counts as no offense."""
    found = _handled(sanction_id, by, reason=reason)
    why = words(reason, "Say why it is withdrawn.")
    found.become(Sanction.State.WITHDRAWN, lifted_because=why[:300])
    note(found, why, by)
    return found


def begin(sanction: Sanction, on: dt.date, by: Any) -> None:
    """Put a notified sanction, which is locked, into effect: licenses it covers are taken away."""
    sanction.become(Sanction.State.IN_EFFECT, began_on=on, over_on=None, held=False)
    licenses.take_away(sanction, on)
    note(sanction, "Took effect.", by)
    sanction_moved(sanction)


def end(sanction: Sanction, reason: str, by: Any, on: dt.date | None = None) -> list[str]:
    """Lift a locked sanction from a day (default today) on. Returns why licenses stay suspended, if some do."""
    today = on or settings.today()
    acted = sanction.began_on is not None
    sanction.become(Sanction.State.LIFTED, over_on=today if acted else None, held=False, lifted_because=reason[:300])
    stay = licenses.give_back(sanction) if acted else []
    note(sanction, " ".join([reason, *stay]), by)
    announcements.sanction_told(sanction, f"Sanction {sanction.number} was lifted.", by=by)
    sanction_moved(sanction)
    return stay


def locked(sanction_id: UUID, by: Any) -> Sanction:
    """The sanction, locked. One `by` may not see does not exist."""
    rows = Sanction.objects.visible_to(by).select_related("organization", "person__user")
    found: Sanction = rows.select_for_update(of=("self",)).get(pk=sanction_id)
    return found


def _handled(sanction_id: UUID, by: Any, **texts: str) -> Sanction:
    found = locked(sanction_id, by)
    policy.require_handle(by)
    client_data.refuse(**texts)
    return found


def _propose_step(violation: Violation, step: LadderStep, license: License | None, by: Any) -> Sanction:
    made = Sanction.objects.create(
        number=number_of("S"),
        violation=violation,
        organization=violation.organization,
        person=violation.person,
        license=license,
        kind=step.kind,
        length_days=step.length_days,
        notice_days=step.notice_days,
        approval=step.approval,
    )
    note(made, f"Proposed by the ladder: {step}.", by)
    return made


def _report(deviation_id: UUID | None, by: Any) -> Deviation | None:
    if deviation_id is None:
        return None
    found: Deviation = Deviation.objects.visible_to(by).select_for_update(of=("self",)).get(pk=deviation_id)
    if found.state not in {Deviation.State.REVIEWED, Deviation.State.ACTION}:
        raise DomainError("Review the report first, then propose a sanction.")
    return found


def _last_day(start: dt.date, length: int | None) -> dt.date | None:
    return start + dt.timedelta(days=length) - ONE if length else None
