"""The executed copy of a packet that all have signed: made, sealed and kept once by a worker, then told of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agreements import announcements, executed
from agreements.models import Candidate, Packet, Signer, SigningLink, TrailEntry
from agreements.operations import links, packets
from agreements.operations.trail import write
from agreements.parties import PRIVATE, PartyData, subject_of
from agreements.webhook_events import packet_moved
from hmislead.access.scopes import ROBOT
from hmislead.audit.models import FileAccess
from hmislead.directory.models import CoC, Organization, Person
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from hmislead.seals.operations import seal_file

NO_COPY = "There is no sealed copy yet. It is made when everybody has signed; we tell you then."


def seal_packet(packet_id: UUID) -> bool:
    """Seal one packet: one unit, one transaction. A worker killed in it leaves nothing; the next one does it all.

    The mail to the signers is a row of the same transaction, so there is one sealed copy and one mail, or neither.
    """
    packet = Packet.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=packet_id)
    if packet.sealed_at or packet.agreement is None:
        return False
    write(packet, TrailEntry.Kind.SEALED, who="the system", detail=f"Checksum of the text: {packet.sha256}")
    file = seal_file(
        executed.executed_pdf(packet),
        name=f"{packet.number}.pdf",
        text_sha256=packet.sha256,
        permission="view_evidence",
        by=ROBOT,
        **_scope(packet),
    )
    packet.agreement.file = file
    packet.agreement.save(update_fields=["file", "updated_at"])
    packet.sealed_at = timezone.now()
    packet.save(update_fields=["sealed_at", "updated_at"])
    announcements.sealed(packet)
    packet_moved(packet, "sealed")
    _mail_outside(packet)
    return False


def note_failure(packet_id: UUID, sentence: str) -> None:
    """The agreement stands; its sealed copy is missing. The trail says so, and the HMIS Lead is told."""
    packet = Packet.objects.get(pk=packet_id)
    write(packet, TrailEntry.Kind.COMPLETED, who="the system", detail=f"No sealed copy: {sentence}")
    announcements.seal_failed(packet)


@transaction.atomic
def open_copy(*, packet_id: UUID, by: Any) -> StoredFile:
    """The sealed copy, for whoever may see the packet: each of its signers may, whatever else they may do here
    (15 U.S.C. 7001(e): a record that all parties can keep). The look is logged.

    Raises DoesNotExist for a packet out of sight, DomainError while there is no sealed copy.
    """
    packet = Packet.objects.visible_to(by).select_related("agreement__file").get(pk=packet_id)
    return _logged(packet, user=by)


@transaction.atomic
def open_copy_by_link(*, candidate: Candidate, address: str | None) -> StoredFile:
    """The sealed copy for somebody outside whose mailbox was proved. The look is logged, and the trail says who it was.

    `address` is their internet address. Raises DomainError while there is no sealed copy.
    """
    packet = Packet.objects.select_related("agreement__file").get(signers__candidates=candidate)
    file = _logged(packet, user=None)
    detail = "The sealed copy was downloaded."
    signer = candidate.signer
    write(packet, TrailEntry.Kind.SEEN, who=str(candidate), signer=signer, detail=detail, address=address)
    return file


@transaction.atomic
def resend_copy(*, signer_id: UUID, by: Any) -> Candidate:
    """Mail who signed outside a new link to the sealed copy; the links mailed before stop working.

    Raises DomainError while there is no sealed copy, and for somebody who signed with a sign-in: theirs is on the page.
    """
    packet = packets.locked(Signer.objects.visible_to(by).values_list("packet_id", flat=True).get(pk=signer_id), by)
    if packet.sealed_at is None:
        raise DomainError(NO_COPY)
    candidate = mailed_copy(packet.signers.get(pk=signer_id))
    if candidate is None:
        raise DomainError("They sign in here, and find the copy under what they signed. No link is needed.")
    links.revoke([candidate])
    links.send_copy(candidate)
    write(
        packet,
        TrailEntry.Kind.REMINDED,
        who=str(by),
        signer=candidate.signer,
        detail=f"A new link to the copy: {candidate}",
    )
    return candidate


def mailed_copy(signer: Signer) -> Candidate | None:
    """Who gave this signature, if they get the sealed copy by a mailed link: somebody without a sign-in."""
    candidate = _who_signed(signer) if signer.state == Signer.State.SIGNED else None
    return candidate if candidate and not announcements.signs_in(candidate) else None


def _mail_outside(packet: Packet) -> None:
    """A personal link to the copy for each who signed without a sign-in."""
    for signer in packet.signers.filter(state=Signer.State.SIGNED):
        candidate = mailed_copy(signer)
        if candidate:
            links.send_copy(candidate)


def _who_signed(signer: Signer) -> Candidate | None:
    """Of those who were asked, the one who gave the signature: by the link they used, else by person or name."""
    candidates = {each.pk: each for each in signer.candidates.filter(removed_at=None).select_related("person")}
    if signer.method == Signer.Method.LINK:
        used = SigningLink.objects.filter(
            candidate_id__in=list(candidates), purpose=SigningLink.Purpose.SIGN, used_at__isnull=False
        )
        last = used.order_by("-used_at").first()
        return candidates[last.candidate_id] if last else None
    if signer.signed_by_id:
        return next((each for each in candidates.values() if each.person_id == signer.signed_by_id), None)
    return next((each for each in candidates.values() if str(each) == signer.signed_name), None)


def _logged(packet: Packet, *, user: Any) -> StoredFile:
    if packet.sealed_at is None or packet.agreement is None or packet.agreement.file is None:
        raise DomainError(NO_COPY)
    file: StoredFile = packet.agreement.file
    FileAccess.objects.create(file=file, user=user if getattr(user, "pk", None) else None, how="page")
    return file


def _scope(packet: Packet) -> dict[str, Any]:
    """Who may see the agreement's subject may open the copy; what is private stays with the HMIS Lead."""
    if packet.type in PRIVATE:
        return {}
    rows = [PartyData(row.role, row.coc_id, row.organization_id, row.person_id) for row in packet.parties.all()]
    subject = subject_of(packet.type, rows)
    wanted = (
        ("organization", Organization, subject.organization_id),
        ("coc", CoC, subject.coc_id),
        ("person", Person, subject.person_id),
    )
    return {name: model.objects.get(pk=key) for name, model, key in wanted if key}
