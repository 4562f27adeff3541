"""The HMIS Lead's staffing: dated shares of full time by function (MGT-21, MGT-22)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from hmislead.compliance.engine import recheck
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License, Organization, Person, StaffPosition
from hmislead.directory.querysets import running
from hmislead.errors import DomainError
from hmislead.tenancy import settings

NOBODY = Decimal("0")


@dataclass(frozen=True)
class Ratio:
    """Active licenses per full-time system administrator on a day; `users_per_administrator` None without any."""

    licenses: int
    administrators: Decimal
    users_per_administrator: Decimal | None
    at_most: int

    @property
    def holds(self) -> bool:
        return self.users_per_administrator is not None and self.users_per_administrator <= self.at_most


@transaction.atomic
def add_position(
    *,
    person_id: UUID,
    organization_id: UUID,
    function: str,
    fte: Decimal,
    by: Any,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> StaffPosition:
    """Record that a person fills a share (0.01 to 1.00) of a full-time job from a day (default today) to a day.

    More than 1.00 for one person is allowed, for people do hold two jobs; `full_time_share` tells, and the page warns.
    """
    policy.require_staff(by)
    position = StaffPosition(
        person=Person.objects.visible_to(by).current().get(pk=person_id),
        organization=Organization.objects.visible_to(by).current().get(pk=organization_id),
        function=_function(function),
        fte=fte,
        starts_on=starts_on or settings.today(),
        ends_on=ends_on,
    )
    _require_sense(position)
    position.save(force_insert=True)
    recheck(implementation=True)
    return position


@transaction.atomic
def change_position(
    *, position_id: UUID, by: Any, function: str, fte: Decimal, starts_on: dt.date, ends_on: dt.date | None
) -> StaffPosition:
    """Correct a position. For a change of share from a day on, end this one and add another: the past stays."""
    position = _locked(position_id, by)
    position.function, position.fte = _function(function), fte
    position.starts_on, position.ends_on = starts_on, ends_on
    _require_sense(position)
    position.save(update_fields=["function", "fte", "starts_on", "ends_on", "updated_at"])
    recheck(implementation=True)
    return position


@transaction.atomic
def end_position(*, position_id: UUID, ends_on: dt.date, by: Any) -> StaffPosition:
    """Set the last day of a position."""
    position = _locked(position_id, by)
    position.ends_on = ends_on
    _require_sense(position)
    position.save(update_fields=["ends_on", "updated_at"])
    recheck(implementation=True)
    return position


def full_time_share(person_id: UUID, on: dt.date) -> Decimal:
    """What all positions of a person add up to on a day; 1.00 is full time."""
    positions = StaffPosition.objects.filter(running(on), person_id=person_id)
    return positions.aggregate(total=Sum("fte"))["total"] or NOBODY


def administrator_ratio(on: dt.date) -> Ratio:
    """Active licenses per full-time system administrator today, against the setting (MGT-21)."""
    administrators = StaffPosition.objects.filter(running(on), function=StaffPosition.Function.SYSTEM_ADMINISTRATOR)
    fte = administrators.aggregate(total=Sum("fte"))["total"] or NOBODY
    licenses = License.objects.filter(state=License.State.ACTIVE).count()
    return Ratio(
        licenses=licenses,
        administrators=fte,
        users_per_administrator=round(licenses / fte, 1) if fte else None,
        at_most=settings.value("ratio.users_per_administrator", on=on),
    )


def _locked(position_id: UUID, by: Any) -> StaffPosition:
    found: StaffPosition = StaffPosition.objects.visible_to(by).select_for_update(of=("self",)).get(pk=position_id)
    policy.require_staff(by)
    return found


def _function(function: str) -> str:
    if function not in StaffPosition.Function.values:
        raise DomainError("Choose one of the functions of the list.")
    return function


def _require_sense(position: StaffPosition) -> None:
    if not NOBODY < position.fte <= 1:
        raise DomainError("The share of full time is more than 0 and at most 1.")
    if position.ends_on and position.ends_on < position.starts_on:
        raise DomainError("The last day lies before the first.")
