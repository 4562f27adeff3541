"""Pages of quizzes: write them, take them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import OWN
from hmislead.errors import DomainError
from hmislead.quizzes import operations, policy, uses
from hmislead.quizzes.forms import AttemptForm, QuestionForm, QuizForm
from hmislead.quizzes.lists import QUIZZES, quiz_rows
from hmislead.quizzes.models import Attempt, Question, Quiz
from hmislead.tenancy import context
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import answer_form
from hmislead.web.listing import render_list


@page("view_documents")
def quiz_list(request: Any) -> HttpResponse:
    return render_list(request, QUIZZES, quiz_rows(request.user))


@page("edit_documents")
def quiz_new(request: Any) -> HttpResponseBase:
    back = reverse("quizzes:quiz-list", kwargs={"slug": request.implementation.slug})
    about = FormPage("Add a quiz", "Add quiz", back, "Add its questions next.", [("Quizzes", back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        return operations.add_quiz(by=request.user, **data).get_absolute_url(), "Quiz added. Add its questions."

    return answer_sent(request, QuizForm(request.POST or None), about, act)


@page("edit_documents")
def quiz_edit(request: Any, pk: UUID) -> HttpResponseBase:
    quiz = get_object_or_404(Quiz.objects.visible_to(request.user), pk=pk)
    back = quiz.get_absolute_url()
    about = FormPage("Change this quiz", "Save changes", back, str(quiz), _way(quiz))

    def act(data: dict[str, Any]) -> tuple[str, str]:
        operations.change_quiz(quiz_id=pk, by=request.user, **data)
        return back, "Changes saved. Finished attempts keep their result."

    initial = {name: getattr(quiz, name) for name in QuizForm.base_fields}
    return answer_sent(request, QuizForm(request.POST or None, initial=initial), about, act)


@page("view_documents")
def quiz_detail(request: Any, pk: UUID) -> HttpResponse:
    quiz = get_object_or_404(quiz_rows(request.user), pk=pk)
    questions = [
        {"row": each, "choices": [(choice, place in each.right) for place, choice in enumerate(each.choices)]}
        for each in quiz.questions.all()
    ]
    tries = Attempt.objects.visible_to(request.user).filter(quiz=quiz).exclude(finished_at=None)
    shown = {
        "quiz": quiz,
        "questions": questions,
        "tries": tries.select_related("person").order_by("-finished_at")[:50],
        "may_write": policy.can_write(request.user),
    }
    return answer_form(request, "quizzes/quiz_detail.html", {**shown, "form": QuizForm()})


@require_POST
@page("edit_documents")
def quiz_retire(request: Any, pk: UUID) -> HttpResponse:
    quiz = operations.retire_quiz(quiz_id=pk, by=request.user)
    messages.success(request, "Quiz retired. Results stay on record.")
    return redirect(quiz)


@page("edit_documents")
def question_new(request: Any, pk: UUID) -> HttpResponseBase:
    quiz = get_object_or_404(Quiz.objects.visible_to(request.user), pk=pk)
    return _question_form(request, quiz, None)


@page("edit_documents")
def question_edit(request: Any, pk: UUID) -> HttpResponseBase:
    question = get_object_or_404(Question.objects.visible_to(request.user).select_related("quiz"), pk=pk)
    return _question_form(request, question.quiz, question)


def _way(quiz: Quiz) -> list[tuple[str, str]]:
    """From the list of quizzes to one of them."""
    quizzes = reverse("quizzes:quiz-list", kwargs={"slug": context.current().slug})
    return [("Quizzes", quizzes), (str(quiz), quiz.get_absolute_url())]


def _question_form(request: Any, quiz: Quiz, question: Question | None) -> HttpResponseBase:
    back = quiz.get_absolute_url()
    title = "Change a question" if question else "Add a question"
    about = FormPage(title, "Save question", back, str(quiz), _way(quiz))
    initial = {}
    if question:
        lines = QuestionForm.lines(question.choices, question.right)
        initial = {"text": question.text, "answers": lines, "explanation": question.explanation}

    def act(data: dict[str, Any]) -> tuple[str, str]:
        given = {name: data[name] for name in ("text", "choices", "right", "explanation")}
        key = question.pk if question else None
        operations.save_question(quiz_id=quiz.pk, question_id=key, by=request.user, **given)
        return back, "Question saved."

    return answer_sent(request, QuestionForm(request.POST or None, initial=initial), about, act)


@require_POST
@page("edit_documents")
def question_remove(request: Any, pk: UUID) -> HttpResponse:
    quiz = operations.remove_question(question_id=pk, by=request.user)
    messages.success(request, "Question removed.")
    return redirect(quiz)


@require_POST
@page("edit_documents")
def attempts_forgive(request: Any, pk: UUID, person: UUID) -> HttpResponse:
    operations.forgive_attempts(quiz_id=pk, person_id=person, by=request.user)
    messages.success(request, "This person may try again.")
    return redirect("quizzes:quiz-detail", slug=request.implementation.slug, pk=pk)


@page(OWN)
def attempt(request: Any, pk: UUID) -> HttpResponse:
    """All questions on one page; once sent, the result with what was right and why."""
    mine = Attempt.objects.filter(person_id=request.access.person_id).select_related("quiz")
    found = get_object_or_404(mine, pk=pk)
    form = AttemptForm(request.POST if request.method == "POST" else None, attempt=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.finish_attempt(attempt_id=pk, answers=form.answers(), by=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect(found)
    shown = {"attempt": found, "quiz": found.quiz, "form": form, "ways_on": uses.ways_on(found)}
    if found.finished_at:
        shown |= {"results": _results(found), "left": operations.attempts_left(found.quiz, found.person_id)}
    return answer_form(request, "quizzes/attempt.html", shown)


def _results(found: Attempt) -> list[dict[str, Any]]:
    """Each question with what was chosen. What is right, and why, is told of what was answered right, or once all of it
    was passed: else the next try proves nothing."""
    return [_result(question, found) for question in found.asked]


def _result(question: dict[str, Any], found: Attempt) -> dict[str, Any]:
    is_right = operations.is_right(question, found.answers)
    return {
        "text": question["text"],
        "is_right": is_right,
        "chosen": [question["choices"][place] for place in found.answers[question["id"]]],
        "right": [question["choices"][place] for place in question["right"]] if found.passed else [],
        "explanation": question["explanation"] if found.passed or is_right else "",
    }
