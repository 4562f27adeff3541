"""Campaigns: whom they go to, sent in batches by a worker, nobody twice, reminded with a cap, closed; and the night."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from agreements import audiences
from agreements.audiences import Audience
from agreements.models import Packet
from agreements.operations import campaigns, nightly, packets
from hmislead.access.scopes import ROBOT
from hmislead.directory.operations import licenses
from hmislead.errors import DomainError
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.agreements.factories import LONG_AGO, lead, with_agency, with_user
from tests.agreements.test_packets import both_sides, member_person, power, sent, sign
from tests.documents import factories as documents

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(tenant, agency):
    return both_sides(tenant, agency)


def draft(by, version=None, *, days=30, audience=None, **changes):
    return campaigns.create_campaign(
        name="Renew all",
        version_id=(version or documents.version()).pk,
        audience=audience or Audience(),
        deadline_on=settings.today() + dt.timedelta(days=days),
        by=by,
        **changes,
    )


def run_jobs(kind=campaigns.SEND):
    """What a worker does with the jobs that were asked for, a unit after the other."""
    handler = jobs.HANDLERS[kind]
    for job in Job.objects.filter(kind=kind, state="waiting"):
        units = 1
        while handler.step(job.subject_id):
            units += 1
        job.state = "done"
        job.save()
    return units


def killed_in(unit, key):
    """A worker that dies when its unit is done and not yet committed."""
    unit(key)
    raise KeyboardInterrupt


def started(by, version=None, **changes):
    campaign = campaigns.start_campaign(campaign_id=draft(by, version, **changes).pk, by=by)
    run_jobs()
    campaign.refresh_from_db()
    return campaign


@pytest.mark.parametrize(
    ("whom", "expected"),
    [
        ("all", {"Old version", "Ends soon", "Unsigned", "New version"}),
        ("unsigned", {"Unsigned"}),
        ("older", {"Old version", "Ends soon"}),
        ("expiring", {"Ends soon"}),
    ],
)
def test_an_audience(tenant, whom, expected):
    old = documents.version(state="superseded")
    version = documents.next_version(old.document)
    soon = settings.today() + dt.timedelta(days=20)
    signed = {"Old version": {"version": old}, "Ends soon": {"ends_on": soon}, "New version": {"version": version}}
    for name in ("Old version", "Ends soon", "Unsigned", "New version"):
        organization = factories.OrganizationFactory(name=name)
        factories.OrganizationRoleFactory(organization=organization, role="cho")
        if name in signed:
            with_agency(organization, **signed[name])
    lead()  # owes none
    audience = Audience(whom, before=soon + dt.timedelta(days=1))
    assert {each.name for each in audiences.matching(version, audience)} == expected
    assert audiences.from_stored(audience.stored()) == audience


@pytest.mark.usefixtures("everybody")
def test_end_users_are_asked_once_for_each_license_or_once_for_each_person(people, neighbour):
    version = documents.version("end_user", title="End-user agreement")
    holder = factories.LicenseFactory(organization=neighbour).person
    factories.LicenseFactory(organization=factories.OrganizationFactory(), person=holder)
    assert audiences.matching(version, Audience()).count() == 3
    with_user(holder, neighbour)
    assert audiences.matching(version, Audience("unsigned")).count() == 2
    change_setting(key="end_user_agreement.per", value="person", by=ROBOT)
    assert audiences.matching(version, Audience()).count() == 2
    assert audiences.matching(version, Audience("unsigned")).count() == 1


def test_it_is_sent_to_each_once_and_says_whom_it_could_not_be_sent_to(people, sides, agency, neighbour):
    campaign = started(people["staff"])
    assert campaign.state == "running"
    packet = Packet.objects.get()
    assert (packet.campaign, packet.state, packet.parties.get(role="cho").organization) == (campaign, "sent", agency)
    assert [(each["who"], "signatory" in each["why"]) for each in campaign.problems] == [("Neighbor Services", True)]
    power(member_person(agency.implementation, "theirs"), organization=neighbour)
    campaigns.start_campaign(campaign_id=campaign.pk, by=people["staff"])  # what failed is tried again
    run_jobs()
    campaign.refresh_from_db()
    assert (Packet.objects.count(), campaign.problems) == (2, [])
    with pytest.raises(DomainError, match="nobody"):
        campaigns.start_campaign(campaign_id=campaign.pk, by=people["staff"])


def test_who_has_one_out_gets_no_second(people, sides, agency):
    packet = sent(people["staff"], agency)
    other = draft(people["staff"], packet.version, audience=Audience(organization_ids=(agency.pk,)))
    assert not audiences.pending(other).exists()
    packets.withdraw_packet(packet_id=packet.pk, reason="A mistake", by=people["staff"])
    assert audiences.pending(other).get() == agency


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_half_and_the_next_one_goes_on(implementation, monkeypatch):
    """The unit in work is rolled back with its connection; the ones before stay; nobody gets two."""
    monkeypatch.setattr(campaigns, "BATCH", 2)
    with use(implementation):
        the_lead = lead()
        power(member_person(implementation, "manager"), organization=the_lead)
        director = member_person(implementation, "director")
        for number in range(5):
            agency = factories.OrganizationFactory(name=f"Agency {number}")
            factories.OrganizationRoleFactory(organization=agency, role="cho")
            power(director, organization=agency)
        campaign = campaigns.start_campaign(campaign_id=draft(ROBOT).pk, by=ROBOT)
    with use(implementation):
        assert campaigns.send_step(campaign.pk)
    with pytest.raises(KeyboardInterrupt), use(implementation):
        killed_in(campaigns.send_step, campaign.pk)
    with use(implementation):
        assert Packet.objects.count() == 2
    job = Job.objects.get(kind=campaigns.SEND)
    assert jobs.run(job.pk)
    with use(implementation):
        campaign.refresh_from_db()
        assert (campaign.state, Packet.objects.count()) == ("running", 5)
        numbers = {
            party.organization_id for packet in Packet.objects.all() for party in packet.parties.filter(role="cho")
        }
        assert len(numbers) == 5


@pytest.mark.parametrize("who", ["cho_lead", "end_user", "auditor", "coc_staff", "outsider"])
def test_only_the_leads_staff_run_campaigns(people, sides, who):
    campaign = draft(people["staff"])
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        draft(people[who], campaign.version)
    for act in (campaigns.start_campaign, campaigns.remind_campaign, campaigns.close_campaign):
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            act(campaign_id=campaign.pk, by=people[who])


def test_the_night_reminds_every_so_many_days_and_stops_at_the_cap(people, sides, agency):
    started(people["staff"], remind_every_days=7, most_reminders=2, audience=Audience(organization_ids=(agency.pk,)))
    today, told = settings.today(), []
    for day in range(1, 31):
        with time_machine.travel(dt.datetime.combine(today + dt.timedelta(days=day), dt.time(18), tzinfo=dt.UTC)):
            told.append(campaigns.remind_due(settings.today()))
    assert [day for day, count in enumerate(told, 1) if count] == [7, 14]


def test_one_click_reminds_all_laggards_once_a_day(people, sides, agency):
    campaign = started(people["staff"], audience=Audience(organization_ids=(agency.pk,)))
    assert campaigns.remind_campaign(campaign_id=campaign.pk, by=people["staff"]) == 1
    run_jobs(campaigns.REMIND)
    assert Packet.objects.get().reminders_sent == 1
    with pytest.raises(DomainError, match="Nobody is left"):
        campaigns.remind_campaign(campaign_id=campaign.pk, by=people["staff"])


def test_closing_withdraws_what_is_not_signed_if_asked_to(people, sides, agency):
    campaign = started(people["staff"], audience=Audience(organization_ids=(agency.pk,)))
    campaigns.close_campaign(campaign_id=campaign.pk, withdraw=True, by=people["staff"])
    run_jobs(campaigns.WITHDRAW)
    assert Packet.objects.get().state == "withdrawn"
    with pytest.raises(DomainError):
        campaigns.start_campaign(campaign_id=campaign.pk, by=people["staff"])


def test_the_night_closes_a_campaign_once_nothing_is_out(people, sides, agency):
    campaign = started(people["staff"], audience=Audience(organization_ids=(agency.pk,)))
    late = campaign.deadline_on + dt.timedelta(days=1)
    assert campaigns.close_finished(late) == 0
    with time_machine.travel(dt.datetime.combine(late, dt.time(18), tzinfo=dt.UTC)):
        nightly.after_night(type("Run", (), {"as_of": late}))
    campaign.refresh_from_db()
    assert (campaign.state, Packet.objects.get().state) == ("closed", "expired")


def test_numbers_and_mails(people, sides, agency, neighbour):
    campaign = draft(people["staff"])
    assert campaigns.numbers_of(campaign).pending == 2
    mails, problem = campaigns.mails_for(campaign, agency)
    assert ([each.name for each in mails], problem) == (["Dora Director", "Max Manager"], "")
    assert "Sign the agreement by" in mails[0].subject
    assert "signatory" in campaigns.mails_for(campaign, neighbour)[1]
    campaigns.start_campaign(campaign_id=campaign.pk, by=people["staff"])
    run_jobs()
    packet = Packet.objects.get()
    sign(packet, sides["director"])
    sign(packet, sides["manager"])
    campaign.refresh_from_db()
    found = campaigns.numbers_of(campaign)
    assert (found.sent, found.out, found.signed, found.late) == (1, 0, 1, 0)


def test_the_mails_shown_before_are_in_the_campaigns_language(people, sides, agency):
    campaign = draft(people["staff"], language="es")
    mails, _ = campaigns.mails_for(campaign, agency)
    assert {each.subject[:21] for each in mails} == {"Firme a más tardar el"}
    assert "Leer y firmar" in mails[0].text


@pytest.mark.parametrize(("term", "ended"), [("license", True), ("open", False)])
def test_an_agreement_may_end_with_its_license(people, agency, term, ended):
    license = factories.LicenseFactory(organization=agency)
    agreement = with_user(license.person, agency, term=term)
    today = settings.today()
    assert nightly.end_with_licenses(today) == 0
    licenses.terminate_license(license_id=license.pk, reason="Left", by=ROBOT)
    assert nightly.end_with_licenses(today + dt.timedelta(days=1)) == (1 if ended else 0)
    agreement.refresh_from_db()
    assert (agreement.terminated_on is not None) is ended
    assert agreement.effective_on == LONG_AGO
    assert nightly.end_with_licenses(today + dt.timedelta(days=1)) == 0
