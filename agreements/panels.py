"""What agreements show on the pages of agencies, CoCs, people and licenses, and on the home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from agreements import policy
from agreements.announcements import asking
from agreements.lists import standing_rows
from agreements.lists_packets import waiting_for
from agreements.models import Packet, PacketParty, Signer
from agreements.views.agreements import record_url, subject_party
from hmislead.access.permissions import MEMBER
from hmislead.web.home_items import HomeItem
from hmislead.web.panels import Panel

TEMPLATE, PACKETS = "agreements/_panel.html", "agreements/_packet_panel.html"


def _panel(request: Any, rows: Any, add_url: str) -> dict[str, Any]:
    may_record = policy.can_record(request.user)
    return {
        "agreements": rows.for_list().order_by("-effective_on")[:10],
        "record_url": add_url if may_record else "",
    }


def of_organization(request: Any, organization: Any) -> dict[str, Any]:
    """Agreements that the agency itself is party to; its people's have their own pages."""
    rows = standing_rows(request.user).with_party(organization=organization, person=None)
    add = record_url(request.implementation.slug, "participation", {"organization_id": organization.pk})
    return _panel(request, rows, add)


def of_coc(request: Any, coc: Any) -> dict[str, Any]:
    rows = standing_rows(request.user).with_party(coc=coc)
    return _panel(request, rows, record_url(request.implementation.slug, "coc_lead", {"coc_id": coc.pk}))


def of_person(request: Any, person: Any) -> dict[str, Any]:
    rows = standing_rows(request.user).with_party(person=person)
    return _panel(request, rows, record_url(request.implementation.slug, "end_user", {"person_id": person.pk}))


def of_license(request: Any, license: Any) -> dict[str, Any]:
    kind, party = subject_party("license", license)
    rows = standing_rows(request.user).filter(type=kind).with_party(**party)
    full = {"person_id": license.person_id, "organization_id": license.organization_id}
    return _panel(request, rows, record_url(request.implementation.slug, kind, full))


def _packets(request: Any, **party: Any) -> dict[str, Any] | None:
    """Packets on their way; finished ones are agreements and stand in the panel of those."""
    mine = PacketParty.objects.filter(packet=OuterRef("pk"), **party)
    rows = Packet.objects.visible_to(request.user).exclude(state__in=(Packet.State.COMPLETE, Packet.State.WITHDRAWN))
    found = list(rows.filter(Exists(mine)).for_list()[:10])
    for packet in found:
        packet.waits_for = waiting_for(packet)
    return {"packets": found} if found else None


def packets_of_organization(request: Any, organization: Any) -> dict[str, Any] | None:
    return _packets(request, organization=organization, person=None)


def packets_of_coc(request: Any, coc: Any) -> dict[str, Any] | None:
    return _packets(request, coc=coc)


def packets_of_person(request: Any, person: Any) -> dict[str, Any] | None:
    return _packets(request, person=person)


def packets_of_license(request: Any, license: Any) -> dict[str, Any] | None:
    return _packets(request, person_id=license.person_id, organization_id=license.organization_id)


PANELS = (
    Panel("organization", "agreements", "Agreements", TEMPLATE, of_organization, "view_evidence", 30),
    Panel("coc", "agreements", "Agreements", TEMPLATE, of_coc, "view_evidence", 30),
    Panel("person", "agreements", "Agreements", TEMPLATE, of_person, MEMBER, 40),
    Panel("organization", "packets", "Out for signature", PACKETS, packets_of_organization, "view_evidence", 31),
    Panel("coc", "packets", "Out for signature", PACKETS, packets_of_coc, "view_evidence", 31),
    Panel("person", "packets", "Out for signature", PACKETS, packets_of_person, MEMBER, 41),
    Panel("license", "packets", "Out for signature", PACKETS, packets_of_license, MEMBER, 31),
    Panel("license", "agreements", "End-user agreement", TEMPLATE, of_license, MEMBER, 30),
)


def to_sign_items(request: Any) -> list[HomeItem]:
    """For everybody: what waits for their own signature."""
    person_id = policy.own_person_id(request.user)
    if person_id is None:
        return []
    slug = request.implementation.slug
    return [
        HomeItem(
            asking(signer.packet, language="en"),
            "Read and sign",
            reverse("agreements:sign", kwargs={"slug": slug, "pk": signer.pk}),
            due_on=signer.packet.deadline_on,
            weight=2,
            state="asked",
        )
        for signer in Signer.objects.asked_of(person_id).select_related("packet").order_by("packet__deadline_on")[:10]
    ]


def home_items(request: Any) -> list[HomeItem]:
    """For who records agreements: how many end soon."""
    if not policy.can_record(request.user):
        return []
    ending = standing_rows(request.user).filter(standing="ending_soon", terminated_on=None).order_by("ends_on")
    days = list(ending.values_list("ends_on", flat=True))
    if not days:
        return []
    words = "1 agreement ends soon." if len(days) == 1 else f"{len(days)} agreements end soon."
    url = reverse("agreements:agreement-list", kwargs={"slug": request.implementation.slug})
    return [
        HomeItem(words, "See agreements", f"{url}?standing=ending_soon", due_on=days[0], weight=4, state="due_soon")
    ]
