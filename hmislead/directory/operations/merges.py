"""Merging two agencies or two people, and taking it back within a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from hmislead.compliance.engine import recheck
from hmislead.directory import merging, policy
from hmislead.directory.models import License, Merge, Organization, Person
from hmislead.errors import DomainError
from hmislead.tenancy import settings

UNDO_WITHIN = dt.timedelta(hours=24)
MODELS: dict[str, Any] = {Merge.Kind.ORGANIZATION: Organization, Merge.Kind.PERSON: Person}
# Filled in on the one that stays when it has nothing there.
BLANKS: dict[str, tuple[str, ...]] = {
    Merge.Kind.ORGANIZATION: ("common_name", "phone", "website"),
    Merge.Kind.PERSON: ("email", "phone", "job_title", "user"),
}
STRENGTH = ("active", "suspended", "requested", "blocked")


@dataclass(frozen=True)
class Preview:
    """What a merge would do: `moves` as merging.summary tells it, `warnings` in sentences."""

    gone: Any
    stays: Any
    moves: list[dict[str, Any]]
    filled: list[str]
    warnings: list[str]


class _DryRun(Exception):
    """Leaves the transaction of a preview, so that nothing of it is kept."""


def preview_merge(*, kind: str, gone_id: UUID, stays_id: UUID, by: Any) -> Preview:
    """Do the merge, look at it, and take it all back. Raises as `merge` does."""
    try:
        with transaction.atomic():
            gone, stays = _lock_both(kind, gone_id, stays_id, by)
            warnings = _warnings(kind, gone, stays)
            filled = [name for name in BLANKS[kind] if not getattr(stays, name) and getattr(gone, name)]
            work = _do(kind, gone, stays)
            raise _DryRun
    except _DryRun:
        gone.refresh_from_db()
        stays.refresh_from_db()
        labels = [str(MODELS[kind]._meta.get_field(name).verbose_name) for name in filled]
        return Preview(gone, stays, merging.summary(work), labels, warnings)


@transaction.atomic
def merge(*, kind: str, gone_id: UUID, stays_id: UUID, by: Any) -> Merge:
    """Merge two agencies or people (`kind` of Merge.Kind): everything of `gone_id` goes to `stays_id`.

    The one that goes keeps its own row and history. Raises PermissionDenied, or DomainError when the two are one, or
    one of them was merged away already.
    """
    gone, stays = _lock_both(kind, gone_id, stays_id, by)
    column = f"{kind}_id"
    licenses = License.objects.filter(**{f"{column}__in": [gone.pk, stays.pk]}).values_list("pk", flat=True)
    statuses = _statuses([gone.pk, stays.pk, *licenses])
    work = _do(kind, gone, stays)
    changed = {step["id"] for step in work.steps if step["do"] == "set"}
    record = Merge.objects.create(
        kind=kind,
        gone_id=gone.pk,
        stays_id=stays.pk,
        moved={"steps": work.steps, "left": work.left},
        before={"statuses": [entry for entry in statuses if entry["subject"] in changed]},
        merged_by=by if getattr(by, "pk", None) else None,
    )
    _recheck(kind, gone.pk, stays.pk, work.ids("directory.License"))
    return record


@transaction.atomic
def undo_merge(*, merge_id: UUID, by: Any) -> tuple[Merge, int]:
    """Take a merge back within 24 hours. Returns it and how many facts were changed since and so left as they are now.

    Raises PermissionDenied, or DomainError when it is too late, undone already, or a later merge stands on it.
    """
    policy.require_manage(by)
    record: Merge = Merge.objects.visible_to(by).select_for_update(of=("self",)).get(pk=merge_id)
    _require_undoable(record)
    try:
        with transaction.atomic():
            changed_since = merging.undo(record.moved["steps"])
    except IntegrityError as error:
        raise DomainError(
            "Something added since stands in the way, such as a new license for the same person. Nothing was undone."
        ) from error
    record.undone_at = timezone.now()
    record.save(update_fields=["undone_at", "updated_at"])
    work = merging.Work(steps=record.moved["steps"], left=record.moved["left"])
    _recheck(record.kind, record.gone_id, record.stays_id, work.ids("directory.License"))
    _restore_since(record.before["statuses"])
    return record, changed_since


def can_undo(record: Merge) -> bool:
    """True while a merge is younger than a day and not undone."""
    return record.undone_at is None and timezone.now() < record.created_at + UNDO_WITHIN


def _require_undoable(record: Merge) -> None:
    if record.undone_at:
        raise DomainError("This merge was undone already.")
    if not can_undo(record):
        raise DomainError("A merge can be undone for 24 hours. This one is older, so it stays.")
    later = Merge.objects.filter(gone_id=record.stays_id, undone_at=None, created_at__gt=record.created_at)
    if later.exists():
        raise DomainError("What was merged here was merged again since. Undo that later merge first.")


def _lock_both(kind: str, gone_id: UUID, stays_id: UUID, by: Any) -> tuple[Any, Any]:
    policy.require_manage(by)
    if gone_id == stays_id:
        raise DomainError("Choose two different records.")
    manager = MODELS[kind].objects.visible_to(by)
    # Always in the same order: two merges at once must not wait for each other.
    found = {
        row.pk: row for row in manager.filter(pk__in=[gone_id, stays_id]).order_by("pk").select_for_update(of=("self",))
    }
    if len(found) != 2:
        raise MODELS[kind].DoesNotExist
    for row in found.values():
        if row.merged_into_id:
            raise DomainError(f"{row} was merged already. Choose the one it was merged into.")
    if kind == Merge.Kind.ORGANIZATION and found[stays_id].closed_on:
        raise DomainError(f"{found[stays_id]} is closed. Merge into one that stands, or open it again first.")
    return found[gone_id], found[stays_id]


def _do(kind: str, gone: Any, stays: Any) -> merging.Work:
    work = merging.Work()
    work.put(gone, merged_into_id=stays.pk)
    work.put(stays, **{name: getattr(gone, name) for name in BLANKS[kind] if not getattr(stays, name)})
    merging.merge_rows(work, gone, stays)
    return work


def _warnings(kind: str, gone: Any, stays: Any) -> list[str]:
    if kind == Merge.Kind.PERSON and gone.user_id and stays.user_id:
        return [f"Both have a sign-in. After the merge only the one of {stays} ({stays.user}) opens these licenses."]
    if kind == Merge.Kind.ORGANIZATION and gone.is_vsp != stays.is_vsp:
        return ["Only one of the two is a victim service provider. What stays keeps what it says of itself."]
    return []


def _recheck(kind: str, gone_id: UUID, stays_id: UUID, licenses: set[UUID]) -> None:
    both = [gone_id, stays_id]
    touched = License.objects.filter(pk__in=licenses)
    organizations = set(touched.values_list("organization_id", flat=True))
    people = set(touched.values_list("person_id", flat=True))
    (organizations if kind == Merge.Kind.ORGANIZATION else people).update(both)
    recheck(organizations=organizations, people=people, licenses=licenses)


def _statuses(subjects: list[UUID]) -> list[dict[str, str]]:
    """Since when each requirement stood as it does: a re-check would begin to count anew."""
    rows = apps.get_model("compliance", "Status").objects.filter(subject_id__in=subjects)
    return [
        {"requirement": row.requirement, "subject": str(row.subject_id), "state": row.state, "since": str(row.since)}
        for row in rows
    ]


def _restore_since(statuses: list[dict[str, str]]) -> None:
    status = apps.get_model("compliance", "Status").objects
    for entry in statuses:
        same = status.filter(requirement=entry["requirement"], subject_id=entry["subject"], state=entry["state"])
        same.update(since=entry["since"])


def merge_licenses(work: merging.Work, row: License, rival: License) -> bool:
    """Both have a license of the same person at the same agency: the stronger lives on, the other ends.

    What hangs on the one that ends goes to the other; the ended one moves too, so nothing is lost of either.
    """
    first, second = sorted([rival, row], key=lambda each: STRENGTH.index(each.state))
    facts: dict[str, Any] = {"requested_on": min(first.requested_on, second.requested_on)}
    for name, pick in (("activated_on", min), ("last_sign_in_on", max)):
        values = [value for value in (getattr(first, name), getattr(second, name)) if value]
        facts[name] = pick(values) if values else None
    if second.observed_on and (first.observed_on is None or second.observed_on > first.observed_on):
        facts |= {"account_state": second.account_state, "observed_on": second.observed_on}
    facts |= {name: getattr(second, name) for name in ("username", "access_role") if not getattr(first, name)}
    today = settings.today()
    ended = {"state": License.State.TERMINATED, "terminated_on": today, "state_reason": "Merged with another license."}
    work.put(second, **ended)
    work.put(first, **facts)
    merging.merge_rows(work, second, first)
    return True


def register_resolvers() -> None:
    """What happens in the directory when both have what only one may have. Called in `apps.py`."""
    earlier = "both have it; the one kept has held since the earlier day"
    for name in ("OrganizationRole", "Participation", "Contact"):
        merging.register_clash(f"directory.{name}", merging.keep_earlier_start, earlier)
    merging.register_clash(
        "directory.License", merge_licenses, "the same person has one at both; the stronger lives on, the other ends"
    )
