"""Reminders after the night: every point on both sides of its boundary, once, to the right people, without names."""

from __future__ import annotations

import datetime as dt

import pytest

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.compliance import nights
from hmislead.compliance.models import Run, Status
from hmislead.notices import reminders
from hmislead.notices.models import Message, Notice, Reminder
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.notices.conftest import moment
from tests.notices.factories import status

DUE = dt.date(2025, 9, 30)
AGREEMENT, TRAINING = "participation-agreement", "training-privacy"
pytestmark = pytest.mark.usefixtures("clock")


def told(user):
    return [notice.sentence for notice in Notice.objects.filter(user=user).order_by("pk")]


def night(clock, day, times=1):
    clock.move_to(dt.datetime.combine(day, dt.time(2), tzinfo=moment("2025-01-01").tzinfo))
    for _ in range(times):
        reminders.remind(day)


@pytest.mark.parametrize(
    ("days_before", "point"),
    [
        (91, None),
        (90, 90),
        (61, 90),
        (60, 60),
        (31, 60),
        (30, 30),
        (8, 30),
        (7, 7),
        (1, 7),
        (0, 0),
    ],
)
def test_what_holds_is_reminded_of_at_each_point_before_its_date(people, agency, clock, days_before, point):
    status(AGREEMENT, agency, due_on=DUE)
    night(clock, DUE - dt.timedelta(days=days_before))
    assert list(Reminder.objects.values_list("point", flat=True)) == ([] if point is None else [point])
    assert len(told(people["cho_lead"])) == (point is not None)


@pytest.mark.parametrize(("days_after", "point"), [(0, 0), (1, 0), (6, 0), (7, -7), (13, -7), (14, -14), (400, -399)])
def test_what_is_late_is_reminded_of_again_and_again(people, agency, clock, days_after, point):
    status(AGREEMENT, agency, "overdue", due_on=DUE)
    night(clock, DUE + dt.timedelta(days=days_after))
    assert list(Reminder.objects.values_list("point", flat=True)) == [point]


def test_every_point_is_told_once_however_many_nights_and_runs_there_are(people, agency, clock):
    status(AGREEMENT, agency, due_on=DUE)
    for days in range(95, -1, -1):
        if days == 5:
            Status.objects.update(state="due_soon")
        night(clock, DUE - dt.timedelta(days=days), times=2)
    Status.objects.update(state="overdue")
    for days in range(1, 22):
        night(clock, DUE + dt.timedelta(days=days))
    points = sorted(Reminder.objects.values_list("point", flat=True))
    assert points == [-21, -14, -7, 0, 7, 30, 60, 90]
    assert len(told(people["cho_lead"])) == 8


def test_a_night_that_was_missed_is_made_up_for(people, agency, clock):
    status(AGREEMENT, agency, due_on=DUE)
    night(clock, DUE - dt.timedelta(days=28))
    assert told(people["cho_lead"]) == [
        "Harbor House: Your agency's agreement with the HMIS Lead, due by 30 September 2025."
    ]


def test_a_new_date_begins_anew(people, agency, clock):
    status(AGREEMENT, agency, due_on=DUE)
    night(clock, DUE - dt.timedelta(days=30))
    Status.objects.update(due_on=dt.date(2026, 9, 30))
    night(clock, dt.date(2026, 8, 31))
    assert len(told(people["cho_lead"])) == 2


@pytest.mark.parametrize("state", ["waived", "not_applicable"])
def test_what_is_waived_or_does_not_apply_reminds_nobody(people, agency, clock, state):
    status(AGREEMENT, agency, state, due_on=DUE)
    night(clock, DUE)
    assert not Reminder.objects.exists()


def test_what_never_was_counts_from_the_day_it_is_missing(people, agency, clock):
    status(AGREEMENT, agency, "not_met", since=dt.date(2025, 6, 8))
    night(clock, dt.date(2025, 6, 16))
    assert told(people["cho_lead"]) == ["Harbor House: Your agency's agreement with the HMIS Lead, still missing."]
    assert Reminder.objects.get().point == -7


def test_dates_that_move_with_work_are_told_only_once_due_soon(people, agency, clock):
    row = factories.LicenseFactory(organization=agency)
    status("recent-use", row, due_on=dt.date(2025, 7, 1))
    night(clock, dt.date(2025, 6, 20))
    assert not Reminder.objects.exists()
    Status.objects.update(state="due_soon")
    night(clock, dt.date(2025, 6, 20))
    assert Reminder.objects.count() == 1


def test_the_29th_of_february(people, agency, clock):
    status(AGREEMENT, agency, due_on=dt.date(2028, 2, 29))
    night(clock, dt.date(2028, 2, 21))
    night(clock, dt.date(2028, 2, 22))
    assert sorted(Reminder.objects.values_list("point", flat=True)) == [7, 30]


def test_the_points_are_settings(people, agency, clock):
    change_setting(key="reminders.days_before", value=[45], by=ROBOT)
    change_setting(key="reminders.repeat_after", value=30, by=ROBOT)
    status(AGREEMENT, agency, "overdue", due_on=DUE)
    night(clock, DUE - dt.timedelta(days=45))
    night(clock, DUE + dt.timedelta(days=29))
    night(clock, DUE + dt.timedelta(days=30))
    assert sorted(Reminder.objects.values_list("point", flat=True)) == [-30, 0, 45]


