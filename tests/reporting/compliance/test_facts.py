"""What reports say: the numbers, the words, and that a past day stays as it was recorded."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from agreements.models import Agreement
from hmislead.access.scopes import ROBOT
from hmislead.compliance import waivers
from hmislead.compliance.models import Change, Gate, Tally
from hmislead.directory.models import License
from reporting.encoding import FactsDecoder, FactsEncoder
from reporting.facts import agency as agency_facts
from reporting.facts import implementation as implementation_facts
from reporting.facts.results import Day, access_of, day_of, may_use, standing_licenses
from tests import factories
from tests.reporting import samples

pytestmark = pytest.mark.django_db
FIRST_NAMES = ("Ada", "Bo", "Cy", "Di", "Pat", "Gil", "Hana", "Ian", "Jo")


def about(organization, day, by, named=True):
    return agency_facts.collect(organization, day, by=by, named=named)


def requirement(facts, title):
    return next(row for row in facts["requirements"] if row["title"] == title)


def test_the_answer_counts_requirements_that_hold_for_everybody(world, people, today):
    facts = about(world, day_of(today), people["cho_lead"])
    # Agreement, project, contacts and recent use hold. User agreements, three trainings and certification do not.
    assert agency_facts.sentence(facts) == "Harbor House meets 3 of 9 requirements."
    assert (facts["people"], facts["may_not"]) == (5, 4)
    assert {row["title"] for row in agency_facts.failing(facts)} == {
        "End-user agreement in force",
        "HMIS used recently",
        "Privacy training up to date",
        "Security rules certified this year",
        "Security training up to date",
        "Software training up to date",
    }


def test_each_person_has_the_gates_answer_and_why(world, people, today):
    facts = about(world, day_of(today), people["cho_lead"])
    told = {row["name"]: row for row in facts["access"]}
    assert told["Ada Quill"]["may_use"]
    assert told["Ada Quill"]["until"] == Gate.objects.get(license__person__first_name="Ada").lapses_on - dt.timedelta(1)
    assert told["Cy Marsh"]["why"] == ["End-user agreement in force"]
    assert told["Di Okafor"]["why"] == ["The license is suspended"]
    assert told["Bo Ferris"]["why"] == [
        "Software training up to date",
        "Privacy training up to date",
        "Security training up to date",
        "Security rules certified this year",
    ]
    assert [row["may_use"] for row in facts["access"]] == sorted(row["may_use"] for row in facts["access"])


def test_what_to_do_next_is_ordered_by_date_and_says_who(world, people, today):
    Agreement.objects.filter(type="participation", parties__organization=world).update(
        ends_on=today + dt.timedelta(days=10)
    )
    samples.evaluated(today)
    todo = about(world, day_of(today), people["cho_lead"])["todo"]
    dates = [row["due_on"] for row in todo]
    assert dates == sorted(dates, key=lambda day: (day is not None, day or dt.date.min))
    soon = next(row for row in todo if row["title"] == "Participation agreement in force")
    assert (soon["due_on"], soon["who"], soon["state"]) == (today + dt.timedelta(days=10), "The agency", "due_soon")
    trainings = next(row for row in todo if "Privacy training" in row["title"])
    assert trainings["title"].count(";") == 2  # three trainings that the same people lack are one thing to do
    assert trainings["who"] == "Bo Ferris, " + str(License.objects.get(person__user=people["end_user"]).person)


def test_the_version_of_coc_staff_gives_the_same_numbers_and_names_nobody(world, people, today):
    named = about(world, day_of(today), people["cho_lead"])
    bare = about(world, day_of(today), people["coc_staff"], named=False)
    written = json.dumps(bare, cls=FactsEncoder)
    assert [name for name in FIRST_NAMES if f"{name} " in written] == []
    assert bare["access"] == []
    assert bare["training_people"] == []
    assert bare["agreements"] is None
    assert bare["signatories"] is None
    for key in ("holds", "asked", "people", "may_not", "reasons", "training"):
        assert bare[key] == named[key]
    assert [row["state"] for row in bare["requirements"]] == [row["state"] for row in named["requirements"]]
    assert {(row["due_on"], row["state"]) for row in bare["todo"]} == {
        (row["due_on"], row["state"]) for row in named["todo"]
    }


def test_names_are_left_out_for_who_may_not_see_people_even_if_asked_for(world, people, today):
    """The rows come through `visible_to`: a wrong flag alone does not bring names in."""
    facts = about(world, day_of(today), people["coc_staff"], named=True)
    assert facts["access"] == []
    assert facts["training_people"] == []


def test_a_past_day_stays_as_it_was_recorded(world, people, today):
    then = day_of(today - dt.timedelta(days=8))
    before = about(world, then, people["cho_lead"])
    Agreement.objects.filter(type="participation").update(effective_on=today - dt.timedelta(days=200), ends_on=None)
    samples.training.models.Completion.objects.all().delete()
    samples.evaluated(today)
    after = about(world, then, people["cho_lead"])
    for key in ("requirements", "todo", "access", "training", "may_not", "holds"):
        assert after[key] == before[key]
    now = about(world, day_of(today), people["cho_lead"])
    assert requirement(now, "Privacy training up to date")["words"] == "0 of 5 people"


def test_a_past_day_takes_the_last_night_on_or_before_it(world, today):
    assert day_of(today) == Day(today, None)
    assert day_of(today - dt.timedelta(days=1)).recorded == today - dt.timedelta(days=8)
    assert day_of(today - dt.timedelta(days=8)).recorded == today - dt.timedelta(days=8)
    assert day_of(today - dt.timedelta(days=9)).recorded == today - dt.timedelta(days=30)
    assert day_of(today - dt.timedelta(days=31)) is None


def test_the_gate_of_a_past_day_agrees_with_the_gate_of_that_night(world, today):
    """Computed from what was recorded, for each license, it says what the stored gate says."""
    organizations = type(world).objects.filter(pk=world.pk)
    licenses = list(standing_licenses(Day(today, None), organizations))
    live = access_of(Day(today, None), licenses)
    recorded = access_of(Day(today, today), licenses)
    assert {key: (a.is_open, a.reasons) for key, a in live.items()} == {
        key: (a.is_open, a.reasons) for key, a in recorded.items()
    }
    assert sum(may_use(row, recorded[row.pk], Day(today, today)) for row in licenses) == 1


def test_a_license_that_came_later_is_not_in_a_past_day(world, people, today):
    samples.person("Zoe Late", world, today=today, requested_on=today, activated_on=today)
    samples.evaluated(today)
    past = about(world, day_of(today - dt.timedelta(days=8)), people["cho_lead"])
    now = about(world, day_of(today), people["cho_lead"])
    assert "Zoe Late" not in {row["name"] for row in past["access"]}
    assert "Zoe Late" in {row["name"] for row in now["access"]}


def test_since_is_the_first_day_of_the_state_not_of_its_last_change(world, people, today):
    facts = implementation_facts.collect(None, day_of(today), by=people["staff"], named=True)
    row = next(row for row in facts["exceptions"] if "End-user agreement" in row["title"])
    assert row["since"] == today - dt.timedelta(days=30)
    past = implementation_facts.collect(None, day_of(today - dt.timedelta(days=8)), by=people["staff"], named=True)
    assert past["exceptions"][0]["since"] == today - dt.timedelta(days=30)


def test_the_implementation_names_agencies_on_its_pages_and_people_in_its_list_alone(world, people, today):
    facts = implementation_facts.collect(None, day_of(today), by=people["staff"], named=True)
    assert implementation_facts.sentence(facts) == "1 of 2 agencies meet everything asked of them."
    one_by_one = facts.pop("one_by_one")
    assert {row["person"] for row in one_by_one} >= {"Bo Ferris", "Cy Marsh"}
    written = json.dumps(facts, cls=FactsEncoder)
    assert [name for name in FIRST_NAMES if f"{name} " in written] == []
    assert facts["licenses"] == 7
    assert facts["may_not"] == 4


def test_a_share_holds_the_cocs_agencies_and_nothing_of_the_implementation(world, people, today, other_coc, coc):
    share = implementation_facts.collect(coc, day_of(today), by=people["coc_staff"], named=False)
    assert [row["name"] for row in share["grid"]["rows"]] == ["Harbor House"]
    assert {row["about"] for row in share["own"]} == {str(coc)}
    assert share["staff"] == []
    assert share["one_by_one"] == []
    assert share["trend"] is not None
    whole = implementation_facts.collect(None, day_of(today), by=people["staff"], named=True)
    assert [row["name"] for row in whole["grid"]["rows"]] == ["Harbor House", "Neighbor Services"]
    assert {row["title"] for row in whole["own"]} >= {"Enough system administrators for the users"}


def test_the_line_over_the_year_ends_with_the_day(world, people, today):
    past = today - dt.timedelta(days=8)
    facts = about(world, day_of(past), people["cho_lead"])
    assert max(facts["trend"]["days"]) == past
    Tally.objects.exclude(as_of=today).delete()
    assert about(world, day_of(today), people["cho_lead"])["trend"] is None  # one point is no line


def test_waivers_are_told_with_reason_and_without_the_persons_name(world, people, today):
    bo = License.objects.get(person__first_name="Bo")
    for code, subject in (("active-project", world.pk), ("training-privacy", bo.person_id)):
        waivers.grant_waiver(
            requirement=code, subject_id=subject, kind="waived", reason="Opens soon", ends_on=today, by=ROBOT
        )
    told = implementation_facts.collect(None, day_of(today), by=people["staff"], named=True)["waivers"]
    assert {(row["about"], row["kind"], row["reason"]) for row in told} == {
        ("Harbor House", "waived", "Opens soon"),
        ("One person", "waived", "Opens soon"),
    }


def test_an_agency_without_anything_is_told_too(tenant, people, today, coc):
    empty = factories.OrganizationFactory(name="Brand New")
    facts = about(empty, day_of(today), people["staff"])
    assert (facts["asked"], facts["people"], facts["requirements"], facts["trend"]) == (0, 0, [], None)


def test_requirements_nobody_registers_any_more_are_left_out(world, people, today):
    Change.objects.filter(requirement="contacts").update(requirement="gone-long-ago")
    facts = implementation_facts.collect(None, day_of(today - dt.timedelta(days=8)), by=people["staff"], named=True)
    assert "gone-long-ago" not in json.dumps(facts, cls=FactsEncoder)


def test_facts_keep_their_dates_through_json():
    facts = {"day": dt.date(2028, 2, 29), "rows": [{"due_on": None, "name": "2028-02-29"}]}
    assert json.loads(json.dumps(facts, cls=FactsEncoder), cls=FactsDecoder) == facts
    with pytest.raises(TypeError):
        json.dumps({"moment": dt.datetime(2028, 2, 29, tzinfo=dt.UTC)}, cls=FactsEncoder)
