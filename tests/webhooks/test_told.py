"""The operations of the rooms tell what they did: one event each, of the record itself, with identifiers alone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from agreements.models import Packet
from agreements.operations import copies, packets, records, signing
from agreements.parties import PartyData
from hmislead.access.scopes import ROBOT
from hmislead.directory.operations import bulk, departures, licenses
from hmislead.documents.operations import approval, versions
from hmislead.tenancy import settings
from hmislead.webhooks import events
from hmislead.webhooks.models import Delivery
from policies import operations as policies
from tests import factories
from tests.agreements import test_packets as sample
from tests.agreements.factories import lead
from tests.documents import approving
from tests.documents import factories as documents
from tests.policies.conftest import person, policy_version, rule  # noqa: F401
from tests.webhooks.factories import endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(people):
    """Everything told so far, in order: (event, id of its subject); asking begins anew."""
    endpoint(codes=[code for code, _ in events.choices()])

    def since():
        found = list(Delivery.objects.order_by("pk").values_list("event", "subject_id"))
        Delivery.objects.all().delete()
        return found

    return since


def test_agreements(told, agency):
    lead()
    today = settings.today()
    made = records.record_agreement(
        type="participation",
        parties=[PartyData("cho", organization_id=agency.pk)],
        signed_on=today,
        effective_on=today,
        by=ROBOT,
    )
    records.change_agreement(agreement_id=made.pk, signed_on=today, effective_on=today, title="Ours", by=ROBOT)
    ending = Delivery.objects.order_by("-pk").first()
    assert ending.data == {
        "type": "participation",
        "effective_on": today.isoformat(),
        "ends_on": None,
        "terminated_on": None,
    }
    records.terminate_agreement(agreement_id=made.pk, terminated_on=today, reason="Ada left", by=ROBOT)
    records.undo_termination(agreement_id=made.pk, by=ROBOT)
    moves = ("recorded", "changed", "terminated", "restored")
    assert told() == [(f"agreement.{move}", made.pk) for move in moves]


def test_packets(told, people, tenant, agency):
    parties = sample.both_sides(tenant, agency)
    packet = sample.sent(people["staff"], agency)
    sample.sign(packet, parties["director"])
    sample.sign(packet, parties["manager"])
    copies.seal_packet(packet.pk)
    packet.refresh_from_db()
    expected = ["packet.sent", "packet.signed", "packet.signed", "agreement.recorded", "packet.completed"]
    assert [event for event, _ in told()] == [*expected, "packet.sealed"]


def test_packets_that_are_not_signed(told, people, tenant, agency):
    parties = sample.both_sides(tenant, agency)
    first = sample.sent(people["staff"], agency)
    signing.decline(candidate=sample.turn_of(first, parties["director"]), reason="No", evidence=sample.HERE)
    packets.withdraw_packet(packet_id=first.pk, reason="No", by=ROBOT)
    second = sample.sent(people["staff"], agency, version=first.version)
    packets.expire_overdue(settings.today() + dt.timedelta(days=60))
    assert Packet.objects.get(pk=second.pk).state == "expired"
    assert told() == [
        ("packet.sent", first.pk),
        ("packet.declined", first.pk),
        ("packet.withdrawn", first.pk),
        ("packet.sent", second.pk),
        ("packet.expired", second.pk),
    ]


def take_effect(version, coc, day, *, by):
    """Approved by the body the day before, in effect from `day` on."""
    body = approving.body(coc, name=f"Board {version.number}")
    approving.decide(body, [version], by=ROBOT, met_on=day - dt.timedelta(days=1))
    approval.make_effective(version_id=version.pk, coc_id=coc.pk, effective_from=day, must_sign_again=False, by=by)


def test_documents(told, people, coc):
    staff, today = people["staff"], settings.today()
    first = approving.asked(coc)
    take_effect(first, coc, today - dt.timedelta(days=1), by=staff)
    second = documents.next_version(first.document, state="submitted")
    documents.effect(second, coc, state="requested", effective_from=None, approved_on=None)
    take_effect(second, coc, today, by=staff)
    versions.retire_version(version_id=second.pk, by=staff)
    assert told() == [
        ("document.approved", first.pk),
        ("document.effective", first.pk),
        ("document.approved", second.pk),
        ("document.superseded", first.pk),
        ("document.effective", second.pk),
        ("document.retired", second.pk),
    ]


def test_acknowledgements(told, people, rule, policy_version):  # noqa: F811
    given = {"version_id": policy_version.pk, "language": "en", "sha256": "1" * 64, "name": "Pat P"}
    made = policies.acknowledge(by=people["end_user"], **given)
    policies.acknowledge(by=people["end_user"], **given)
    assert told() == [("acknowledgement.made", made.pk)]


def test_licenses(told, people, agency):
    license = factories.LicenseFactory(organization=agency, state="active")
    licenses.suspend_license(license_id=license.pk, reason="Away", by=ROBOT)
    licenses.terminate_license(license_id=license.pk, reason="Left", by=ROBOT)
    assert told() == [("license.suspended", license.pk), ("license.terminated", license.pk)]
    one, two = (factories.LicenseFactory(organization=agency, state="active") for _ in range(2))
    bulk.suspend_licenses(license_ids=[one.pk, two.pk], reason="Away", by=ROBOT)
    assert sorted(told()) == sorted(("license.suspended", each.pk) for each in (one, two))


def test_a_departure_ends_the_license_and_its_undoing_brings_it_back(told, people, agency):
    license = factories.LicenseFactory(organization=agency, state="active")
    departure = departures.report_departure(license_id=license.pk, departed_at=timezone.now(), by=people["cho_lead"])
    departures.undo_departure(departure_id=departure.pk, by=people["cho_lead"])
    assert told() == [("license.terminated", license.pk), ("license.active", license.pk)]
