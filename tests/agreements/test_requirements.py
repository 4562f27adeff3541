"""Agreements as requirements: every state, both sides of each boundary, and what must turn the result."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from agreements import operations, requirements
from agreements.parties import PartyData
from hmislead.access.scopes import ROBOT
from hmislead.compliance import engine
from hmislead.compliance.models import Change, Status
from hmislead.compliance.registry import Evaluation
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.agreements.factories import LONG_AGO, lead, with_agency, with_coc, with_user

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)
ONE = dt.timedelta(days=1)


def answers(evaluate, on=DAY):
    rows = evaluate(Evaluation(as_of=on)).values("id", "result", "due_on", "lapses_on", "note")
    return {row.pop("id"): row for row in rows}


def result(evaluate, subject, on=DAY):
    return answers(evaluate, on)[subject.pk]["result"]


def participation(subject, on=DAY):
    return result(requirements.participation_agreement, subject, on)


@pytest.mark.parametrize(
    ("ends_on", "expected"),
    [
        (None, "met"),
        (DAY + dt.timedelta(days=31), "met"),
        (DAY + dt.timedelta(days=30), "due_soon"),
        (DAY, "due_soon"),
        (DAY - ONE, "overdue"),
    ],
)
def test_an_agreement_holds_on_its_last_day_and_not_on_the_next(agency, ends_on, expected):
    with_agency(agency, ends_on=ends_on)
    answer = answers(requirements.participation_agreement)[agency.pk]
    assert answer["result"] == expected
    assert answer["due_on"] == ends_on
    assert answer["lapses_on"] == (ends_on + ONE if ends_on else None)


def test_an_agency_that_never_signed_does_not_meet_it(agency):
    answer = answers(requirements.participation_agreement)[agency.pk]
    assert (answer["result"], answer["due_on"]) == ("not_met", None)


@pytest.mark.parametrize(("effective_on", "expected"), [(DAY, "met"), (DAY + ONE, "not_met")])
def test_an_agreement_binds_from_the_day_it_takes_effect(agency, effective_on, expected):
    with_agency(agency, effective_on=effective_on)
    assert participation(agency) == expected


@pytest.mark.parametrize(("signed_on", "expected"), [(DAY, "met"), (DAY + ONE, "not_met")])
def test_an_agreement_proves_nothing_before_it_is_signed(agency, signed_on, expected):
    with_agency(agency, signed_on=signed_on)
    assert participation(agency) == expected


@pytest.mark.parametrize(("terminated_on", "expected"), [(DAY + ONE, "due_soon"), (DAY, "overdue")])
def test_a_termination_ends_it_on_its_own_day(agency, terminated_on, expected):
    with_agency(agency, terminated_on=terminated_on, ends_on=DAY + dt.timedelta(days=200))
    assert participation(agency) == expected


def test_an_agreement_ended_on_its_first_day_never_bound_anybody(agency):
    with_agency(agency, terminated_on=LONG_AGO)
    assert participation(agency) == "not_met"


def test_a_renewal_signed_early_leaves_no_gap(agency):
    with_agency(agency, ends_on=DAY)
    with_agency(agency, effective_on=DAY + ONE, ends_on=DAY + dt.timedelta(days=366))
    answer = answers(requirements.participation_agreement)[agency.pk]
    assert (answer["result"], answer["due_on"]) == ("met", DAY + dt.timedelta(days=366))


def test_one_day_between_two_agreements_is_a_gap(agency):
    with_agency(agency, ends_on=DAY)
    with_agency(agency, effective_on=DAY + ONE + ONE)
    assert participation(agency) == "due_soon"
    assert participation(agency, DAY + ONE) == "overdue"
    assert participation(agency, DAY + ONE + ONE) == "met"


def test_an_agreement_that_ends_on_29_february(agency):
    with_agency(agency, effective_on=dt.date(2027, 3, 1), ends_on=dt.date(2028, 2, 29))
    assert participation(agency, dt.date(2028, 2, 29)) == "due_soon"
    assert participation(agency, dt.date(2028, 3, 1)) == "overdue"


def test_another_agencys_agreement_proves_nothing(agency, neighbour):
    with_agency(neighbour)
    assert {key: row["result"] for key, row in answers(requirements.participation_agreement).items()} == {
        agency.pk: "not_met",
        neighbour.pk: "met",
    }


def test_another_kind_of_agreement_proves_nothing(agency):
    agreement = with_agency(agency)
    type(agreement).objects.update(type="data_use")
    assert participation(agency) == "not_met"


def test_the_lead_owes_none_and_an_access_only_agency_does(agency):
    the_lead = lead()
    factories.OrganizationRoleFactory(organization=the_lead, role="cho")
    agency.is_access_only = True
    agency.save()
    assert set(answers(requirements.participation_agreement)) == {agency.pk}


def victim_service_provider(kinds):
    organization = factories.OrganizationFactory(name="Safe Place", is_vsp=True)
    factories.OrganizationRoleFactory(organization=organization, role="cho")
    for kind in kinds:
        factories.HMISParticipationFactory(project__organization=organization, kind=kind)
    return organization


@pytest.mark.parametrize(("kinds", "expected"), [((2, 2), "not_applicable"), ((2, 1), "not_met"), ((), "not_met")])
def test_a_victim_service_provider_wholly_in_a_comparable_database_owes_none(tenant, kinds, expected):
    organization = victim_service_provider(kinds)
    answer = answers(requirements.participation_agreement)[organization.pk]
    assert answer["result"] == expected
    assert bool(answer["note"]) is (expected == "not_applicable")


def test_the_agreement_of_each_coc(coc):
    other = factories.CoCFactory(number="OH-505")
    with_coc(coc, ends_on=DAY + dt.timedelta(days=5))
    found = answers(requirements.coc_lead_agreement)
    assert {key: row["result"] for key, row in found.items()} == {coc.pk: "due_soon", other.pk: "not_met"}


def test_the_coc_agreement_never_blocks():
    by_code = {code: row.blocks for code, row in requirements_registered().items()}
    assert by_code == {"coc-lead-agreement": False, "participation-agreement": True, "end-user-agreement": True}


def requirements_registered():
    from hmislead.compliance.registry import REQUIREMENTS

    return {code: row for code, row in REQUIREMENTS.items() if code.endswith("-agreement")}


@pytest.fixture
def two_licenses(agency, neighbour):
    person = factories.PersonFactory()
    return [factories.LicenseFactory(person=person, organization=each) for each in (agency, neighbour)]


@pytest.mark.parametrize(("per", "expected"), [("license", ["met", "not_met"]), ("person", ["met", "met"])])
def test_an_end_user_agreement_holds_per_license_or_per_person(two_licenses, agency, per, expected):
    change_setting(key="end_user_agreement.per", value=per, effective_from=LONG_AGO, by=ROBOT)
    with_user(two_licenses[0].person, agency)
    assert [result(requirements.end_user_agreement, each) for each in two_licenses] == expected


def test_a_license_of_the_leads_own_staff_needs_it_too(tenant):
    license = factories.LicenseFactory(organization=lead())
    assert result(requirements.end_user_agreement, license) == "not_met"


def test_only_living_licenses_are_asked(agency):
    gone = factories.LicenseFactory(organization=agency, state="terminated", terminated_on=DAY)
    assert gone.pk not in answers(requirements.end_user_agreement)
    assert gone.pk in answers(requirements.end_user_agreement, DAY - ONE)


@pytest.mark.parametrize(("zone", "expected"), [("America/New_York", "due_soon"), ("Asia/Tokyo", "overdue")])
def test_the_day_is_that_of_the_implementations_zone(implementation, zone, expected):
    from hmislead.tenancy.context import use

    implementation.timezone = zone
    implementation.save()
    # 15 June 23:00 in New York is 16 June noon in Tokyo.
    with time_machine.travel(dt.datetime(2026, 6, 16, 3, 0, tzinfo=dt.UTC), tick=False), use(implementation):
        organization = factories.OrganizationFactory()
        factories.OrganizationRoleFactory(organization=organization)
        with_agency(organization, ends_on=DAY)
        engine.recheck(organizations=[organization.pk])
        assert Status.objects.get(requirement="participation-agreement").state == expected


@pytest.mark.usefixtures("everybody")
def test_ending_an_agreement_turns_the_result_and_shuts_the_gate_at_once(people, agency):
    lead()
    agreement = operations.record_agreement(
        type="participation",
        parties=[PartyData("cho", organization_id=agency.pk)],
        signed_on=LONG_AGO,
        effective_on=LONG_AGO,
        by=people["staff"],
    )
    status = Status.objects.get(requirement="participation-agreement", subject_id=agency.pk)
    assert status.state == "met"
    operations.terminate_agreement(
        agreement_id=agreement.pk, terminated_on=factories.TODAY, reason="Left the CoC", by=people["staff"]
    )
    status.refresh_from_db()
    assert status.state == "overdue"
    gate = agency.licenses.get().gates.get()
    assert "participation-agreement" in {reason["requirement"] for reason in gate.reasons}
    assert Change.objects.filter(requirement="participation-agreement", new_state="overdue").count() == 1
