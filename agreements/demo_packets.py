"""The demonstration's packets and campaigns: one in every state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agreements.audiences import Audience
from agreements.models import Campaign, Candidate, Packet, Signer
from agreements.operations import campaigns, packets, signing
from agreements.parties import PartyData
from hmislead.demo.story import Story
from hmislead.directory.models import Person, Signatory
from hmislead.documents.models import Block, Document, DocumentVersion, VersionEffect
from hmislead.tenancy.operations import next_number

TITLE = "Participation agreement"
TEXTS = (
    (
        "What this agreement is for",
        "{{agency.name}} and the HMIS Lead agree how {{agency.name}} takes part in the HMIS.",
    ),
    ("Duties of each side", "The HMIS Lead runs the system and trains users. {{agency.name}} enters data on time."),
    ("Privacy and security", "Both keep the privacy plan and the security plan. Sign-ins are never shared."),
)
LINK = signing.Evidence("link", "192.0.2.20", "Demonstration")


def plan(story: Story) -> None:
    """Everything at the end of the year: packets are read as they stand, not as they were."""
    story.at(story.today, lambda: tell(story))


def tell(story: Story) -> None:
    """Packets in all seven states, and a campaign in each of its four."""
    version = _template(story)
    able = story.chos[:12]
    for organization in [*able, story.lead]:
        _give_powers(story, organization)
    made = [_packet(story, version, organization) for organization in able[:7]]
    sent = [packets.send_packet(packet_id=packet.pk, by=story.by) for packet in made[1:]]
    for packet, do in zip(sent[1:], (_sign_one, _sign_all, _decline, _withdraw, _expire), strict=False):
        do(story, packet)
    # A small demonstration has fewer agencies than states: no campaign is shown there that goes to nobody.
    for number, (organization, state) in enumerate(zip(able[7:], Campaign.State.values, strict=False)):
        _campaign(story, version, organization, number, state)


def _template(story: Story) -> DocumentVersion:
    """The participation agreement in effect; written here only where no document room has brought one."""
    there = DocumentVersion.objects.filter(document__type="participation", state="effective").first()
    if there:
        return there
    document = Document.objects.create(type="participation", title=TITLE, number=f"D-{next_number('D'):03d}")
    version: DocumentVersion = DocumentVersion.objects.create(
        document=document, number=1, state="effective", effective_on=story.day(60), created_by=story.by
    )
    for place, (heading, body) in enumerate(TEXTS, 1):
        Block.objects.create(version=version, key=f"clause-{place}", position=place, heading=heading, body=body)
    for coc in story.cocs:
        VersionEffect.objects.create(
            version=version,
            coc=coc,
            state="effective",
            requested_on=story.day(90),
            approved_on=story.day(62),
            effective_from=story.day(60),
            reviewed_on=story.day(62),
        )
    return version


def _give_powers(story: Story, organization: Any) -> None:
    """Make sure somebody may sign for an organization: a director of its own, no user of the HMIS."""
    if Signatory.objects.filter(organization=organization, ends_on=None).exists():
        return
    name = organization.name.split()[0]
    mail = f"director.{organization.pk.hex[-6:]}@example.org"
    person = Person.objects.create(first_name="Dale", last_name=name, email=mail, job_title="Executive Director")
    Signatory.objects.create(
        person=person,
        organization=organization,
        title="Executive Director",
        basis="By-laws",
        starts_on=story.day(300),
    )


def _packet(story: Story, version: DocumentVersion, organization: Any) -> Packet:
    return packets.prepare_packet(
        version_id=version.pk,
        parties=[PartyData("cho", organization_id=organization.pk), PartyData("lead", organization_id=story.lead.pk)],
        deadline_on=story.today + dt.timedelta(days=21),
        notice_days=30,
        by=story.by,
    )


def _turn(packet: Packet) -> Candidate:
    signer = packet.signers.filter(state=Signer.State.ASKED).first()
    return Candidate.objects.select_related("person", "signer").get(pk=signer.candidates.first().pk)


def _sign_one(story: Story, packet: Packet) -> None:
    candidate = _turn(packet)
    signing.see(candidate=candidate, evidence=LINK)
    signing.sign(candidate=candidate, name=str(candidate), sha256=packet.sha256, consent=True, evidence=LINK)


def _sign_all(story: Story, packet: Packet) -> None:
    _sign_one(story, packet)
    _sign_one(story, packet)


def _decline(story: Story, packet: Packet) -> None:
    signing.decline(candidate=_turn(packet), reason="Our new name is missing.", evidence=LINK)


def _withdraw(story: Story, packet: Packet) -> None:
    packets.withdraw_packet(packet_id=packet.pk, reason="Sent to the wrong agency.", by=story.by)


def _expire(story: Story, packet: Packet) -> None:
    Packet.objects.filter(pk=packet.pk).update(deadline_on=story.day(1))
    packets.expire_overdue(story.today)


def _campaign(story: Story, version: DocumentVersion, organization: Any, number: int, state: str) -> None:
    """Draft, being sent, running and closed; each to an agency of its own, so that none gets two."""
    campaign = campaigns.create_campaign(
        name=("Renew next year", "Sign the new version", "Renew all participation agreements", "Spring renewals")[
            number
        ],
        version_id=version.pk,
        audience=Audience(organization_ids=(organization.pk,)),
        deadline_on=story.today + dt.timedelta(days=30 + number),
        by=story.by,
    )
    if state == Campaign.State.DRAFT:
        return
    if state == Campaign.State.SENDING:
        campaigns.start_campaign(campaign_id=campaign.pk, by=story.by)  # a worker goes on with it
        return
    campaign.become(Campaign.State.SENDING, total=1)
    campaigns.send_step(campaign.pk)
    if state == Campaign.State.CLOSED:
        campaigns.close_campaign(campaign_id=campaign.pk, by=story.by)
