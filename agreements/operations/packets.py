"""Packets: prepared, sent, corrected, withdrawn. Who signs does it through `signing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agreements import announcements, policy
from agreements.known import Known
from agreements.models import Agreement, Campaign, Candidate, Packet, PacketParty, Signer, TrailEntry
from agreements.operations.trail import write
from agreements.parties import PartyData, complete
from agreements.prerequisites import require_before
from agreements.signers import CandidateData, SignerData, capacity_of, default_signers, require_authority
from agreements.values import rows_of, values_of, variants_of
from agreements.versions import require_version
from agreements.webhook_events import packet_moved
from hmislead.documents import rendering
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.tenancy.operations import next_number
from hmislead.web.templatetags.web import long_date

Kind = TrailEntry.Kind
NOT_YOURS = "Only the HMIS Lead's staff may prepare and send agreements."


@transaction.atomic
def prepare_packet(
    *,
    version_id: UUID,
    parties: Iterable[PartyData],
    deadline_on: dt.date,
    by: Any,
    signers: Iterable[SignerData] | None = None,
    language: str = "en",
    term: str = Agreement.Term.OPEN,
    effective_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    notice_days: int | None = None,
    amends: Agreement | None = None,
    renews: Agreement | None = None,
    campaign: Campaign | None = None,
) -> Packet:
    """Prepare an agreement for signature from a template that is in effect (GOV-40).

    `deadline_on` is the last day to sign; `notice_days` how many days ahead an early end is told.
    `effective_on` None means the day of the last signature, for a renewal the day after the old agreement's last.
    `signers` None asks those the type asks for by default. Raises DomainError for a template that is not in effect, a
    missing party, nobody authorized to sign, days that cannot be, or an agency that goes by another version.
    """
    _require_sender(by)
    known = Known()
    version = template(version_id)
    found = complete(version.document.type, parties, by=by)
    require_version(version, found, known)
    check_days(deadline_on, term, effective_on, ends_on)
    packet = Packet.objects.create(
        number=f"P-{next_number('P'):04d}",
        type=version.document.type,
        title=version.document.title_in(language),
        version=version,
        language=language,
        deadline_on=deadline_on,
        term=term,
        effective_on=effective_on or _day_after(renews),
        ends_on=ends_on,
        notice_days=notice_days,
        amends=amends,
        renews=renews,
        campaign=campaign,
        created_by=by if getattr(by, "pk", None) else None,
    )
    rows = _add_parties(packet, found)
    for data in signers if signers is not None else default_signers(found, known=known):
        add_signer(packet, rows, data, known)
    require_signers(packet)
    write(packet, Kind.CREATED, who=str(by))
    return packet


@transaction.atomic
def send_packet(*, packet_id: UUID, by: Any, values: Mapping[str, str] | None = None) -> Packet:
    """Freeze the text and ask the first signers (GOV-41). `values` fills merge fields nothing else knows.

    Raises DomainError when the text lacks the language or a value, the template is no longer in effect, or the last day
    to sign is over. Nothing is sent then.
    """
    packet = locked(packet_id, by)
    template(packet.version_id)
    require_future(packet.deadline_on)
    require_before(packet)
    blocks = text_of(packet, rows_of(packet), Known(), values or {})
    packet.become(Packet.State.SENT, blocks=blocks, sha256=rendering.checksum(blocks), sent_at=timezone.now())
    write(packet, Kind.SENT, who=str(by), detail=f"Checksum of the text: {packet.sha256}")
    packet_moved(packet, "sent")
    ask_next(packet)
    return packet


@transaction.atomic
def withdraw_packet(*, packet_id: UUID, reason: str, by: Any) -> Packet:
    """Take a packet back: nobody signs it any more, and signatures given stay in its trail alone."""
    packet = locked(packet_id, by)
    if not reason.strip():
        raise DomainError("Say why it is withdrawn: its signers will read it.")
    packet.become(Packet.State.WITHDRAWN, closed_because=reason.strip()[:300])
    write(packet, Kind.WITHDRAWN, who=str(by), detail=packet.closed_because)
    announcements.withdrawn(packet)
    packet_moved(packet, "withdrawn")
    return packet


@transaction.atomic
def replace_signer(*, signer_id: UUID, candidates: Iterable[CandidateData], reason: str, by: Any) -> Signer:
    """Put somebody else in the place of a signer who has not signed. Signatures already given stay as they are.

    Raises DomainError for a signature that was given, or somebody who may not give it.
    """
    packet = locked(Signer.objects.visible_to(by).values_list("packet_id", flat=True).get(pk=signer_id), by)
    old = packet.signers.get(pk=signer_id)
    if old.state == Signer.State.SIGNED:
        raise DomainError(f"{old} has signed already. Withdraw the packet if the signature was a mistake.")
    old.become(Signer.State.REPLACED)
    announcements.revoke_links(old)
    data = SignerData(
        old.party.role, tuple(candidates), old.position, old.capacity, must_be_signatory=old.must_be_signatory
    )
    new = add_signer(packet, {old.party.role: old.party}, data)
    write(packet, Kind.REPLACED, who=str(by), signer=new, detail=reason.strip())
    if packet.state in {Packet.State.DECLINED, Packet.State.EXPIRED}:
        _reopen(packet)
    elif packet.is_out:
        ask_next(packet)
    return new


@transaction.atomic
def send_again(*, packet_id: UUID, deadline_on: dt.date, by: Any) -> Packet:
    """Ask again after somebody declined or the last day passed, or give more time while it is out.

    Raises DomainError for a packet that was never sent, is signed by all or withdrawn, and for a day that is over.
    """
    packet = locked(packet_id, by)
    if not packet.sent_at:
        raise DomainError("This packet was not sent yet, so it cannot be sent again. Look at its text, then send it.")
    require_future(deadline_on)
    packet.deadline_on = deadline_on
    packet.save(update_fields=["deadline_on", "updated_at"])
    write(packet, Kind.CORRECTED, who=str(by), detail=f"To be signed by {long_date(deadline_on)}")
    if packet.is_out:
        ask_next(packet)
    else:
        _reopen(packet)
    return packet


@transaction.atomic
def remind_packet(*, packet_id: UUID, by: Any) -> int:
    """Remind whoever is asked to sign now. Returns how many people. Once a day at most."""
    packet = locked(packet_id, by)
    if not packet.is_out:
        raise DomainError("Nobody is asked to sign this packet now.")
    if packet.reminded_on == settings.today():
        raise DomainError("Its signers were reminded today already.")
    return remind(packet, who=str(by))


def remind(packet: Packet, *, who: str) -> int:
    """Remind the signers of a locked packet whose turn it is; counts towards a campaign's cap."""
    asked = list(packet.signers.filter(state=Signer.State.ASKED))
    told = sum(announcements.asked(signer, again=True) for signer in asked)
    Packet.objects.filter(pk=packet.pk).update(reminders_sent=F("reminders_sent") + 1, reminded_on=settings.today())
    write(packet, Kind.REMINDED, who=who, detail=", ".join(signer.capacity for signer in asked))
    return told


