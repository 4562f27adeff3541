"""The life of a license: our decision. What the HMIS itself shows of the account is beside it (`accounts.py`).

`check=False` leaves the re-check before and after to a caller with many licenses (`bulk.py`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.compliance import gate, task_operations
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Task
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License
from hmislead.directory.operations import account_facts
from hmislead.directory.operations.days import end_of, past_day
from hmislead.directory.operations.license_requests import writing_rule
from hmislead.directory.webhook_events import license_moved
from hmislead.errors import DomainError
from hmislead.notices import events

Effective = dt.date | dt.datetime | None


class ShutGate(DomainError):
    """The access gate is shut. `answer` holds each reason with the page that puts it right."""

    def __init__(self, answer: gate.GateAnswer) -> None:
        missing = "; ".join(reason.title for reason in answer.reasons) or "its checks have not run yet"
        super().__init__(f"This license may not use the HMIS yet. What is missing: {missing}.")
        self.answer = answer


@transaction.atomic
def activate_license(*, license_id: UUID, by: Any, effective_at: Effective = None, check: bool = True) -> License:
    """Give access. Raises ShutGate, with the reasons, while a blocking requirement fails (SEC-04, SEC-05)."""
    license = _for_lead(license_id, by)
    day = past_day(effective_at)
    if license.state == License.State.SUSPENDED:
        raise DomainError("This license is suspended. Reactivate it instead.")
    _require_open_gate(license, License.State.ACTIVE, check)
    license.become(License.State.ACTIVE, activated_on=day, state_reason="")
    license_moved(license)
    if check:
        recheck(licenses=[license.pk])
        events.licenses_moved([license], on=day, by=by)
    return license


@transaction.atomic
def reactivate_license(*, license_id: UUID, by: Any, effective_at: Effective = None, check: bool = True) -> License:
    """End a suspension, through the same gate. An account seen locked gets a task to reopen it."""
    license = _for_lead(license_id, by)
    day = past_day(effective_at)
    if license.state != License.State.SUSPENDED:
        raise DomainError("Only a suspended license can be reactivated.")
    _require_open_gate(license, License.State.ACTIVE, check)
    license.become(License.State.ACTIVE, suspended_on=None, state_reason="")
    license_moved(license)
    why = "The license was reactivated"
    task_operations.close_moot(license, [Task.Kind.LOCK_ACCOUNT, Task.Kind.ACTIVE_THOUGH_BLOCKED], why, by=by)
    if license.account_state in account_facts.SHUT:
        task_operations.open_task(kind=Task.Kind.REOPEN_ACCOUNT, license=license, since=day)
    if check:
        recheck(licenses=[license.pk])
        events.licenses_moved([license], on=day, by=by)
    return license


@transaction.atomic
def suspend_license(
    *, license_id: UUID, reason: str, by: Any, effective_at: Effective = None, check: bool = True
) -> License:
    """Take access away for a time. Unless the account is known to be shut, a task asks to lock it.

    Nothing suspends by itself while the implementation is in setup: that is for whoever calls this for a rule.
    """
    license = _for_lead(license_id, by)
    day = past_day(effective_at)
    license.become(License.State.SUSPENDED, suspended_on=day, state_reason=_reason(reason))
    license_moved(license)
    _shut_account(license, day, by)
    if check:
        recheck(licenses=[license.pk])
        events.licenses_moved([license], on=day, by=by)
    return license


@transaction.atomic
def block_license(*, license_id: UUID, reason: str, by: Any, effective_at: Effective = None) -> License:
    """Hold a request: it goes no further until it is unblocked."""
    license = _for_lead(license_id, by)
    day = past_day(effective_at)
    license.become(License.State.BLOCKED, state_reason=_reason(reason))
    license_moved(license)
    _shut_account(license, day, by)
    recheck(licenses=[license.pk])
    events.licenses_moved([license], on=day, by=by)
    return license


@transaction.atomic
def unblock_license(*, license_id: UUID, by: Any) -> License:
    """Let a blocked request go on. A task to lock its account is then needless."""
    license = _for_lead(license_id, by)
    license.become(License.State.REQUESTED, state_reason="")
    license_moved(license)
    task_operations.close_moot(license, [Task.Kind.LOCK_ACCOUNT], "The request was unblocked", by=by)
    recheck(licenses=[license.pk])
    return license


@transaction.atomic
def terminate_license(
    *, license_id: UUID, reason: str, by: Any, effective_at: Effective = None, check: bool = True
) -> License:
    """End a license for good. Unless the account is known to be deactivated, a task asks for it.

    An agency may end what it requested while that waits; the rest is the Lead's. A new license can be requested later.
    """
    license = _locked(license_id, by)
    policy.require_terminate(by, license)
    end_license(license, on=past_day(effective_at), reason=_reason(reason), by=by)
    if check:
        recheck(licenses=[license.pk])
    return license


def end_license(license: License, *, on: dt.date, reason: str, by: Any, due_at: dt.datetime | None = None) -> None:
    """Terminate a locked license and ask for proof that its account is shut, by `due_at` if a clock runs.

    For operations that have asked their own policy (termination, departure). Raises WrongState.
    """
    license.become(License.State.TERMINATED, terminated_on=on, suspended_on=None, state_reason=reason)
    license_moved(license)
    needless = [Task.Kind.LOCK_ACCOUNT, Task.Kind.REOPEN_ACCOUNT, Task.Kind.DECIDE_SUSPENSION]
    task_operations.close_moot(license, needless, "The license was ended", by=by)
    if account_facts.may_exist(license):
        task_operations.open_task(kind=Task.Kind.DEACTIVATE_ACCOUNT, license=license, since=on, due_at=due_at)


@transaction.atomic
def change_license(
    *,
    license_id: UUID,
    by: Any,
    can_write: bool | None = None,
    access_role: str | None = None,
    username: str | None = None,
) -> License:
    """Change what a license is for. What is None stays. Raises DomainError where GOV-32 forbids entering data."""
    license = _for_lead(license_id, by)
    if license.state == License.State.TERMINATED:
        raise DomainError("This license has ended. Nothing of it can be changed.")
    if can_write is not None:
        if can_write and not writing_rule(license.organization, can_write=True):
            raise DomainError("A victim service provider may not enter data in the HMIS (GOV-32). Nothing was changed.")
        license.can_write = can_write
    if access_role is not None:
        license.access_role = access_role.strip()
    if username is not None:
        license.username = username.strip()
    license.save(update_fields=["can_write", "access_role", "username", "updated_at"])
    recheck(licenses=[license.pk])
    return license


@transaction.atomic
def restart_use(*, license_id: UUID, by: Any, effective_at: Effective = None) -> License:
    """Count inactivity anew from a day: the account was unlocked, or the person retrained (SEC-04, SEC-45)."""
    license = _for_lead(license_id, by)
    if license.state == License.State.TERMINATED:
        raise DomainError("This license has ended. Request a new one instead.")
    license.use_counts_from = past_day(effective_at)
    license.save(update_fields=["use_counts_from", "updated_at"])
    recheck(licenses=[license.pk])
    return license


def _shut_account(license: License, day: dt.date, by: Any) -> None:
    needless = [Task.Kind.REOPEN_ACCOUNT, Task.Kind.DECIDE_SUSPENSION]
    task_operations.close_moot(license, needless, f"The license was {license.get_state_display().lower()}", by=by)
    if account_facts.may_be_used(license):
        task_operations.open_task(
            kind=Task.Kind.LOCK_ACCOUNT, license=license, since=day, due_at=end_of(day + dt.timedelta(days=1))
        )


def _require_open_gate(license: License, target: str, check: bool) -> None:
    if target not in License.NEXT[license.state]:
        license.become(target)  # raises WrongState: a wrong move is told before what is missing
    if check:
        recheck(licenses=[license.pk])
    answer = gate.check(license)
    if not answer.is_open:
        raise ShutGate(answer)


def _locked(license_id: UUID, by: Any) -> License:
    """The license, locked. One `by` may not see does not exist."""
    visible = License.objects.visible_to(by).select_related("organization", "person")
    found: License = visible.select_for_update(of=("self",)).get(pk=license_id)
    return found


def _for_lead(license_id: UUID, by: Any) -> License:
    license = _locked(license_id, by)
    policy.require_manage(by, license.organization_id)
    return license


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise DomainError("Give the reason in a few words. Nothing was changed.")
    return words[:300]
