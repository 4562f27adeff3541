"""Pages and endpoints of training: each for each kind of person."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hmislead.access import operations as access
from hmislead.access.scopes import ROBOT
from hmislead.compliance.models import Status
from tests import factories
from tests.training.factories import CertificationFactory, CompletionFactory, CourseFactory
from training import operations
from training.models import Completion, Course, SecurityCertification

pytestmark = pytest.mark.django_db
# The administrator needs a second factor first, which the tests of sign-in prove.
EVERYBODY = ("staff", "cho_lead", "neighbour_lead", "end_user", "coc_staff", "auditor", "outsider")


def url(name, **kwargs):
    return reverse(f"training:{name}", kwargs={"slug": "north", **kwargs})


def statuses(client, people, address):
    found = {}
    for name in EVERYBODY:
        client.force_login(people[name])
        found[name] = client.get(address).status_code
    return found


def expect(**given):
    return {**dict.fromkeys(EVERYBODY, 403), "outsider": 404, **given}


@pytest.fixture
def person(people):
    return people["end_user"].people.get()


@pytest.fixture
def course(tenant):
    return CourseFactory(title="HMIS basics", topics=["software", "privacy", "security"], external_code="B1")


@pytest.mark.parametrize("name", ["completion-list", "certification-list"])
def test_who_opens_the_lists(client, people, name):
    readers = dict.fromkeys(("staff", "cho_lead", "neighbour_lead", "auditor"), 200)
    assert statuses(client, people, url(name)) == expect(**readers)


def test_every_member_sees_the_courses(client, people, course):
    everybody = dict.fromkeys(EVERYBODY, 200) | {"outsider": 404}
    assert statuses(client, people, url("course-list")) == everybody
    assert statuses(client, people, url("course-detail", pk=course.pk)) == everybody


def test_who_opens_a_persons_training(client, people, person):
    readers = dict.fromkeys(("staff", "cho_lead", "end_user", "auditor"), 200)
    hidden = {"neighbour_lead": 404, "coc_staff": 404}
    assert statuses(client, people, url("person-training", pk=person.pk)) == expect(**readers, **hidden)


@pytest.mark.parametrize("name", ["course-edit", "course-record"])
def test_who_opens_the_forms_of_a_course(client, people, course, name):
    assert statuses(client, people, url(name, pk=course.pk)) == expect(staff=200)


@pytest.mark.parametrize("name", ["person-record", "person-certify"])
def test_who_opens_the_forms_of_a_person(client, people, person, name):
    assert statuses(client, people, url(name, pk=person.pk)) == expect(staff=200)


@pytest.mark.parametrize("name", ["my-training", "certify-myself"])
def test_only_a_person_has_training_of_their_own(client, people, name):
    found = statuses(client, people, url(name))
    assert {who for who, status in found.items() if status in {200, 302}} == {"end_user"}


def test_a_person_certifies_the_exact_words_they_were_shown(client, people, person):
    client.force_login(people["end_user"])
    words = "I keep the rules."
    assert client.post(url("certify-myself"), {"statement": words, "agreed": "on"}).status_code == 422
    assert SecurityCertification.objects.count() == 0
    from hmislead.tenancy import settings

    shown = settings.value("security_certification.statement")
    page = client.get(url("certify-myself")).content.decode()
    assert "I sign in with my own account only" in page
    assert client.post(url("certify-myself"), {"statement": shown}).status_code == 422
    assert client.post(url("certify-myself"), {"statement": shown, "agreed": "on"}).status_code == 302
    made = SecurityCertification.objects.get()
    assert (made.person, made.certified_on, made.statement, made.recorded_by) == (
        person,
        factories.TODAY if made.certified_on == factories.TODAY else made.certified_on,
        shown,
        people["end_user"],
    )


def test_a_course_for_many_people_by_their_addresses(client, people, person, course):
    client.force_login(people["staff"])
    other = factories.PersonFactory(email="other@example.org")
    data = {"emails": "END_USER@example.org\n\nnobody@example.org", "completed_on": "2026-01-10"}
    refused = client.post(url("course-record", pk=course.pk), data)
    assert refused.status_code == 422
    assert "on line 3" in refused.content.decode()
    assert Completion.objects.count() == 0
    data["emails"] = "END_USER@example.org\nother@example.org;"
    assert client.post(url("course-record", pk=course.pk), data).status_code == 302
    assert set(Completion.objects.values_list("person", flat=True)) == {person.pk, other.pk}


def test_several_courses_for_one_person_and_one_taken_back(client, people, person, course):
    client.force_login(people["staff"])
    second = CourseFactory()
    data = {"courses": [course.pk, second.pk], "completed_on": "2026-01-10", "score": "88.5"}
    assert client.post(url("person-record", pk=person.pk), data).status_code == 302
    assert Completion.objects.filter(person=person).count() == 2
    completion = Completion.objects.get(course=second)
    assert client.post(url("completion-remove", pk=completion.pk)).status_code == 302
    assert Completion.objects.get().course == course


def test_a_course_is_added_changed_retired_and_brought_back(client, people):
    client.force_login(people["staff"])
    data = {"title": "Privacy", "topics": ["privacy"], "validity_months": ""}
    assert client.post(url("course-create"), data).status_code == 302
    assert client.post(url("course-create"), {**data, "title": "privacy"}).status_code == 422
    course = Course.objects.get()
    changed = {**data, "topics": ["privacy", "security"], "validity_months": "6"}
    assert client.post(url("course-edit", pk=course.pk), changed).status_code == 302
    assert client.post(url("course-retire", pk=course.pk)).status_code == 302
    course.refresh_from_db()
    assert (course.topics, course.validity_months, course.retired_on is not None) == (["privacy", "security"], 6, True)
    assert client.post(url("course-retire", pk=course.pk)).status_code == 409
    assert client.post(url("course-bring-back", pk=course.pk)).status_code == 302


def test_the_lists_show_only_whom_the_reader_may_see(client, people, person, neighbour):
    stranger = factories.LicenseFactory(organization=neighbour).person
    for each in (person, stranger):
        CompletionFactory(person=each)
        CertificationFactory(person=each)
    client.force_login(people["cho_lead"])
    for name in ("completion-list", "certification-list"):
        body = client.get(url(name)).content.decode()
        assert str(person) in body
        assert str(stranger) not in body


def test_the_list_of_completions_costs_the_same_however_long(client, people):
    client.force_login(people["staff"])
    counts = []
    for _ in range(3):
        CompletionFactory()
        with CaptureQueriesContext(connection) as queries:
            client.get(url("completion-list"))
        counts.append(len(queries))
    assert counts[1] == counts[2]  # the first one may fill caches


def test_home_tells_a_person_what_of_their_own_is_missing(client, people, person):
    from hmislead.compliance.engine import recheck

    recheck(people=[person.pk])
    client.force_login(people["end_user"])
    response = client.get(url("person-training", pk=person.pk))
    assert response.content.decode().count("not met") >= 4


# The API


def api(path):
    return f"/api/v1/i/north/{path}"


def bulk(client, *items):
    return client.post(api("training-completions/bulk/"), {"completions": items}, content_type="application/json")


def test_the_bulk_endpoint_is_the_same_twice(client, people, person, course):
    client.force_login(people["staff"])
    item = {"email": "End_User@example.org", "course_code": "B1", "completed_on": "2026-01-10", "score": "91"}
    assert bulk(client, item).json() == {"added": 1, "same": 0}
    assert bulk(client, item, {**item, "completed_on": "2026-01-11"}).json() == {"added": 1, "same": 1}
    assert Completion.objects.filter(source="api").count() == 2


def test_the_bulk_endpoint_records_all_or_none_and_names_the_item(client, people, person, course):
    client.force_login(people["staff"])
    good = {"person": str(person.pk), "course": str(course.pk), "completed_on": "2026-01-10"}
    bad = {"email": "nobody@example.org", "course": str(course.pk), "completed_on": "2026-01-10"}
    answer = bulk(client, good, bad)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"completions.1.email"}
    assert bulk(client, good, {**good, "completed_on": "2999-01-01"}).status_code == 409
    assert Completion.objects.count() == 0


def test_the_api_is_closed_to_who_may_not_record(client, people, person, course):
    item = {"person": str(person.pk), "course": str(course.pk), "completed_on": "2026-01-10"}
    for name in ("cho_lead", "end_user", "auditor"):
        client.force_login(people[name])
        assert bulk(client, item).status_code == 403
    client.force_login(people["outsider"])
    assert bulk(client, item).status_code == 404


def test_courses_and_certifications_in_the_api(client, people, person):
    client.force_login(people["staff"])
    made = client.post(api("courses/"), {"title": "Privacy", "topics": ["privacy"]}, content_type="application/json")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert client.post(api(f"courses/{key}/retire/"), content_type="application/json").json()["retired_on"]
    body = {"person": str(person.pk), "certified_on": "2026-01-10"}
    for _ in range(2):
        assert client.post(api("security-certifications/"), body, content_type="application/json").status_code == 201
    client.force_login(people["end_user"])
    assert len(client.get(api("security-certifications/")).json()["results"]) == 1
    client.force_login(people["neighbour_lead"])
    assert client.get(api("security-certifications/")).json()["results"] == []


def test_a_wrong_day_is_corrected_with_its_reason_and_history_keeps_the_old_one(client, people, person, course):
    client.force_login(people["staff"])
    completion = CompletionFactory(person=person, course=course)
    page = url("completion-correct", pk=completion.pk)
    assert client.get(page).context["form"].initial["completed_on"] == completion.completed_on
    data = {"course": course.pk, "completed_on": "2026-01-12", "note": "  The sheet says\nthe 12th.  "}
    assert client.post(page, data).status_code == 302
    completion.refresh_from_db()
    assert (str(completion.completed_on), completion.note) == ("2026-01-12", "The sheet says the 12th.")
    kept = completion.events.order_by("pgh_id").values_list("pgh_label", "completed_on")
    assert [(label, str(day)) for label, day in kept] == [("insert", "2026-01-10"), ("update", "2026-01-12")]
    assert "The sheet says the 12th." in client.get(url("person-training", pk=person.pk)).content.decode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"note": " "}, "Why you correct it"),
        ({"completed_on": "2099-01-01"}, "lies ahead"),
        ({"completed_on": "2026-01-15"}, "on record already"),
        ({"course": "00000000-0000-0000-0000-000000000001"}, "Course"),
    ],
)
def test_a_correction_that_cannot_be_right_changes_nothing(client, people, person, course, changes, says):
    client.force_login(people["staff"])
    completion = CompletionFactory(person=person, course=course)
    CompletionFactory(person=person, course=course, completed_on="2026-01-15")
    data = {"course": course.pk, "completed_on": "2026-01-12", "note": "Typed wrong.", **changes}
    answer = client.post(url("completion-correct", pk=completion.pk), data)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    completion.refresh_from_db()
    assert (str(completion.completed_on), completion.note) == ("2026-01-10", "")


@pytest.mark.parametrize("role", ["cho_lead", "security_officer", "neighbour_lead", "end_user", "auditor", "coc_staff"])
def test_only_who_keeps_training_corrects_it(client, people, person, course, role):
    completion = CompletionFactory(person=person, course=course)
    client.force_login(people[role])
    assert client.post(url("completion-correct", pk=completion.pk), {"note": "Mine."}).status_code == 403
    with pytest.raises((PermissionDenied, Completion.DoesNotExist)):
        operations.correct_completion(completion_id=completion.pk, note="Mine.", by=people[role])


def test_a_trainer_corrects_by_the_api_and_the_result_turns_at_once(client, people, person, tenant):
    trainer = factories.member(tenant, "trainer")
    access.grant_role(user=trainer, role="trainer", by=ROBOT)
    privacy, other = CourseFactory(topics=["privacy"]), CourseFactory(topics=["other"])
    completion = CompletionFactory(person=person, course=other, completed_on=factories.TODAY)
    client.force_login(trainer)
    body = json.dumps({"course": str(privacy.pk), "note": "The wrong course was ticked."})
    address = f"/api/v1/i/north/training-completions/{completion.pk}/"
    answer = client.patch(address, body, "application/json")
    assert (answer.status_code, answer.json()["course"]) == (200, str(privacy.pk))
    assert answer.json()["note"] == "The wrong course was ticked."
    assert Status.objects.get(requirement="training-privacy", subject_id=person.pk).state == "met"
    assert client.patch(address, "{}", "application/json").status_code == 400
