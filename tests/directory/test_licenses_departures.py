"""The departure clock: when it starts, what stops it, how late it is, and how a mistaken report is taken back."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.compliance.models import Run, Task
from hmislead.compliance.nights import AFTER
from hmislead.directory.departure_words import clock, late_words
from hmislead.directory.models import Departure, License
from hmislead.directory.operations import accounts, departures, licenses
from hmislead.errors import DomainError
from hmislead.tenancy.operations import change_setting
from tests.directory.license_samples import license_at

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
NOON = dt.datetime(2027, 5, 12, 16, tzinfo=dt.UTC)  # in New York


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def leaver(agency, noon):
    """Somebody whose account is open in the HMIS."""
    return license_at(agency, account_state="active", observed_on=dt.date(2027, 5, 1))


def report(row, departed_at=NOON - HOUR, by=ROBOT):
    return departures.report_departure(license_id=row.pk, departed_at=departed_at, by=by)


def task_of(row):
    return Task.objects.get(license=row, kind="deactivate_account")


def test_a_departure_ends_the_license_and_asks_for_proof_within_the_hours_of_the_setting(leaver):
    departure = report(leaver)
    leaver.refresh_from_db()
    assert (leaver.state, leaver.terminated_on) == ("terminated", dt.date(2027, 5, 12))
    assert departure.due_at == NOON - HOUR + 24 * HOUR
    assert (task_of(leaver).due_at, task_of(leaver).closed_at) == (departure.due_at, None)
    assert (clock(departure), late_words(departure)) == ("open", "")


def test_the_hours_are_a_setting(leaver):
    change_setting(key="departure.hours", value=4, by=ROBOT)
    assert report(leaver).due_at == NOON + 3 * HOUR


@pytest.mark.parametrize(
    ("zone", "departed_at", "last_day"),
    [
        ("America/New_York", dt.datetime(2027, 3, 1, 3, 30, tzinfo=dt.UTC), dt.date(2027, 2, 28)),
        ("Asia/Tokyo", dt.datetime(2027, 3, 1, 3, 30, tzinfo=dt.UTC), dt.date(2027, 3, 1)),
        ("America/New_York", dt.datetime(2024, 3, 1, 3, 30, tzinfo=dt.UTC), dt.date(2024, 2, 29)),
    ],
)
def test_the_license_ends_on_the_local_day_of_the_departure(tenant, leaver, zone, departed_at, last_day):
    tenant.timezone = zone
    report(leaver, departed_at)
    leaver.refresh_from_db()
    assert leaver.terminated_on == last_day


def test_hours_are_counted_over_the_change_of_the_clocks(leaver, noon):
    """24 hours are 24 hours on the night New York loses one."""
    saturday_noon = dt.datetime(2027, 3, 13, 17, tzinfo=dt.UTC)
    assert report(leaver, saturday_noon).due_at - saturday_noon == 24 * HOUR


@pytest.mark.parametrize(
    ("proved_after", "sign", "late"),
    [
        (24 * HOUR, "proven", ""),
        (24 * HOUR + dt.timedelta(minutes=1), "late", "less than an hour"),
        (26 * HOUR, "late", "2 hours"),
    ],
)
def test_proof_is_late_from_the_first_minute_after_the_clock(leaver, noon, proved_after, sign, late):
    departure = report(leaver)
    noon.move_to(NOON + 3 * DAY)
    done = departure.departed_at + proved_after
    departures.prove_deactivation(departure_id=departure.pk, statement="Deactivated it.", done_at=done, by=ROBOT)
    departure.refresh_from_db()
    assert (departure.proved_at, clock(departure), late_words(departure)) == (done, sign, late)


def test_without_proof_it_gets_later_and_later(leaver, noon):
    departure = report(leaver)
    noon.move_to(NOON + 4 * DAY)
    assert (clock(departure), late_words(departure)) == ("overdue", "3 days")


def test_a_statement_on_the_task_stops_the_clock_and_is_seen_on_the_account(leaver, people):
    departure = report(leaver, by=people["cho_lead"])
    departures.prove_deactivation(departure_id=departure.pk, statement="I did it myself.", by=people["cho_lead"])
    leaver.refresh_from_db()
    task = task_of(leaver)
    assert (task.proof_kind, task.proof, task.closed_by) == ("stated", "I did it myself.", people["cho_lead"])
    assert (leaver.account_state, leaver.observed_on) == ("inactive", dt.date(2027, 5, 12))
    assert not Departure.objects.filter(proved_at=None).exists()


@pytest.mark.parametrize(
    ("seen", "observed_on", "proves"),
    [
        ("inactive", dt.date(2027, 5, 12), True),
        ("missing", dt.date(2027, 5, 12), True),
        ("locked", dt.date(2027, 5, 12), False),
        ("active", dt.date(2027, 5, 12), False),
        ("inactive", dt.date(2027, 5, 11), False),
    ],
)
def test_a_roster_proves_what_it_saw_on_or_after_the_day(leaver, noon, seen, observed_on, proves):
    departure = report(leaver)
    noon.move_to(NOON + 5 * DAY)
    accounts.observe_account(license_id=leaver.pk, account_state=seen, observed_on=observed_on, by=ROBOT)
    departure.refresh_from_db()
    assert (departure.proved_at is not None) is proves
    assert task_of(leaver).proof_kind == ("observed" if proves else "")
    # An account that is seen open is no new task while one asks for the same.
    assert Task.objects.filter(license=leaver).count() == 1


@pytest.mark.parametrize("account", ["inactive", "missing"])
def test_an_account_that_is_shut_already_needs_no_proof(agency, noon, account):
    row = license_at(agency, account_state=account, observed_on=dt.date(2027, 5, 1))
    departure = report(row)
    assert (clock(departure), Task.objects.filter(license=row).count()) == ("proven", 0)


def test_an_announced_departure_changes_nothing_until_its_night(leaver, noon):
    departure = report(leaver, NOON + 3 * DAY)
    leaver.refresh_from_db()
    assert (leaver.state, departure.is_ahead, clock(departure)) == ("active", True, "waiting")
    assert departure.due_at == NOON + 4 * DAY
    night = dict(AFTER)["departures"]
    noon.move_to(NOON + 3 * DAY - dt.timedelta(minutes=1))
    night(Run())
    leaver.refresh_from_db()
    assert leaver.state == "active"
    noon.move_to(NOON + 3 * DAY)
    night(Run())
    night(Run())
    leaver.refresh_from_db()
    departure.refresh_from_db()
    assert (leaver.state, leaver.terminated_on) == ("terminated", dt.date(2027, 5, 15))
    assert (task_of(leaver).due_at, departure.license_was) == (departure.due_at, "active")


def test_an_announced_departure_of_a_license_that_the_lead_ended_before_keeps_its_clock(leaver, noon):
    departure = report(leaver, NOON + DAY)
    licenses.terminate_license(license_id=leaver.pk, reason="Not needed", by=ROBOT)
    noon.move_to(NOON + 2 * DAY)
    departures.carry_out_departures()
    leaver.refresh_from_db()
    departure.refresh_from_db()
    assert (leaver.terminated_on, departure.license_was, departure.proved_at) == (
        dt.date(2027, 5, 12),
        "terminated",
        None,
    )
    assert task_of(leaver).due_at == departure.due_at
    departures.prove_deactivation(departure_id=departure.pk, statement="Deactivated it.", by=ROBOT)
    assert not Departure.objects.filter(proved_at=None).exists()


@pytest.mark.parametrize("state", ["active", "suspended", "blocked", "requested"])
def test_a_mistaken_report_is_taken_back_on_its_day(agency, people, noon, state):
    row = license_at(agency, state=state, account_state="active")
    departure = report(row, by=people["cho_lead"])
    departures.undo_departure(departure_id=departure.pk, by=people["cho_lead"])
    row.refresh_from_db()
    assert (row.state, row.terminated_on) == (state, None)
    assert not Departure.objects.exists()
    assert task_of(row).proof_kind == "moot"
    assert Task.objects.open().filter(license=row, kind="lock_account").exists() is (state == "suspended")


@pytest.mark.parametrize(("hours", "possible"), [(11, True), (12, False)])
def test_the_next_local_day_is_too_late_to_take_it_back(leaver, noon, hours, possible):
    """Noon in New York: eleven hours on it is still that day, twelve hours on it is midnight."""
    departure = report(leaver)
    noon.move_to(NOON + hours * HOUR)
    with nullcontext() if possible else pytest.raises(DomainError, match="on the day it was made"):
        departures.undo_departure(departure_id=departure.pk, by=ROBOT)


def test_after_proof_a_report_stays(leaver):
    departure = report(leaver)
    departures.prove_deactivation(departure_id=departure.pk, statement="Deactivated it.", by=ROBOT)
    with pytest.raises(DomainError, match="proved shut"):
        departures.undo_departure(departure_id=departure.pk, by=ROBOT)


def test_an_announced_departure_is_taken_back_on_any_day_before(leaver, noon):
    departure = report(leaver, NOON + 9 * DAY)
    noon.move_to(NOON + 5 * DAY)
    departures.undo_departure(departure_id=departure.pk, by=ROBOT)
    leaver.refresh_from_db()
    assert leaver.state == "active"
    assert not Departure.objects.exists()


def test_a_departure_is_reported_once(leaver):
    report(leaver, NOON + DAY)
    with pytest.raises(DomainError, match="reported already"):
        report(leaver)
    assert Departure.objects.count() == 1


def test_a_person_may_leave_one_agency_and_stay_at_another(leaver, neighbour):
    other = license_at(neighbour, person=leaver.person)
    departures.report_departures(
        person_id=leaver.person_id, organization_id=leaver.organization_id, departed_at=NOON - HOUR, by=ROBOT
    )
    assert set(License.objects.living().filter(person=leaver.person)) == {other}


REPORTERS = {"administrator", "staff", "cho_lead", "security_officer"}


@pytest.mark.parametrize(
    "role",
    ["administrator", "staff", "cho_lead", "security_officer", "neighbour_lead", "coc_staff", "end_user", "auditor"],
)
def test_who_reports_proves_and_takes_back(people, leaver, role):
    allowed = role in REPORTERS
    refused = pytest.raises((PermissionDenied, ObjectDoesNotExist))
    with nullcontext() if allowed else refused:
        departures.undo_departure(departure_id=report(leaver, by=people[role]).pk, by=people[role])
    departure = report(leaver)
    with nullcontext() if allowed else refused:
        departures.undo_departure(departure_id=departure.pk, by=people[role])
    if allowed:
        departure = report(leaver)
    with nullcontext() if allowed else refused:
        departures.prove_deactivation(departure_id=departure.pk, statement="Deactivated it.", by=people[role])
    assert Departure.objects.filter(proved_at__isnull=False).exists() is allowed


def test_a_departure_in_setup_is_carried_out_for_it_was_reported_by_somebody(tenant, leaver, noon):
    tenant.state = "setup"
    report(leaver, timezone.now() + HOUR)
    noon.move_to(NOON + 2 * HOUR)
    assert departures.carry_out_departures() == 1
