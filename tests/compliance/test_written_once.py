"""SQL that is kept and moved to another day must be the SQL that would be written on that day."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
import time_machine
from psycopg.types.json import Jsonb

from hmislead.access.scopes import ROBOT
from hmislead.compliance import engine, registry
from hmislead.compliance.moving_day import MovingDay, moved
from hmislead.compliance.registry import Evaluation
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting

FIRST = dt.date(2027, 11, 30)
# Month ends, a leap day, new year, and both sides of the training window that the settings below open.
DAYS = [dt.date.fromisoformat(day) for day in ("2028-02-29", "2028-01-01", "2027-12-31", "2027-09-30", "2027-07-01")]
OTHERWISE = {
    "training.privacy.mode": "window",
    "inactivity.unit": "months",
    "end_user_agreement.per": "person",
    "vsp.licenses": "read_only",
}


@pytest.mark.django_db
@pytest.mark.parametrize("decided", [{}, OTHERWISE])
def test_each_requirement_asks_the_same_whether_its_sql_was_moved_or_written_anew(tenant, decided, monkeypatch):
    monkeypatch.setattr(engine, "_written", {})
    with time_machine.travel(dt.datetime(2027, 1, 1, 12, tzinfo=dt.UTC)):
        for key, value in decided.items():
            change_setting(key=key, value=value, effective_from=dt.date(2027, 1, 1), by=ROBOT)
    for requirement in registry.ordered():
        engine._subselect(requirement, Evaluation(as_of=FIRST))
        for day in DAYS:
            kept = engine._subselect(requirement, Evaluation(as_of=day))
            anew = engine._write(requirement, requirement.evaluate(Evaluation(as_of=day)))
            assert _plain(kept) == _plain(anew), (requirement, day)
            assert not any(isinstance(value, MovingDay) for value in kept[1].values())


def _plain(written):
    """A statement and its values; of JSON what it holds, for its wrappers are never equal."""
    sql, values = written
    return sql, {name: value.obj if isinstance(value, Jsonb) else value for name, value in values.items()}


@pytest.mark.django_db
def test_most_requirements_are_written_once_and_those_that_look_at_the_day_once_a_day(tenant, monkeypatch):
    monkeypatch.setattr(engine, "_written", {})
    change_setting(key="training.privacy.mode", value="window", effective_from=dt.date(2027, 1, 1), by=ROBOT)
    for code in ("training-privacy", "training-security"):
        for day in DAYS:
            engine._subselect(registry.REQUIREMENTS[code], Evaluation(as_of=day))
    written = [(requirement.code, day) for requirement, day, *_ in engine._written]
    assert ("training-security", None) in written
    assert {day for code, day in written if code == "training-privacy"} == set(DAYS)


@pytest.mark.django_db
def test_what_is_asked_of_an_implementation_is_written_once_for_each(implementation, other_implementation, monkeypatch):
    monkeypatch.setattr(engine, "_written", {})
    requirement = registry.REQUIREMENTS["contracts-current"]
    asked = []
    for here in (implementation, other_implementation):
        with use(here):
            asked.append([engine._subselect(requirement, Evaluation(as_of=day))[1] for day in DAYS])
    assert [(tenant, day) for _, day, _, tenant in engine._written] == [
        (here.pk, None) for here in (implementation, other_implementation)
    ]
    assert all(implementation.pk in each.values() and other_implementation.pk not in each.values() for each in asked[0])
    assert all(other_implementation.pk in each.values() for each in asked[1])


def test_a_moving_day_can_be_moved_and_compared_with_its_own_kind_unnoticed():
    day = MovingDay.starting(FIRST)
    later = day + dt.timedelta(days=93)
    assert later != day
    assert copy.deepcopy(later) == day - dt.timedelta(days=-93)
    assert len({day, later, day + dt.timedelta(0)}) == 2
    assert day.looked == []
    assert moved({"a": later, "b": 3}, dt.date(2027, 1, 1)) == {"a": dt.date(2027, 4, 4), "b": 3}


@pytest.mark.parametrize(
    "look",
    [
        lambda day: day.year,
        lambda day: day.month,
        lambda day: day.day,
        lambda day: day < FIRST,
        lambda day: day >= FIRST,
        lambda day: FIRST < day,  # noqa: SIM300 - the other side asks
        lambda day: day == FIRST,
        lambda day: FIRST != day,  # noqa: SIM300
        lambda day: day != FIRST,
        lambda day: day - FIRST,
        lambda day: FIRST - day,
        lambda day: {FIRST + dt.timedelta(days=1): 1}[day],
        lambda day: max(day, FIRST),
        lambda day: f"{day:%d %B}",
        lambda day: str(day),
        lambda day: day.isoformat(),
        lambda day: day.replace(day=1),
        lambda day: day.weekday(),
        lambda day: day.toordinal(),
        lambda day: day.timetuple(),
    ],
)
def test_whoever_looks_at_a_moving_day_is_noticed(look):
    day = MovingDay.starting(FIRST)
    later = day + dt.timedelta(days=1)
    assert look(later) == look(FIRST + dt.timedelta(days=1))
    assert day.looked
