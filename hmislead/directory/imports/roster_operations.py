"""What people decide about a roster: its columns, its agencies, and the accounts nobody here knows."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.compliance.models import Task
from hmislead.directory.imports.operations import lock_roster, past_or_today, start_reading
from hmislead.directory.imports.policy import require_create, require_import
from hmislead.directory.imports.roster_known import NO_AGENCY, folded
from hmislead.directory.imports.uploads import open_table
from hmislead.directory.models import ImportBatch, ImportChange, License, Organization, RosterMapping
from hmislead.directory.operations import accounts, license_requests
from hmislead.directory.tabular.mapping import RosterMapping as Mapping
from hmislead.directory.tabular.mapping import guess_mapping
from hmislead.errors import DomainError
from hmislead.tenancy import context

State = ImportBatch.State
ORGANIZATIONS = "organizations"


@transaction.atomic
def map_roster(
    *,
    batch_id: UUID,
    mapping: Mapping,
    complete: bool,
    by: Any,
    facts_on: dt.date | None = None,
    name: str = "",
    create: bool = False,
) -> ImportBatch:
    """Say what the columns of a roster mean and what day it speaks of (default today); then it is read.

    With a `name` the mapping is kept for the next roster. `complete`: the roster lists every account of the HMIS, so
    an account that is not in it is gone; only a person can know that, so it has no default. `create`: people and
    active licenses are made from it, only in setup. Raises PermissionDenied, or DomainError for a day to come and for
    `create` outside setup.
    """
    batch = lock_roster(batch_id, by)
    if create:
        require_create(by)
    if create and context.current().state != "setup":
        raise DomainError("People and licenses are made from a roster only while the implementation is in setup.")
    if not (mapping.email or mapping.username):
        raise DomainError("Choose the column with the e-mail address or the user name: it tells people apart.")
    kept = RosterMapping.objects.filter(name=name).first() if name else None
    chosen = batch.options.get(ORGANIZATIONS) or (kept.mapping.get(ORGANIZATIONS, {}) if kept else {})
    batch.facts_on = past_or_today(facts_on)
    batch.options = {
        "mapping": mapping.as_json(),
        "mapping_name": name,
        "complete": complete,
        "create": create,
        ORGANIZATIONS: chosen,
    }
    if name:
        _keep(name, batch)
    start_reading(batch)
    return batch


@transaction.atomic
def match_organizations(*, batch_id: UUID, chosen: dict[str, UUID | None], by: Any) -> ImportBatch:
    """Say which agency each name of a roster is (None: none of ours). Kept with the mapping; the roster is read again."""
    batch = lock_roster(batch_id, by)
    seen = set(
        Organization.objects.visible_to(by)
        .filter(pk__in=[key for key in chosen.values() if key])
        .values_list("pk", flat=True)
    )
    picked = {
        folded(name): str(key) if key else NO_AGENCY for name, key in chosen.items() if key is None or key in seen
    }
    batch.options = {**batch.options, ORGANIZATIONS: {**batch.options.get(ORGANIZATIONS, {}), **picked}}
    if batch.options.get("mapping_name"):
        _keep(batch.options["mapping_name"], batch)
    start_reading(batch)
    return batch


def mapping_for(batch: ImportBatch, by: Any) -> tuple[Mapping, str]:
    """The mapping to show for a batch, and the name it is kept under: chosen before, kept earlier, or guessed."""
    if batch.options.get("mapping"):
        return Mapping.from_json(batch.options["mapping"]), batch.options.get("mapping_name", "")
    headers = batch.header.get("columns", [])
    for kept in RosterMapping.objects.visible_to(by).order_by("-updated_at"):
        mapping = Mapping.from_json(kept.mapping)
        if set(mapping.columns().values()) <= set(headers):
            return mapping, kept.name
    return guess_mapping(headers), ""


def state_words(batch: ImportBatch, column: str) -> list[str]:
    """The words found in the column of the account's state, the most usual first."""
    if not column:
        return []
    counts: dict[str, int] = {}
    for row in open_table(batch.file).rows:
        word = str(row.get(column) if row.get(column) is not None else "").strip()
        if word:
            counts[word.casefold()] = counts.get(word.casefold(), 0) + 1
    return sorted(counts, key=lambda word: -counts[word])[:30]


@transaction.atomic
def accept_account(*, change_id: UUID, by: Any, organization_id: UUID | None = None) -> License:
    """Make the person behind an unknown account known and request a license for them.

    What the roster showed of the account is recorded with it, and the task about the unknown account is closed.
    `organization_id` where the roster names no agency. Raises PermissionDenied, or DomainError as `request_license_for`.
    """
    change = (
        ImportChange.objects.visible_to(by).select_for_update(of=("self",)).select_related("batch").get(pk=change_id)
    )
    require_import(by)
    _require_open(change)
    facts = {name: new for name, (_, new) in change.fields.items()}
    agency = organization_id or (UUID(facts["organization"]) if facts.get("organization") else None)
    if agency is None:
        raise DomainError("The roster names no agency for this account. Request the license from the person's page.")
    license = license_requests.request_license_for(
        email=facts.get("email", ""),
        first_name=facts.get("first_name", ""),
        last_name=facts.get("last_name", ""),
        organization_id=agency,
        access_role=facts.get("access_role", ""),
        by=by,
    )
    _record_account(license, facts, change.batch)
    _close_task(change, by)
    change.applied, change.object_id = True, license.pk
    change.save(update_fields=["applied", "object_id", "updated_at"])
    return license


def _require_open(change: ImportChange) -> None:
    if change.table != "Account" or change.action != ImportChange.Action.PROPOSE:
        raise DomainError("Only an account that nobody here knows can be made known.")
    if change.batch.state != State.APPLIED:
        raise DomainError("Apply the roster first. Then choose which accounts to make known.")
    if change.applied:
        raise DomainError("This account was made known already. Nothing was changed.")


def _record_account(license: License, facts: dict[str, Any], batch: ImportBatch) -> None:
    """The roster's own observation, so it is the system's and not the reader's."""
    if facts.get("username"):
        license.username = facts["username"][:100]
        license.save(update_fields=["username", "updated_at"])
    state, day = facts.get("account_state"), batch.facts_on
    if state in ("active", "locked", "inactive") and day:
        last = facts.get("last_sign_in_on")
        accounts.observe_account(
            license_id=license.pk,
            account_state=state,
            observed_on=day,
            last_sign_in_on=dt.date.fromisoformat(last) if last else None,
            by=ROBOT,
        )


def _keep(name: str, batch: ImportBatch) -> None:
    kept = {**batch.options["mapping"], ORGANIZATIONS: batch.options.get(ORGANIZATIONS, {})}
    RosterMapping.objects.update_or_create(name=name[:100], defaults={"mapping": kept})


def _close_task(change: ImportChange, by: Any) -> None:
    """The account is no stranger's any more."""
    now = timezone.now()
    Task.objects.open().filter(kind=Task.Kind.UNKNOWN_ACCOUNT, key=change.external_id).update(
        closed_at=now,
        proof_kind=Task.Proof.MOOT,
        proof="A license was requested for this account",
        closed_by=by if getattr(by, "pk", None) else None,
        updated_at=now,
    )
