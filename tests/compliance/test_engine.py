"""The engine: states, changes, sweeping, waivers, re-checks, and the gate."""

from __future__ import annotations

import datetime as dt

import pytest

from hmislead.compliance import engine, gate
from hmislead.compliance.models import Change, Gate, Status, Tally, Waiver
from hmislead.directory.models import ImportBatch
from hmislead.files.models import StoredFile
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)


def states(requirement):
    return {row.subject_id: row.state for row in Status.objects.filter(requirement=requirement)}


def test_a_second_evaluation_of_the_same_day_changes_nothing(agency):
    first = engine.evaluate_all(DAY)
    before = list(Status.objects.order_by("pk").values())
    assert first > 0
    assert engine.evaluate_all(DAY) == 0
    assert list(Status.objects.order_by("pk").values()) == before


def test_each_change_of_state_is_kept_with_its_day(agency):
    engine.evaluate_all(DAY)
    factories.HMISParticipationFactory(project__organization=agency)
    engine.evaluate_all(DAY + dt.timedelta(days=1))
    changes = Change.objects.filter(requirement="active-project", subject_id=agency.pk).order_by("as_of")
    assert [(c.old_state, c.new_state, c.as_of) for c in changes] == [
        ("", "not_met", DAY),
        ("not_met", "met", DAY + dt.timedelta(days=1)),
    ]


def test_a_subject_that_is_gone_is_swept_and_its_end_recorded(agency):
    engine.evaluate_all(DAY)
    agency.roles.update(ends_on=DAY)
    engine.evaluate_all(DAY + dt.timedelta(days=1))
    assert agency.pk not in states("active-project")
    last = Change.objects.filter(requirement="active-project", subject_id=agency.pk).order_by("as_of").last()
    assert (last.old_state, last.new_state) == ("not_met", "")


def test_a_waiver_holds_until_its_last_day_and_not_one_day_longer(agency):
    Waiver.objects.create(
        requirement="active-project",
        subject_kind="organization",
        subject_id=agency.pk,
        organization=agency,
        kind="waived",
        reason="Opens in August",
        starts_on=DAY,
        ends_on=DAY + dt.timedelta(days=10),
    )
    engine.evaluate_all(DAY + dt.timedelta(days=10))
    assert states("active-project")[agency.pk] == "waived"
    engine.evaluate_all(DAY + dt.timedelta(days=11))
    assert states("active-project")[agency.pk] == "not_met"


def test_a_recheck_touches_its_subjects_alone(agency, neighbour):
    engine.evaluate_all(DAY)
    factories.HMISParticipationFactory(project__organization=agency)
    factories.HMISParticipationFactory(project__organization=neighbour)
    engine.recheck(organizations=[agency.pk])
    assert states("active-project") == {agency.pk: "met", neighbour.pk: "not_met"}


def roster_of(day):
    file = StoredFile.objects.create(
        name="r.csv", content_type="text/csv", size=1, sha256="0" * 64, content="x", permission="import_data"
    )
    return ImportBatch.objects.create(number=1, kind="roster", state="applied", file=file, facts_on=day)


@pytest.mark.parametrize(
    ("last_sign_in", "state"),
    [
        (DAY - dt.timedelta(days=0), "met"),
        (DAY - dt.timedelta(days=44), "met"),
        (DAY - dt.timedelta(days=45), "due_soon"),
        (DAY - dt.timedelta(days=59), "due_soon"),
        (DAY - dt.timedelta(days=60), "overdue"),
    ],
)
def test_recent_use_at_the_edges_of_its_first_step(agency, last_sign_in, state):
    roster_of(DAY)
    license_ = factories.LicenseFactory(organization=agency, last_sign_in_on=last_sign_in)
    engine.evaluate_all(DAY)
    assert states("recent-use")[license_.pk] == state


def test_the_gate_gathers_what_blocks_and_says_until_when(agency):
    roster_of(DAY)
    license_ = factories.LicenseFactory(organization=agency, last_sign_in_on=DAY - dt.timedelta(days=61))
    engine.evaluate_all(DAY)
    shut = gate.check(license_)
    assert not shut.is_open
    assert "recent-use" in {entry["requirement"] for entry in Gate.objects.get(license=license_).reasons}
    assert all(reason.url for reason in shut.reasons)


def test_tallies_count_each_agency_once_a_day(agency, neighbour):
    engine.evaluate_all(DAY)
    engine.evaluate_all(DAY)
    rows = Tally.objects.filter(requirement="active-project", as_of=DAY)
    assert {(row.organization_id, row.state, row.count) for row in rows} == {
        (agency.pk, "not_met", 1),
        (neighbour.pk, "not_met", 1),
    }


def test_an_unchanged_day_leaves_tallies_and_gates_as_they_are(agency):
    factories.LicenseFactory(organization=agency)
    engine.evaluate_all(DAY)
    before = [list(model.objects.order_by("pk").values()) for model in (Tally, Gate)]
    assert all(before)
    engine.evaluate_all(DAY)
    assert [list(model.objects.order_by("pk").values()) for model in (Tally, Gate)] == before


def test_a_tally_of_what_is_gone_is_taken_away_and_the_others_stay(agency, neighbour):
    engine.evaluate_all(DAY)
    kept = list(Tally.objects.filter(organization=neighbour).order_by("pk").values())
    agency.roles.update(ends_on=DAY - dt.timedelta(days=1))
    engine.evaluate_all(DAY)
    assert not Tally.objects.filter(organization=agency).exists()
    assert list(Tally.objects.filter(organization=neighbour).order_by("pk").values()) == kept != []
