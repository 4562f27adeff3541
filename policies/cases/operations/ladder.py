"""Writing the offense ladder: classes of violations and what each offense leads to (POL-35)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.errors import DomainError
from hmislead.tenancy import settings
from policies.cases import policy
from policies.cases.ladder import SHIPPED
from policies.cases.models import Approval, LadderStep, SanctionKind, ViolationClass

# Sanctions that last for a number of days; the others happen once, or are for good.
LASTING = frozenset({SanctionKind.LICENSE_SUSPENSION, SanctionKind.PRIVILEGE_SUSPENSION})


@transaction.atomic
def load_shipped(*, by: Any, starts_on: dt.date | None = None) -> int:
    """Start from the ladder the product ships. Returns how many classes were added. Refused where there is one already."""
    policy.require_handle(by)
    if ViolationClass.objects.exists():
        raise DomainError("There is an offense ladder already. Nothing was changed; change its classes and steps.")
    day = starts_on or settings.today()
    for each in SHIPPED:
        made = ViolationClass.objects.create(name=each.name, rank=each.rank, description=each.description)
        for offense, kind, length, notice, approval in each.steps:
            LadderStep.objects.create(
                violation_class=made,
                offense=offense,
                kind=kind,
                length_days=length,
                notice_days=notice,
                approval=approval,
                starts_on=day,
            )
    return len(SHIPPED)


@transaction.atomic
def save_class(*, name: str, rank: int, by: Any, description: str = "", class_id: UUID | None = None) -> ViolationClass:
    """Add a class, or change it. Raises ValidationError for a name that is taken."""
    policy.require_handle(by)
    row = _class(class_id, by) if class_id else ViolationClass()
    row.name, row.rank, row.description = name.strip(), rank, description.strip()
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def retire_class(*, class_id: UUID, by: Any) -> ViolationClass:
    """Offer a class no more. What was decided by it stays."""
    policy.require_handle(by)
    row = _class(class_id, by)
    if row.retired_on:
        raise DomainError("This class is out of use already.")
    row.retired_on = settings.today()
    row.save(update_fields=["retired_on", "updated_at"])
    return row


@transaction.atomic
def save_step(
    *,
    violation_class: ViolationClass,
    offense: int,
    kind: str,
    by: Any,
    length_days: int | None = None,
    notice_days: int = 0,
    approval: str = Approval.NONE,
    starts_on: dt.date | None = None,
    step_id: UUID | None = None,
) -> LadderStep:
    """Add a sanction to a step of the ladder, or change it from a day on: the old one ends the day before.

    Raises DomainError for a length on a sanction that has none, or a day before the step it changes began.
    """
    policy.require_handle(by)
    day = starts_on or settings.today()
    if length_days and kind not in LASTING:
        raise DomainError("Only a suspension lasts for a number of days. Leave the days empty.")
    old = LadderStep.objects.visible_to(by).select_for_update(of=("self",)).get(pk=step_id) if step_id else None
    given = {
        "violation_class": violation_class,
        "offense": offense,
        "kind": kind,
        "length_days": length_days,
        "notice_days": notice_days,
        "approval": approval,
        "starts_on": day,
    }
    row = LadderStep(**given)
    if old is not None and old.starts_on == day:
        row = old
        for name, value in given.items():
            setattr(row, name, value)
    elif old is not None:
        _end(old, day - dt.timedelta(days=1))
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def end_step(*, step_id: UUID, by: Any) -> LadderStep:
    """Take a sanction off the ladder: today is its last day. What was decided by it stays."""
    policy.require_handle(by)
    row = LadderStep.objects.visible_to(by).select_for_update(of=("self",)).get(pk=step_id)
    _end(row, settings.today())
    return row


def _end(step: LadderStep, day: dt.date) -> None:
    if step.ends_on and step.ends_on <= day:
        raise DomainError("This step has ended already.")
    if day < step.starts_on:
        raise DomainError("A step cannot end before it began. Choose a later day.")
    step.ends_on = day
    step.save(update_fields=["ends_on", "updated_at"])


def _class(class_id: UUID, by: Any) -> ViolationClass:
    row: ViolationClass = ViolationClass.objects.visible_to(by).select_for_update(of=("self",)).get(pk=class_id)
    return row