def expire_overdue(on: dt.date) -> int:
    """Close packets whose last day to sign is over, at night. A packet is signed until midnight in its zone."""
    late = Packet.objects.out().filter(deadline_on__lt=on).select_for_update(of=("self",), skip_locked=True)
    for packet in late:
        packet.become(Packet.State.EXPIRED)
        write(packet, Kind.EXPIRED, who="the system")
        announcements.closed(packet)
        packet_moved(packet, "expired")
    return len(late)


def ask_next(packet: Packet) -> None:
    """Ask everybody at the first position that lacks a signature; later positions go on waiting."""
    missing = packet.signers.open().order_by("position")
    first = missing.values_list("position", flat=True).first()
    for signer in missing.filter(position=first, state=Signer.State.WAITING):
        signer.become(Signer.State.ASKED, asked_at=timezone.now())
        write(packet, Kind.ASKED, who=", ".join(str(each) for each in candidates_of(signer)), signer=signer)
        announcements.asked(signer)


def candidates_of(signer: Signer) -> list[Candidate]:
    """Those who may still give a signature."""
    return list(signer.candidates.filter(removed_at=None).select_related("person"))


def text_of(
    packet: Packet, rows: list[PacketParty], known: Known, values: Mapping[str, str]
) -> list[rendering.RenderedBlock]:
    """The text of a packet of these parties. Raises DomainError when it lacks the language or a value."""
    filled = values_of(packet, rows, known) | {field: value for field, value in values.items() if value}
    variants = variants_of(rows, known)
    return rendering.rendered(packet.version, language=packet.language, values=filled, variants=variants)


def add_signer(
    packet: Packet, parties: Mapping[str, PacketParty], data: SignerData, known: Known | None = None
) -> Signer:
    """A signature that is asked for, with its candidates. Raises DomainError when one of them may not give it."""
    signer, candidates = new_signer(packet, parties, data, known or Known())
    signer.save(force_insert=True)
    for candidate in candidates:
        candidate.save(force_insert=True)
    return signer


def new_signer(
    packet: Packet, parties: Mapping[str, PacketParty], data: SignerData, known: Known
) -> tuple[Signer, list[Candidate]]:
    """A signature with its candidates, checked and not yet saved. Raises DomainError as `add_signer` does."""
    if data.role not in parties:
        raise DomainError("A signer signs for one of the parties. Choose for whom.")
    if not data.candidates:
        raise DomainError("Say who signs.")
    party = parties[data.role]
    signer = Signer(
        packet=packet,
        party=party,
        position=data.position,
        capacity=capacity_of(party, data.capacity)[:150],
        must_be_signatory=data.must_be_signatory,
    )
    return signer, [_candidate(signer, each, known) for each in data.candidates]


