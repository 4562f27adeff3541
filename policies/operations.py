"""Rules on who acknowledges what, acknowledgements, and reminders. Pages and the API call these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from hmislead.compliance.engine import recheck
from hmislead.directory.models import Person
from hmislead.documents.models import Document, DocumentVersion, PublishedCopy
from hmislead.errors import DomainError
from hmislead.notices.operations import require_send
from hmislead.quizzes.models import Attempt, Quiz
from hmislead.quizzes.operations import start_attempt
from hmislead.tenancy import settings
from policies import announcements, duties, policy
from policies.models import Acknowledgement, Audience, PolicySetting
from policies.webhook_events import acknowledged

CHANGED = "A new version took effect while this page was open. Nothing was recorded. Read the new version, then acknowledge it."


@transaction.atomic
def set_policy(
    *,
    document_id: UUID,
    audience: Iterable[str],
    by: Any,
    first_access: bool = True,
    yearly: bool = True,
    blocks: bool = True,
    quiz_id: UUID | None = None,
    starts_on: dt.date | None = None,
) -> PolicySetting:
    """Say who must acknowledge a document (POL-52..54), or change it. The next night checks everybody by it.

    `starts_on` (default today) is the first day it is asked for. Raises DomainError for no audience, or a quiz without
    questions or out of use.
    """
    if not policy.can_set(by):
        raise PermissionDenied("Only the HMIS Lead's staff may say who acknowledges a document.")
    document = Document.objects.visible_to(by).select_for_update(of=("self",)).get(pk=document_id)
    chosen = sorted(set(audience))
    if not chosen or not set(chosen) <= set(Audience.values):
        raise DomainError("Choose at least one group of people.")
    quiz = Quiz.objects.visible_to(by).get(pk=quiz_id) if quiz_id else None
    if quiz and (quiz.retired_on or not quiz.questions.exists()):
        raise DomainError("This quiz has no questions or is retired. Choose another, or add questions first.")
    found, _ = PolicySetting.objects.update_or_create(
        document=document,
        defaults={
            "audience": chosen,
            "first_access": first_access,
            "yearly": yearly,
            "blocks": blocks,
            "quiz": quiz,
            "starts_on": starts_on or settings.today(),
        },
    )
    return found


@transaction.atomic
def remove_policy(*, setting_id: UUID, by: Any) -> None:
    """Ask for no acknowledgement of a document any more. Those on record stay."""
    if not policy.can_set(by):
        raise PermissionDenied("Only the HMIS Lead's staff may say who acknowledges a document.")
    PolicySetting.objects.visible_to(by).select_for_update(of=("self",)).get(pk=setting_id).delete()


@transaction.atomic
def begin_quiz(*, version_id: UUID, by: Any) -> Attempt:
    """Start the quiz that goes with a version the reader must acknowledge. Raises DomainError when none is asked."""
    rule = _rule_of(version_id, _own(by))
    if rule.quiz_id is None:
        raise DomainError("No quiz goes with this document.")
    return start_attempt(quiz_id=rule.quiz_id, by=by)


@transaction.atomic
def acknowledge(*, version_id: UUID, language: str, sha256: str, name: str, by: Any) -> Acknowledgement:
    """Record that the reader has read exactly this version, in this language, with this text, today.

    Raises DomainError when another version is in effect for them by now, the text is not the published one, the name is
    missing, or the quiz is not passed.
    """
    person_id = _own(by)
    # The lock sends a second click of the same person behind the first.
    Person.objects.select_for_update(of=("self",)).get(pk=person_id)
    rule = _rule_of(version_id, person_id)
    copy = PublishedCopy.objects.filter(version_id=version_id, language=language).first()
    if copy is None or copy.sha256 != sha256:
        raise DomainError("This is not the text that is in effect. Open the page again, read it, then acknowledge.")
    if not name.strip():
        raise DomainError("Type your name.")
    attempt = passed_attempt(rule, person_id, version_id)
    if rule.quiz_id and attempt is None:
        raise DomainError("Pass the quiz first. Then acknowledge this document.")
    today = settings.today()
    made, is_new = Acknowledgement.objects.get_or_create(
        person_id=person_id,
        version_id=version_id,
        read_on=today,
        defaults={
            "language": language,
            "read_at": timezone.now(),
            "signed_name": name.strip()[:150],
            "sha256": sha256,
            "attempt": attempt,
        },
    )
    if is_new:
        acknowledged(made)
    recheck(people=[person_id])
    return made


def passed_attempt(rule: PolicySetting, person_id: UUID, version_id: UUID) -> Attempt | None:
    """The pass that stands for an acknowledgement to come: within a year, since the version took effect, used once."""
    if rule.quiz_id is None:
        return None
    year = settings.today() - dt.timedelta(days=365)
    mine = Attempt.objects.filter(quiz_id=rule.quiz_id, person_id=person_id, passed=True, finished_at__date__gte=year)
    last = Acknowledgement.objects.filter(person_id=person_id, version_id=version_id).first()
    if last:
        mine = mine.filter(finished_at__gt=last.read_at)
    since = DocumentVersion.objects.values_list("effective_on", flat=True).get(pk=version_id)
    if since:
        mine = mine.filter(finished_at__date__gte=since)
    found: Attempt | None = mine.order_by("-finished_at").first()
    return found


@transaction.atomic
def remind_people(*, person_ids: Iterable[UUID], by: Any) -> int:
    """Remind people to acknowledge what is theirs to acknowledge, at most once a day each. Returns how many were told."""
    require_send(by)
    today = settings.today()
    people = Person.objects.visible_to(by).filter(pk__in=list(person_ids), merged_into=None)
    sentence = "Read and acknowledge your policies."
    return sum(announcements.remind(person.pk, sentence, key=f"asked:{today}", by=by) for person in people)


def _rule_of(version_id: UUID, person_id: UUID) -> Any:
    """The rule by which a person must acknowledge this version today."""
    version = DocumentVersion.objects.get(pk=version_id)
    rule = next((each for each in duties.of_person(person_id) if each.document_id == version.document_id), None)
    if rule is None:
        raise DomainError("You need not acknowledge this document.")
    if rule.current != version_id:
        raise DomainError(CHANGED)
    return rule


def _own(by: Any) -> UUID:
    person_id = policy.own_person_id(by)
    if person_id is None:
        raise PermissionDenied("You are not recorded as a person here, so there is nothing to acknowledge.")
    return person_id