def test_an_agencys_result_goes_to_its_leads_and_contacts(people, agency, neighbour, clock):
    contact = factories.ContactFactory(organization=agency, person__email="director@example.org")
    factories.ContactFactory(organization=agency, person__email="former@example.org", ends_on=dt.date(2025, 1, 1))
    status(AGREEMENT, agency, due_on=DUE)
    night(clock, DUE)
    assert {notice.user for notice in Notice.objects.all()} == {people["cho_lead"]}
    assert {m.address for m in Message.objects.all()} == {people["cho_lead"].email, contact.person.email}


def test_a_persons_result_goes_to_the_person_and_as_a_number_to_the_lead_of_each_agency(
    people, agency, neighbour, clock
):
    person = people["end_user"].people.get()
    factories.LicenseFactory(person=person, organization=neighbour)
    other = factories.LicenseFactory(organization=agency).person
    for each in (person, other):
        status(TRAINING, each, "overdue", due_on=DUE)
    night(clock, DUE + dt.timedelta(days=2))
    assert told(people["end_user"]) == ["For you: Privacy training, was due on 30 September 2025."]
    assert told(people["cho_lead"]) == [
        "Harbor House: Privacy training of 2 people, the first was due on 30 September 2025."
    ]
    assert told(people["neighbour_lead"]) == [
        "Neighbor Services: Privacy training of 1 person, was due on 30 September 2025."
    ]
    assert not told(people["staff"])
    assert Message.objects.filter(address=other.email).exists()


def test_a_license_is_told_to_its_holder_and_the_lead_of_its_own_agency_alone(people, agency, neighbour, clock):
    person = people["end_user"].people.get()
    elsewhere = factories.LicenseFactory(person=person, organization=neighbour)
    status("end-user-agreement", elsewhere, "overdue", due_on=DUE)
    night(clock, DUE)
    assert len(told(people["end_user"])) == len(told(people["neighbour_lead"])) == 1
    assert not told(people["cho_lead"])


def test_results_of_a_coc_go_to_its_staff_and_the_leads(people, coc, tenant, clock):
    elsewhere = factories.member(tenant, "elsewhere")
    access_operations.grant_role(user=elsewhere, role="coc_staff", coc=factories.CoCFactory(number="OH-999"), by=ROBOT)
    status("hmis-lead-designated", coc, "not_met", since=dt.date(2025, 6, 16))
    night(clock, dt.date(2025, 6, 16))
    assert {notice.user for notice in Notice.objects.all()} == {
        people[n] for n in ("coc_staff", "staff", "administrator")
    }


def test_results_of_the_implementation_go_to_the_lead(people, tenant, clock):
    status("roster-fresh", tenant, "overdue", due_on=DUE)
    night(clock, DUE)
    assert {notice.user for notice in Notice.objects.all()} == {people["staff"], people["administrator"]}
    assert told(people["staff"]) == ["North: User roster compared with the HMIS, due today."]


def test_one_person_gets_one_mail_a_day(people, agency, clock):
    for code in (AGREEMENT, "contacts", "active-project"):
        status(code, agency, "overdue", due_on=DUE)
    night(clock, DUE)
    message = Message.objects.get(address=people["cho_lead"].email)
    assert (len(message.items), message.not_before) == (3, moment("2025-09-30T08:00"))


def test_no_mail_names_another_person(people, agency, clock):
    named = factories.LicenseFactory(
        organization=agency, person__first_name="Quentin", person__last_name="Zimmermann"
    ).person
    status(TRAINING, named, "overdue", due_on=DUE)
    night(clock, DUE)
    everything = "".join(m.subject + m.text + m.html for m in Message.objects.all()) + "".join(told(people["cho_lead"]))
    assert "Zimmermann" not in everything
    assert "Quentin" not in everything


def test_in_setup_people_are_reminded_on_the_site_alone(people, agency, tenant, clock):
    tenant.state = "setup"
    tenant.save()
    status(AGREEMENT, agency, "overdue", due_on=DUE)
    night(clock, DUE)
    assert told(people["cho_lead"])
    assert not Message.objects.exists()


def test_every_night_ends_with_reminders(people, agency, clock):
    run = Run.objects.create(kind="night", as_of=DUE)
    status(AGREEMENT, agency, "overdue", due_on=DUE)
    dict(nights.AFTER)["reminders"](run)
    assert told(people["cho_lead"])


def test_more_agencies_cost_no_more_questions_before_mail_is_written(
    people, agency, clock, django_assert_max_num_queries
):
    for number in range(12):
        organization = factories.OrganizationFactory(name=f"Agency {number}")
        factories.OrganizationRoleFactory(organization=organization)
        access_operations.grant_role(user=people["cho_lead"], role="cho_lead", organization=organization, by=ROBOT)
        status(AGREEMENT, organization, "overdue", due_on=DUE)
    with django_assert_max_num_queries(45):
        night(clock, DUE)
    assert len(told(people["cho_lead"])) == 12
