"""Training and certification as requirements: every state, both sides of each boundary, windows, zones, leap days."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
import time_machine

from hmislead.access.scopes import ROBOT
from hmislead.compliance import engine
from hmislead.compliance.models import Status
from hmislead.compliance.registry import REQUIREMENTS, Evaluation
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.training.factories import CertificationFactory, CompletionFactory, CourseFactory
from training import operations, requirements
from training.windows import windows_on

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)
ONE = dt.timedelta(days=1)
LONG_AGO = dt.date(2020, 1, 1)
privacy = partial(requirements.trained, topic="privacy")


def day(text):
    return dt.date.fromisoformat(text)


def answers(evaluate, on=DAY):
    rows = evaluate(Evaluation(as_of=on)).values("id", "result", "due_on", "lapses_on")
    return {row.pop("id"): (row["result"], row["due_on"], row["lapses_on"]) for row in rows}


def result(evaluate, person, on=DAY):
    return answers(evaluate, on)[person.pk][0]


def decide(**values):
    for key, value in values.items():
        change_setting(key=key.replace("__", "."), value=value, effective_from=LONG_AGO, by=ROBOT)


@pytest.fixture
def person(agency):
    return factories.LicenseFactory(organization=agency, activated_on=day("2024-01-01")).person


# From each person's completion


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2027-01-11", "overdue"), ("2027-01-10", "due_soon"), ("2026-12-11", "due_soon"), ("2026-12-10", "met")],
)
def test_a_completion_counts_for_twelve_months_its_own_day_included(person, on, expected):
    CompletionFactory(person=person, completed_on=day("2026-01-10"))
    assert answers(privacy, day(on))[person.pk] == (expected, day("2027-01-10"), day("2027-01-11"))


def test_never_trained_is_not_met(person):
    assert answers(privacy)[person.pk] == ("not_met", None, None)


@pytest.mark.parametrize(("on", "expected"), [("2025-02-28", "due_soon"), ("2025-03-01", "overdue")])
def test_a_completion_on_29_february_counts_to_28_february(person, on, expected):
    CompletionFactory(person=person, completed_on=day("2024-02-29"))
    assert result(privacy, person, day(on)) == expected


def test_a_completion_counts_from_its_own_day(person):
    CompletionFactory(person=person, completed_on=DAY)
    assert result(privacy, person, DAY - ONE) == "not_met"
    assert result(privacy, person, DAY) == "met"


def test_the_courses_own_months_come_before_the_settings(person):
    decide(training__months=24)
    CompletionFactory(person=person, completed_on=day("2026-01-10"), course__validity_months=6)
    assert answers(privacy)[person.pk][1] == day("2026-07-10")


def test_the_completion_that_lasts_longest_counts(person):
    CompletionFactory(person=person, completed_on=day("2026-01-10"))
    CompletionFactory(person=person, completed_on=day("2026-05-10"), course__validity_months=3)
    assert answers(privacy)[person.pk][1] == day("2027-01-10")


def test_one_course_may_prove_several_topics_and_others_prove_nothing(person):
    CompletionFactory(person=person, course=CourseFactory(topics=["software", "security"]))
    found = {
        topic: result(partial(requirements.trained, topic=topic), person)
        for topic in ("software", "privacy", "security")
    }
    assert found == {"software": "met", "privacy": "not_met", "security": "met"}


def test_somebody_elses_training_proves_nothing(person):
    other = factories.LicenseFactory().person
    CompletionFactory(person=other)
    assert {key: row[0] for key, row in answers(privacy).items()} == {person.pk: "not_met", other.pk: "met"}


def test_only_people_with_a_living_license_are_asked(agency):
    factories.PersonFactory()
    gone = factories.LicenseFactory(organization=agency, state="terminated", terminated_on=DAY).person
    asked = factories.LicenseFactory(organization=agency, state="requested", activated_on=None).person
    suspended = factories.LicenseFactory(organization=agency, state="suspended").person
    assert set(answers(privacy)) == {asked.pk, suspended.pk}
    assert set(answers(privacy, DAY - ONE)) == {asked.pk, suspended.pk, gone.pk}


# In a fixed yearly window


@pytest.fixture
def window():
    """1 September to 31 October, ten days of grace, cut-off 1 July."""

    def decide_window(**changes):
        values = {
            "training__privacy__mode": "window",
            "training__window__opens": "09-01",
            "training__window__closes": "10-31",
            "training__window__grace_days": 10,
            "training__window__cutoff": "07-01",
        }
        decide(**{**values, **changes})

    return decide_window


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-08-31", ("met", "2026-10-31", "2026-11-11")),
        ("2026-09-01", ("due_soon", "2026-10-31", "2026-11-11")),
        ("2026-10-31", ("due_soon", "2026-10-31", "2026-11-11")),
        ("2026-11-10", ("due_soon", "2026-10-31", "2026-11-11")),
        ("2026-11-11", ("overdue", "2026-10-31", "2026-11-11")),
        ("2027-09-15", ("overdue", "2026-10-31", "2026-11-11")),
    ],
)
def test_last_years_window_holds_until_this_years_has_closed_and_its_grace_is_over(person, window, on, expected):
    window()
    CompletionFactory(person=person, completed_on=day("2025-09-20"))
    state, due_on, lapses_on = answers(privacy, day(on))[person.pk]
    assert (state, due_on.isoformat(), lapses_on.isoformat()) == expected


@pytest.mark.parametrize(
    ("completed_on", "expected"),
    [("2026-08-31", "due_soon"), ("2026-09-01", "met"), ("2026-10-31", "met"), ("2026-11-05", "met")],
)
def test_a_window_is_met_by_a_completion_from_its_opening_on(person, window, completed_on, expected):
    window()
    CompletionFactory(person=person, completed_on=day(completed_on))
    assert result(privacy, person, day("2026-11-05")) == expected


def test_a_late_completion_puts_it_right_from_its_day_on(person, window):
    window()
    CompletionFactory(person=person, completed_on=day("2025-09-20"))
    CompletionFactory(person=person, completed_on=day("2026-12-01"))
    assert result(privacy, person, day("2026-11-30")) == "overdue"
    assert answers(privacy, day("2026-12-01"))[person.pk][:2] == ("met", day("2027-10-31"))


def test_who_was_never_trained_needs_it_before_first_access_whatever_the_window(agency, window):
    window()
    person = factories.LicenseFactory(organization=agency, activated_on=day("2026-12-20")).person
    assert answers(privacy, day("2026-12-20"))[person.pk] == ("not_met", None, None)


@pytest.mark.parametrize(
    ("licensed_on", "expected"),
    [("2026-06-30", "due_soon"), ("2026-07-01", "met")],
)
def test_who_is_licensed_on_or_after_the_cutoff_waits_for_the_next_window(agency, window, licensed_on, expected):
    window()
    person = factories.LicenseFactory(organization=agency, activated_on=day(licensed_on)).person
    CompletionFactory(person=person, completed_on=day("2026-06-29"))
    assert result(privacy, person, day("2026-10-01")) == expected
    assert result(privacy, person, day("2027-09-01")) == ("overdue" if expected == "due_soon" else "due_soon")


def test_the_first_license_decides_the_cutoff(agency, neighbour, window):
    window()
    person = factories.LicenseFactory(organization=agency, activated_on=day("2025-01-01")).person
    factories.LicenseFactory(organization=neighbour, person=person, activated_on=day("2026-08-01"))
    CompletionFactory(person=person, completed_on=day("2025-10-01"))
    assert result(privacy, person, day("2026-10-01")) == "due_soon"


def test_a_license_that_waits_for_its_first_day_counts_from_its_request(agency, window):
    window()
    person = factories.LicenseFactory(
        organization=agency, state="requested", activated_on=None, requested_on=day("2026-07-01")
    ).person
    CompletionFactory(person=person, completed_on=day("2026-07-02"))
    assert result(privacy, person, day("2026-10-01")) == "met"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-11-30", "met"),
        ("2026-12-01", "due_soon"),
        ("2027-01-31", "due_soon"),
        ("2027-02-10", "due_soon"),
        ("2027-02-11", "overdue"),
    ],
)
def test_a_window_may_cross_the_new_year(person, window, on, expected):
    window(training__window__opens="12-01", training__window__closes="01-31")
    CompletionFactory(person=person, completed_on=day("2026-01-15"))
    assert result(privacy, person, day(on)) == expected


def test_a_window_that_closes_before_29_february_and_one_that_begins_after_it():
    around = windows_on(day("2028-02-29"), opens="02-01", closes="02-28", cutoff="01-01")
    assert (around.current.closes, around.following.opens) == (day("2028-02-28"), day("2029-02-01"))


@pytest.mark.parametrize(
    ("on", "opens", "cutoff"),
    [
        ("2026-12-31", "2026-12-01", "2026-10-01"),
        ("2027-01-31", "2026-12-01", "2026-10-01"),
        ("2026-11-30", "2025-12-01", "2025-10-01"),
    ],
)
def test_the_window_around_a_day(on, opens, cutoff):
    current = windows_on(day(on), opens="12-01", closes="01-31", cutoff="10-01").current
    assert (current.opens, current.cutoff) == (day(opens), day(cutoff))


def test_a_cutoff_inside_a_window_that_crosses_the_new_year():
    current = windows_on(day("2027-01-10"), opens="12-01", closes="01-31", cutoff="01-05").current
    assert current.cutoff == day("2027-01-05")


def test_each_topic_has_its_own_mode(person, window):
    window()
    CompletionFactory(
        person=person, course=CourseFactory(topics=["privacy", "software"]), completed_on=day("2026-08-01")
    )
    assert result(privacy, person, day("2026-09-15")) == "due_soon"
    assert result(partial(requirements.trained, topic="software"), person, day("2026-09-15")) == "met"


# Certification


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2026-12-10", "met"), ("2026-12-11", "due_soon"), ("2027-01-10", "due_soon"), ("2027-01-11", "overdue")],
)
def test_a_certification_holds_a_year(person, on, expected):
    CertificationFactory(person=person, certified_on=day("2026-01-10"))
    assert result(requirements.security_certified, person, day(on)) == expected


def test_who_never_certified_does_not_meet_it_and_lead_staff_are_asked_too(agency):
    factories.OrganizationRoleFactory(organization=agency, role="hmis_lead")
    staff = factories.LicenseFactory(organization=agency).person
    assert answers(requirements.security_certified) == {staff.pk: ("not_met", None, None)}


# The engine


def test_all_four_block_access():
    codes = {"training-software", "training-privacy", "training-security", "security-certification"}
    assert {code: REQUIREMENTS[code].blocks for code in codes} == dict.fromkeys(codes, True)


@pytest.mark.parametrize(("zone", "expected"), [("America/New_York", "due_soon"), ("Asia/Tokyo", "overdue")])
def test_the_day_is_that_of_the_implementations_zone(implementation, zone, expected):
    implementation.timezone = zone
    implementation.save()
    # 10 January 22:00 in New York is 11 January noon in Tokyo.
    with time_machine.travel(dt.datetime(2027, 1, 11, 3, 0, tzinfo=dt.UTC), tick=False), use(implementation):
        person = factories.LicenseFactory().person
        CompletionFactory(person=person, completed_on=day("2026-01-10"))
        engine.recheck(people=[person.pk])
        assert Status.objects.get(requirement="training-privacy").state == expected


def test_recording_and_removing_a_completion_turns_the_result_at_once(people, person):
    course = CourseFactory(topics=["privacy"])
    item = operations.CompletionData(course.pk, person.pk, factories.TODAY)
    operations.record_completions(completions=[item], by=people["staff"])
    status = Status.objects.get(requirement="training-privacy", subject_id=person.pk)
    assert status.state == "met"
    operations.remove_completion(completion_id=person.completions.get().pk, by=people["staff"])
    status.refresh_from_db()
    assert status.state == "not_met"
    blocked = {reason["requirement"] for reason in person.licenses.get().gates.get().reasons}
    assert "training-privacy" in blocked
