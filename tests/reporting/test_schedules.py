"""Monthly reports: due once a month, after the night, in each implementation's own time."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from hmislead.compliance import engine
from hmislead.errors import DomainError
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.tenancy.models import Crossing, Implementation
from reporting.models import Kind, Report, ReportSchedule
from reporting.operations import schedules
from tests import factories

pytestmark = pytest.mark.django_db


def at(day, hour=12):
    """Noon of a day in New York, where the tests' implementation is."""
    return dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00-05:00")


@pytest.fixture
def schedule(agency, people):
    """Harbor House's own lead has its report made on the 5th, since 1 January 2027."""
    with time_machine.travel(at("2027-01-01"), tick=False):
        return schedules.create_schedule(
            kind=Kind.CHO, organization_id=agency.pk, day_of_month=5, by=people["cho_lead"]
        )


def start(day):
    """What the day's look starts; the reports of this day."""
    with time_machine.travel(at(day), tick=False):
        while schedules.start_month(None):
            pass
        return sorted(Report.objects.filter(as_of=day).values_list("number", flat=True))


def test_a_report_is_made_on_its_day_and_once_a_month(schedule):
    assert start("2027-01-04") == []
    assert start("2027-01-05") == ["R-2027-001"]
    assert start("2027-01-05") == ["R-2027-001"]
    assert start("2027-01-06") == []
    assert start("2027-02-05") == ["R-2027-002"]
    assert [str(row.period) for row in Report.objects.order_by("number")] == ["2027-01-01", "2027-02-01"]
    assert {row.requested_by_id for row in Report.objects.all()} == {schedule.created_by_id}


def test_a_day_that_was_missed_is_made_up_for_in_the_same_month(schedule):
    assert start("2027-02-17") == ["R-2027-001"]
    assert Report.objects.get().period == dt.date(2027, 2, 1)
    assert start("2027-02-28") == []


def test_a_month_whose_day_was_over_when_it_was_set_up_is_left_out(agency, people):
    with time_machine.travel(at("2027-03-06"), tick=False):
        schedules.create_schedule(kind=Kind.CHO, organization_id=agency.pk, day_of_month=5, by=people["cho_lead"])
    assert start("2027-03-07") == []
    assert len(start("2027-04-05")) == 1


def test_a_paused_schedule_makes_none_and_resumes_in_the_name_of_who_resumes_it(schedule, people):
    with time_machine.travel(at("2027-01-02"), tick=False):
        schedules.pause_schedule(schedule_id=schedule.pk, by=people["cho_lead"])
        with pytest.raises(DomainError):
            schedules.pause_schedule(schedule_id=schedule.pk, by=people["cho_lead"])
    assert start("2027-01-05") == []
    with time_machine.travel(at("2027-01-20"), tick=False):
        schedules.resume_schedule(schedule_id=schedule.pk, by=people["staff"])
    assert start("2027-01-20") == []
    assert len(start("2027-02-05")) == 1
    assert Report.objects.get().requested_by == people["staff"]


def test_all_agencies_means_one_report_each(agency, neighbour, people):
    with time_machine.travel(at("2027-01-01"), tick=False):
        schedules.create_schedule(kind=Kind.CHO, day_of_month=1, by=people["staff"])
    assert len(start("2027-01-01")) == 2
    late = factories.OrganizationFactory(name="Late Comer")
    factories.OrganizationRoleFactory(organization=late, role="cho")
    assert len(start("2027-01-02")) == 1  # an agency that came in this month gets its own, the others none
    assert {row.organization.name for row in Report.objects.all()} == {
        "Harbor House",
        "Neighbor Services",
        "Late Comer",
    }


def test_the_same_schedule_cannot_be_set_up_twice(schedule, agency, people):
    with pytest.raises(DomainError, match="already"):
        schedules.create_schedule(kind=Kind.CHO, organization_id=agency.pk, day_of_month=9, by=people["staff"])


@pytest.mark.parametrize(("day", "refused"), [(0, True), (1, False), (28, False), (29, True)])
def test_the_day_is_one_that_every_month_has(agency, people, day, refused):
    ask = {"kind": Kind.CHO, "organization_id": agency.pk, "day_of_month": day, "by": people["staff"]}
    if refused:
        with pytest.raises(DomainError, match="1 to 28"):
            schedules.create_schedule(**ask)
    else:
        assert schedules.create_schedule(**ask).day_of_month == day


