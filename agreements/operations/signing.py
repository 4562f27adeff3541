"""Giving a signature, or refusing to. Pages for people with and without a sign-in call the same operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agreements import announcements, policy, sealing
from agreements.models import Candidate, Packet, Signer, TrailEntry
from agreements.operations import packets, records
from agreements.operations.trail import write
from agreements.parties import PartyData
from agreements.prerequisites import require_before
from agreements.signers import CandidateData, require_authority
from agreements.webhook_events import packet_moved
from hmislead.access.scopes import ROBOT
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError
from hmislead.files.operations import store_file
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date

Kind, Method = TrailEntry.Kind, Signer.Method
CHANGED = (
    "The text on your screen is not the one that was sent. Nothing was signed; open the agreement again and read it."
)


@dataclass(frozen=True)
class Evidence:
    """How somebody came to sign: signed in or by a personal link, from which address, with which browser."""

    method: str
    address: str | None = None
    browser: str = ""


def candidate_for(*, signer_id: UUID, user: Any) -> Candidate:
    """The signed-in user's own part in a signature. Raises DoesNotExist when they have none, or not yet."""
    person_id = policy.own_person_id(user)
    signer = Signer.objects.asked_or_done(person_id).get(pk=signer_id)
    return signer.candidates.select_related("person", "signer__packet").get(person_id=person_id, removed_at=None)


@transaction.atomic
def see(*, candidate: Candidate, evidence: Evidence) -> Signer:
    """Note that a signer opened the text, the first time."""
    packet, signer = _locked(candidate)
    if signer.state == Signer.State.ASKED and signer.seen_at is None:
        signer.seen_at = timezone.now()
        signer.save(update_fields=["seen_at", "updated_at"])
        write(packet, Kind.SEEN, who=str(candidate), signer=signer, address=evidence.address)
    return signer


@transaction.atomic
def sign(
    *,
    candidate: Candidate,
    name: str,
    sha256: str,
    consent: bool,
    evidence: Evidence,
    initials: Mapping[str, str] | None = None,
) -> Signer:
    """Sign (15 U.S.C. 7001; GOV-40..43). `name` is what was typed as signature, `sha256` the checksum of the text shown.

    Raises DomainError, and nothing is signed, when the packet is not open, the day is over, it is not this person's turn
    or no longer their power, they signed this packet already, the text differs, or consent or initials are missing.
    """
    packet, signer = _locked(candidate)
    title = _require_may_sign(packet, signer, candidate)
    if sha256 != packet.sha256:
        raise DomainError(CHANGED)
    if not consent:
        raise DomainError("Say that you agree to sign electronically, or ask the HMIS Lead for a paper to sign.")
    if not name.strip():
        raise DomainError("Type your full name as your signature.")
    given = _initials(packet, initials or {})
    now = timezone.now()
    write(packet, Kind.CONSENTED, who=str(candidate), signer=signer, address=evidence.address)
    signer.become(
        Signer.State.SIGNED,
        signed_at=now,
        signed_by=candidate.person,
        signed_name=name.strip()[:150],
        signed_title=title[:150],
        initials=given,
        consented_at=now,
        method=evidence.method,
        text_sha256=packet.sha256,
        address=evidence.address,
        browser=evidence.browser[:300],
    )
    write(packet, Kind.SIGNED, who=signer.signed_name, signer=signer, detail=title, address=evidence.address)
    packet_moved(packet, "signed", signer)
    _go_on(packet)
    return signer


