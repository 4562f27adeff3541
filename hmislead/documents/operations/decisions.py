"""Recording what a governing body decided in a meeting: one motion, its votes, one or several versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory.models import BodyMember, GoverningBody
from hmislead.directory.querysets import running
from hmislead.documents import announcements, policy
from hmislead.documents.models import ApprovalItem, Condition, Decision, DecisionVote, VersionEffect
from hmislead.documents.operations import reviews
from hmislead.documents.operations.approval import MAY_BE_ASKED, approve, lock_version
from hmislead.errors import DomainError
from hmislead.files.operations import store_file
from hmislead.tenancy import settings
from hmislead.tenancy.operations import next_number

Outcome, Vote, State = Decision.Outcome, DecisionVote.Vote, VersionEffect.State


@dataclass(frozen=True)
class VoteData:
    """How one member voted. `reason` is why somebody stepped back."""

    member_id: UUID
    vote: str
    reason: str = ""


@dataclass(frozen=True)
class ItemData:
    """A version the motion is about. `reaffirmed`: it is in effect already and is confirmed without change."""

    version_id: UUID
    reaffirmed: bool = False


@transaction.atomic
def record_decision(
    *,
    body_id: UUID,
    met_on: dt.date,
    motion: str,
    outcome: str,
    items: Collection[ItemData],
    votes: Collection[VoteData],
    mover_id: UUID,
    seconder_id: UUID,
    by: Any,
    agenda_item: str = "",
    conditions: Iterable[str] = (),
    minutes: Any = None,
) -> Decision:
    """Record one motion of a governing body on the day it met, and move its versions in that CoC (POL-15, GOV-02).

    `conditions` hold for every version of the motion; `minutes` is an uploaded file. Members who stepped back count
    neither for the quorum nor for the majority. Raises DomainError when the body may not approve a type, too few
    voted, somebody voted twice or had no seat that day, or the outcome does not follow from the votes.
    """
    body = GoverningBody.objects.visible_to(by).select_for_update(of=("self",)).select_related("coc").get(pk=body_id)
    policy.require_record(by, body.coc_id)
    if met_on > settings.today():
        raise DomainError("The meeting lies ahead. Record the decision once it is made.")
    if not motion.strip():
        raise DomainError("Write the motion as it was put to the vote.")
    texts = [text.strip()[:500] for text in conditions if text.strip()]
    seats = _seats(body, met_on)
    _require_votes(body, seats, votes)
    _require_movers(seats, votes, mover_id, seconder_id)
    _require_outcome(outcome, votes, texts)
    items = _once(items)
    effects = [_effect(body, item, met_on, by) for item in items]
    decision = Decision.objects.create(
        number=f"V-{next_number('V'):04d}",
        body=body,
        met_on=met_on,
        agenda_item=agenda_item.strip(),
        motion=motion.strip(),
        mover_id=mover_id,
        seconder_id=seconder_id,
        outcome=outcome,
        minutes=_minutes(minutes, body, by),
        recorded_by=by if getattr(by, "pk", None) else None,
    )
    for vote in votes:
        DecisionVote.objects.create(
            decision=decision, member_id=vote.member_id, vote=vote.vote, reason=vote.reason.strip()[:200]
        )
    for effect, item in zip(effects, items, strict=True):
        ApprovalItem.objects.create(decision=decision, version=effect.version, reaffirmed=item.reaffirmed)
        _apply(effect, item, decision, texts)
    return decision


@transaction.atomic
def add_minutes(*, decision_id: UUID, file: Any, by: Any) -> Decision:
    """Keep the minutes of the meeting with the decision, or a better copy of them."""
    decision: Decision = (
        Decision.objects.visible_to(by).select_related("body__coc").select_for_update(of=("self",)).get(pk=decision_id)
    )
    policy.require_record(by, decision.body.coc_id)
    decision.minutes = _minutes(file, decision.body, by)
    decision.save(update_fields=["minutes", "updated_at"])
    return decision


def needed_for_quorum(body: GoverningBody, seated: int) -> int:
    """How many members must vote: the body's own quorum, else more than half of those `seated` on the day."""
    return body.quorum or seated // 2 + 1


def carried(votes: Iterable[VoteData]) -> bool:
    """True if more voted for the motion than against it. A tie fails; abstentions count for neither side."""
    cast = [vote.vote for vote in votes]
    return cast.count(Vote.YES) > cast.count(Vote.NO)


def _seats(body: GoverningBody, met_on: dt.date) -> dict[UUID, BodyMember]:
    """The members of the body on the day of the meeting, by id."""
    return {seat.pk: seat for seat in BodyMember.objects.filter(running(met_on), body=body).select_related("person")}


