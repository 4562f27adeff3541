"""Asking governing bodies, recording what they decide, clearing conditions, putting versions into effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory.models import CoC
from hmislead.documents import announcements, completeness, policy, publishing
from hmislead.documents.effective import needs_body
from hmislead.documents.models import Condition, DocumentVersion, VersionEffect
from hmislead.documents.operations import comments, reviews
from hmislead.documents.types import AGREEMENTS
from hmislead.documents.webhook_events import version_moved
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date

State = VersionEffect.State
MAY_BE_ASKED = frozenset({"submitted", "approved", "effective"})


@transaction.atomic
def request_approval(*, version_id: UUID, by: Any, coc_ids: Collection[UUID] = ()) -> list[VersionEffect]:
    """Ask the governing bodies of CoCs to approve a submitted version; without `coc_ids` those of all CoCs.

    A CoC that rejected it is asked again; one that was asked already is left as it is. Raises DomainError for a
    version that was not submitted, or a document no body approves.
    """
    version = lock_version(version_id, by)
    policy.require_edit(by)
    if version.state not in MAY_BE_ASKED:
        raise DomainError(
            f"{version} is {version.get_state_display().lower()}. Submit it first, then ask for approval."
        )
    if not needs_body(version.document):
        raise DomainError(f"No governing body approves {version.document}. Put it into effect.")
    cocs = CoC.objects.visible_to(by)
    chosen = list(cocs.filter(pk__in=coc_ids) if coc_ids else cocs)
    if not chosen:
        raise DomainError("Choose at least one CoC.")
    return [effect for coc in chosen if (effect := _ask(version, coc))]


def _ask(version: DocumentVersion, coc: CoC) -> VersionEffect | None:
    """The row of a CoC that is asked now; None when it was asked before and has not said no."""
    today = settings.today()
    effect, is_new = VersionEffect.objects.get_or_create(version=version, coc=coc, defaults={"requested_on": today})
    if not is_new:
        if effect.state != State.REJECTED:
            return None
        effect.become(State.REQUESTED, requested_on=today, decision=None)
    announcements.asked(effect)
    return effect


@transaction.atomic
def clear_condition(*, condition_id: UUID, how: str, by: Any, effective_at: dt.date | None = None) -> Condition:
    """Record that a condition was met, `how`, on a day (default today). With the last one the version is approved.

    Raises DomainError for a condition cleared before, no words, or a day before the meeting or ahead of today.
    """
    found = Condition.objects.visible_to(by).select_related("effect").get(pk=condition_id)
    effect = lock_effect(found.effect_id, by)
    policy.require_record(by, effect.coc_id)
    condition = Condition.objects.select_for_update(of=("self",)).get(pk=condition_id)
    day = effective_at or settings.today()
    if condition.cleared_on:
        raise DomainError(f"This condition was cleared on {long_date(condition.cleared_on)}.")
    if effect.state != State.CONDITIONS:
        raise DomainError(f"{effect} is {effect.get_state_display().lower()}: no condition holds it back.")
    if not how.strip():
        raise DomainError("Say how the condition was met.")
    if day > settings.today() or (effect.decision and day < effect.decision.met_on):
        raise DomainError("A condition is met between the day of the meeting and today.")
    condition.cleared_on, condition.how = day, how.strip()[:500]
    condition.cleared_by = by if getattr(by, "pk", None) else None
    condition.save(update_fields=["cleared_on", "how", "cleared_by", "updated_at"])
    if not effect.conditions.filter(cleared_on=None).exists():
        approve(effect, on=day)
    return condition


def approve(effect: VersionEffect, *, on: dt.date) -> None:
    """A locked row is approved from a day on. The review that was open for it is closed by the new version."""
    reviewed = effect.decision.met_on if effect.decision else on
    effect.become(State.APPROVED, approved_on=on, reviewed_on=reviewed)
    version_moved(effect.version, "approved", effect.coc_id)
    follow(effect.version)
    if effect.decision:
        reviews.close_by_approval(effect)
    announcements.moved(effect)
    recheck(cocs=[effect.coc_id])


@transaction.atomic
def make_effective(
    *, version_id: UUID, coc_id: UUID, effective_from: dt.date, by: Any, must_sign_again: bool | None = None
) -> VersionEffect:
    """Put an approved version into effect in a CoC from a day on. A day ahead of today: the night of that day does it.

    The version before it there is superseded with the day before as its last. `must_sign_again` says whether who signed
    an older version signs this one; a template of an agreement needs an answer. Raises DomainError for a version that
    is not approved there, conditions that are open, or a day before its approval or its predecessor.
    """
    version = lock_version(version_id, by)
    policy.require_edit(by)
    effect = _ready(version, CoC.objects.visible_to(by).get(pk=coc_id))
    if must_sign_again is not None:
        version.must_sign_again = must_sign_again
        version.save(update_fields=["must_sign_again", "updated_at"])
    elif version.document.type in AGREEMENTS and version.must_sign_again is None:
        raise DomainError("Say whether those who signed an older version must sign this one.")
    _require_day(effect, effective_from)
    if effective_from > settings.today():
        effect.effective_from = effective_from
        effect.save(update_fields=["effective_from", "updated_at"])
        return effect
    return _take_effect(effect, effective_from)


def _ready(version: DocumentVersion, coc: CoC) -> VersionEffect:
    """The approved row of a version in a CoC. What no body approves gets it here, from the HMIS Lead."""
    effect = VersionEffect.objects.select_for_update(of=("self",)).filter(version=version, coc=coc).first()
    if effect is None and not needs_body(version.document):
        if version.state not in MAY_BE_ASKED:
            raise DomainError(f"{version} is {version.get_state_display().lower()}. Submit it first.")
        today = settings.today()
        effect = VersionEffect.objects.create(
            version=version, coc=coc, state=State.APPROVED, requested_on=today, approved_on=None, reviewed_on=today
        )
        follow(version)
    if effect is None:
        raise DomainError(f"{version} was not approved in {coc}. Ask for approval first.")
    if effect.state == State.CONDITIONS:
        open_ones = effect.conditions.filter(cleared_on=None).count()
        raise DomainError(f"{open_ones} of its conditions in {coc} still to be met. Clear them first.")
    if effect.state != State.APPROVED:
        raise DomainError(f"{version} is {effect.get_state_display().lower()} in {coc}, so it cannot take effect.")
    effect.version = version
    return effect


def _require_day(effect: VersionEffect, day: dt.date) -> None:
    if effect.approved_on and day < effect.approved_on:
        raise DomainError(f"It was approved on {long_date(effect.approved_on)} and cannot take effect before.")
    former = _former(effect)
    if former and former.effective_from and day <= former.effective_from:
        since = long_date(former.effective_from)
        raise DomainError(f"{former.version} took effect on {since}. Choose a later day.")


def _former(effect: VersionEffect) -> VersionEffect | None:
    """What is in effect of the same document in the same CoC."""
    rows = VersionEffect.objects.filter(version__document_id=effect.version.document_id, coc_id=effect.coc_id)
    found: VersionEffect | None = (
        rows.filter(state=State.EFFECTIVE).exclude(pk=effect.pk).select_related("version__document").first()
    )
    return found


def _take_effect(effect: VersionEffect, day: dt.date) -> VersionEffect:
    former = _former(effect)
    if former and former.effective_from:
        # A planned day may have been overtaken by another version since.
        day = max(day, former.effective_from + dt.timedelta(days=1))
        former.become(State.SUPERSEDED, effective_until=day - dt.timedelta(days=1))
        version_moved(former.version, "superseded", former.coc_id)
    effect.become(State.EFFECTIVE, effective_from=day)
    version_moved(effect.version, "effective", effect.coc_id)
    follow(effect.version)
    if former:
        follow(former.version)
    publishing.enqueue(effect.version)
    announcements.moved(effect)
    completeness.keep(effect.version)
    recheck(cocs=[effect.coc_id, *completeness.keep_citing(effect.version.document_id)], implementation=True)
    return effect


@transaction.atomic
def take_due_effects(on: dt.date) -> int:
    """Put into effect what was planned for a day that has come. Returns how many."""
    due = VersionEffect.objects.filter(state=State.APPROVED, effective_from__lte=on)
    count = 0
    # Documents first: whoever decides locks a version before its rows.
    for pk, version_id in due.order_by("effective_from", "version__number").values_list("pk", "version_id"):
        version = DocumentVersion.objects.select_for_update(of=("self",)).get(pk=version_id)
        effect = VersionEffect.objects.select_for_update(of=("self",)).select_related("coc").get(pk=pk)
        if effect.state == State.APPROVED and effect.effective_from and version.state != "retired":
            effect.version = version
            _take_effect(effect, effect.effective_from)
            count += 1
    return count


def after_night(run: Any) -> None:
    """The unit of a night: planned days that have come, comment periods that ended, and reviews that open."""
    take_due_effects(run.as_of)
    count_left()
    count_citing_of_ended(run.as_of)
    comments.close_due(run.as_of)
    reviews.open_due(run.as_of)


def count_left(most: int = 500) -> int:
    """Count what versions hold that were never counted: carried over from before there was a count. Returns how many."""
    left = list(DocumentVersion.objects.filter(holds__isnull=True).order_by("pk")[:most])
    for version in left:
        completeness.keep(version)
    return len(left)


def count_citing_of_ended(on: dt.date) -> None:
    """Count the versions anew that cite what was in effect until the day before: it covers nothing any more."""
    ended = VersionEffect.objects.filter(effective_until=on - dt.timedelta(days=1))
    cocs: set[UUID] = set()
    for document_id in ended.order_by().values_list("version__document_id", flat=True).distinct():
        cocs |= completeness.keep_citing(document_id)
    recheck(cocs=cocs)


def follow(version: DocumentVersion) -> None:
    """Let a version's state follow from its rows. It never goes back."""
    rows = set(version.effects.values_list("state", flat=True))
    if version.state == "submitted" and rows & {State.APPROVED, State.EFFECTIVE}:
        version.become(DocumentVersion.State.APPROVED)
    if version.state == "approved" and State.EFFECTIVE in rows:
        first = version.effects.exclude(effective_from=None).order_by("effective_from").first()
        version.become(DocumentVersion.State.EFFECTIVE, effective_on=first.effective_from if first else None)
    if version.state == "effective" and State.SUPERSEDED in rows and not rows & {State.APPROVED, State.EFFECTIVE}:
        version.become(DocumentVersion.State.SUPERSEDED)


def lock_version(version_id: UUID, by: Any) -> DocumentVersion:
    found: DocumentVersion = (
        DocumentVersion.objects.visible_to(by)
        .select_related("document")
        .select_for_update(of=("self",))
        .get(pk=version_id)
    )
    return found


def lock_effect(effect_id: UUID, by: Any) -> VersionEffect:
    """The row of a version in a CoC, locked after its version, as everywhere."""
    version_id = VersionEffect.objects.visible_to(by).values_list("version_id", flat=True).get(pk=effect_id)
    version = lock_version(version_id, by)
    found: VersionEffect = (
        VersionEffect.objects.select_related("coc", "decision").select_for_update(of=("self",)).get(pk=effect_id)
    )
    found.version = version
    return found
