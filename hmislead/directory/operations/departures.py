"""Somebody leaves an agency: the license ends, and a clock runs until its account is proved shut.

The clock starts at the earlier of departure and report, and gives the hours of the setting `departure.hours`. A
departure that lies ahead changes nothing yet, and its clock starts when the person leaves: nobody can shut the account
of somebody who still works with it. The license then ends in the first night after the departure, or sooner by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.compliance import task_operations
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Task
from hmislead.directory import policy_people as policy
from hmislead.directory.models import Departure, License
from hmislead.directory.operations import account_facts
from hmislead.directory.operations.days import end_of, local_day, past_moment
from hmislead.directory.operations.licenses import end_license
from hmislead.directory.webhook_events import license_moved
from hmislead.errors import DomainError
from hmislead.notices import events
from hmislead.tenancy import settings

REASON = "Left the agency"
NO_ACCOUNT = "No account was open"


@transaction.atomic
def report_departure(
    *, license_id: UUID, departed_at: dt.datetime, by: Any, reported_at: dt.datetime | None = None
) -> Departure:
    """Report that the holder of a license has left, or will leave, its agency at a moment (with its time zone).

    `reported_at` is for reports that came in earlier by another way; default now. Raises PermissionDenied outside one's
    agency, DomainError for a license that has ended or whose departure is known.
    """
    license = _locked(license_id, by)
    policy.require_report(by, license.organization_id)
    if license.state == License.State.TERMINATED:
        raise DomainError(f"This license has ended already, on {license.terminated_on}. No report is needed.")
    if Departure.objects.filter(license=license, proved_at=None).exists():
        raise DomainError("This departure is reported already. You find its clock on the page of the license.")
    reported = past_moment(reported_at)
    departure = Departure.objects.create(
        license=license,
        departed_at=departed_at,
        reported_at=reported,
        reported_by=by if getattr(by, "pk", None) else None,
        due_at=clock_ends(departed_at),
    )
    if departed_at <= timezone.now():
        _carry_out(departure, license, by)
    recheck(licenses=[license.pk])
    events.departure_reported(departure, by=by)
    return departure


@transaction.atomic
def report_departures(
    *, person_id: UUID, organization_id: UUID, departed_at: dt.datetime, by: Any, reported_at: dt.datetime | None = None
) -> list[Departure]:
    """Report that a person has left an agency. DomainError when they hold no living license there."""
    licenses = License.objects.visible_to(by).living().filter(person_id=person_id, organization_id=organization_id)
    ids = list(licenses.values_list("pk", flat=True))
    if not ids:
        raise DomainError("This person holds no license at this agency. Nothing was reported.")
    return [report_departure(license_id=pk, departed_at=departed_at, by=by, reported_at=reported_at) for pk in ids]


@transaction.atomic
def undo_departure(*, departure_id: UUID, by: Any) -> License:
    """Take back a mistaken report, on the day it was made and before anybody proved that the account is shut.

    The license is again what it was; a departure that lies ahead can be taken back on any day. The history keeps both.
    """
    departure = Departure.objects.visible_to(by).get(pk=departure_id)
    license = _locked(departure.license_id, by)
    policy.require_report(by, license.organization_id)
    departure = Departure.objects.select_for_update().get(pk=departure_id)
    if _is_proved_since(departure):
        raise DomainError(
            "The account is proved shut, so this can no longer be taken back. Request a new license instead."
        )
    if not may_undo(departure):
        raise DomainError("A report can be taken back on the day it was made. Request a new license instead.")
    if not departure.is_ahead:
        _restore(license, departure.license_was, by)
    departure.delete()
    recheck(licenses=[license.pk])
    return license


def may_undo(departure: Departure) -> bool:
    """True while a report can be taken back: while it lies ahead, and on its own day until the account is proved shut."""
    if departure.is_ahead:
        return True
    return local_day(departure.created_at) == settings.today() and not _is_proved_since(departure)


@transaction.atomic
def prove_deactivation(
    *, departure_id: UUID, statement: str, by: Any, done_at: dt.datetime | None = None, file_id: UUID | None = None
) -> Departure:
    """State that the account was shut, when (default now) and how it is known: closes the task and stops the clock."""
    departure = Departure.objects.visible_to(by).get(pk=departure_id)
    if departure.is_ahead:
        raise DomainError("This departure still lies ahead. Prove it once the person has left.")
    task = Task.objects.open().filter(license_id=departure.license_id, kind=Task.Kind.DEACTIVATE_ACCOUNT).first()
    if departure.proved_at or task is None:
        raise DomainError("This account is proved shut already. Nothing was changed.")
    task_operations.prove_task(task_id=task.pk, statement=statement, by=by, done_at=done_at, file_id=file_id)
    departure.refresh_from_db()
    return departure


@transaction.atomic
def carry_out_departures(*, now: dt.datetime | None = None) -> int:
    """End the licenses of people whose announced departure has come. Returns how many. For the night."""
    moment = now or timezone.now()
    due = Departure.objects.filter(license_was="", proved_at=None, departed_at__lte=moment)
    licenses = []
    for departure in due.select_related("license__organization").order_by("license_id"):
        license = _locked(departure.license_id, ROBOT)
        _carry_out(departure, license, ROBOT)
        licenses.append(license.pk)
    recheck(licenses=licenses)
    return len(licenses)


def clock_ends(departed_at: dt.datetime) -> dt.datetime:
    """When the account must be shut at the latest: the hours of the setting after the departure.

    A departure that is reported after it happened is the earlier of the two; one that was announced counts from itself.
    """
    return departed_at + dt.timedelta(hours=settings.value("departure.hours", on=local_day(departed_at)))


def _carry_out(departure: Departure, license: License, by: Any) -> None:
    departure.license_was = license.state
    last_day = local_day(departure.departed_at)
    if license.state != License.State.TERMINATED:
        end_license(license, on=last_day, reason=REASON, by=by, due_at=departure.due_at)
    elif account_facts.may_exist(license):  # ended by the Lead before the day came: the clock runs all the same
        task_operations.open_task(
            kind=Task.Kind.DEACTIVATE_ACCOUNT, license=license, since=last_day, due_at=departure.due_at
        )
    if not account_facts.may_exist(license):
        seen = min(end_of(license.observed_on), timezone.now()) if license.observed_on else departure.departed_at
        departure.proved_at = max(departure.departed_at, seen)
        departure.proof = license.get_account_state_display() if license.observed_on else NO_ACCOUNT
    departure.save(update_fields=["license_was", "proved_at", "proof", "updated_at"])


def _is_proved_since(departure: Departure) -> bool:
    """True once somebody stated, or a roster showed, that the account was shut. That there was none proves nothing."""
    proofs = Task.objects.filter(license_id=departure.license_id, kind=Task.Kind.DEACTIVATE_ACCOUNT)
    return proofs.filter(
        closed_at__gte=departure.created_at, proof_kind__in=[Task.Proof.STATED, Task.Proof.OBSERVED]
    ).exists()


def _restore(license: License, state: str, by: Any) -> None:
    """The one way out of `terminated`: a report that never should have been. Not along NEXT, and for nobody else."""
    if state == License.State.TERMINATED:
        return  # the license had ended apart from this departure
    license.state, license.terminated_on, license.state_reason = state, None, ""
    if state == License.State.SUSPENDED:
        license.suspended_on = settings.today()
    license.save(update_fields=["state", "terminated_on", "suspended_on", "state_reason", "updated_at"])
    license_moved(license)
    task_operations.close_moot(
        license, [Task.Kind.DEACTIVATE_ACCOUNT], "The report of a departure was a mistake", by=by
    )
    if state == License.State.SUSPENDED and account_facts.may_be_used(license):
        task_operations.open_task(kind=Task.Kind.LOCK_ACCOUNT, license=license, since=settings.today())


def _locked(license_id: UUID, by: Any) -> License:
    visible = License.objects.visible_to(by).select_related("organization", "person")
    found: License = visible.select_for_update(of=("self",)).get(pk=license_id)
    return found
