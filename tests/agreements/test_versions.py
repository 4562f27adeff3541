"""Which version an agency signs when its CoCs have different ones in effect, in packets and in campaigns."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.audiences import Audience
from agreements.models import Packet, TrailEntry
from agreements.operations import campaigns, packets
from agreements.parties import SUBJECT, PartyData
from agreements.signers import CandidateData, SignerData
from hmislead.documents.models import VersionEffect
from hmislead.errors import DomainError
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.agreements.factories import lead
from tests.agreements.test_campaigns import draft, started
from tests.agreements.test_packets import both_sides, member_person, power, prepare
from tests.documents import factories as documents

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(tenant, agency):
    return both_sides(tenant, agency)


@pytest.fixture
def two_versions(agency, coc):
    """The agency is in two CoCs: the first has the second version in effect, the other still the first."""
    other = factories.CoCFactory()
    factories.ParticipationFactory(organization=agency, coc=other)
    old = documents.version(cocs=[coc, other])
    new = documents.next_version(old.document, cocs=[])
    VersionEffect.objects.filter(version=old, coc=coc).update(state="superseded", effective_until=dt.date(2025, 5, 31))
    documents.effect(new, coc, effective_from=dt.date(2025, 6, 1))
    return old, new, other


def test_by_default_it_signs_the_newest_of_any_of_its_cocs(people, sides, agency, two_versions):
    old, new, _ = two_versions
    assert prepare(people["staff"], agency, version=new).version == new
    with pytest.raises(DomainError, match="goes by"):
        prepare(people["staff"], agency, version=old)


def test_by_setting_only_what_is_in_effect_in_all_of_its_cocs(people, sides, agency, two_versions):
    old, new, other = two_versions
    change_setting(key="documents.several_cocs", value="all", by=people["administrator"])
    for version in (old, new):
        with pytest.raises(DomainError, match="not in effect in every CoC of Harbor House"):
            prepare(people["staff"], agency, version=version)
    documents.effect(new, other, effective_from=dt.date(2025, 7, 1))
    assert prepare(people["staff"], agency, version=new).version == new


def test_an_agency_signs_what_is_in_effect_in_its_own_coc(people, sides, agency):
    elsewhere = documents.version(cocs=[factories.CoCFactory()])
    with pytest.raises(DomainError, match="not in effect in the CoC of Harbor House"):
        prepare(people["staff"], agency, version=elsewhere)


def test_a_campaign_leaves_out_whom_another_version_holds_for(people, sides, agency, two_versions):
    """The agency in one CoC alone still goes by the old version; the one in both by the new, and is told of as such."""
    old, _, other = two_versions
    neighbour = factories.OrganizationFactory(name="Neighbour")
    factories.OrganizationRoleFactory(organization=neighbour, role="cho")
    factories.ParticipationFactory(organization=neighbour, coc=other)
    power(sides["director"], organization=neighbour)
    only = Audience(organization_ids=(agency.pk, neighbour.pk))
    campaign = started(people["staff"], old, audience=only)
    assert [party.organization for party in campaign.packets.get().parties.filter(role="cho")] == [neighbour]
    assert [each["who"] for each in campaign.problems] == [str(agency)]
    assert "goes by" in campaign.problems[0]["why"]
    _, why = campaigns.mails_for(campaign, agency)
    assert "goes by" in why


def sent_to(count, by, tenant, name):
    """How many statements a campaign to so many agencies takes, the campaign sent in one batch."""
    version = documents.version(title=name)
    director = member_person(tenant, f"director-{name}")
    made = []
    for number in range(count):
        agency = factories.OrganizationFactory(name=f"{name} {number}")
        factories.OrganizationRoleFactory(organization=agency, role="cho")
        power(director, organization=agency)
        made.append(agency.pk)
    campaign = campaigns.start_campaign(
        campaign_id=draft(by, version, audience=Audience(organization_ids=tuple(made))).pk, by=by
    )
    with CaptureQueriesContext(connection) as taken:
        campaigns.send_step(campaign.pk)
    assert campaign.packets.filter(state="sent").count() == count
    return len(taken)


def test_a_batch_takes_as_many_statements_for_many_as_for_few(people, tenant):
    power(member_person(tenant, "manager"), organization=lead())
    sent_to(1, people["staff"], tenant, "Warm")
    assert sent_to(2, people["staff"], tenant, "Few") == sent_to(9, people["staff"], tenant, "Many")


def test_a_packet_of_a_batch_is_as_one_sent_by_hand(people, sides, agency):
    packet = started(people["staff"], audience=Audience(organization_ids=(agency.pk,))).packets.get()
    kinds = list(packet.trail.values_list("kind", flat=True))
    assert kinds == [TrailEntry.Kind.CREATED, TrailEntry.Kind.SENT, TrailEntry.Kind.ASKED]
    assert [(each.position, each.state) for each in packet.signers.all()] == [(1, "asked"), (2, "waiting")]
    assert packet.number == f"P-{Packet.objects.count():04d}"
    assert len(packet.sha256) == 64


@pytest.mark.parametrize("type", ["consultant", "vendor", "data_use", "business_associate", "data_sharing"])
def test_a_text_knows_the_name_of_whoever_its_type_is_about(people, tenant, agency, type):
    """The shipped texts name the party outside, or the agency; neither may be left empty when they are sent."""
    manager = member_person(tenant, "manager")
    power(manager, organization=lead())
    factories.OrganizationRoleFactory(organization=agency, role="vendor")
    field = "{{agency.name}}" if SUBJECT[type] == "cho" else "{{other_party.name}}"
    version = documents.version(type, texts=(("Parties", f"Between {field} and {{{{lead.name}}}}."),))
    outside = CandidateData(name="Vera Vendor", email="vera@vendor.example")
    signers = [
        SignerData(SUBJECT[type], (outside,), must_be_signatory=False),
        SignerData("lead", (CandidateData(manager.pk),), 2),
    ]
    whom = [PartyData(SUBJECT[type], organization_id=agency.pk)]
    packet = prepare(people["staff"], agency, version=version, parties=whom, signers=signers)
    packet = packets.send_packet(packet_id=packet.pk, by=people["staff"])
    assert f"Between {agency.name} and" in packet.blocks[0]["html"]