def _require_votes(body: GoverningBody, seats: dict[UUID, BodyMember], votes: Collection[VoteData]) -> None:
    ids = [vote.member_id for vote in votes]
    if any(pk not in seats for pk in ids):
        raise DomainError("Somebody voted who was no member of this body on the day of the meeting.")
    people = [seats[pk].person_id for pk in ids]
    if len(set(people)) < len(people):
        raise DomainError("Somebody is named twice among the votes. Each member votes once.")
    if any(vote.vote not in Vote.values for vote in votes):
        raise DomainError("A vote is for, against, abstained or recused.")
    present = sum(vote.vote != Vote.RECUSED for vote in votes)
    needed = needed_for_quorum(body, len({seat.person_id for seat in seats.values()}))
    if present < needed:
        raise DomainError(
            f"No quorum: {present} of the {needed} members needed took part. Who stepped back is not counted."
        )


def _require_movers(
    seats: dict[UUID, BodyMember], votes: Collection[VoteData], mover_id: UUID, seconder_id: UUID
) -> None:
    for pk in (mover_id, seconder_id):
        if pk not in seats:
            raise DomainError("Mover and seconder must be members of this body on the day of the meeting.")
    if seats[mover_id].person_id == seats[seconder_id].person_id:
        raise DomainError("Nobody seconds their own motion. Choose two members.")
    recused = {vote.member_id for vote in votes if vote.vote == Vote.RECUSED}
    if recused & {mover_id, seconder_id}:
        raise DomainError("Who steps back from a vote neither moves nor seconds the motion.")


def _require_outcome(outcome: str, votes: Collection[VoteData], conditions: list[str]) -> None:
    if outcome not in Outcome.values:
        raise DomainError("Choose the outcome: approved, approved with conditions, or rejected.")
    if carried(votes) != (outcome != Outcome.REJECTED):
        words = "more votes for it than against it" if carried(votes) else "no more votes for it than against it"
        raise DomainError(f"The outcome does not follow from the votes: there are {words}.")
    if (outcome == Outcome.CONDITIONS) != bool(conditions):
        raise DomainError("Conditions and the outcome “Approved with conditions” belong together. Check both.")


def _once(items: Collection[ItemData]) -> list[ItemData]:
    """The items in the order in which they are locked, the same for every motion."""
    if not items:
        raise DomainError("Choose at least one document the motion is about.")
    if len({item.version_id for item in items}) < len(items):
        raise DomainError("A version is named twice.")
    return sorted(items, key=lambda item: item.version_id)


def _effect(body: GoverningBody, item: ItemData, met_on: dt.date, by: Any) -> VersionEffect:
    """The row the motion moves, locked. Raises DomainError when this body cannot decide about it."""
    version = lock_version(item.version_id, by)
    if version.document.type not in body.approves:
        kind = version.document.get_type_display()
        raise DomainError(f"{body} may not approve a document of the type “{kind}”. Its page says what it may approve.")
    rows = VersionEffect.objects.select_for_update(of=("self",)).select_related("coc")
    effect = rows.filter(version=version, coc_id=body.coc_id).first()
    wanted = State.EFFECTIVE if item.reaffirmed else State.REQUESTED
    if effect is None or effect.state != wanted or version.state not in MAY_BE_ASKED:
        words = "is not in effect there" if item.reaffirmed else "does not wait for its decision"
        raise DomainError(f"{version} {words}: {body.coc}.")
    if item.reaffirmed and effect.effective_from and met_on < effect.effective_from:
        raise DomainError(f"{version} was not in effect yet on the day of the meeting.")
    effect.version = version
    return effect


def _apply(effect: VersionEffect, item: ItemData, decision: Decision, conditions: list[str]) -> None:
    """What the decision means for one version in the CoC."""
    if item.reaffirmed:
        if decision.outcome == Outcome.APPROVED:
            _reaffirm(effect, decision)
        return
    effect.decision = decision
    effect.save(update_fields=["decision", "updated_at"])
    if decision.outcome == Outcome.APPROVED:
        approve(effect, on=decision.met_on)
        return
    for text in conditions:
        Condition.objects.create(effect=effect, text=text)
    effect.become(State.CONDITIONS if conditions else State.REJECTED)
    announcements.moved(effect)


def _reaffirm(effect: VersionEffect, decision: Decision) -> None:
    effect.reviewed_on = max(effect.reviewed_on or decision.met_on, decision.met_on)
    effect.save(update_fields=["reviewed_on", "updated_at"])
    reviews.close_by_reaffirmation(effect, decision)
    recheck(cocs=[effect.coc_id])


def _minutes(file: Any, body: GoverningBody, by: Any) -> Any:
    return store_file(file=file, permission="view_documents", coc=body.coc, by=by) if file else None
