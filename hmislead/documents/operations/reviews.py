"""The yearly review of documents with each CoC: opened by the night, closed by what the CoC's body decides."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from hmislead.compliance.expressions import AddMonths
from hmislead.documents import announcements, types
from hmislead.documents.models import Decision, ReviewCycle, VersionEffect
from hmislead.tenancy import settings


def due_on(months: int) -> Any:
    """The day a review is due, as an SQL expression over effects: so many months after the last approval."""
    return AddMonths("reviewed_on", months)


def reviewable(on: dt.date) -> QuerySet[Any]:
    """What is in effect on a day and is reviewed every year: plans and policies that a body approves."""
    rows: QuerySet[Any] = VersionEffect.objects.in_effect(on).filter(
        version__document__type__in=set(settings.value("documents.approved_by_body", on=on)) & types.POLICIES,
        version__document__needs_approval=True,
        version__document__retired_on=None,
        reviewed_on__isnull=False,
    )
    return rows


@transaction.atomic
def open_due(on: dt.date) -> int:
    """Open the reviews that are due within the Lead's number of days and tell who takes part. Returns how many."""
    ahead = on + dt.timedelta(days=settings.value("documents.review_opens_days"))
    open_already = ReviewCycle.objects.filter(
        document=OuterRef("version__document"), coc=OuterRef("coc"), closed_on=None
    )
    rows = reviewable(on).annotate(due=due_on(settings.value("documents.review_months")))
    late = rows.filter(~Exists(open_already), due__lte=ahead).select_related("version__document", "coc")
    for effect in late:
        cycle = ReviewCycle.objects.create(
            document=effect.version.document, coc=effect.coc, opened_on=on, due_on=effect.due
        )
        announcements.review_opened(cycle)
    return len(late)


def close_by_approval(effect: VersionEffect) -> None:
    """A new version was approved in the CoC: the review of its document there is done."""
    if effect.decision:
        _close(effect, effect.decision, ReviewCycle.Outcome.REVISED)


def close_by_reaffirmation(effect: VersionEffect, decision: Decision) -> None:
    """The body confirmed the version in effect without change (POL-16)."""
    _close(effect, decision, ReviewCycle.Outcome.REAFFIRMED)


def _close(effect: VersionEffect, decision: Decision, outcome: str) -> None:
    cycles = ReviewCycle.objects.filter(document_id=effect.version.document_id, coc_id=effect.coc_id, closed_on=None)
    for cycle in cycles.select_for_update(of=("self",)):
        cycle.outcome, cycle.decision = outcome, decision
        # A decision recorded late still closes the review on the day of the meeting, never before it opened.
        cycle.closed_on = max(decision.met_on, cycle.opened_on)
        cycle.save(update_fields=["closed_on", "outcome", "decision", "updated_at"])
