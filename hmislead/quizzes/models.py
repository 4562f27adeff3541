"""Quizzes: questions with one or several right answers, and what people answered."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.directory.querysets import EvidenceQuerySet
from hmislead.quizzes import querysets
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


@tracked
class Quiz(TenantModel):
    """Questions that show whether a policy or a course was understood."""

    title = models.CharField(max_length=150)
    pass_percent = models.PositiveSmallIntegerField(
        "percent needed to pass", default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts = models.PositiveSmallIntegerField(
        "attempts allowed", default=0, help_text="Without passing. 0: as many as it takes."
    )
    shuffle = models.BooleanField("mix the order of questions and answers", default=True)
    retired_on = models.DateField(null=True, blank=True)

    objects = querysets.QuizQuerySet.as_manager()

    class Meta:
        ordering = (Lower("title"),)
        verbose_name_plural = "quizzes"
        constraints = (
            models.UniqueConstraint(
                "implementation",
                Lower("title"),
                name="quiz_title_once",
                violation_error_message="There is a quiz with this title already.",
            ),
            models.CheckConstraint(
                condition=models.Q(pass_percent__gte=1, pass_percent__lte=100), name="quiz_pass_percent_is_percent"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quizzes:quiz-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class Question(TenantModel):
    """One question. `right` are the places of the right answers in `choices`, from 0."""

    quiz = TenantForeignKey(Quiz, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveIntegerField()
    text = models.CharField("question", max_length=500)
    choices = ArrayField(models.CharField(max_length=300), help_text="The answers offered.")
    right = ArrayField(models.PositiveSmallIntegerField(), help_text="Which of them are right.")
    explanation = models.CharField(max_length=500, blank=True, help_text="Shown with the result.")

    objects = querysets.QuizQuerySet.as_manager()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "quiz", "position"],
                name="question_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )

    def __str__(self) -> str:
        return self.text


@tracked
class Attempt(TenantModel):
    """One person's try at a quiz. `asked` holds the questions as they were, so a change of the quiz alters no result."""

    quiz = TenantForeignKey(Quiz, related_name="tries")
    person = TenantForeignKey("directory.Person", related_name="quiz_attempts")
    asked: Any = models.JSONField(default=list)
    answers: Any = models.JSONField(default=dict, help_text="Places of the chosen answers, by question.")
    score = models.DecimalField("score in percent", max_digits=5, decimal_places=2, null=True, blank=True)
    passed = models.BooleanField(default=False)
    counts = models.BooleanField(default=True, help_text="False: forgiven, so it uses up no attempt.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "quiz", "person"],
                condition=models.Q(finished_at=None),
                name="attempt_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quiz}, {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("quizzes:attempt", kwargs={"slug": context.current().slug, "pk": self.pk})
