"""The packets of a campaign, a batch at a time: the rules of one packet, but read once and written in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from agreements import announcements, audiences
from agreements.known import Known
from agreements.models import Campaign, Candidate, Packet, PacketParty, Signer, TrailEntry
from agreements.operations import packets
from agreements.operations.trail import entry
from agreements.parties import LEAD_NEEDED, Type, the_lead
from agreements.prerequisites import SETTING, require_of
from agreements.signers import default_signers
from agreements.versions import require_version
from agreements.webhook_events import packets_sent
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import Organization
from hmislead.documents import rendering
from hmislead.errors import DomainError
from hmislead.tenancy.operations import next_numbers

Kind = TrailEntry.Kind


@dataclass(frozen=True)
class Made:
    """A packet that is ready to be saved, with what belongs to it."""

    packet: Packet
    parties: list[PacketParty]
    signers: list[tuple[Signer, list[Candidate]]]

    @property
    def first(self) -> list[tuple[Signer, list[Candidate]]]:
        """Those whose turn it is."""
        return [each for each in self.signers if each[0].state == Signer.State.ASKED]


def send(campaign: Campaign, subjects: list[Any]) -> list[dict[str, str]]:
    """Prepare and send a packet to each agency, license holder or CoC, in the caller's transaction.

    Returns whom it could not be sent to and why, with the id of each; nothing is saved for them. Everything a packet sent
    by hand is asked is asked here (see `packets.prepare_packet` and `send_packet`), but for what holds of every subject
    of an audience: it is seen by the sender, and has the role it signs in.
    """
    try:
        packets.template(campaign.version_id)
        packets.require_future(campaign.deadline_on)
        lead = the_lead() if Type(campaign.version.document.type) in LEAD_NEEDED else None
    except DomainError as error:
        return [_problem(subject, error) for subject in subjects]
    known = _known(subjects, lead)
    made, problems = [], []
    for subject in subjects:
        try:
            made.append(_made(campaign, subject, lead, known))
        except DomainError as error:
            problems.append(_problem(subject, error))
    _save(made)
    packets_sent(each.packet for each in made)
    announcements.asked_all([pair for each in made for pair in each.first])
    return problems


def _known(subjects: list[Any], lead: Organization | None) -> Known:
    agencies = [
        subject if isinstance(subject, Organization) else getattr(subject, "organization", None) for subject in subjects
    ]
    people = [subject.person for subject in subjects if getattr(subject, "person", None)]
    return Known(organizations=[each for each in [*agencies, lead] if each], people=people)


def _made(campaign: Campaign, subject: Any, lead: Organization | None, known: Known) -> Made:
    """One packet with its text frozen and its first signers asked, not yet saved. Raises DomainError."""
    version = campaign.version
    data = audiences.parties_of(version.document.type, subject, lead)
    require_version(version, data, known)
    packet = _packet(campaign)
    parties = {each.role: _with_whom(packets.new_party(packet, each), known) for each in data}
    rows = list(parties.values())
    signers = [packets.new_signer(packet, parties, each, known) for each in default_signers(data, known=known)]
    packets.check_signers(rows, signers)
    if packet.type == Type.END_USER:
        require_of(rows[0], known.setting(SETTING))
    packet.blocks = packets.text_of(packet, rows, known, {})
    packet.sha256 = rendering.checksum(packet.blocks)
    _ask(signers)
    return Made(packet, rows, signers)


def _packet(campaign: Campaign) -> Packet:
    return Packet(
        type=campaign.version.document.type,
        title=campaign.version.document.title_in(campaign.language),
        version=campaign.version,
        language=campaign.language,
        state=Packet.State.SENT,
        sent_at=timezone.now(),
        deadline_on=campaign.deadline_on,
        term=campaign.term,
        effective_on=campaign.effective_on,
        ends_on=campaign.ends_on,
        notice_days=campaign.notice_days,
        campaign=campaign,
    )


def _with_whom(row: PacketParty, known: Known) -> PacketParty:
    """The party with its rows at hand, for the text and the mails."""
    if row.organization_id:
        row.organization = known.organization(row.organization_id)
    if row.person_id:
        row.person = known.person(row.person_id)
    if row.coc_id:
        row.coc = known.coc(row.coc_id)
    return row


def _ask(signers: list[tuple[Signer, list[Candidate]]]) -> None:
    """It is the turn of everybody at the first position."""
    first = min(signer.position for signer, _ in signers)
    for signer, _ in signers:
        if signer.position == first:
            signer.state, signer.asked_at = Signer.State.ASKED, timezone.now()


def _save(made: list[Made]) -> None:
    """All rows of a batch, a statement for each table."""
    for each, number in zip(made, next_numbers("P", len(made)), strict=True):
        each.packet.number = f"P-{number:04d}"
    Packet.objects.bulk_create([each.packet for each in made])
    PacketParty.objects.bulk_create([row for each in made for row in each.parties])
    Signer.objects.bulk_create([signer for each in made for signer, _ in each.signers])
    Candidate.objects.bulk_create([row for each in made for _, candidates in each.signers for row in candidates])
    TrailEntry.objects.bulk_create([row for each in made for row in _trail(each)])


def _trail(made: Made) -> Iterable[TrailEntry]:
    packet = made.packet
    yield entry(packet, Kind.CREATED, who=str(ROBOT))
    yield entry(packet, Kind.SENT, who=str(ROBOT), detail=f"Checksum of the text: {packet.sha256}")
    for signer, candidates in made.first:
        yield entry(packet, Kind.ASKED, who=", ".join(str(each) for each in candidates), signer=signer)


def _problem(subject: Any, error: DomainError) -> dict[str, str]:
    return {"id": str(subject.pk), "who": str(subject), "why": error.message}
