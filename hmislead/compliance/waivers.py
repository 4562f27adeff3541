"""Waiving a requirement for one subject, or saying that it does not apply: with a reason, and an end for a waiver."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.access import scopes
from hmislead.compliance import engine, registry, subjects
from hmislead.compliance.models import Waiver, subject_columns
from hmislead.errors import DomainError
from hmislead.tenancy import context, settings

LONGEST = dt.timedelta(days=731)


@transaction.atomic
def grant_waiver(
    *,
    requirement: str,
    subject_id: UUID,
    kind: str,
    reason: str,
    by: Any,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Waiver:
    """Waive `requirement` for a subject until `ends_on`, or say with kind `not_applicable` that it does not apply.

    Raises PermissionDenied, or DomainError without a reason or with an end that a waiver may not have.
    """
    _require(by)
    definition = registry.REQUIREMENTS.get(requirement)
    if definition is None:
        raise DomainError("There is no such requirement.")
    start = starts_on or settings.today()
    _check(kind, reason, start, ends_on)
    subject = (
        context.current()
        if definition.subject == "implementation"
        else subjects.find(definition.subject, subject_id, by)
    )
    columns = subject_columns(definition.subject, subject)
    waiver = Waiver.objects.create(
        requirement=requirement,
        subject_kind=definition.subject,
        subject_id=subject.pk,
        organization_id=columns["organization_id"],
        person_id=columns["person_id"],
        kind=kind,
        reason=reason.strip()[:300],
        starts_on=start,
        ends_on=ends_on,
        granted_by=by if getattr(by, "pk", None) else None,
    )
    _recheck(waiver)
    return waiver


@transaction.atomic
def withdraw_waiver(*, waiver_id: UUID, by: Any) -> Waiver:
    """End a waiver from today on; the days before stay as they were recorded."""
    _require(by)
    waiver = Waiver.objects.visible_to(by).select_for_update().get(pk=waiver_id)
    if waiver.withdrawn_on is not None:
        raise DomainError("This was withdrawn already.")
    waiver.withdrawn_on = settings.today()
    waiver.save(update_fields=["withdrawn_on", "updated_at"])
    _recheck(waiver)
    return waiver


def _require(by: Any) -> None:
    if not scopes.of(by).scopes("manage_compliance").everything:
        raise PermissionDenied("Only HMIS Lead staff may waive requirements.")


def _check(kind: str, reason: str, start: dt.date, end: dt.date | None) -> None:
    if kind not in Waiver.Kind.values:
        raise DomainError("Choose whether the requirement is waived or does not apply.")
    if not reason.strip():
        raise DomainError("Reason: say why. It is shown wherever the result is.")
    if kind == Waiver.Kind.WAIVED and end is None:
        raise DomainError("Last day: a waiver needs one.")
    if end is not None and end < start:
        raise DomainError("Last day: it cannot be before the first day.")
    if end is not None and end - start > LONGEST:
        raise DomainError("Last day: at most two years after the first day. Grant it again when it ends.")


def _recheck(waiver: Waiver) -> None:
    names = {"organization": "organizations", "person": "people", "license": "licenses", "coc": "cocs"}
    if waiver.subject_kind == "implementation":
        engine.recheck(implementation=True)
    else:
        subjects_of: dict[str, Any] = {names[waiver.subject_kind]: [waiver.subject_id]}
        engine.recheck(**subjects_of)
