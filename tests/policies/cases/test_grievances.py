"""Grievances: their steps, their clocks in business days, and how their senders follow them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from hmislead.compliance.models import Status
from hmislead.compliance.registry import Evaluation
from hmislead.errors import DomainError, WrongState
from hmislead.tenancy.operations import change_setting
from policies.cases import clocks, requirements
from policies.cases.models import Grievance
from policies.cases.operations import grievances, nightly
from tests import factories
from tests.policies.cases.conftest import days

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY
URL = "/p/north/grievance/"


@pytest.fixture
def grievance(people):
    return file(people["end_user"])[0]


def file(by, **more):
    given = {"complainant": "user", "subject": "service", "what": "Nobody answers the telephone."}
    return grievances.file_grievance(**given | more, by=by)


def decided(grievance, staff):
    grievances.acknowledge(grievance_id=grievance.pk, by=staff)
    grievances.begin_review(grievance_id=grievance.pk, by=staff, text="We asked.")
    return grievances.decide(grievance_id=grievance.pk, outcome="upheld", decision="You are right.", by=staff)


def test_clocks_run_in_business_days(tenant):
    friday, before_holiday = dt.date(2026, 11, 20), dt.date(2026, 11, 25)
    assert clocks.after(friday, 1) == dt.date(2026, 11, 23)
    assert clocks.after(before_holiday, 1) == dt.date(2026, 11, 27), "Thanksgiving is no business day"
    assert clocks.after(friday, 0) == friday


def test_a_calendar_without_business_days_does_not_run_for_ever(people, tenant):
    change_setting(key="hours.days", value=[], by=people["administrator"])
    assert clocks.after(TODAY, 3) > TODAY


def test_its_clocks_are_those_of_the_day_it_came_in(people, grievance):
    assert grievance.number == f"G-{TODAY.year}-001"
    assert (grievance.acknowledge_by, grievance.decide_by) == (clocks.after(TODAY, 2), clocks.after(TODAY, 15))
    change_setting(key="cases.decide_days", value=30, by=people["administrator"])
    grievance.refresh_from_db()
    assert grievance.decide_by == clocks.after(TODAY, 15)
    assert file(None)[0].decide_by == clocks.after(TODAY, 30)


def test_it_goes_from_step_to_step(people, grievance):
    done = decided(grievance, people["staff"])
    assert (done.state, done.decided_on, done.appeal_until) == ("decided", TODAY, clocks.after(TODAY, 10))
    with pytest.raises(DomainError, match="may be appealed until"):
        grievances.close(grievance_id=done.pk, by=people["staff"])
    grievances.appeal(grievance_id=done.pk, text="Please look again.", by=people["end_user"])
    with pytest.raises(DomainError, match="decision on the appeal"):
        grievances.close(grievance_id=done.pk, by=people["staff"])
    closed = grievances.close(grievance_id=done.pk, decision="It stays so.", by=people["staff"])
    assert (closed.state, closed.appeal_decided_on) == ("closed", TODAY)


def test_steps_are_not_left_out_and_not_taken_by_others(people, grievance):
    with pytest.raises(WrongState):
        grievances.decide(grievance_id=grievance.pk, outcome="upheld", decision="Yes.", by=people["staff"])
    with pytest.raises(PermissionDenied):
        grievances.acknowledge(grievance_id=grievance.pk, by=people["end_user"])
    with pytest.raises(Grievance.DoesNotExist):
        grievances.acknowledge(grievance_id=grievance.pk, by=people["cho_lead"])


def test_client_data_is_refused_in_each_text(people, grievance):
    with pytest.raises(ValidationError) as caught:
        file(people["end_user"], wanted="Call 614-555-0123")
    assert list(caught.value.message_dict) == ["wanted"]
    decided(grievance, people["staff"])
    with pytest.raises(ValidationError):
        grievances.appeal(grievance_id=grievance.pk, text="Client Mary says so.", by=people["end_user"])


def test_the_last_day_to_appeal_and_what_the_night_closes(people, grievance):
    decided(grievance, people["staff"])
    Grievance.objects.update(appeal_until=TODAY)
    assert nightly.close_grievances(TODAY) == 0
    Grievance.objects.update(appeal_until=TODAY - days(1))
    with pytest.raises(DomainError, match="could be appealed until"):
        grievances.appeal(grievance_id=grievance.pk, text="Please look again.", by=people["end_user"])
    assert nightly.close_grievances(TODAY) == 1
    assert nightly.close_grievances(TODAY) == 0
    grievance.refresh_from_db()
    assert grievance.state == "closed"


def test_its_sender_says_how_content_they_are_once_it_is_decided(people, grievance):
    with pytest.raises(DomainError, match="once it is decided"):
        grievances.rate(grievance_id=grievance.pk, satisfaction=5, by=people["end_user"])
    decided(grievance, people["staff"])
    with pytest.raises(DomainError, match="1 to 5"):
        grievances.rate(grievance_id=grievance.pk, satisfaction=6, by=people["end_user"])
    assert grievances.rate(grievance_id=grievance.pk, satisfaction=4, by=people["end_user"]).satisfaction == 4


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"acknowledge_by": TODAY + days(9)}, "met"),
        ({"acknowledge_by": TODAY}, "due_soon"),
        ({"acknowledge_by": TODAY - days(1)}, "overdue"),
        ({"acknowledge_by": TODAY - days(1), "acknowledged_on": TODAY, "decide_by": TODAY + days(9)}, "met"),
        ({"acknowledged_on": TODAY, "decide_by": TODAY - days(1)}, "overdue"),
        ({"acknowledged_on": TODAY, "decided_on": TODAY, "decide_by": TODAY - days(1)}, "met"),
    ],
)
def test_the_requirement_follows_the_clock_that_runs(people, grievance, changes, expected):
    Grievance.objects.update(**changes)
    assert requirements.grievances_in_time(Evaluation(as_of=TODAY)).get().result == expected


def test_a_late_appeal_fails_it_and_without_grievances_it_is_not_asked(people, tenant):
    def result():
        return requirements.grievances_in_time(Evaluation(as_of=TODAY)).get().result

    assert result() == "not_applicable"
    decided(file(people["end_user"])[0], people["staff"])
    assert result() == "met"
    Grievance.objects.update(state="appealed", appealed_on=TODAY, decide_appeal_by=TODAY - days(1))
    assert result() == "overdue"
    assert Status.objects.get(requirement="grievances-in-time").state == "met", "as it was when it last moved"


def test_anybody_files_follows_appeals_and_rates_by_code(client, people, tenant):
    page = client.post(URL, {"complainant": "client", "subject": "privacy", "what": "Nobody told me who reads it."})
    made = Grievance.objects.get()
    key = {"number": made.number, "code": page.context["code"]}
    assert "Received" in client.post("/p/north/follow/", key).content.decode()
    decided(made, people["staff"])
    shown = client.post("/p/north/follow/", key).content.decode()
    assert "You are right." in shown
    assert "We asked." not in shown
    refused = client.post("/p/north/follow/", {**key, "do": "appeal", "what": "Client Mary says so."})
    assert refused.status_code == 422
    rated = client.post("/p/north/follow/", {**key, "do": "rate", "rate": "2"})
    assert "Thank you." in rated.content.decode()
    appealed = client.post("/p/north/follow/", {**key, "do": "appeal", "what": "Please look again."})
    assert "Your appeal arrived." in appealed.content.decode()
    made.refresh_from_db()
    assert (made.state, made.satisfaction, made.appeal) == ("appealed", 2, "Please look again.")


def test_the_form_speaks_spanish(client, tenant):
    page = client.get(f"{URL}?lang=es").content.decode()
    assert '<html lang="es">' in page
    assert "Presentar una queja" in page
    client.post(
        f"{URL}?lang=es", {"complainant": "client", "subject": "privacy", "what": "Nadie me dijo quién lo lee."}
    )
    assert Grievance.objects.get().language == "es"


def test_a_wrong_code_opens_nothing(client, people, grievance):
    assert client.post("/p/north/follow/", {"number": grievance.number, "code": "A"}).status_code == 422
    with pytest.raises(Grievance.DoesNotExist):
        grievances.appeal(grievance_id=grievance.pk, text="Please.", code="A")
