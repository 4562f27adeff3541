"""The list of quizzes."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.urls import reverse

from hmislead.quizzes.models import Quiz
from hmislead.web.listing import Action, Column, Empty, Listing


def _new(request: Any) -> str:
    return reverse("quizzes:quiz-new", kwargs={"slug": request.implementation.slug})


class QuizFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains")
    retired = django_filters.BooleanFilter(field_name="retired_on", lookup_expr="isnull", exclude=True, label="Retired")

    class Meta:
        model = Quiz
        fields = ()


QUIZZES = Listing(
    name="quizzes.quizzes",
    title="Quizzes",
    line="Questions that show whether a policy was understood.",
    filterset=QuizFilter,
    order=("title",),
    noun=("quiz", "quizzes"),
    columns=[
        Column("title", "Quiz", "title", link=Quiz.get_absolute_url, sort="title"),
        Column("questions", "Questions", "question_count", kind="number", sort="question_count"),
        Column("pass_percent", "Percent needed", "pass_percent", kind="number", sort="pass_percent"),
        Column("attempts", "Attempts", lambda row: row.attempts or "any"),
        Column("retired_on", "Retired", "retired_on", kind="day", sort="retired_on"),
    ],
    empty=Empty(text="Add a quiz, then choose it for a document.", action="Add a quiz", url=_new),
    primary=Action("Add a quiz", _new, "edit_documents", "add"),
)


def quiz_rows(user: Any) -> QuerySet[Any]:
    """Quizzes with how many questions each has, as far as `user` may see."""
    return Quiz.objects.visible_to(user).annotate(question_count=Count("questions"))
