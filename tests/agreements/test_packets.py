"""Packets: prepared, sent, signed in order, and every bad case: nothing is signed twice, lost, or seen too early."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import connection

from agreements.models import Agreement, Packet, Signer
from agreements.operations import packets, signing
from agreements.parties import PartyData
from agreements.signers import CandidateData, SignerData
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import Signatory
from hmislead.directory.operations.merges import merge
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError
from hmislead.jobs.models import Job
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from tests import factories
from tests.agreements.factories import LONG_AGO, AgreementFactory, lead
from tests.documents import factories as documents

pytestmark = pytest.mark.django_db
HERE = signing.Evidence("sign_in", "192.0.2.7", "A browser")


def member_person(tenant, name, **fields):
    user = factories.member(tenant, name)
    return factories.PersonFactory(user=user, email=user.email, **fields)


def power(person, title="Executive Director", **whose):
    return Signatory.objects.create(person=person, title=title, basis="By-laws", starts_on=LONG_AGO, **whose)


@pytest.fixture
def parties(tenant, agency):
    return both_sides(tenant, agency)


def both_sides(implementation, agency):
    """An agency and the HMIS Lead, each with somebody who may sign."""
    the_lead = lead()
    director = member_person(implementation, "director", first_name="Dora", last_name="Director")
    manager = member_person(implementation, "manager", first_name="Max", last_name="Manager")
    power(director, organization=agency)
    power(manager, "HMIS Director", organization=the_lead)
    return {"agency": agency, "lead": the_lead, "director": director, "manager": manager}


def prepare(by, agency, *, version=None, days=30, **changes):
    version = version or documents.version()
    values = {
        "version_id": version.pk,
        "parties": [PartyData("cho", organization_id=agency.pk)],
        "deadline_on": settings.today() + dt.timedelta(days=days),
    }
    return packets.prepare_packet(by=by, **{**values, **changes})


def sent(by, agency, **changes):
    packet = prepare(by, agency, **changes)
    return packets.send_packet(packet_id=packet.pk, by=by)


def turn_of(packet, person):
    """The candidate of a person in a packet, as their own page finds it: the signature that waits, else the first."""
    signer = packet.signers.filter(candidates__person=person).order_by("position").first()
    return signing.candidate_for(signer_id=signer.pk, user=person.user)


def sign(packet, person, **changes):
    values = {"name": str(person), "sha256": packet.sha256, "consent": True, "evidence": HERE}
    return signing.sign(candidate=turn_of(packet, person), **{**values, **changes})


def test_a_packet_goes_through_its_signers_in_order_and_becomes_an_agreement(people, parties, agency):
    packet = sent(people["staff"], agency)
    assert packet.state == "sent"
    assert len(packet.sha256) == 64
    first, second = packet.signers.all()
    assert (first.state, second.state) == ("asked", "waiting")
    sign(packet, parties["director"])
    second.refresh_from_db()
    packet.refresh_from_db()
    assert (packet.state, second.state) == ("partly", "asked")
    sign(packet, parties["manager"])
    packet.refresh_from_db()
    assert packet.state == "complete"
    assert packet.agreement.effective_on == settings.today()
    assert {(p.role, p.signed_by) for p in packet.agreement.parties.all()} == {
        ("cho", "Dora Director, Executive Director"),
        ("lead", "Max Manager, HMIS Director"),
    }
    assert packet.agreement.version == packet.version
    assert Job.objects.filter(kind="agreements.seal", subject_id=packet.pk).count() == 1
    kinds = [entry.kind for entry in packet.trail.all()]
    assert kinds == ["created", "sent", "asked", "consented", "signed", "asked", "consented", "signed", "completed"]


@pytest.mark.parametrize("who", ["cho_lead", "end_user", "auditor", "coc_staff", "outsider", "security_officer"])
def test_only_the_leads_staff_prepare_and_send(people, parties, agency, who):
    packet = prepare(people["staff"], agency)
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        prepare(people[who], agency, version=packet.version)
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        packets.send_packet(packet_id=packet.pk, by=people[who])


def test_another_tenant_finds_nothing(people, parties, agency, other_implementation):
    packet = sent(people["staff"], agency)
    stranger = factories.member(other_implementation, "stranger")
    connection.check_constraints()
    with pytest.raises(ObjectDoesNotExist):
        packets.withdraw_packet(packet_id=packet.pk, reason="No", by=stranger)


def test_a_later_signer_sees_nothing_before_their_turn(people, parties, agency):
    packet = sent(people["staff"], agency)
    manager = parties["manager"]
    assert not Packet.objects.visible_to(manager.user).exists()
    with pytest.raises(ObjectDoesNotExist):
        turn_of(packet, manager)
    sign(packet, parties["director"])
    assert Packet.objects.visible_to(manager.user).get() == packet


def test_only_an_authorized_signatory_signs(people, parties, agency):
    clerk = member_person(agency.implementation, "clerk")
    with pytest.raises(DomainError, match="authorized"):
        prepare(people["staff"], agency, signers=[SignerData("cho", (CandidateData(clerk.pk),))])


def test_a_power_that_ended_after_sending_signs_nothing(people, parties, agency):
    packet = sent(people["staff"], agency)
    Signatory.objects.filter(person=parties["director"]).update(ends_on=settings.today() - dt.timedelta(days=1))
    with pytest.raises(DomainError, match="authorized"):
        sign(packet, parties["director"])
    assert not packet.signers.filter(state="signed").exists()


def test_one_person_never_signs_for_both_sides(people, parties, agency):
    power(parties["director"], "Director", organization=parties["lead"])
    packet = sent(people["staff"], agency)
    sign(packet, parties["director"])
    second = packet.signers.get(position=2).candidates.get(person=parties["director"])
    with pytest.raises(DomainError, match="already"):
        signing.sign(candidate=second, name="Dora", sha256=packet.sha256, consent=True, evidence=HERE)


def test_one_person_for_both_sides_is_refused_before_it_is_sent(people, agency):
    both = member_person(agency.implementation, "both")
    power(both, organization=agency)
    power(both, organization=lead())
    with pytest.raises(DomainError, match="cannot sign twice"):
        prepare(people["staff"], agency)


def test_anyone_of_a_group_signs_and_is_recorded(people, parties, agency):
    deputy = member_person(agency.implementation, "deputy", first_name="Dan", last_name="Deputy")
    power(deputy, "Deputy Director", organization=agency)
    packet = sent(people["staff"], agency)
    signer = sign(packet, deputy)
    assert (signer.signed_by, signer.signed_title) == (deputy, "Deputy Director")
    with pytest.raises(DomainError, match="signed here already"):
        sign(packet, parties["director"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sha256": "0" * 64}, "not the one that was sent"),
        ({"consent": False}, "agree to sign electronically"),
        ({"name": " "}, "full name"),
    ],
)
def test_what_a_signature_needs(people, parties, agency, changes, words):
    packet = sent(people["staff"], agency)
    with pytest.raises(DomainError, match=words):
        sign(packet, parties["director"], **changes)
    assert packet.signers.filter(state="signed").count() == 0


def test_initials_are_asked_line_by_line(people, parties, agency):
    version = documents.version()
    documents.block(version, 2, heading="I lock my screen", initials=True)
    packet = sent(people["staff"], agency, version=version)
    with pytest.raises(DomainError, match="I lock my screen"):
        sign(packet, parties["director"])
    assert sign(packet, parties["director"], initials={"clause-2": "DD"}).initials == {"clause-2": "DD"}


def test_a_field_without_a_value_stops_the_sending(people, parties, agency):
    version = documents.version(texts=(("Fee", "Pay {{fee.per_license}}."),))
    packet = prepare(people["staff"], agency, version=version)
    with pytest.raises(DomainError, match="Yearly fee for one license"):
        packets.send_packet(packet_id=packet.pk, by=people["staff"])
    packets.send_packet(packet_id=packet.pk, by=people["staff"], values={"fee.per_license": "$120"})
    packet.refresh_from_db()
    assert "$120" in packet.blocks[0]["html"]


def test_a_missing_spanish_text_stops_the_sending(people, parties, agency):
    packet = prepare(people["staff"], agency, language="es")
    with pytest.raises(DomainError, match="Spanish"):
        packets.send_packet(packet_id=packet.pk, by=people["staff"])
    packet.refresh_from_db()
    assert packet.state == "draft"


def test_values_cannot_bring_in_markup(people, parties, agency):
    parties["agency"].name = "<b>Harbor</b> & *House*"
    parties["agency"].save(update_fields=["name"])
    packet = sent(people["staff"], agency, version=documents.version(texts=(("Who", "We, {{agency.name}}."),)))
    assert packet.blocks[0]["html"] == "<p>We, &lt;b&gt;Harbor&lt;/b&gt; &amp; *House*.</p>\n"


@pytest.mark.parametrize(("hour", "allowed"), [(23, True), (24, False)])
def test_the_last_day_ends_at_midnight_in_the_implementations_zone(people, parties, agency, hour, allowed):
    packet = sent(people["staff"], agency, days=0)
    midnight = dt.datetime.combine(packet.deadline_on, dt.time.min, tzinfo=packet.implementation.zone)
    with time_machine.travel(midnight + dt.timedelta(hours=hour, minutes=59 if allowed else 1), tick=False):
        assert packets.expire_overdue(settings.today()) == (0 if allowed else 1)
        packet.refresh_from_db()
        if allowed:
            assert sign(packet, parties["director"]).state == "signed"
        else:
            with pytest.raises(DomainError, match="not open"):
                sign(packet, parties["director"])


def test_a_replaced_signer_loses_the_turn_and_signatures_stay(people, parties, agency):
    packet = sent(people["staff"], agency)
    sign(packet, parties["director"])
    other = member_person(agency.implementation, "other")
    power(other, "Acting director", organization=parties["lead"])
    old = packet.signers.get(position=2)
    packets.replace_signer(
        signer_id=old.pk, candidates=[CandidateData(other.pk)], reason="On leave", by=people["staff"]
    )
    with pytest.raises(ObjectDoesNotExist):
        signing.candidate_for(signer_id=old.pk, user=parties["manager"].user)
    sign(packet, other)
    packet.refresh_from_db()
    assert packet.state == "complete"
    assert packet.signers.filter(state="signed").count() == 2


def test_a_signature_given_cannot_be_replaced(people, parties, agency):
    packet = sent(people["staff"], agency)
    signer = sign(packet, parties["director"])
    with pytest.raises(DomainError, match="has signed already"):
        packets.replace_signer(signer_id=signer.pk, candidates=[], reason="", by=people["staff"])


def test_declined_then_sent_again(people, parties, agency):
    packet = sent(people["staff"], agency)
    signing.decline(candidate=turn_of(packet, parties["director"]), reason="Wrong address", evidence=HERE)
    packet.refresh_from_db()
    assert (packet.state, packet.closed_because) == ("declined", "Wrong address")
    packets.send_again(packet_id=packet.pk, deadline_on=settings.today(), by=people["staff"])
    packet.refresh_from_db()
    assert sign(packet, parties["director"]).state == "signed"


def test_a_draft_has_no_text_yet_and_is_not_sent_again(people, parties, agency):
    packet = prepare(people["staff"], agency)
    with pytest.raises(DomainError, match="was not sent yet"):
        packets.send_again(packet_id=packet.pk, deadline_on=settings.today(), by=people["staff"])
    packet.refresh_from_db()
    assert (packet.state, packet.sha256) == ("draft", "")


def test_a_withdrawn_packet_is_signed_by_nobody(people, parties, agency):
    packet = sent(people["staff"], agency)
    packets.withdraw_packet(packet_id=packet.pk, reason="A mistake", by=people["staff"])
    with pytest.raises(DomainError, match="not open"):
        sign(packet, parties["director"])


def test_a_delegate_needs_the_same_power(people, parties, agency):
    packet = sent(people["staff"], agency)
    deputy = member_person(agency.implementation, "deputy")
    mine = turn_of(packet, parties["director"])
    with pytest.raises(DomainError, match="authorized"):
        signing.delegate(candidate=mine, to=CandidateData(deputy.pk), reason="", evidence=HERE)
    power(deputy, organization=agency)
    signing.delegate(candidate=mine, to=CandidateData(deputy.pk), reason="On leave", evidence=HERE)
    with pytest.raises(ObjectDoesNotExist):
        turn_of(packet, parties["director"])
    assert sign(packet, deputy).signed_by == deputy


def test_a_retired_template_is_signed_no_more(people, parties, agency):
    packet = sent(people["staff"], agency)
    DocumentVersion.objects.filter(pk=packet.version_id).update(state="retired")
    with pytest.raises(DomainError, match="taken out of use"):
        sign(packet, parties["director"])


@pytest.mark.parametrize("again", [True, False])
def test_a_newer_version_stops_signing_only_if_all_must_sign_it(people, parties, agency, again):
    packet = sent(people["staff"], agency)
    DocumentVersion.objects.filter(pk=packet.version_id).update(state="superseded")
    documents.next_version(packet.version.document, must_sign_again=again)
    if again:
        with pytest.raises(DomainError, match="newer version"):
            sign(packet, parties["director"])
    else:
        assert sign(packet, parties["director"]).state == "signed"


def test_a_renewal_signed_early_starts_when_the_old_one_ends(people, parties, agency):
    ends = settings.today() + dt.timedelta(days=60)
    old = AgreementFactory(ends_on=ends)
    old.parties.create(role="cho", organization=agency)
    packet = sent(people["staff"], agency, renews=old, term="yearly")
    sign(packet, parties["director"])
    sign(packet, parties["manager"])
    new = Agreement.objects.get(renews=old)
    assert new.effective_on == ends + dt.timedelta(days=1)
    assert new.ends_on == new.effective_on.replace(year=new.effective_on.year + 1) - dt.timedelta(days=1)


def test_an_agency_merged_while_its_packet_is_out(people, parties, agency, neighbour):
    packet = sent(people["administrator"], agency)
    merge(kind="organization", gone_id=agency.pk, stays_id=neighbour.pk, by=people["administrator"])
    sign(packet, parties["director"])
    sign(packet, parties["manager"])
    packet.refresh_from_db()
    assert packet.agreement.parties.get(role="cho").organization == neighbour


def test_no_draft_template_is_sent(people, parties, agency):
    with pytest.raises(DomainError, match="not in effect"):
        prepare(people["staff"], agency, version=documents.version(state="draft"))


@pytest.mark.django_db(transaction=True)
def test_two_of_a_group_sign_in_the_same_second(implementation):
    """One signature, one sentence for the other, and the packet moves on once."""
    with use(implementation):
        agency = factories.OrganizationFactory(name="Harbor House")
        factories.OrganizationRoleFactory(organization=agency, role="cho")
        side = both_sides(implementation, agency)
        deputy = member_person(implementation, "deputy", first_name="Dan")
        power(deputy, organization=agency)
        packet = sent(ROBOT, agency)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def press(person):
        try:
            with use(implementation):
                candidate = turn_of(packet, person)
                start.wait(5)
                outcomes.append(
                    signing.sign(
                        candidate=candidate, name="Me", sha256=packet.sha256, consent=True, evidence=HERE
                    ).state
                )
        except DomainError as error:
            outcomes.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(person,)) for person in (side["director"], deputy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["Me has signed here already. Nothing more is needed.", "signed"]
    with use(implementation):
        packet.refresh_from_db()
        assert packet.state == "partly"
        assert packet.trail.filter(kind="signed").count() == 1
        assert packet.signers.filter(state="asked").count() == 1


def test_every_state_pair_is_allowed_or_refused(tenant):
    packet = Packet(state="draft")
    for state in Packet.State.values:
        packet.state = state
        assert set(packet.next_states) == Packet.NEXT[state]
    assert Packet.NEXT["complete"] == set() == Packet.NEXT["withdrawn"]
    assert set(Signer.NEXT) == set(Signer.State.values)
