"""Requirements about signing, on both sides of every boundary; and what comes before an end user signs."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from agreements import requirements_packets as requirements
from agreements.operations import packets, signing
from agreements.parties import PartyData
from hmislead.access.scopes import ROBOT
from hmislead.compliance import prerequisites
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Status
from hmislead.compliance.registry import Evaluation
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.agreements.factories import lead, with_agency, with_coc, with_user
from tests.agreements.test_packets import HERE, both_sides, member_person, sent
from tests.documents import factories as documents

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)


def answers(evaluate, day=DAY):
    return {row.pk: (row.result, row.due_on, row.lapses_on) for row in evaluate(Evaluation(as_of=day))}


def at(day, hour=18):
    return time_machine.travel(dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC), tick=False)


@pytest.mark.parametrize(
    ("after", "result"),
    [(-1, "not_applicable"), (0, "met"), (29, "met"), (30, "due_soon"), (60, "due_soon"), (61, "overdue")],
)
def test_what_was_sent_is_signed_in_time(people, agency, after, result):
    both_sides(agency.implementation, agency)
    change_setting(key="requirements.due_soon_days", value=30, by=ROBOT)
    with at(DAY):
        change = sent(ROBOT, agency, days=60)
    found = answers(requirements.signed_in_time, DAY + dt.timedelta(days=after))
    assert found[agency.pk][0] == result
    if result not in {"not_applicable"}:
        assert found[agency.pk][1:] == (change.deadline_on, change.deadline_on + dt.timedelta(days=1))


@pytest.mark.parametrize("done", ["withdrawn", "complete"])
def test_what_is_signed_or_withdrawn_waits_no_more(people, agency, done):
    both_sides(agency.implementation, agency)
    with at(DAY):
        packet = sent(ROBOT, agency, days=1)
        if done == "withdrawn":
            packets.withdraw_packet(packet_id=packet.pk, reason="A mistake", by=ROBOT)
        else:
            packet.__class__.objects.filter(pk=packet.pk).update(
                state="complete", completed_at=dt.datetime.combine(DAY, dt.time(20), tzinfo=dt.UTC)
            )
    assert answers(requirements.signed_in_time, DAY + dt.timedelta(days=5))[agency.pk][0] == "not_applicable"


@pytest.fixture
def newer():
    """A version that all must sign again, in effect since the 15th of June, after one that was signed before."""
    old = documents.version(state="superseded")
    version = documents.next_version(old.document, must_sign_again=True, effective_on=DAY)
    return old, version


@pytest.mark.parametrize(
    ("after", "result"), [(-1, "met"), (0, "due_soon"), (30, "due_soon"), (31, "not_met"), (400, "not_met")]
)
def test_an_older_version_counts_until_the_days_of_grace_are_over(agency, newer, after, result):
    with_agency(agency, version=newer[0])
    assert answers(requirements.participation_version, DAY + dt.timedelta(days=after))[agency.pk][0] == result


@pytest.mark.parametrize(("after", "result"), [(-1, "met"), (0, "due_soon"), (30, "due_soon"), (31, "not_met")])
def test_a_coc_on_an_older_version_has_the_same_days_of_grace(coc, after, result):
    old = documents.version("coc_lead", state="superseded", title="CoC-Lead agreement")
    documents.next_version(old.document, must_sign_again=True, effective_on=DAY)
    unsigned = factories.CoCFactory()
    with_coc(coc, version=old)
    found = answers(requirements.coc_lead_version, DAY + dt.timedelta(days=after))
    assert (found[coc.pk][0], found[unsigned.pk][0]) == (result, "not_applicable")


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"must_sign_again": False}, "met"),
        ({"must_sign_again": None}, "met"),
        ({"state": "approved"}, "met"),
        ({"effective_on": None}, "met"),
        ({"state": "superseded"}, "not_met"),
    ],
)
def test_only_a_version_in_effect_that_all_must_sign_counts(agency, newer, changes, result):
    with_agency(agency, version=newer[0])
    DocumentVersion.objects.filter(pk=newer[1].pk).update(**changes)
    assert answers(requirements.participation_version, DAY + dt.timedelta(days=31))[agency.pk][0] == result


def test_who_signed_the_current_version_or_no_template_is_not_asked(agency, neighbour, newer):
    with_agency(agency, version=newer[0])
    with_agency(agency, version=newer[1], effective_on=DAY)
    with_agency(neighbour)  # recorded by hand, without a template
    found = answers(requirements.participation_version, DAY + dt.timedelta(days=100))
    assert (found[agency.pk][0], found[neighbour.pk][0]) == ("met", "not_applicable")


def test_the_end_users_version_is_judged_for_each_license(agency, neighbour):
    old = documents.version("end_user", state="superseded", title="End-user agreement")
    documents.next_version(old.document, must_sign_again=True, effective_on=DAY)
    person = factories.PersonFactory()
    here, there = (factories.LicenseFactory(person=person, organization=each) for each in (agency, neighbour))
    with_user(person, agency, version=old)
    found = answers(requirements.end_user_version, DAY + dt.timedelta(days=31))
    assert (found[here.pk][0], found[there.pk][0]) == ("not_met", "not_applicable")
    change_setting(key="end_user_agreement.per", value="person", by=ROBOT)
    found = answers(requirements.end_user_version, settings.today() + dt.timedelta(days=400))
    assert (found[here.pk][0], found[there.pk][0]) == ("not_met", "not_met")


@pytest.fixture
def user_packet(people, agency):
    person = member_person(agency.implementation, "user", first_name="Ursula", last_name="User")
    factories.LicenseFactory(person=person, organization=agency)
    version = documents.version("end_user", title="End-user agreement")
    packet = packets.prepare_packet(
        version_id=version.pk,
        parties=[PartyData("end_user", organization_id=agency.pk, person_id=person.pk)],
        deadline_on=settings.today() + dt.timedelta(days=30),
        by=people["staff"],
    )
    return packet, person


def test_nothing_is_sent_or_signed_before_its_prerequisites(people, agency, user_packet):
    packet, person = user_packet
    change_setting(key="end_user_agreement.after", value=["participation-agreement"], by=ROBOT)
    with pytest.raises(DomainError, match="First comes: Participation agreement in force"):
        packets.send_packet(packet_id=packet.pk, by=people["staff"])
    lead()
    agreement = with_agency(agency)
    recheck(organizations=[agency.pk])
    packets.send_packet(packet_id=packet.pk, by=people["staff"])
    packet.refresh_from_db()
    agreement.terminated_on = settings.today()
    agreement.save()
    recheck(organizations=[agency.pk])
    candidate = signing.candidate_for(signer_id=packet.signers.get().pk, user=person.user)
    with pytest.raises(DomainError, match="cannot sign yet"):
        signing.sign(candidate=candidate, name="Ursula", sha256=packet.sha256, consent=True, evidence=HERE)
    change_setting(key="end_user_agreement.after", value=[], by=ROBOT)
    signing.sign(candidate=candidate, name="Ursula", sha256=packet.sha256, consent=True, evidence=HERE)


@pytest.mark.parametrize(
    ("state", "proved"),
    [("met", True), ("due_soon", True), ("waived", True), ("overdue", False), ("not_met", False), (None, False)],
)
def test_what_proves_a_prerequisite(agency, state, proved):
    person = factories.PersonFactory()
    code = "participation-agreement"
    if state:
        Status.objects.create(
            requirement=code,
            subject_kind="organization",
            subject_id=agency.pk,
            organization=agency,
            state=state,
            since=DAY,
        )
    found = prerequisites.missing([code, "no-such-code"], organization_id=agency.pk, person_id=person.pk)
    assert found == ([] if proved else ["Participation agreement in force"])


def test_the_setting_offers_requirements_and_refuses_others(tenant):
    with pytest.raises(DomainError):
        change_setting(key="end_user_agreement.after", value=["end-user-agreement"], by=ROBOT)
    change_setting(key="end_user_agreement.after", value=["participation-agreement"], by=ROBOT)
    assert settings.value("end_user_agreement.after") == ["participation-agreement"]