@transaction.atomic
def sign_on_paper(*, signer_id: UUID, name: str, signed_on: Any, file: Any, pages: str, by: Any) -> Signer:
    """Record a signature that was given on paper: the scan, and on which pages it is. `signed_on` is its date."""
    packet = packets.locked(Signer.objects.visible_to(by).values_list("packet_id", flat=True).get(pk=signer_id), by)
    signer = packet.signers.select_related("party").get(pk=signer_id)
    _require_open(packet, signer)
    candidate = next(
        (each for each in packets.candidates_of(signer) if str(each).lower() == name.strip().lower()), None
    )
    if candidate is None:
        raise DomainError("Choose who signed: one of those asked to give this signature.")
    _require_not_yet(packet, candidate)
    title = require_authority(signer, candidate, on=signed_on)
    if signed_on > settings.today():
        raise DomainError("The day of signing lies ahead. Record the paper once it is signed.")
    paper = store_file(file=file, permission="view_evidence", by=by, allowed={"pdf", "png", "jpg"})
    signer.become(
        Signer.State.SIGNED,
        signed_at=timezone.now(),
        signed_by=candidate.person,
        signed_name=str(candidate),
        signed_title=title[:150],
        method=Method.PAPER,
        text_sha256=packet.sha256,
        paper=paper,
        paper_pages=pages[:60],
    )
    detail = f"On paper on {long_date(signed_on)}, recorded by {by}" + (f", pages {pages}" if pages else "")
    write(packet, Kind.SIGNED, who=str(candidate), signer=signer, detail=detail)
    packet_moved(packet, "signed", signer)
    _go_on(packet)
    return signer


@transaction.atomic
def decline(*, candidate: Candidate, reason: str, evidence: Evidence) -> Signer:
    """Refuse to sign, with a reason the HMIS Lead reads. The packet stops until it is sent again or withdrawn."""
    packet, signer = _locked(candidate)
    _require_open(packet, signer)
    if not reason.strip():
        raise DomainError("Say why you do not sign: the HMIS Lead will read it.")
    signer.become(Signer.State.DECLINED, declined_because=reason.strip()[:500])
    packet.become(Packet.State.DECLINED, closed_because=reason.strip()[:300])
    write(packet, Kind.DECLINED, who=str(candidate), signer=signer, detail=reason, address=evidence.address)
    announcements.declined(packet, signer)
    packet_moved(packet, "declined", signer)
    return signer


@transaction.atomic
def delegate(*, candidate: Candidate, to: CandidateData, reason: str, evidence: Evidence) -> Candidate:
    """Pass the signature on to somebody else, who must have the same power to give it. A person's own is theirs."""
    packet, signer = _locked(candidate)
    _require_open(packet, signer)
    if signer.party.person_id and not signer.must_be_signatory:
        raise DomainError("This agreement is about you. Nobody else can sign it.")
    heir = Candidate(
        signer=signer, person_id=to.person_id, name=to.name, email=to.email.lower(), title=to.title,
        delegated_by=candidate,
    )  # fmt: skip
    require_authority(signer, heir, on=settings.today())
    heir.save()
    candidate.removed_at = timezone.now()
    candidate.save(update_fields=["removed_at", "updated_at"])
    announcements.revoke_links(signer, but=heir)
    write(packet, Kind.DELEGATED, who=str(candidate), signer=signer, detail=f"To {heir}. {reason}".strip())
    announcements.asked(signer)
    return heir


def _locked(candidate: Candidate) -> tuple[Packet, Signer]:
    """The packet first: signers of one packet come one after the other, and nobody signs what was just withdrawn."""
    packet = Packet.objects.select_for_update(of=("self",)).get(signers__candidates=candidate)
    signer = Signer.objects.select_related("party__organization", "party__coc").get(pk=candidate.signer_id)
    candidate.refresh_from_db(fields=["removed_at"])
    if candidate.removed_at:
        raise DomainError("Somebody else was asked to sign in your place.")
    return packet, signer


def _require_may_sign(packet: Packet, signer: Signer, candidate: Candidate) -> str:
    _require_open(packet, signer)
    _require_not_yet(packet, candidate)
    require_before(packet)
    return require_authority(signer, candidate, on=settings.today())


