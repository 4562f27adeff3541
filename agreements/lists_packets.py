"""The list of packets."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from agreements.models import Campaign, Packet, PacketParty, Signer
from hmislead.directory.models import Organization
from hmislead.tenancy import context
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing


class PacketFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    state = django_filters.MultipleChoiceFilter(choices=Packet.State.choices, label="State")
    type = django_filters.ChoiceFilter(choices=Packet._meta.get_field("type").choices, label="Type", empty_label="Any")
    campaign = django_filters.ModelChoiceFilter(
        queryset=lambda request: Campaign.objects.visible_to(request.user), label="Campaign", empty_label="Any"
    )
    waiting_for = django_filters.ModelChoiceFilter(
        queryset=lambda request: Organization.objects.visible_to(request.user).only("name"),
        widget=ComboBox,
        method="by_waiting",
        label="Waiting for",
        empty_label="Anybody",
    )
    late = django_filters.BooleanFilter(method="by_late", label="Past its last day to sign")
    deadline_on = django_filters.DateFromToRangeFilter(label="Sign by")

    class Meta:
        model = Packet
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            here = (
                Q(organization__name__icontains=word)
                | Q(coc__number__icontains=word)
                | Q(person__last_name__icontains=word)
                | Q(person__first_name__icontains=word)
            )
            about = PacketParty.objects.filter(here, packet=OuterRef("pk"))
            rows = rows.filter(Exists(about) | Q(title__icontains=word) | Q(number__iexact=word))
        return rows

    def by_waiting(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        asked = Signer.objects.filter(packet=OuterRef("pk"), state=Signer.State.ASKED, party__organization=value)
        return rows.filter(Exists(asked), state__in=Packet.OUT)

    def by_late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        today = timezone.localtime(timezone=context.current().zone).date()
        late = Q(state="expired") | Q(state__in=Packet.OUT, deadline_on__lt=today)
        return rows.filter(late) if value else rows.exclude(late)


class LaggardFilter(PacketFilter):
    """On the page of one campaign, whose packets are all of one type."""

    type = None
    campaign = None


def between(packet: Packet) -> str:
    """The parties in words, whom it is about first."""
    return ", ".join(str(party) for party in sorted(packet.parties.all(), key=lambda each: each.role == "lead"))


def progress(packet: Packet) -> str:
    """How many have signed: "1 of 2"."""
    signers = list(packet.signers.all())
    return f"{sum(each.state == Signer.State.SIGNED for each in signers)} of {len(signers)}"


def waiting_for(packet: Packet) -> str:
    """Whose turn it is, in words; empty when nobody is asked."""
    if not packet.is_out:
        return ""
    return ", ".join(
        each.capacity.removeprefix("For ") for each in packet.signers.all() if each.state == Signer.State.ASKED
    )


def _new(request: Any) -> str:
    return reverse("agreements:packet-new", kwargs={"slug": request.implementation.slug})


PACKETS = Listing(
    name="agreements.packets",
    title="Signatures",
    filterset=PacketFilter,
    order=("-created_at",),
    noun=("packet", "packets"),
    search_placeholder="Agency, person or number",
    columns=[
        Column("number", "Number", "number", kind="codes", link=Packet.get_absolute_url, sort="number"),
        Column("title", "Agreement", "title", sort="title"),
        Column("parties", "Between", between),
        Column("state", "State", "sign", kind="state", sort="state"),
        Column("signed", "Signed", progress),
        Column("waiting_for", "Waiting for", waiting_for),
        Column("deadline_on", "Sign by", "deadline_on", kind="near_day", sort="deadline_on"),
        Column("sent_at", "Sent", "sent_at", kind="moment", sort="sent_at", default=False),
        Column("completed_at", "Signed by all", "completed_at", kind="moment", sort="completed_at", default=False),
    ],
    empty=Empty(
        text="Agreements that were sent for signature are listed here, each with who has signed and whose turn it is."
    ),
    primary=Action("Prepare a packet", _new, "send_packets", "add"),
)


class CampaignFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains")
    state = django_filters.MultipleChoiceFilter(choices=Campaign.State.choices, label="State")

    class Meta:
        model = Campaign
        fields = ()


def _new_campaign(request: Any) -> str:
    return reverse("agreements:campaign-new", kwargs={"slug": request.implementation.slug})


CAMPAIGNS = Listing(
    name="agreements.campaigns",
    title="Campaigns",
    filterset=CampaignFilter,
    order=("-created_at",),
    noun=("campaign", "campaigns"),
    search_placeholder="Name",
    columns=[
        Column("name", "Campaign", "name", link=Campaign.get_absolute_url, sort="name"),
        Column("version", "What is signed", "version"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("sent", "Sent", "sent", kind="number", sort="sent"),
        Column("signed", "Signed by all", "signed", kind="number", sort="signed"),
        Column("deadline_on", "Sign by", "deadline_on", kind="near_day", sort="deadline_on"),
    ],
    empty=Empty(text="Send one agreement to all agencies or end users at once, and see here who has signed."),
    primary=Action("New campaign", _new_campaign, "send_packets", "add"),
)
