"""Pages about packets: the list, one packet, and what is done while it is out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from agreements import policy
from agreements.forms_packets import AgainForm, ReasonForm, ReplaceForm, SignedPaperForm
from agreements.lists_packets import PACKETS
from agreements.models import Candidate, Packet, Signer, TrailEntry
from agreements.operations import copies, packets, signing
from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.web import navigation
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from hmislead.web.templatetags.web import count_of

Kind = TrailEntry.Kind
TRAIL_SIGNS = {
    Kind.CREATED: "edit",
    Kind.SENT: "send",
    Kind.ASKED: "mail",
    Kind.CODE: "lock",
    Kind.SEEN: "visibility",
    Kind.CONSENTED: "check",
    Kind.SIGNED: "check_circle",
    Kind.DECLINED: "cancel",
    Kind.DELEGATED: "arrow_forward",
    Kind.REPLACED: "person",
    Kind.CORRECTED: "edit",
    Kind.REMINDED: "notifications",
    Kind.WITHDRAWN: "undo",
    Kind.EXPIRED: "schedule",
    Kind.COMPLETED: "check_circle",
    Kind.SEALED: "verified",
}


@page("view_evidence")
def packet_list(request: Any) -> HttpResponse:
    return render_list(request, PACKETS, Packet.objects.visible_to(request.user).for_list())


@page(MEMBER)
def packet_detail(request: Any, pk: UUID) -> HttpResponse:
    packet = get_object_or_404(Packet.objects.visible_to(request.user).for_list(), pk=pk)
    signers = packet.signers.exclude(state=Signer.State.REPLACED).prefetch_related("candidates__person")
    may_send = policy.can_send(request.user)
    sealed = packet.sealed_at and packet.agreement and packet.agreement.file_id
    context = {
        "packet": packet,
        "parties": sorted(packet.parties.all(), key=lambda party: party.role == "lead"),
        "signers": signers,
        "trail": [(TRAIL_SIGNS[Kind(entry.kind)], entry) for entry in packet.trail.all()],
        "may_send": may_send,
        "may_list": request.access.has("view_evidence"),
        "copies": _mailed_copies(signers) if may_send and sealed else [],
        "may_act": may_send and packet.state not in {"complete", "withdrawn"},
        "template_url": navigation.address(
            "documents:version-detail", request.implementation.slug, pk=packet.version_id
        ),
        "sealed_url": at(request, "files:file-download", pk=sealed) if sealed else "",
    }
    return render(request, "agreements/packet_detail.html", context)


def _mailed_copies(signers: Any) -> list[tuple[Signer, Candidate]]:
    """Who got the sealed copy by a link, and may need another."""
    found = [(signer, copies.mailed_copy(signer)) for signer in signers]
    return [(signer, candidate) for signer, candidate in found if candidate]


@require_POST
@page("send_packets")
def packet_remind(request: Any, pk: UUID) -> HttpResponse:
    told = packets.remind_packet(packet_id=pk, by=request.user)
    messages.success(request, f"{count_of(told, 'person was,people were')} reminded.")
    return redirect(at(request, "agreements:packet-detail", pk=pk))


@page("send_packets")
def packet_again(request: Any, pk: UUID) -> HttpResponseBase:
    """Ask again after a refusal or a missed day, or give more time."""
    packet = _mine(request, pk)
    line = "More time for who has not signed." if packet.is_out else "Who has not signed is asked once more."
    form = AgainForm(request.POST or None, initial={"deadline_on": packet.deadline_on})

    def act(given: dict[str, Any]) -> tuple[str, str]:
        packets.send_again(packet_id=pk, by=request.user, **given)
        return packet.get_absolute_url(), "Sent again with the new last day."

    return answer_sent(request, form, _form_page(request, packet, "Send again", "Send again", line), act)


@page("send_packets")
def packet_withdraw(request: Any, pk: UUID) -> HttpResponseBase:
    packet = _mine(request, pk)
    line = "Nobody signs it any more, and its links stop working. This cannot be undone."
    form_page = _form_page(request, packet, "Withdraw this packet", "Withdraw packet", line, danger=True)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        packets.withdraw_packet(packet_id=pk, by=request.user, **given)
        return packet.get_absolute_url(), "Withdrawn. Its signers are told that they need do nothing more."

    return answer_sent(request, ReasonForm(request.POST or None), form_page, act)


@page("send_packets")
def signer_replace(request: Any, pk: UUID) -> HttpResponseBase:
    signer = _signer(request, pk)
    packet = signer.packet
    line = f"{signer.capacity}. Signatures that were given stay as they are."
    form = ReplaceForm(request.POST or None, signer=signer, by=request.user)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        packets.replace_signer(signer_id=pk, candidates=form.candidates(), reason=given["reason"], by=request.user)
        return packet.get_absolute_url(), "Somebody else is asked to sign now."

    return answer_sent(request, form, _form_page(request, packet, "Replace a signer", "Replace signer", line), act)


@page("send_packets")
def signer_paper(request: Any, pk: UUID) -> HttpResponseBase:
    """Keep a signature that was given on paper."""
    signer = _signer(request, pk)
    packet = signer.packet
    form = SignedPaperForm(request.POST or None, request.FILES or None, signer=signer)
    form_page = _form_page(request, packet, "Record a signature on paper", "Record signature", signer.capacity)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        signing.sign_on_paper(signer_id=pk, by=request.user, **given)
        return packet.get_absolute_url(), "The signature on paper is recorded."

    return answer_sent(request, form, form_page, act)


@require_POST
@page("send_packets")
def signer_copy(request: Any, pk: UUID) -> HttpResponse:
    """Mail who signed outside a new link to the sealed copy."""
    candidate = copies.resend_copy(signer_id=pk, by=request.user)
    messages.success(request, f"A new link to the signed copy is on its way to {candidate}.")
    return redirect(candidate.signer.packet.get_absolute_url())


def at(request: Any, name: str, **kwargs: Any) -> str:
    """The address of a page of this implementation."""
    return reverse(name, kwargs={"slug": request.implementation.slug, **kwargs})


def crumbs(request: Any, packet: Packet) -> list[tuple[str, str]]:
    return [("Signatures", at(request, "agreements:packet-list")), (packet.number, packet.get_absolute_url())]


def _form_page(request: Any, packet: Packet, title: str, button: str, line: str, *, danger: bool = False) -> FormPage:
    return FormPage(title, button, packet.get_absolute_url(), line, crumbs(request, packet), danger=danger)


def _mine(request: Any, pk: UUID) -> Packet:
    packet: Packet = get_object_or_404(Packet.objects.visible_to(request.user), pk=pk)
    return packet


def _signer(request: Any, pk: UUID) -> Signer:
    signer: Signer = get_object_or_404(
        Signer.objects.visible_to(request.user).select_related(
            "packet", "party__organization", "party__coc", "party__person"
        ),
        pk=pk,
    )
    return signer
