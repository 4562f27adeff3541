"""Business hours: edges of the day, weekends, holidays and the days they are observed, time zones, changes of the clock."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from hmislead.access.scopes import ROBOT
from hmislead.notices import hours
from hmislead.notices.hours import BusinessHours
from hmislead.tenancy.operations import change_setting

EAST, HAWAII = zoneinfo.ZoneInfo("America/New_York"), zoneinfo.ZoneInfo("Pacific/Honolulu")
WEEKDAYS = frozenset(range(5))


def calendar(zone=EAST, opens=dt.time(8), closes=dt.time(17), days=WEEKDAYS, closed_on=(), federal=True):
    return BusinessHours(zone, opens, closes, frozenset(days), frozenset(closed_on), federal)


def at(text, zone=EAST):
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-06-15T07:59:59", False),  # a Monday
        ("2026-06-15T08:00:00", True),
        ("2026-06-15T16:59:59", True),
        ("2026-06-15T17:00:00", False),
        ("2026-06-13T12:00:00", False),  # Saturday
        ("2026-06-14T12:00:00", False),  # Sunday
        ("2026-06-19T12:00:00", False),  # Juneteenth
        ("2026-07-03T12:00:00", False),  # Independence Day, observed on Friday
        ("2027-12-31T12:00:00", False),  # New Year's Day of the next year, observed
        ("2028-02-29T12:00:00", True),
    ],
)
@pytest.mark.parametrize("zone", [EAST, HAWAII])
def test_open_and_closed(moment, open_, zone):
    assert calendar(zone).is_open(at(moment, zone)) is open_


def test_the_same_moment_is_open_in_one_zone_and_not_in_another():
    moment = at("2026-06-15T09:00:00")
    assert calendar(EAST).is_open(moment)
    assert not calendar(HAWAII).is_open(moment)


@pytest.mark.parametrize(
    ("moment", "next_open"),
    [
        ("2026-06-15T09:30:00", "2026-06-15T09:30:00"),
        ("2026-06-15T06:00:00", "2026-06-15T08:00:00"),
        ("2026-06-15T17:00:00", "2026-06-16T08:00:00"),
        ("2026-06-12T17:00:00", "2026-06-15T08:00:00"),  # over a weekend
        ("2026-06-18T18:00:00", "2026-06-22T08:00:00"),  # over Juneteenth and the weekend
        ("2026-12-24T17:00:00", "2026-12-28T08:00:00"),  # over Christmas, a Friday
        ("2026-03-06T17:00:00", "2026-03-09T08:00:00"),  # the clock goes forward in between
        ("2026-10-30T17:00:00", "2026-11-02T08:00:00"),  # and back
    ],
)
def test_mail_waits_for_the_next_opening(moment, next_open):
    assert calendar().next_open(at(moment)) == at(next_open)


def test_days_closed_by_hand_are_closed():
    closed = calendar(closed_on=[dt.date(2026, 6, 15), dt.date(2026, 6, 16)])
    assert closed.next_open(at("2026-06-15T09:00:00")) == at("2026-06-17T08:00:00")


def test_federal_holidays_count_only_when_the_lead_says_so():
    assert calendar(federal=False).is_open(at("2026-06-19T12:00:00"))


def test_an_opening_is_always_later_than_the_moment():
    assert calendar().next_opening(at("2026-06-15T08:00:00")) == at("2026-06-16T08:00:00")
    assert calendar().next_opening(at("2026-06-15T07:59:59")) == at("2026-06-15T08:00:00")


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-06-17T10:00:00", "2026-06-22T08:00:00"),
        ("2026-06-15T07:00:00", "2026-06-15T08:00:00"),
        ("2026-06-15T08:00:00", "2026-06-22T08:00:00"),
        ("2026-05-20T10:00:00", "2026-05-26T08:00:00"),  # Monday the 25th is Memorial Day
    ],
)
def test_the_weekly_mail_leaves_on_the_first_working_day_of_a_week(moment, opening):
    assert calendar().next_week_opening(at(moment)) == at(opening)


@pytest.mark.parametrize(
    ("before", "since", "last"),
    [
        ("2026-06-15T12:00:00", "2026-06-15T09:00:00", "2026-06-15T12:00:00"),
        ("2026-06-15T22:00:00", "2026-06-15T09:00:00", "2026-06-15T16:30:00"),
        ("2026-06-14T12:00:00", "2026-06-12T09:00:00", "2026-06-12T16:30:00"),  # Sunday: on Friday
        ("2026-06-14T12:00:00", "2026-06-13T09:00:00", None),  # no working time left
        ("2026-06-15T22:00:00", "2026-06-15T16:45:00", None),
    ],
)
def test_a_warning_leaves_in_the_last_working_time_before_its_moment(before, since, last):
    assert calendar().last_open(at(before), since=at(since)) == (at(last) if last else None)


def test_hours_that_end_before_they_begin_end_at_midnight():
    odd = calendar(opens=dt.time(17), closes=dt.time(8))
    assert odd.is_open(at("2026-06-15T23:59:00"))
    assert not odd.is_open(at("2026-06-16T00:00:00"))


def test_a_calendar_without_a_working_day_still_sends_some_day():
    assert calendar(days=()).next_opening(at("2026-06-15T09:00:00")) == at("2026-06-16T08:00:00")


def test_the_settings_make_the_calendar(tenant):
    for key, value in (("hours.opens", "09:30"), ("hours.days", [1, 2]), ("hours.closed_on", ["2026-06-16"])):
        change_setting(key=key, value=value, by=ROBOT)
    made = hours.current()
    assert made.next_open(at("2026-06-15T12:00:00")) == at("2026-06-17T09:30:00")
