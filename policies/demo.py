"""The demonstration's policy: asked of all users with a quiz, acknowledged by nearly all of them, late or not yet by some."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hmislead.demo.story import Story
from hmislead.directory.models import License
from hmislead.documents import publishing, rendering
from hmislead.documents.models import DocumentVersion, VersionEffect
from hmislead.quizzes import operations as quizzes
from hmislead.quizzes.models import Attempt, Quiz
from policies.models import Acknowledgement, Audience
from policies.operations import set_policy

KIND = "privacy_plan"
QUESTIONS = (
    (
        "A neighbor asks whether their brother stays at your shelter. What do you say?",
        ["That he does", "That you cannot say who is served here"],
        [1],
        "Who is served is told to nobody without the person's consent.",
    ),
    (
        "Which of these may leave the building unencrypted?",
        ["A list of clients on a memory stick", "The number of beds you have"],
        [1],
        "A count names nobody.",
    ),
    (
        "Who may use your sign-in?",
        ["Only you", "Your supervisor", "A colleague on the same shift"],
        [0],
        "Each person has their own, so that the record shows who did what.",
    ),
)


def plan(story: Story) -> None:
    """At the end of the year, dated back: acknowledgements are read as they stand."""
    story.at(story.today, lambda: tell(story))


def tell(story: Story) -> None:
    """One rule with its quiz, on the document in effect; where no document room has brought one there is nothing to ask."""
    version = DocumentVersion.objects.filter(document__type=KIND, state="effective").first()
    if version is None:
        return
    quiz = quizzes.add_quiz(title="Privacy of clients", pass_percent=60, by=story.by)
    for text, choices, right, why in QUESTIONS:
        quizzes.save_question(quiz_id=quiz.pk, text=text, choices=choices, right=right, explanation=why, by=story.by)
    set_policy(
        document_id=version.document_id,
        audience=[Audience.END_USERS],
        blocks=False,
        quiz_id=quiz.pk,
        starts_on=story.day(120),
        by=story.by,
    )
    _acknowledge(story, version, quiz)


def _acknowledge(story: Story, version: DocumentVersion, quiz: Quiz) -> None:
    """Two in a hundred never did; the others in the days after they were asked, some after a failed try."""
    cocs = VersionEffect.objects.in_effect(story.today).filter(version=version).values("coc")
    living = License.objects.living_on(story.today).filter(organization__participations__coc__in=cocs)
    people = list(living.order_by("person_id").values_list("person_id", flat=True).distinct())
    asked = _asked(quiz)
    attempts, done = [], []
    sha256 = rendering.checksum(publishing.blocks_of(version, "en"))
    for number, person_id in enumerate(people):
        if number % 50 == 11:
            continue
        day = story.day(118 - number * 7 % 110)
        if number % 9 == 4:
            attempts.append(_attempt(quiz, asked, person_id, story.moment(day, 9), right=1))
        passed = _attempt(quiz, asked, person_id, story.moment(day, 14), right=3 - number % 2)
        attempts.append(passed)
        done.append(
            Acknowledgement(
                person_id=person_id,
                version=version,
                language="en",
                read_at=story.moment(day, 14, 14),
                read_on=day,
                signed_name="On record",
                sha256=sha256,
                attempt=passed,
            )
        )
    Attempt.objects.bulk_create(attempts)
    Acknowledgement.objects.bulk_create(done)


def _asked(quiz: Quiz) -> list[dict[str, Any]]:
    return [
        {
            "id": str(question.pk),
            "text": question.text,
            "choices": question.choices,
            "right": question.right,
            "explanation": question.explanation,
        }
        for question in quiz.questions.all()
    ]


def _attempt(quiz: Quiz, asked: list[dict[str, Any]], person_id: Any, began: dt.datetime, *, right: int) -> Attempt:
    """A finished attempt of ten minutes, with so many right answers out of three."""
    answers = {
        question["id"]: question["right"] if place < right else [1 - question["right"][0]]
        for place, question in enumerate(asked)
    }
    return Attempt(
        quiz=quiz,
        person_id=person_id,
        asked=asked,
        answers=answers,
        score=round(100 * right / len(asked), 2),
        passed=100 * right >= quiz.pass_percent * len(asked),
        started_at=began,
        finished_at=began + dt.timedelta(minutes=10),
    )