def _candidate(signer: Signer, each: CandidateData, known: Known) -> Candidate:
    person = known.person(each.person_id) if each.person_id else None
    if each.person_id and person is None:
        raise DomainError("One of the signers does not exist any more. Choose again.")
    candidate = Candidate(
        signer=signer, person=person, name=each.name.strip(), title=each.title.strip(), email=each.email.lower()
    )
    if person is None and not (candidate.name and candidate.email):
        raise DomainError("Give the name and the e-mail address of each signer outside.")
    require_authority(signer, candidate, on=known.today, known=known)
    return candidate


def locked(packet_id: UUID, by: Any) -> Packet:
    """The packet, locked: two signers, or a signer and a sender, come one after the other."""
    packet: Packet = Packet.objects.visible_to(by).select_for_update(of=("self",)).get(pk=packet_id)
    _require_sender(by)
    return packet


def _reopen(packet: Packet) -> None:
    """Out again after a refusal or a missed day: who declined is asked once more, signatures given count."""
    require_future(packet.deadline_on)
    signed = packet.signers.filter(state=Signer.State.SIGNED).exists()
    packet.become(Packet.State.PARTLY if signed else Packet.State.SENT, closed_because="")
    for signer in packet.signers.filter(state__in=(Signer.State.DECLINED, Signer.State.ASKED)):
        signer.become(Signer.State.WAITING, declined_because="")
    ask_next(packet)


def _require_sender(by: Any) -> None:
    if not policy.can_send(by):
        raise PermissionDenied(NOT_YOURS)


def template(version_id: UUID) -> DocumentVersion:
    """A version that may be signed now. Raises DomainError for one that is not in effect or no agreement."""
    version = DocumentVersion.objects.select_related("document").get(pk=version_id)
    if version.state != DocumentVersion.State.EFFECTIVE:
        raise DomainError(f"{version} is not in effect, so nobody can sign it. Choose the version that is.")
    if version.document.type not in Agreement.Type.values:
        raise DomainError(f"{version.document} is not an agreement.")
    return version


def check_days(deadline: dt.date, term: str, effective: dt.date | None, ends: dt.date | None) -> None:
    """Raises DomainError for days that cannot be: over, in the wrong order, or missing for the term."""
    require_future(deadline)
    if term == Agreement.Term.FIXED and ends is None:
        raise DomainError("Give the last day of the agreement, or choose another term.")
    if ends and effective and ends < effective:
        raise DomainError("An agreement cannot end before it takes effect.")
    if ends and ends < deadline:
        raise DomainError("The agreement would end before the last day to sign it. Check both days.")


def require_future(deadline: dt.date) -> None:
    """Raises DomainError for a last day to sign that is over."""
    if deadline < settings.today():
        raise DomainError(f"{long_date(deadline)} is over. Give a last day to sign from today on.")


def _day_after(renewed: Agreement | None) -> dt.date | None:
    """A renewal starts when the old agreement ends, however early it is signed; of one that is over, when it is signed."""
    if renewed is None or renewed.ends_on is None or renewed.terminated_on or renewed.ends_on < settings.today():
        return None
    return renewed.ends_on + dt.timedelta(days=1)


def _add_parties(packet: Packet, parties: Iterable[PartyData]) -> dict[str, PacketParty]:
    rows = {party.role: new_party(packet, party) for party in parties}
    for row in rows.values():
        row.save(force_insert=True)
    return rows


def new_party(packet: Packet, party: PartyData) -> PacketParty:
    """A party of a packet, not yet saved."""
    return PacketParty(
        packet=packet,
        role=party.role,
        coc_id=party.coc_id,
        organization_id=party.organization_id,
        person_id=party.person_id,
    )


def require_signers(packet: Packet) -> None:
    """Raises DomainError unless each party signs, and somebody else for each of them.

    Where the HMIS Lead and the CoC's collaborative applicant are one organization, two people sign. `signing` keeps
    anybody from signing twice in one packet, so two signatures there are two people.
    """
    signers = list(packet.signers.select_related("party"))
    check_signers(list(packet.parties.all()), [(signer, candidates_of(signer)) for signer in signers])


def check_signers(parties: Iterable[PacketParty], signers: list[tuple[Signer, list[Candidate]]]) -> None:
    """The rule of `require_signers`, for rows that may not be saved yet."""
    signing = {signer.party_id for signer, _ in signers}
    for party in parties:
        if party.pk not in signing:
            raise DomainError(f"Nobody is asked to sign for {party}. Name a signer for each party.")
    people = [{c.person_id or c.email for c in candidates} for _, candidates in signers]
    for number, own in enumerate(people):
        if len(own) == 1 and own in [each for place, each in enumerate(people) if place != number]:
            raise DomainError("One person cannot sign twice. Name two people, one for each party.")
