"""Quizzes, their questions, and attempts at them. Pages and the API call these."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from hmislead.access import scopes
from hmislead.errors import DomainError
from hmislead.quizzes import policy
from hmislead.quizzes.models import Attempt, Question, Quiz
from hmislead.tenancy import settings

NOT_YOURS = "Only the HMIS Lead's staff may write quizzes."
MOST_CHOICES = 8


@transaction.atomic
def add_quiz(*, title: str, by: Any, pass_percent: int = 80, attempts: int = 0, shuffle: bool = True) -> Quiz:
    """Add a quiz without questions. `pass_percent` 1 to 100; `attempts` 0 for any number.

    Raises DomainError for a title that is missing or taken, or a pass mark out of range.
    """
    _require_writer(by)
    _check_quiz(title, pass_percent)
    return Quiz.objects.create(title=title.strip(), pass_percent=pass_percent, attempts=attempts, shuffle=shuffle)


@transaction.atomic
def change_quiz(*, quiz_id: UUID, title: str, pass_percent: int, attempts: int, shuffle: bool, by: Any) -> Quiz:
    """Change a quiz. Finished attempts keep their result."""
    quiz = _locked_quiz(quiz_id, by)
    _check_quiz(title, pass_percent, but=quiz)
    quiz.title, quiz.pass_percent, quiz.attempts, quiz.shuffle = title.strip(), pass_percent, attempts, shuffle
    quiz.save(update_fields=["title", "pass_percent", "attempts", "shuffle", "updated_at"])
    return quiz


@transaction.atomic
def retire_quiz(*, quiz_id: UUID, by: Any) -> Quiz:
    """Let nobody begin this quiz any more. Results stay."""
    quiz = _locked_quiz(quiz_id, by)
    if quiz.retired_on:
        raise DomainError("This quiz is retired already.")
    quiz.retired_on = settings.today()
    quiz.save(update_fields=["retired_on", "updated_at"])
    return quiz


@transaction.atomic
def save_question(
    *,
    quiz_id: UUID,
    text: str,
    choices: Iterable[str],
    right: Iterable[int],
    by: Any,
    explanation: str = "",
    question_id: UUID | None = None,
) -> Question:
    """Add a question at the end, or change the one with `question_id`. `right` are places in `choices`, from 0.

    Raises DomainError for fewer than two answers, the same answer twice, or no right one.
    """
    quiz = _locked_quiz(quiz_id, by)
    offered, marked = [" ".join(choice.split()) for choice in choices], sorted(set(right))
    _check_question(text, offered, marked)
    if question_id:
        question = quiz.questions.select_for_update(of=("self",)).get(pk=question_id)
    else:
        last = quiz.questions.aggregate(last=Max("position"))["last"] or 0
        question = Question(quiz=quiz, position=last + 1)
    question.text, question.choices, question.right = text.strip(), offered, marked
    question.explanation = explanation.strip()
    question.save()
    return question


@transaction.atomic
def remove_question(*, question_id: UUID, by: Any) -> Quiz:
    """Take a question out of its quiz. Attempts that asked it keep it."""
    question = Question.objects.visible_to(by).get(pk=question_id)
    quiz = _locked_quiz(question.quiz_id, by)
    question.delete()
    return quiz


@transaction.atomic
def start_attempt(*, quiz_id: UUID, by: Any) -> Attempt:
    """Begin a quiz as oneself, or go on with the attempt that is open. The caller has checked that the quiz is asked.

    Raises PermissionDenied for who is no person here, DomainError when no attempt is left or nothing is asked.
    """
    person_id = _own_person(by)
    # The lock keeps two clicks in the same second from opening two attempts.
    quiz = Quiz.objects.select_for_update(of=("self",)).get(pk=quiz_id)
    started: Attempt | None = Attempt.objects.filter(quiz=quiz, person_id=person_id, finished_at=None).first()
    if started:
        return started
    if quiz.retired_on:
        raise DomainError("This quiz is retired. Ask the HMIS Lead which one to take.")
    if attempts_left(quiz, person_id) == 0:
        raise DomainError("You have used all your attempts. Ask the HMIS Lead to let you try again.")
    asked = _asked(quiz)
    if not asked:
        raise DomainError("This quiz has no questions yet. Ask the HMIS Lead.")
    return Attempt.objects.create(quiz=quiz, person_id=person_id, asked=asked, started_at=timezone.now())


@transaction.atomic
def finish_attempt(*, attempt_id: UUID, answers: Mapping[str, Iterable[int]], by: Any) -> Attempt:
    """Mark an own attempt. `answers` holds the chosen places by question id; a question is right when exactly the right
    answers are chosen.

    Raises DomainError for an attempt that is finished, or a question left out.
    """
    attempt: Attempt = (
        Attempt.objects.filter(person_id=_own_person(by))
        .select_related("quiz")
        .select_for_update(of=("self",))
        .get(pk=attempt_id)
    )
    if attempt.finished_at:
        raise DomainError("These answers were sent already. See your result below.")
    chosen = {key: sorted({int(place) for place in places}) for key, places in answers.items()}
    if any(not chosen.get(question["id"]) for question in attempt.asked):
        raise DomainError("Answer every question. Your answers so far are kept on this page.")
    attempt.answers = {question["id"]: chosen[question["id"]] for question in attempt.asked}
    right = sum(is_right(question, attempt.answers) for question in attempt.asked)
    attempt.score = (Decimal(100 * right) / len(attempt.asked)).quantize(Decimal("0.01"))
    # Whole questions against the mark: 2 of 3 passes at 66, whatever the rounding of the score.
    attempt.passed = 100 * right >= attempt.quiz.pass_percent * len(attempt.asked)
    attempt.finished_at = timezone.now()
    attempt.save(update_fields=["answers", "score", "passed", "finished_at", "updated_at"])
    return attempt


@transaction.atomic
def forgive_attempts(*, quiz_id: UUID, person_id: UUID, by: Any) -> int:
    """Let a person who has used up the attempts of a quiz try again. Returns how many are forgiven."""
    quiz = _locked_quiz(quiz_id, by)
    used = Attempt.objects.filter(quiz=quiz, person_id=person_id, counts=True, passed=False)
    for attempt in used.exclude(finished_at=None):
        attempt.counts = False
        attempt.save(update_fields=["counts", "updated_at"])
    return used.count()


def attempts_left(quiz: Quiz, person_id: UUID) -> int | None:
    """How often a person may still try; None for any number. Each pass opens a new round."""
    if not quiz.attempts:
        return None
    mine = Attempt.objects.filter(quiz=quiz, person_id=person_id).exclude(finished_at=None)
    passed = mine.filter(passed=True).aggregate(last=Max("finished_at"))["last"]
    used = mine.filter(counts=True, passed=False)
    return max(quiz.attempts - (used.filter(finished_at__gt=passed) if passed else used).count(), 0)


def is_right(question: Mapping[str, Any], answers: Mapping[str, list[int]]) -> bool:
    """True if exactly the right answers of a question, as it was asked, were chosen."""
    return bool(answers.get(question["id"]) == question["right"])


def _asked(quiz: Quiz) -> list[dict[str, Any]]:
    """The questions as this attempt asks them. Their order is no secret, so chance need not be strong."""
    asked = [_frozen(question, quiz.shuffle) for question in quiz.questions.all()]
    if quiz.shuffle:
        random.shuffle(asked)
    return asked


def _frozen(question: Question, shuffle: bool) -> dict[str, Any]:
    order = list(range(len(question.choices)))
    if shuffle:
        random.shuffle(order)
    return {
        "id": str(question.pk),
        "text": question.text,
        "choices": [question.choices[place] for place in order],
        "right": sorted(order.index(place) for place in question.right),
        "explanation": question.explanation,
    }


def _own_person(by: Any) -> UUID:
    person_id: UUID | None = scopes.of(by).person_id
    if person_id is None:
        raise PermissionDenied("You are not recorded as a person here, so there is no quiz for you.")
    return person_id


def _require_writer(by: Any) -> None:
    if not policy.can_write(by):
        raise PermissionDenied(NOT_YOURS)


def _locked_quiz(quiz_id: UUID, by: Any) -> Quiz:
    _require_writer(by)
    found: Quiz = Quiz.objects.visible_to(by).select_for_update(of=("self",)).get(pk=quiz_id)
    return found


def _check_quiz(title: str, pass_percent: int, but: Quiz | None = None) -> None:
    if not title.strip():
        raise DomainError("Give the quiz a title.")
    if not 1 <= pass_percent <= 100:
        raise DomainError("The pass mark lies between 1 and 100 percent.")
    same = Quiz.objects.filter(title__iexact=title.strip())
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise DomainError("There is a quiz with this title already. Choose another title.")


def _check_question(text: str, choices: list[str], right: list[int]) -> None:
    if not text.strip():
        raise DomainError("Write the question.")
    if not 2 <= len(choices) <= MOST_CHOICES or not all(choices):
        raise DomainError(f"Offer between two and {MOST_CHOICES} answers.")
    if len({choice.casefold() for choice in choices}) != len(choices):
        raise DomainError("Two answers say the same. Change one of them.")
    if not right or right[-1] >= len(choices):
        raise DomainError("Mark at least one answer as right.")
