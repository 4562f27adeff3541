"""Quizzes: marking, attempts, frozen questions, and who sees the right answers."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from hmislead.errors import DomainError
from hmislead.quizzes import operations
from hmislead.quizzes.models import Attempt

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(people):
    made = operations.add_quiz(title="Privacy", pass_percent=100, attempts=2, by=people["staff"])
    add(made, people, "May I share it?", ["Yes", "No"], [1])
    add(made, people, "Which are ours?", ["A", "B", "C"], [0, 2])
    return made


def add(quiz, people, text, choices, right):
    return operations.save_question(quiz_id=quiz.pk, text=text, choices=choices, right=right, by=people["staff"])


def right_answers(attempt):
    return {question["id"]: question["right"] for question in attempt.asked}


def fail(quiz, user):
    attempt = operations.start_attempt(quiz_id=quiz.pk, by=user)
    return operations.finish_attempt(attempt_id=attempt.pk, answers={q["id"]: [0, 1] for q in attempt.asked}, by=user)


def test_all_and_only_the_right_answers_count(people, quiz):
    attempt = operations.start_attempt(quiz_id=quiz.pk, by=people["end_user"])
    assert operations.start_attempt(quiz_id=quiz.pk, by=people["end_user"]) == attempt, "the open one goes on"
    with pytest.raises(DomainError, match="every question"):
        operations.finish_attempt(attempt_id=attempt.pk, answers={}, by=people["end_user"])
    done = operations.finish_attempt(attempt_id=attempt.pk, answers=right_answers(attempt), by=people["end_user"])
    assert (done.passed, done.score) == (True, 100)
    with pytest.raises(DomainError, match="sent already"):
        operations.finish_attempt(attempt_id=attempt.pk, answers=right_answers(attempt), by=people["end_user"])


def test_attempts_run_out_and_are_forgiven(people, quiz):
    user = people["end_user"]
    assert not fail(quiz, user).passed
    fail(quiz, user)
    with pytest.raises(DomainError, match="used all your attempts"):
        operations.start_attempt(quiz_id=quiz.pk, by=user)
    operations.forgive_attempts(quiz_id=quiz.pk, person_id=user.people.get().pk, by=people["staff"])
    assert operations.start_attempt(quiz_id=quiz.pk, by=user).finished_at is None


def test_a_change_of_the_quiz_alters_no_attempt_that_is_open(people, quiz):
    attempt = operations.start_attempt(quiz_id=quiz.pk, by=people["end_user"])
    for question in quiz.questions.all():
        operations.remove_question(question_id=question.pk, by=people["staff"])
    done = operations.finish_attempt(attempt_id=attempt.pk, answers=right_answers(attempt), by=people["end_user"])
    assert done.passed


@pytest.mark.parametrize(
    ("choices", "right"), [(["A"], [0]), (["A", "a"], [0]), (["A", "B"], []), (["A", "B"], [2]), (["A", " "], [0])]
)
def test_questions_that_nobody_could_answer_are_refused(people, quiz, choices, right):
    with pytest.raises(DomainError):
        add(quiz, people, "Well?", choices, right)


def test_who_writes_and_who_takes(people, quiz):
    with pytest.raises(PermissionDenied):
        operations.add_quiz(title="Mine", by=people["cho_lead"])
    with pytest.raises(PermissionDenied):
        operations.start_attempt(quiz_id=quiz.pk, by=people["staff"])
    attempt = operations.start_attempt(quiz_id=quiz.pk, by=people["end_user"])
    with pytest.raises((Attempt.DoesNotExist, PermissionDenied)):
        operations.finish_attempt(attempt_id=attempt.pk, answers=right_answers(attempt), by=people["cho_lead"])


def test_the_page_takes_answers_and_tells_the_result_plainly(client, people, quiz):
    attempt = operations.start_attempt(quiz_id=quiz.pk, by=people["end_user"])
    client.force_login(people["end_user"])
    url = reverse("quizzes:attempt", kwargs={"slug": "north", "pk": attempt.pk})
    assert "May I share it?" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    fields = {f"q{place}": question["right"] for place, question in enumerate(attempt.asked)}
    assert client.post(url, fields).status_code == 302
    assert "You passed" in client.get(url).content.decode()
    client.force_login(people["staff"])
    assert client.get(reverse("quizzes:quiz-detail", kwargs={"slug": "north", "pk": quiz.pk})).status_code == 200