ONE, EVERY, SHARE, ALL = "one agency", "every agency", "the share", "everything"
MAY = {
    "staff": {ONE, EVERY, SHARE, ALL},
    "cho_lead": {ONE},
    "coc_staff": {ONE, SHARE},
    "neighbour_lead": set(),
    "auditor": set(),
    "end_user": set(),
}


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("what", [ONE, EVERY, SHARE, ALL])
def test_who_may_set_up_what_and_sees_it(agency, coc, people, role, what):
    ask = {
        ONE: {"kind": Kind.CHO, "organization_id": agency.pk},
        EVERY: {"kind": Kind.CHO},
        SHARE: {"kind": Kind.IMPLEMENTATION, "coc_id": coc.pk},
        ALL: {"kind": Kind.IMPLEMENTATION},
    }[what]
    if what in MAY[role]:
        made = schedules.create_schedule(day_of_month=1, by=people[role], **ask)
        assert made in ReportSchedule.objects.visible_to(people[role])
    else:
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            schedules.create_schedule(day_of_month=1, by=people[role], **ask)
        made = schedules.create_schedule(day_of_month=1, by=people["staff"], **ask)
        assert (made in ReportSchedule.objects.visible_to(people[role])) is (role == "auditor")
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            schedules.pause_schedule(schedule_id=made.pk, by=people[role])


def night_is_over(implementation, day, state="done"):
    Job.objects.create(
        kind="compliance.run",
        implementation=implementation,
        subject_id=implementation.pk,
        key=f"night:{implementation.pk}:{day}",
        state=state,
    )


def test_an_implementation_is_looked_at_once_its_night_is_over_and_once_a_day(implementation, other_implementation):
    # The database's own clock tells the local day, so the night is that of the real today.
    day = dt.datetime.now(implementation.zone).date()
    assert schedules.start_due_reports() == 0
    night_is_over(implementation, day, state="running")
    assert schedules.start_due_reports() == 0
    Job.objects.update(state="done")
    assert schedules.start_due_reports() == 1
    assert schedules.start_due_reports() == 0
    assert [row.implementation for row in Crossing.objects.all()] == [implementation]
    assert Job.objects.filter(kind=schedules.START).count() == 1


def test_the_local_day_is_the_implementations_own(implementation, db):
    """Kiritimati is a day ahead of Honolulu for most of the day: the look belongs to the local date."""
    Implementation.objects.filter(pk=implementation.pk).update(timezone="Pacific/Kiritimati")
    west = factories.ImplementationFactory(slug="west", timezone="Pacific/Honolulu")
    implementation.refresh_from_db()
    for each in (implementation, west):
        night_is_over(each, dt.datetime.now(each.zone).date())
    assert schedules.start_due_reports() == 2
    keys = set(Job.objects.filter(kind=schedules.START).values_list("key", flat=True))
    assert keys == {f"reports:{each.pk}:{dt.datetime.now(each.zone).date()}" for each in (implementation, west)}


def test_from_the_look_to_the_finished_report(implementation, agency, people):
    today = dt.datetime.now(implementation.zone).date()
    engine.evaluate_all(today)
    made = schedules.create_schedule(
        kind=Kind.CHO, organization_id=agency.pk, day_of_month=min(today.day, 28), by=people["cho_lead"]
    )
    ReportSchedule.objects.filter(pk=made.pk).update(runs_from=today.replace(day=1))
    look = jobs.enqueue(schedules.START, subject_id=implementation.pk, key="reports:test")
    assert jobs.run(look.pk)
    report = Report.objects.get(schedule=made)
    assert jobs.run(Job.objects.get(subject_id=report.pk).pk)
    report.refresh_from_db()
    assert (report.state, report.names_people) == ("done", True)


def test_a_closed_implementation_starts_nothing(implementation):
    night_is_over(implementation, dt.datetime.now(implementation.zone).date())
    Implementation.objects.filter(pk=implementation.pk).update(state="closed")
    assert schedules.start_due_reports() == 0


def test_the_next_day_is_told(schedule):
    def told():
        return schedules.next_day(ReportSchedule.objects.for_list().get(pk=schedule.pk))

    with time_machine.travel(at("2027-01-05"), tick=False):
        assert told() == dt.date(2027, 1, 5)
    start("2027-01-05")
    with time_machine.travel(at("2027-01-05"), tick=False):
        assert told() == dt.date(2027, 2, 5)
    with time_machine.travel(at("2027-12-06"), tick=False):
        assert told() == dt.date(2028, 1, 5)
