"""A decision that was recorded wrong: withdrawn with its reason, so that it can be recorded anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from hmislead.compliance.engine import recheck
from hmislead.documents import announcements, policy
from hmislead.documents.models import ApprovalItem, Decision, DocumentVersion, ReviewCycle, VersionEffect
from hmislead.documents.operations.approval import lock_version
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date

State = VersionEffect.State


@transaction.atomic
def withdraw_decision(*, decision_id: UUID, reason: str, by: Any) -> Decision:
    """Withdraw a decision that was recorded wrong. Its versions wait for a decision again; the record stays, marked.

    Reviews that it closed are open again. Raises DomainError without a reason, when it is withdrawn already, or once
    something rests on it: a version in effect or with a day for it, a condition that was met, a later request.
    """
    decision: Decision = (
        Decision.objects.visible_to(by).select_related("body__coc").select_for_update(of=("self",)).get(pk=decision_id)
    )
    policy.require_record(by, decision.body.coc_id)
    if decision.withdrawn_on:
        raise DomainError(f"This decision was withdrawn on {long_date(decision.withdrawn_on)}.")
    if not reason.strip():
        raise DomainError("Say what was recorded wrong.")
    _reopen_reviews(decision)
    decision.withdrawn_on, decision.withdrawn_because = settings.today(), reason.strip()[:500]
    decision.withdrawn_by = by if getattr(by, "pk", None) else None
    decision.save(update_fields=["withdrawn_on", "withdrawn_because", "withdrawn_by", "updated_at"])
    for item in decision.items.order_by("version_id"):
        _undo(item, decision, by)
    recheck(cocs=[decision.body.coc_id])
    return decision


def _undo(item: ApprovalItem, decision: Decision, by: Any) -> None:
    version = lock_version(item.version_id, by)
    rows = VersionEffect.objects.select_for_update(of=("self",)).select_related("coc")
    effect = rows.get(version=version, coc_id=decision.body.coc_id)
    effect.version = version
    if item.reaffirmed:
        _review_day(effect)
        return
    _require_free(effect, decision)
    effect.conditions.all().delete()
    effect.become(State.REQUESTED, decision=None, approved_on=None, reviewed_on=None)
    if version.state == "approved" and not version.effects.filter(state__in=(State.APPROVED, State.EFFECTIVE)).exists():
        version.become(DocumentVersion.State.SUBMITTED)
    announcements.moved(effect)


def _require_free(effect: VersionEffect, decision: Decision) -> None:
    """Raises DomainError when something rests on what was decided about a version."""
    if effect.decision_id != decision.pk:
        raise DomainError(f"{effect.version} was asked for again in {effect.coc} since. This decision stays as it is.")
    if effect.effective_from:
        day = long_date(effect.effective_from)
        raise DomainError(f"{effect.version} takes effect in {effect.coc} on {day} by this decision, so it stays.")
    if effect.conditions.exclude(cleared_on=None).exists():
        raise DomainError(f"A condition of {effect.version} was met by this decision, so it stays.")


def _review_day(effect: VersionEffect) -> None:
    """The latest approval or reaffirmation that stands."""
    about = Q(items__version=effect.version_id, items__reaffirmed=True, outcome=Decision.Outcome.APPROVED)
    standing = Decision.objects.filter(about | Q(pk=effect.decision_id), body__coc_id=effect.coc_id, withdrawn_on=None)
    days = list(standing.values_list("met_on", flat=True))
    effect.reviewed_on = max(days, default=effect.approved_on)
    effect.save(update_fields=["reviewed_on", "updated_at"])


def _reopen_reviews(decision: Decision) -> None:
    """Reviews that this decision closed are open again. Raises DomainError when the next one has opened since."""
    for cycle in ReviewCycle.objects.filter(decision=decision).select_for_update(of=("self",)):
        same = ReviewCycle.objects.filter(document_id=cycle.document_id, coc_id=cycle.coc_id, closed_on=None)
        if same.exists():
            raise DomainError("The next yearly review has opened since. This decision stays as it is.")
        cycle.closed_on, cycle.outcome, cycle.decision = None, "", None
        cycle.save(update_fields=["closed_on", "outcome", "decision", "updated_at"])
