"""Campaigns: one template to many, sent by workers in batches, reminded with a cap, closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from agreements import announcements, audiences, policy
from agreements.announcements import MailPreview
from agreements.audiences import Audience
from agreements.known import Known
from agreements.models import Campaign, Candidate, Packet, PacketParty, Signer
from agreements.operations import batches, packets
from agreements.signers import capacity_of, default_signers
from agreements.versions import require_version
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import Person
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError
from hmislead.jobs import operations as jobs
from hmislead.tenancy import context, settings
from hmislead.tenancy.operations import next_number

SEND, REMIND, WITHDRAW = "agreements.campaign", "agreements.remind", "agreements.withdraw"
BATCH = 100
NOT_YOURS = "Only the HMIS Lead's staff may run campaigns."


@dataclass(frozen=True)
class Numbers:
    """How a campaign stands, in packets: whom it would go to now, and what became of those that were sent."""

    pending: int
    sent: int
    out: int
    signed: int
    late: int


@transaction.atomic
def create_campaign(
    *,
    name: str,
    version_id: UUID,
    audience: Audience,
    deadline_on: dt.date,
    by: Any,
    term: str = "open",
    effective_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    language: str = "en",
    notice_days: int | None = None,
    remind_every_days: int = 7,
    most_reminders: int = 3,
) -> Campaign:
    """Draft a campaign; nothing is sent. `remind_every_days` in days, `most_reminders` for each packet.

    Raises DomainError for a version that is not in effect, a type that has no audience, or days that cannot be.
    """
    _require_sender(by)
    version = packets.template(version_id)
    audiences.check(version, audience)
    packets.check_days(deadline_on, term, effective_on, ends_on)
    return Campaign.objects.create(
        number=f"C-{next_number('C'):03d}",
        name=name.strip() or f"Sign {version}",
        version=version,
        audience=audience.stored(),
        deadline_on=deadline_on,
        term=term,
        effective_on=effective_on,
        ends_on=ends_on,
        language=language,
        notice_days=notice_days,
        remind_every_days=remind_every_days,
        most_reminders=most_reminders,
        created_by=by if getattr(by, "pk", None) else None,
    )


@transaction.atomic
def start_campaign(*, campaign_id: UUID, by: Any) -> Campaign:
    """Have workers send it; of one that was sent, to whoever is meant and has none yet. What failed is tried again.

    Raises DomainError when it goes to nobody, its template is out of effect, or its last day to sign is over.
    """
    campaign = _locked(campaign_id, by)
    packets.template(campaign.version_id)
    packets.require_future(campaign.deadline_on)
    campaign.problems = []
    count = audiences.pending(campaign).count()
    if not count:
        raise DomainError("It would go to nobody: everybody it is for has it already. Change whom it goes to.")
    sent = campaign.packets.count()
    now = timezone.now()
    campaign.become(Campaign.State.SENDING, started_at=now, total=sent + count, problems=[])
    jobs.enqueue(SEND, subject_id=campaign.pk, key=f"campaign:{campaign.pk}:{now.isoformat()}")
    return campaign


def send_step(campaign_id: UUID) -> bool:
    """Prepare and send the next packets of a campaign. One unit of a job: a worker that is killed leaves none half sent."""
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("version__document", "created_by")
    campaign = rows.prefetch_related("version__blocks").get(pk=campaign_id)
    if campaign.state != Campaign.State.SENDING:
        return False
    batch = list(audiences.pending(campaign)[:BATCH])
    problems = batches.send(campaign, batch)
    if problems:
        campaign.problems = [*campaign.problems, *problems]
        campaign.save(update_fields=["problems", "updated_at"])
    if len(batch) == BATCH:
        return True
    campaign.become(Campaign.State.RUNNING)
    return False


def fail_step(campaign_id: UUID, sentence: str) -> None:
    """What was sent stays sent; the page says why the rest was not, and offers to go on."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if campaign.state == Campaign.State.SENDING:
        campaign.become(Campaign.State.RUNNING, problems=[*campaign.problems, {"who": "The rest", "why": sentence}])


@transaction.atomic
def remind_campaign(*, campaign_id: UUID, by: Any) -> int:
    """Have everybody reminded who is asked to sign and was not reminded today. Returns how many packets."""
    campaign = _locked(campaign_id, by)
    count = _unreminded(campaign).count()
    if not count:
        raise DomainError("Nobody is left to remind today.")
    jobs.enqueue(REMIND, subject_id=campaign.pk, key=f"remind:{campaign.pk}:{timezone.now().isoformat()}")
    return count


def remind_step(campaign_id: UUID) -> bool:
    """Remind the next batch of laggards."""
    rows = list(_unreminded(Campaign.objects.get(pk=campaign_id)).select_for_update(of=("self",))[:BATCH])
    for packet in rows:
        packets.remind(packet, who="The HMIS Lead")
    return len(rows) == BATCH


