"""Tasks: what must be done in the HMIS itself, or decided. Only proof closes them: a statement or an observation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Task
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License, Organization
from hmislead.directory.operations import account_facts
from hmislead.directory.operations.days import local_day, past_moment
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from hmislead.tenancy.operations import next_number
from hmislead.web.templatetags.web import long_date

Kind, Account = Task.Kind, License.AccountState

# What the account must be seen as for a task to be done. Kinds that are not here are closed by a statement alone.
PROVED_BY: dict[str, frozenset[str]] = {
    Kind.LOCK_ACCOUNT: account_facts.SHUT,
    Kind.DEACTIVATE_ACCOUNT: account_facts.GONE,
    Kind.REOPEN_ACCOUNT: frozenset({Account.ACTIVE}),
    Kind.ACTIVE_THOUGH_BLOCKED: account_facts.SHUT,
    Kind.MISSING_ACCOUNT: frozenset({Account.ACTIVE, Account.LOCKED, Account.INACTIVE}),
    Kind.STALE_SIGN_IN: account_facts.SHUT,
}


def open_task(
    *,
    kind: str,
    since: dt.date,
    license: License | None = None,
    organization: Organization | None = None,
    title: str = "",
    key: str = "",
    due_at: dt.datetime | None = None,
    detail: dict[str, Any] | None = None,
) -> Task:
    """The open task of a kind about a license (or, with `key`, about something else); made if there is none.

    `since` is the day from which proof counts. `title` is shown in lists and mail: no personal data. An earlier
    `due_at` moves an open task's. For operations, which have asked their own policy.
    """
    where = license.organization if license else organization
    found = Task.objects.open().filter(kind=kind, license=license, key=key).first()
    if found is None:
        return Task.objects.create(
            number=next_number("T"),
            kind=kind,
            title=title or (f"{Kind(kind).label}: {where}" if where else Kind(kind).label)[:200],
            license=license,
            organization=where,
            key=key,
            due_at=due_at,
            detail={**(detail or {}), "since": since.isoformat()},
        )
    if due_at and (found.due_at is None or due_at < found.due_at):
        found.due_at = due_at
        found.save(update_fields=["due_at", "updated_at"])
    return found


def close_observed(license: License, account_state: str, observed_on: dt.date) -> list[Task]:
    """Close the tasks about a license that seeing its account in a state on a day proves. Returns them."""
    kinds = [kind for kind, states in PROVED_BY.items() if account_state in states]
    closed = []
    for task in Task.objects.open().select_for_update().filter(license=license, kind__in=kinds):
        if _since(task) <= observed_on:
            _close(task, Task.Proof.OBSERVED, f"{Account(account_state).label} on {long_date(observed_on)}")
            closed.append(task)
    return closed


def close_moot(license: License, kinds: Sequence[str], why: str, *, by: Any = None) -> None:
    """Close open tasks about a license that a later decision made needless; `why` in words."""
    for task in Task.objects.open().select_for_update().filter(license=license, kind__in=kinds):
        _close(task, Task.Proof.MOOT, why, by=by)


@transaction.atomic
def prove_task(
    *,
    task_id: UUID,
    statement: str,
    by: Any,
    account_state: str = "",
    done_at: dt.datetime | None = None,
    file_id: UUID | None = None,
) -> Task:
    """Close a task by somebody's statement: what was done, when (default now), optionally with a file.

    A statement about an account is recorded as an observation of that day and stops the departure clock.
    `account_state` says what became of the account where the kind of task leaves a choice. Raises DomainError for an
    empty statement, a closed task, a time to come or a state of the account that does not do what the task asks.
    """
    seen = Task.objects.visible_to(by).get(pk=task_id)
    # The license before its task: every other operation locks in this order.
    account = License.objects.select_for_update().get(pk=seen.license_id) if seen.license_id else None
    task: Task = Task.objects.select_for_update().get(pk=task_id)
    _require(by, task)
    if task.closed_at:
        raise DomainError(f"{task} is closed already. Nothing was changed.")
    moment, words = past_moment(done_at), " ".join(statement.split())
    if not words:
        raise DomainError("Say what was done, in a sentence. The task stays open until then.")
    proof_file = StoredFile.objects.visible_to(by).get(pk=file_id) if file_id else None
    _close(task, Task.Proof.STATED, words, by=by, proof_file=proof_file)
    if account and task.kind in PROVED_BY:
        _record(account, task, account_state or default_state(task), moment, words)
    return task


def default_state(task: Task) -> str:
    """What a statement says of the account when it says no more than that the task is done."""
    if task.kind == Kind.REOPEN_ACCOUNT:
        return str(Account.ACTIVE)
    ended = task.license is not None and task.license.state == License.State.TERMINATED
    if task.kind in {Kind.DEACTIVATE_ACCOUNT, Kind.MISSING_ACCOUNT} or ended:
        return str(Account.INACTIVE)
    return str(Account.LOCKED)


def _record(account: License, task: Task, account_state: str, moment: dt.datetime, words: str) -> None:
    if account_state not in PROVED_BY[task.kind]:
        raise DomainError(f"An account that is “{account_state}” does not do what {task} asks. The task stays open.")
    day = local_day(moment)
    account_facts.record_account(account, account_state, day)
    close_observed(account, account_state, day)
    if account_state in account_facts.GONE:
        account_facts.prove_departure(account, at=moment, proof=words)
    recheck(licenses=[account.pk])


def _require(by: Any, task: Task) -> None:
    if task.kind == Kind.DECIDE_SUSPENSION:
        if task.organization_id is None or not policy.may_manage(by, task.organization_id):
            raise PermissionDenied("Only HMIS Lead staff decide about a suspension.")
        return
    policy.require_prove(by, task.organization_id)


def _since(task: Task) -> dt.date:
    text = task.detail.get("since")
    return dt.date.fromisoformat(text) if text else local_day(task.created_at)


def _close(task: Task, kind: str, proof: str, *, by: Any = None, proof_file: StoredFile | None = None) -> None:
    task.closed_at, task.proof_kind, task.proof = timezone.now(), kind, proof[:300]
    task.closed_by = by if getattr(by, "pk", None) else None
    task.proof_file = proof_file
    task.save(update_fields=["closed_at", "proof_kind", "proof", "closed_by", "proof_file", "updated_at"])