def _require_open(packet: Packet, signer: Signer) -> None:
    if signer.state == Signer.State.SIGNED:
        raise DomainError(f"{signer.signed_name} has signed here already. Nothing more is needed.")
    if not packet.is_out or signer.state == Signer.State.REPLACED:
        raise DomainError(
            "This agreement is not open for signature any more. Ask the HMIS Lead if you expected to sign."
        )
    if signer.state != Signer.State.ASKED:
        raise DomainError("It is not your turn yet. We will tell you when the others have signed.")
    if packet.deadline_on < settings.today():
        day = long_date(packet.deadline_on)
        raise DomainError(f"The last day to sign was {day}. Ask the HMIS Lead to send the agreement again.")
    _require_template(packet)


def _require_template(packet: Packet) -> None:
    """A template taken out of use, or followed by one that all must sign, is signed no more."""
    version = packet.version
    if version.state == DocumentVersion.State.RETIRED:
        raise DomainError(
            "This agreement was taken out of use. The HMIS Lead will send you the one that takes its place."
        )
    newer = DocumentVersion.objects.filter(
        document_id=version.document_id, number__gt=version.number, state="effective", must_sign_again=True
    )
    if version.state == DocumentVersion.State.SUPERSEDED and newer.exists():
        raise DomainError("There is a newer version of this agreement. The HMIS Lead will send it to you.")


def _require_not_yet(packet: Packet, candidate: Candidate) -> None:
    """Nobody signs one packet twice: two signatures are two people."""
    signed = packet.signers.filter(state=Signer.State.SIGNED)
    if candidate.person_id:
        again = signed.filter(signed_by_id=candidate.person_id)
    else:
        again = signed.filter(candidates__email=candidate.email, signed_name__iexact=candidate.name)
    if again.exists():
        raise DomainError("You have signed this agreement already. Somebody else must give this signature.")


def _initials(packet: Packet, given: Mapping[str, str]) -> dict[str, str]:
    wanted = [block for block in packet.blocks if block["initials"]]
    missing = [block["heading"] for block in wanted if not given.get(block["key"], "").strip()]
    if missing:
        raise DomainError(f"Put your initials to each line that asks for them. Missing: “{missing[0]}”.")
    return {block["key"]: given[block["key"]].strip()[:8] for block in wanted}


def _go_on(packet: Packet) -> None:
    if packet.signers.open().exists():
        if packet.state == Packet.State.SENT:
            packet.become(Packet.State.PARTLY)
        packets.ask_next(packet)
    else:
        _complete(packet)


def _complete(packet: Packet) -> None:
    """All have signed: the packet becomes an agreement, in force from its day, and is sealed by a worker."""
    today = settings.today()
    effective = packet.effective_on or today
    signed = {signer.party_id: signer for signer in packet.signers.filter(state=Signer.State.SIGNED)}
    parties = [
        PartyData(row.role, row.coc_id, row.organization_id, row.person_id, _signature(signed.get(row.pk)))
        for row in packet.parties.all()
    ]
    agreement = records.record_agreement(
        type=packet.type,
        parties=parties,
        effective_on=effective,
        signed_on=today,
        ends_on=packet.ends_on or records.last_day_of(packet.term, effective),
        title=packet.title,
        term=packet.term,
        notice_days=packet.notice_days,
        version=packet.version,
        amends=packet.amends,
        renews=packet.renews,
        by=ROBOT,
    )
    packet.become(Packet.State.COMPLETE, completed_at=timezone.now(), agreement=agreement)
    write(packet, Kind.COMPLETED, who="the system")
    announcements.completed(packet)
    packet_moved(packet, "completed")
    sealing.enqueue(packet)


def _signature(signer: Signer | None) -> str:
    if signer is None:
        return ""
    return f"{signer.signed_name}, {signer.signed_title}" if signer.signed_title else signer.signed_name


def require_signer(user: Any) -> None:
    """Raises PermissionDenied for somebody who is no person of the directory: only a person signs."""
    if policy.own_person_id(user) is None:
        raise PermissionDenied("You sign as a person of the directory. Ask the HMIS Lead to link your sign-in to it.")
