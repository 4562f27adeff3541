"""Acknowledgement of the exact version, its quiz, its year, and the requirement that follows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from hmislead.compliance import engine
from hmislead.compliance.models import Status
from hmislead.compliance.registry import REQUIREMENTS, Evaluation
from hmislead.documents.models import VersionEffect
from hmislead.errors import DomainError
from hmislead.quizzes import operations as quizzes
from policies import duties, operations
from policies.models import Acknowledgement
from tests.documents.factories import next_version
from tests.policies.conftest import publish

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)
ONE = dt.timedelta(days=1)
CODE = "policies-acknowledged"


def give(person, version, day):
    return Acknowledgement.objects.create(
        person=person, version=version, language="en", read_at=timezone.now(), read_on=day, signed_name="P", sha256="1" * 64
    )  # fmt: skip


def answer(person, on=DAY):
    """What the engine writes for the person on a day: all at once, and asked for them alone."""
    every, one = Evaluation(as_of=on), Evaluation(as_of=on)
    engine.evaluate(REQUIREMENTS[CODE], every)
    rows = Status.objects.filter(requirement=CODE, subject_id=person.pk).values_list("state", "due_on", "lapses_on")
    found = rows.first()
    assert engine.evaluate(REQUIREMENTS[CODE], one, only=[person.pk]) == 0
    assert rows.first() == found
    return found


def say_yes(people, version, **more):
    given = {"version_id": version.pk, "language": "en", "sha256": "1" * 64, "name": "Pat P", "by": people["end_user"]}
    return operations.acknowledge(**given | more)


def test_who_need_not_acknowledge_is_no_subject(person, policy_version):
    assert answer(person) is None


@pytest.mark.parametrize(
    ("read", "on", "expected"),
    [
        ("2025-06-20", dt.date(2026, 1, 1), "met"),
        ("2025-06-20", dt.date(2026, 6, 20), "due_soon"),
        ("2025-06-20", dt.date(2026, 6, 21), "overdue"),
        ("2024-02-29", dt.date(2025, 2, 28), "due_soon"),
        ("2024-02-29", dt.date(2025, 3, 1), "overdue"),
    ],
)
def test_an_acknowledgement_holds_a_year(person, policy_version, rule, read, on, expected):
    VersionEffect.objects.update(effective_from=dt.date(2023, 1, 1))
    give(person, policy_version, dt.date.fromisoformat(read))
    assert answer(person, on)[0] == expected


def test_without_yearly_it_holds_for_ever(person, policy_version, rule):
    rule.yearly = False
    rule.save()
    give(person, policy_version, dt.date(2025, 1, 2))
    assert answer(person, dt.date(2031, 1, 1)) == ("met", None, None)


def test_new_people_acknowledge_before_first_access_and_others_have_days_of_grace(person, policy_version, rule):
    since = dt.date(2026, 6, 1)
    VersionEffect.objects.update(effective_from=since)
    assert answer(person, since)[0] == "due_soon"
    assert answer(person, since + 14 * ONE) == ("due_soon", since + 14 * ONE, since + 15 * ONE)
    assert answer(person, since + 15 * ONE)[0] == "overdue"
    person.licenses.update(requested_on=since + ONE, activated_on=since + ONE)
    assert answer(person, since + 2 * ONE)[0] == "not_met"


def test_a_new_version_asks_again(person, policy_version, rule, coc):
    give(person, policy_version, DAY - ONE)
    assert answer(person)[0] == "met"
    newer = next_version(policy_version.document, cocs=[coc])
    VersionEffect.objects.filter(version=newer).update(effective_from=DAY)
    assert answer(person)[:2] == ("due_soon", DAY + 14 * ONE)
    assert duties.of_person(person.pk)[0].current == newer.pk


def test_a_version_of_another_coc_asks_nothing_here(person, policy_version, rule, world_coc):
    VersionEffect.objects.update(coc=world_coc)
    assert answer(person) is None


@pytest.fixture
def world_coc(tenant):
    from tests import factories

    return factories.CoCFactory(number="OH-599")


def test_exactly_the_version_shown_is_acknowledged_or_refused(people, person, policy_version, rule, coc):
    with pytest.raises(DomainError, match="not the text"):
        say_yes(people, policy_version, sha256="0" * 64)
    newer = publish(next_version(policy_version.document, cocs=[coc]))
    VersionEffect.objects.filter(version=newer).update(effective_from=dt.date(2026, 1, 2))
    with pytest.raises(DomainError, match="new version took effect while this page was open"):
        say_yes(people, policy_version)
    assert not Acknowledgement.objects.exists()
    made = say_yes(people, newer, sha256="2" * 64)
    assert (made.version, made.sha256, made.signed_name) == (newer, "2" * 64, "Pat P")
    assert say_yes(people, newer, sha256="2" * 64) == made, "twice a day is once"
    assert Status.objects.get(requirement="policies-acknowledged", subject_id=person.pk).state == "met"


def test_the_quiz_comes_first(people, policy_version, rule, quiz):
    rule.quiz = quiz
    rule.save()
    with pytest.raises(DomainError, match="Pass the quiz first"):
        say_yes(people, policy_version)
    attempt = operations.begin_quiz(version_id=policy_version.pk, by=people["end_user"])
    first, second = (question["id"] for question in attempt.asked)
    quizzes.finish_attempt(attempt_id=attempt.pk, answers={first: [0], second: [0]}, by=people["end_user"])
    with pytest.raises(DomainError, match="Pass the quiz first"):
        say_yes(people, policy_version)
    again = operations.begin_quiz(version_id=policy_version.pk, by=people["end_user"])
    passed = quizzes.finish_attempt(attempt_id=again.pk, answers={first: [1], second: [0]}, by=people["end_user"])
    assert (passed.passed, passed.score) == (True, 50)
    assert say_yes(people, policy_version).attempt == passed


def test_only_lead_staff_make_rules(people, policy_version):
    with pytest.raises(PermissionDenied):
        operations.set_policy(document_id=policy_version.document_id, audience=["end_users"], by=people["auditor"])
    with pytest.raises(DomainError, match="group"):
        operations.set_policy(document_id=policy_version.document_id, audience=[], by=people["staff"])


def test_pages_from_reading_to_acknowledged(client, people, policy_version, rule):
    client.force_login(people["end_user"])
    url = reverse("policies:read", kwargs={"slug": "north", "pk": policy_version.pk})
    assert "Text 1" in client.get(url).content.decode()
    sent = {"sha256": "1" * 64, "language": "en", "name": "Pat"}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "agreed": "on"}).status_code == 302
    page = client.get(reverse("policies:my-policies", kwargs={"slug": "north"}), follow=True).content.decode()
    assert 'aria-current="page">My policies</a>' in page
    assert "Version" in page
    assert "English" in page


def test_the_word_by_word_changes_are_shown(client, people, person, policy_version, rule, coc):
    give(person, policy_version, DAY)
    newer = publish(next_version(policy_version.document, cocs=[coc], texts=[("Duties", "We do our whole part.")]))
    client.force_login(people["end_user"])
    page = client.get(reverse("policies:changes", kwargs={"slug": "north", "pk": newer.pk})).content.decode()
    assert "<ins>" in page
    assert "whole" in page


@pytest.mark.parametrize("name", ["acknowledgement-list", "status-list", "setting-list", "setting-new"])
def test_lists_open_for_staff_and_not_for_end_users(client, people, rule, name):
    url = reverse(f"policies:{name}", kwargs={"slug": "north"})
    client.force_login(people["staff"])
    assert client.get(url).status_code == 200
    client.force_login(people["end_user"])
    assert client.get(url).status_code == 403
