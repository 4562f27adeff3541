"""The HMIS Lead's pages about packets: prepare, look over, send, and what is done while one is out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from agreements.models import Campaign, Packet
from agreements.operations import packets
from hmislead.tenancy import settings
from tests import factories
from tests.agreements.factories import LONG_AGO, with_agency
from tests.agreements.test_campaigns import run_jobs
from tests.agreements.test_packets import both_sides, member_person, power, prepare, sent, sign
from tests.documents import factories as documents
from tests.files import samples

pytestmark = pytest.mark.django_db


def url(name, **kwargs):
    return reverse(f"agreements:{name}", kwargs={"slug": "north", **kwargs})


@pytest.fixture
def sides(tenant, agency):
    return both_sides(tenant, agency)


@pytest.fixture
def staff(client, people):
    client.force_login(people["staff"])
    return client


def in_days(number):
    return settings.today() + dt.timedelta(days=number)


def form_for(sides, agency, **changes):
    return {
        "organization": agency.pk,
        "lead": sides["lead"].pk,
        "order": "ordered",
        "deadline_on": in_days(30),
        "term": "open",
        "language": "en",
        **changes,
    }


def test_from_the_template_to_the_sent_packet(staff, sides, agency):
    version = documents.version(texts=(("Fee", "{{agency.name}} pays {{fee.per_license}}."),))
    assert version.document.title in staff.get(url("packet-new")).content.decode()
    answer = staff.post(url("packet-create", pk=version.pk), form_for(sides, agency, notice_days=30))
    packet = Packet.objects.get()
    assert answer["Location"] == url("packet-review", pk=packet.pk)
    page = staff.get(answer["Location"]).content.decode()
    for words in ("Harbor House pays", "Dora Director", "Max Manager", "Sign the agreement by", "Yearly fee"):
        assert words in page
    assert staff.post(answer["Location"]).status_code == 422  # the fee is not known
    packet.refresh_from_db()
    assert (packet.state, packet.notice_days) == ("draft", 30)
    assert staff.post(answer["Location"], {"fee.per_license": "$120"}).status_code == 302
    packet.refresh_from_db()
    assert packet.state == "sent"
    assert "$120" in packet.blocks[0]["html"]


def test_a_draft_for_an_agency_without_a_signatory_is_refused_at_the_form(staff, sides, neighbour):
    version = documents.version()
    answer = staff.post(url("packet-create", pk=version.pk), form_for(sides, neighbour))
    assert answer.status_code == 422
    assert "Record a signatory first" in answer.content.decode()
    assert not Packet.objects.exists()


def test_a_vendor_signs_from_outside(staff, sides, tenant):
    vendor = factories.OrganizationFactory(name="Lantern Software")
    factories.OrganizationRoleFactory(organization=vendor, role="vendor")
    version = documents.version("vendor", title="Vendor contract")
    data = form_for(sides, vendor, outside_name="Vera Vendor", outside_email="vera@vendor.example")
    assert staff.post(url("packet-create", pk=version.pk), data).status_code == 302
    first, second = Packet.objects.get().signers.all()
    assert (first.party.role, first.position, second.party.role, second.position) == ("vendor", 1, "lead", 2)
    page = staff.get(url("packet-review", pk=first.packet_id)).content.decode()
    assert "vera@vendor.example" in page
    assert "[the personal link, made when the mail is sent]" in page


def test_the_signers_of_a_draft_are_changed(staff, people, sides, agency):
    packet = prepare(people["staff"], agency)
    chief = member_person(agency.implementation, "chief", first_name="Cora", last_name="Chief")
    director, manager = sides["director"].pk, sides["manager"].pk
    data = {
        "people-0": [director], "position-0": 3, "people-1": [manager], "position-1": 1,
        "extra_person": chief.pk, "extra_role": "cho", "extra_capacity": "Supervisor", "extra_position": 3,
    }  # fmt: skip
    assert staff.post(url("packet-signers", pk=packet.pk), data).status_code == 302
    rows = [(each.position, each.party.role, each.capacity) for each in packet.signers.all()]
    assert rows == [(1, "lead", "For County HMIS Office"), (2, "cho", "For Harbor House"), (2, "cho", "Supervisor")]
    # Without a signer for the agency it is no draft that can be sent.
    gone = {**data, "drop-1": "on", "people-2": [chief.pk], "position-2": 2, "drop-2": "on", "extra_person": ""}
    assert staff.post(url("packet-signers", pk=packet.pk), gone).status_code == 422
    assert packet.signers.count() == 3


def test_the_days_of_a_draft_are_changed_and_of_a_sent_packet_not(staff, people, sides, agency):
    packet = prepare(people["staff"], agency)
    data = {"deadline_on": in_days(5), "term": "fixed", "ends_on": in_days(400), "language": "en"}
    assert staff.post(url("packet-edit", pk=packet.pk), {**data, "ends_on": in_days(2)}).status_code == 422
    assert staff.post(url("packet-edit", pk=packet.pk), data).status_code == 302
    packet.refresh_from_db()
    assert (packet.deadline_on, packet.ends_on, packet.term) == (in_days(5), in_days(400), "fixed")
    packets.send_packet(packet_id=packet.pk, by=people["staff"])
    assert staff.post(url("packet-edit", pk=packet.pk), data).status_code == 409


def test_while_it_is_out(staff, people, sides, agency):
    packet = sent(people["staff"], agency)
    page = staff.get(packet.get_absolute_url()).content.decode()
    assert "Remind" in page
    assert staff.post(url("packet-remind", pk=packet.pk)).status_code == 302
    assert staff.post(url("packet-remind", pk=packet.pk)).status_code == 409  # once a day
    assert staff.post(url("packet-again", pk=packet.pk), {"deadline_on": in_days(60)}).status_code == 302
    deputy = member_person(agency.implementation, "deputy", first_name="Dan", last_name="Deputy")
    power(deputy, "Deputy", organization=agency)
    asked = packet.signers.get(state="asked")
    form = {"people": [deputy.pk], "reason": "On leave"}
    assert staff.post(url("signer-replace", pk=asked.pk), form).status_code == 302
    new = packet.signers.get(state="asked")
    form = {"name": "Dan Deputy", "signed_on": settings.today(), "file": samples.pdf(), "pages": "7"}
    assert staff.post(url("signer-paper", pk=new.pk), form).status_code == 302
    new.refresh_from_db()
    packet.refresh_from_db()
    assert (new.state, new.method, new.paper_pages, packet.state) == ("signed", "paper", "7", "partly")
    assert packet.deadline_on == in_days(60)
    assert staff.post(url("packet-withdraw", pk=packet.pk), {"reason": ""}).status_code == 422
    assert staff.post(url("packet-withdraw", pk=packet.pk), {"reason": "A mistake"}).status_code == 302
    packet.refresh_from_db()
    assert packet.state == "withdrawn"


def test_the_list_finds_by_state_and_by_whom_it_waits_for(staff, people, sides, agency, neighbour):
    power(member_person(agency.implementation, "other"), organization=neighbour)
    ours, theirs = sent(people["staff"], agency), sent(people["staff"], neighbour)
    sign(ours, sides["director"])
    for query, expected in (
        ("state=partly", {ours.number}),
        (f"waiting_for={neighbour.pk}", {theirs.number}),
        (f"waiting_for={agency.pk}", set()),
        ("late=true", set()),
        ("q=Neighbor", {theirs.number}),
    ):
        page = staff.get(f"{url('packet-list')}?{query}").content.decode()
        assert {number for number in (ours.number, theirs.number) if number in page} == expected, query


def test_a_signer_finds_it_on_home_and_in_the_list_of_what_to_sign(client, people, sides, agency):
    packet = sent(people["staff"], agency)
    client.force_login(sides["director"].user)
    home = client.get(reverse("compliance:home", kwargs={"slug": "north"})).content.decode()
    assert url("sign", pk=packet.signers.first().pk) in home
    assert packet.title in client.get(url("to-sign")).content.decode()
    client.force_login(sides["manager"].user)  # not their turn
    assert "Nothing waits" in client.get(url("to-sign")).content.decode()


def test_a_neighbour_sees_nothing_of_a_packet(client, people, sides, agency):
    packet = sent(people["staff"], agency)
    client.force_login(people["neighbour_lead"])
    assert client.get(packet.get_absolute_url()).status_code == 404
    assert packet.number not in client.get(url("packet-list")).content.decode()


def test_the_agency_page_shows_what_is_out(staff, people, sides, agency):
    packet = sent(people["staff"], agency)
    assert packet.get_absolute_url() in staff.get(agency.get_absolute_url()).content.decode()


def test_an_agreement_is_renewed_from_its_page(staff, sides, agency):
    version = documents.version()
    old = with_agency(agency, ends_on=in_days(40))
    step = staff.get(url("agreement-renew", pk=old.pk))
    step = staff.get(step["Location"])
    assert step["Location"].startswith(url("packet-create", pk=version.pk))
    page = staff.get(step["Location"]).content.decode()
    assert f'value="{old.pk}"' in page
    data = form_for(sides, agency, renews=old.pk, term="yearly")
    assert staff.post(url("packet-create", pk=version.pk), data).status_code == 302
    packet = Packet.objects.get()
    assert (packet.renews, packet.effective_on) == (old, in_days(41))


def test_what_is_over_is_renewed_from_the_day_it_is_signed(people, sides, agency):
    old = with_agency(agency, ends_on=LONG_AGO + dt.timedelta(days=300))
    assert prepare(people["staff"], agency, renews=old).effective_on is None


def test_an_early_end_keeps_to_the_notice_unless_both_agree(staff, agency):
    agreement = with_agency(agency, notice_days=30)
    form = {"terminated_on": in_days(29), "reason": "They leave"}
    answer = staff.post(url("agreement-terminate", pk=agreement.pk), form)
    assert answer.status_code == 422
    assert "30 days of notice" in answer.content.decode()
    told = {**form, "told_on": in_days(-1)}
    assert staff.post(url("agreement-terminate", pk=agreement.pk), told).status_code == 302
    again = with_agency(agency, notice_days=30, effective_on=LONG_AGO + dt.timedelta(days=1))
    assert staff.post(url("agreement-terminate", pk=again.pk), {**form, "both_agree": "on"}).status_code == 302


def test_a_campaign_from_the_template_to_the_laggards(staff, people, sides, agency, neighbour):
    version = documents.version()
    assert version.document.title in staff.get(url("campaign-new")).content.decode()
    form = {
        "name": "Renew all", "whom": "all", "deadline_on": in_days(30), "term": "open", "language": "en",
        "remind_every_days": 7, "most_reminders": 3,
    }  # fmt: skip
    answer = staff.post(url("campaign-create", pk=version.pk), {**form, "whom": "expiring"})
    assert answer.status_code == 422
    answer = staff.post(url("campaign-create", pk=version.pk), form)
    campaign = Campaign.objects.get()
    assert answer["Location"] == url("campaign-detail", pk=campaign.pk)
    assert "Send to 2" in staff.get(answer["Location"]).content.decode()
    mails = staff.get(url("campaign-mails", pk=campaign.pk)).content.decode()
    for words in ("Harbor House", "Dora Director", "Neighbor Services", "Record a signatory first"):
        assert words in mails
    assert staff.post(url("campaign-start", pk=campaign.pk)).status_code == 302
    assert "Sending" in staff.get(url("campaign-progress", pk=campaign.pk)).content.decode()
    run_jobs()
    page = staff.get(answer["Location"]).content.decode()
    for words in ("Not sent to 1", "Remind all who have not signed", Packet.objects.get().number):
        assert words in page
    assert staff.post(url("campaign-remind", pk=campaign.pk)).status_code == 302
    assert "Renew all" in staff.get(url("campaign-list")).content.decode()
    assert staff.post(url("campaign-close", pk=campaign.pk), {}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.state == "closed"


def test_packets_and_campaigns_through_the_api(staff, people, sides, agency):
    version = documents.version()
    api = "/api/v1/i/north"
    parties = [
        {"role": "cho", "organization": str(agency.pk)},
        {"role": "lead", "organization": str(sides["lead"].pk)},
    ]
    body = {"version": str(version.pk), "parties": parties, "deadline_on": in_days(30)}
    made = staff.post(f"{api}/packets/", body, "application/json")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert staff.post(f"{api}/packets/{key}/send/", {}, "application/json").json()["state"] == "sent"
    first, second = staff.get(f"{api}/signers/?packet={key}").json()["results"]
    assert {first["state"], second["state"]} == {"asked", "waiting"}
    assert staff.post(f"{api}/packets/{key}/remind/").json() == {"reminded": 1}
    body = {"signer": first["id"], "candidates": [], "reason": "On leave"}
    assert staff.post(f"{api}/packets/{key}/replace-signer/", body, "application/json").status_code == 409
    body = {"reason": "A mistake"}
    assert staff.post(f"{api}/packets/{key}/withdraw/", body, "application/json").json()["state"] == "withdrawn"
    body = {"name": "All", "version": str(version.pk), "deadline_on": in_days(30), "organizations": [str(agency.pk)]}
    made = staff.post(f"{api}/campaigns/", body, "application/json")
    assert made.status_code == 201, made.content
    started = staff.post(f"{api}/campaigns/{made.json()['id']}/start/")
    assert (started.json()["state"], started.json()["total"]) == ("sending", 1)


def test_who_signed_an_older_version_and_whether_that_matters(staff, sides, agency):
    old = documents.version(state="superseded")
    agreement = with_agency(agency, version=old)
    documents.next_version(old.document, must_sign_again=True)
    page = staff.get(url("agreement-older")).content.decode()
    assert agreement.get_absolute_url() in page
    assert "must sign again" in page
