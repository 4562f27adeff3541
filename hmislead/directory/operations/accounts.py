"""The account in the HMIS as a roster, an API client or a person saw it, beside our decision about the license."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hmislead.compliance import task_operations
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Task
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License
from hmislead.directory.operations import account_facts
from hmislead.directory.operations.days import end_of, past_day
from hmislead.errors import DomainError

Account = License.AccountState
SHUTTING = (Task.Kind.LOCK_ACCOUNT, Task.Kind.DEACTIVATE_ACCOUNT, Task.Kind.ACTIVE_THOUGH_BLOCKED)


@transaction.atomic
def observe_account(
    *,
    license_id: UUID,
    account_state: str,
    observed_on: dt.date,
    by: Any,
    last_sign_in_on: dt.date | None = None,
    check: bool = True,
) -> License:
    """Record how an account looked on a day: `active`, `locked`, `inactive` or `missing` (from the HMIS's own list).

    Closes the tasks and stops the departure clock that this proves. An account that is open though its license is not
    opens a task of its own; nothing that was closed comes open again. An observation older than the one on record
    changes nothing but a later sign-in. `check=False` leaves the re-check to a caller with many of them (`recheck`).
    """
    visible = License.objects.visible_to(by).select_related("organization", "person")
    license: License = visible.select_for_update(of=("self",)).get(pk=license_id)
    policy.require_prove(by, license.organization_id)
    if account_state not in set(Account.values) - {Account.UNKNOWN}:
        raise DomainError("An account is seen as active, locked, inactive or missing.")
    day = past_day(observed_on)
    if last_sign_in_on:
        past_day(last_sign_in_on)
    if account_facts.record_account(license, account_state, day, last_sign_in_on):
        _conclude(license, account_state, day)
    if check:
        recheck(licenses=[license.pk])
    return license


def _conclude(license: License, account_state: str, day: dt.date) -> None:
    task_operations.close_observed(license, account_state, day)
    if account_state in account_facts.GONE:
        seen = min(end_of(day), timezone.now())
        account_facts.prove_departure(license, at=seen, proof=Account(account_state).label)
    if account_state != Account.ACTIVE or license.state == License.State.ACTIVE:
        return
    if not Task.objects.open().filter(license=license, kind__in=SHUTTING).exists():
        task_operations.open_task(kind=Task.Kind.ACTIVE_THOUGH_BLOCKED, license=license, since=day)
