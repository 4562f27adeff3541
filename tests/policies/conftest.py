"""A policy in effect in the CoC, with its published copies, that end users must acknowledge with a quiz."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.documents.models import PublishedCopy
from hmislead.quizzes import operations as quizzes
from policies.models import PolicySetting
from tests.documents.factories import version as make_version


def publish(version, *languages):
    for language in languages or ("en",):
        PublishedCopy.objects.create(
            version=version, language=language, html=f"<p>Text {version.number}</p>", sha256=f"{version.number}" * 64,
            published_at=timezone.now(),
        )  # fmt: skip
    return version


@pytest.fixture
def people(people):
    """All of them: what is tested here reaches also those whom a test does not name."""
    return people.all()


@pytest.fixture
def policy_version(people, coc):
    made = make_version("policies_procedures", title="Policies", cocs=[coc], effective_on=dt.date(2025, 1, 1))
    return publish(made, "en", "es")


@pytest.fixture
def quiz(people):
    made = quizzes.add_quiz(title="Policies", pass_percent=50, attempts=2, shuffle=False, by=people["staff"])
    quizzes.save_question(quiz_id=made.pk, text="May I share it?", choices=["Yes", "No"], right=[1], by=people["staff"])
    quizzes.save_question(
        quiz_id=made.pk, text="Which are ours?", choices=["A", "B", "C"], right=[0, 2], by=people["staff"]
    )
    return made


@pytest.fixture
def rule(policy_version):
    return PolicySetting.objects.create(
        document=policy_version.document, audience=["end_users"], starts_on=dt.date(2020, 1, 1)
    )


@pytest.fixture
def person(people):
    return people["end_user"].people.get()


@pytest.fixture
def robot():
    return ROBOT
