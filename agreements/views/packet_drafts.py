"""Pages about packets that are not sent yet: choose the template, say who and by when, look it over, send."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from agreements.announcements import mails_of
from agreements.forms_packets import DaysForm, FieldsForm, PacketForm, SignersForm
from agreements.models import Agreement, Packet
from agreements.operations import drafts, packets
from agreements.views.packets import at, crumbs
from hmislead.access.pages import page
from hmislead.documents import types
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import answer_form

DAYS_TO_SIGN = 30
PREFILLED = ("coc", "organization", "person", "lead", "renews", "amends", "term")


@page("send_packets")
def packet_new(request: Any) -> HttpResponse:
    """Which template is it? Only those in effect are here."""
    found = templates_for(request.user, request.GET.get("type", ""))
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    if request.GET.get("type") and len(found) == 1:
        return redirect(at(request, "agreements:packet-create", pk=found[0].pk) + query)
    rows = [(version, at(request, "agreements:packet-create", pk=version.pk) + query) for version in found]
    return render(request, "agreements/packet_new.html", {"rows": rows})


@page("send_packets")
def packet_create(request: Any, pk: UUID) -> HttpResponseBase:
    version = get_object_or_404(DocumentVersion.objects.visible_to(request.user).select_related("document"), pk=pk)
    if version.document.type not in types.AGREEMENTS:
        raise DomainError(f"{version.document} is not an agreement, so nobody signs it.")
    initial: dict[str, Any] = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    initial["deadline_on"] = settings.today() + dt.timedelta(days=DAYS_TO_SIGN)
    form = PacketForm(request.POST or None, by=request.user, version=version, initial=initial)
    back = at(request, "agreements:packet-new")
    form_page = FormPage(
        f"Prepare: {version.document.title}",
        "Go on to the review",
        back,
        f"Version {version.number}. Nothing is sent before you have looked it over.",
        [("Signatures", at(request, "agreements:packet-list")), ("Prepare a packet", back)],
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        packet = packets.prepare_packet(
            version_id=version.pk,
            parties=form.parties(),
            signers=form.signers(),
            renews=given["renews"],
            amends=given["amends"],
            by=request.user,
            **form.days(),
        )
        return at(request, "agreements:packet-review", pk=packet.pk), "Prepared. Look it over, then send it."

    return answer_sent(request, form, form_page, act)


@page("send_packets")
def packet_review(request: Any, pk: UUID) -> HttpResponseBase:
    """The text and the mails as they will be; the button sends them."""
    packet = _draft(request, pk)
    blocks, missing = drafts.preview(packet)
    form = FieldsForm(request.POST if request.method == "POST" else None, missing=missing)
    if request.method == "POST" and form.is_valid():
        try:
            packets.send_packet(packet_id=pk, by=request.user, values=form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Sent. The first signers are asked now.")
            return redirect(packet.get_absolute_url())
    context = {
        "packet": packet,
        "blocks": blocks,
        "missing": missing,
        "form": form,
        "signers": packet.signers.prefetch_related("candidates__person"),
        "mails": mails_of(packet),
    }
    return answer_form(request, "agreements/packet_review.html", context)


@page("send_packets")
def packet_edit(request: Any, pk: UUID) -> HttpResponseBase:
    packet = _draft(request, pk)
    names = ("deadline_on", "term", "effective_on", "ends_on", "notice_days", "language")
    initial = {name: getattr(packet, name) for name in names}
    form = DaysForm(request.POST or None, version=packet.version, initial=initial)
    back = at(request, "agreements:packet-review", pk=pk)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        drafts.change_draft(packet_id=pk, by=request.user, **form.days())
        return back, "Changes saved."

    return answer_sent(
        request, form, FormPage("Change the days", "Save changes", back, crumbs=crumbs(request, packet)), act
    )


@page("send_packets")
def packet_signers(request: Any, pk: UUID) -> HttpResponseBase:
    packet = _draft(request, pk)
    form = SignersForm(request.POST or None, packet=packet, by=request.user)
    back = at(request, "agreements:packet-review", pk=pk)
    line = "One line for each signature. Where several people are ticked, any one of them signs."

    def act(given: dict[str, Any]) -> tuple[str, str]:
        drafts.set_signers(packet_id=pk, signers=form.signers(), by=request.user)
        return back, "Signers saved."

    form_page = FormPage("Who signs", "Save signers", back, line, crumbs(request, packet))
    return answer_sent(request, form, form_page, act)


@page("send_packets")
def agreement_follow(request: Any, pk: UUID, how: str) -> HttpResponse:
    """Renew or amend an agreement: the form for a new packet, filled in from it."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).prefetch_related("parties"), pk=pk)
    values = {"type": agreement.type, {"renew": "renews"}.get(how, "amends"): agreement.pk, "term": agreement.term}
    for party in agreement.parties.all():
        if party.role == "lead":
            values["lead"] = party.organization_id
        else:
            given = {"coc": party.coc_id, "organization": party.organization_id, "person": party.person_id}
            values |= {name: key for name, key in given.items() if key}
    return redirect(f"{at(request, 'agreements:packet-new')}?{urlencode(values)}")


def templates_for(user: Any, kind: str = "") -> list[DocumentVersion]:
    """Versions of agreements that are in effect, by type; of one type when `kind` names it."""
    found = DocumentVersion.objects.visible_to(user).filter(
        state=DocumentVersion.State.EFFECTIVE, document__type__in=[kind] if kind else types.AGREEMENTS
    )
    return list(found.select_related("document").order_by("document__type", "document__title", "-number"))


def _draft(request: Any, pk: UUID) -> Packet:
    packet: Packet = get_object_or_404(
        Packet.objects.visible_to(request.user).select_related("version__document"), pk=pk
    )
    if packet.state != Packet.State.DRAFT:
        raise DomainError(drafts.SENT_ALREADY)
    return packet
