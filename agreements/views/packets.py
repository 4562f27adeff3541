"""Pages about packets: the HMIS Lead's side of signing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from agreements import policy
from agreements.lists_packets import PACKETS
from agreements.models import Packet, Signer
from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.web.listing import render_list


@page("view_evidence")
def packet_list(request: Any) -> HttpResponse:
    return render_list(request, PACKETS, Packet.objects.visible_to(request.user).for_list())


@page(MEMBER)
def packet_detail(request: Any, pk: UUID) -> HttpResponse:
    packet = get_object_or_404(Packet.objects.visible_to(request.user).for_list(), pk=pk)
    signers = packet.signers.exclude(state=Signer.State.REPLACED).prefetch_related("candidates__person")
    context = {
        "packet": packet,
        "parties": sorted(packet.parties.all(), key=lambda party: party.role == "lead"),
        "signers": signers,
        "trail": packet.trail.all(),
        "may_send": policy.can_send(request.user),
        "may_list": request.access.has("view_evidence"),
    }
    return render(request, "agreements/packet_detail.html", context)