@transaction.atomic
def close_campaign(*, campaign_id: UUID, by: Any, withdraw: bool = False) -> Campaign:
    """End a campaign: no more reminders. `withdraw` takes back what is not signed; else it can be signed to its last day."""
    campaign = _locked(campaign_id, by)
    campaign.become(Campaign.State.CLOSED, closed_at=timezone.now())
    if withdraw:
        jobs.enqueue(WITHDRAW, subject_id=campaign.pk, key=f"withdraw:{campaign.pk}")
    return campaign


def withdraw_step(campaign_id: UUID) -> bool:
    """Withdraw the next batch of what a closed campaign left unsigned."""
    campaign = Campaign.objects.get(pk=campaign_id)
    rows = list(audiences.laggards(campaign).values_list("pk", flat=True)[:BATCH])
    for key in rows:
        packets.withdraw_packet(packet_id=key, reason=f"{campaign.name} was closed.", by=ROBOT)
    return len(rows) == BATCH


def leave_as_it_is(campaign_id: UUID, sentence: str) -> None:
    """Reminders and withdrawals that were given up: the laggards list still shows who is left."""


def remind_due(on: dt.date) -> int:
    """At night: remind the signers of running campaigns whose days since the last word are over, up to the cap."""
    rows = (
        Packet.objects.out()
        .filter(campaign__state=Campaign.State.RUNNING, reminders_sent__lt=F("campaign__most_reminders"))
        .filter(deadline_on__gte=on)
        .select_related("campaign")
        .select_for_update(of=("self",), skip_locked=True)
    )
    count = 0
    for packet in rows:
        last = packet.reminded_on or timezone.localtime(packet.sent_at, context.current().zone).date()
        if (on - last).days >= packet.campaign.remind_every_days:
            packets.remind(packet, who="The system")
            count += 1
    return count


def close_finished(on: dt.date) -> int:
    """At night: close running campaigns whose last day is over and of which nothing is out."""
    done = Campaign.objects.filter(state=Campaign.State.RUNNING, deadline_on__lt=on).exclude(
        pk__in=Packet.objects.out().exclude(campaign=None).values("campaign_id")
    )
    for campaign in done.select_for_update(of=("self",)):
        campaign.become(Campaign.State.CLOSED, closed_at=timezone.now())
    return len(done)


def numbers_of(campaign: Campaign) -> Numbers:
    """How a campaign stands now."""
    sent = campaign.packets.exclude(state=Packet.State.DRAFT)
    out = audiences.laggards(campaign)
    is_open = campaign.state in {Campaign.State.DRAFT, Campaign.State.SENDING}
    return Numbers(
        pending=audiences.pending(campaign).count() if is_open else 0,
        sent=sent.count(),
        out=out.count(),
        signed=sent.filter(state=Packet.State.COMPLETE).count(),
        late=sent.filter(
            Q(state=Packet.State.EXPIRED) | Q(state__in=Packet.OUT, deadline_on__lt=settings.today())
        ).count(),
    )


def mails_for(campaign: Campaign, subject: Any) -> tuple[list[MailPreview], str]:
    """The mails that one agency, license holder or CoC would cause, or why it cannot be sent there."""
    try:
        parties = audiences.parties_of(campaign.version.document.type, subject)
        require_version(campaign.version, parties, Known())
        signers = default_signers(parties)
    except DomainError as error:
        return [], error.message
    packet = Packet(
        implementation=context.current(),
        title=campaign.version.document.title_in(campaign.language),
        deadline_on=campaign.deadline_on,
        language=campaign.language,
    )
    people = Person.objects.in_bulk([c.person_id for data in signers for c in data.candidates])
    found = []
    for data in signers:
        party = next(each for each in parties if each.role == data.role)
        row = PacketParty(
            role=party.role, coc_id=party.coc_id, organization_id=party.organization_id, person_id=party.person_id
        )
        signer = Signer(packet=packet, party=row, position=data.position, capacity=capacity_of(row, data.capacity))
        for each in data.candidates:
            candidate = Candidate(signer=signer, person=people[each.person_id], title=each.title)
            found.append(announcements.mail_of(signer, candidate))
    return found, ""


def _unreminded(campaign: Campaign) -> Any:
    rows = audiences.laggards(campaign)
    return rows.filter(Q(reminded_on=None) | Q(reminded_on__lt=settings.today()), deadline_on__gte=settings.today())


def _locked(campaign_id: UUID, by: Any) -> Campaign:
    campaign: Campaign = Campaign.objects.visible_to(by).select_for_update(of=("self",)).get(pk=campaign_id)
    _require_sender(by)
    return campaign


def _require_sender(by: Any) -> None:
    if not policy.can_send(by):
        raise PermissionDenied(NOT_YOURS)


def version_of(campaign: Campaign) -> DocumentVersion:
    """The version that is signed, with its document."""
    return DocumentVersion.objects.select_related("document").get(pk=campaign.version_id)
