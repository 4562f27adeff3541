"""States, days and moments in words."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from hmislead.web import states
from hmislead.web.templatetags import web as words

TODAY = dt.date(2027, 3, 14)


@pytest.fixture
def noon():
    with time_machine.travel(dt.datetime(2027, 3, 14, 16, tzinfo=dt.UTC), tick=False):
        yield


@pytest.mark.parametrize("state", states.SIGNS)
def test_every_state_shows_an_icon_the_sprite_has_and_a_word(state):
    sign = states.sign(state)
    with open("static/vendor/uswds/img/sprite.svg") as sprite:
        assert f'id="{sign.icon}"' in sprite.read()
    drawn = str(words.chip(state))
    assert f"#{sign.icon}" in drawn
    assert drawn.endswith(f"{sign.word}</span>")


def test_states_of_one_tone_differ_by_icon_where_the_difference_matters():
    assert states.sign("overdue").icon != states.sign("not_met").icon
    assert states.sign("suspended").icon != states.sign("blocked").icon


@pytest.mark.parametrize("written", ["due_soon", "DUE_SOON", "Due soon", "due-soon"])
def test_a_state_is_known_however_it_is_written(written):
    assert states.sign(written).word == "due soon"


def test_a_state_nobody_listed_shows_its_own_words():
    assert states.sign("on_the_shelf") == states.Sign("on the shelf", "label", states.QUIET)
    assert states.sign("waiting_for_board").icon == "hourglass_empty"


def test_a_chip_escapes_the_words_it_is_given():
    assert "&lt;b&gt;" in words.chip("waiting", "waiting for <b>Harbor</b>")


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (12, "in 12 days"), (-3, "3 days ago"), (45, "in 45 days")],
)
def test_a_near_day_says_how_far_and_keeps_the_exact_date(noon, days, said):
    day = TODAY + dt.timedelta(days=days)
    drawn = words.day(day, "relative")
    assert f">{said}<" in drawn
    assert f'title="{words.long_date(day)}"' in drawn
    assert f"({words.long_date(day)})" in drawn


def test_a_far_day_is_shown_exactly(noon):
    assert words.day(TODAY + dt.timedelta(days=46), "relative") == '<time datetime="2027-04-29">29 April 2027</time>'


@pytest.mark.parametrize(("zone", "day"), [("America/New_York", "13 March 2027"), ("Pacific/Guam", "14 March 2027")])
def test_a_moment_falls_on_the_day_it_has_in_the_implementations_zone(zone, day):
    # 03:30 UTC is the evening before in Ohio and past noon on Guam.
    at = dt.datetime(2027, 3, 14, 3, 30, tzinfo=dt.UTC)
    with timezone.override(ZoneInfo(zone)):
        assert day in words.day(at)
        assert day in words.moment(at)


@pytest.mark.parametrize(("hour", "said"), [(0, "12:05 am"), (11, "11:05 am"), (12, "12:05 pm"), (13, "1:05 pm")])
def test_a_moment_is_told_on_a_twelve_hour_clock(hour, said):
    at = dt.datetime(2027, 3, 14, hour, 5, tzinfo=dt.UTC)
    with timezone.override(dt.UTC):
        assert said in words.moment(at)


def test_nothing_shows_as_a_dash():
    assert words.day(None) == words.moment(None) == "–"


@pytest.mark.parametrize(("number", "said"), [(0, "0 agencies"), (1, "1 agency"), (1200, "1,200 agencies")])
def test_counts_agree_with_their_noun(number, said):
    template = Template('{% load web %}{{ number|count_of:"agency,agencies" }}')
    assert template.render(Context({"number": number})) == said
