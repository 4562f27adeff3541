"""Packets, signers and campaigns in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from agreements.api import PartyInput, checked, parties_from
from agreements.audiences import WHOM, Audience
from agreements.lists_packets import CampaignFilter, PacketFilter
from agreements.models import Agreement, AgreementParty, Campaign, Packet, PacketParty, Signer
from agreements.operations import campaigns, packets
from agreements.signers import CandidateData, SignerData
from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.directory.models import Person


class PacketPartySerializer(serializers.ModelSerializer[PacketParty]):
    class Meta:
        model = PacketParty
        fields = ("role", "coc", "organization", "person")


class SignerSerializer(serializers.ModelSerializer[Signer]):
    role = serializers.CharField(source="party.role", read_only=True)

    class Meta:
        model = Signer
        fields = (
            "id",
            "packet",
            "role",
            "position",
            "capacity",
            "state",
            "asked_at",
            "seen_at",
            "signed_at",
            "signed_by",
            "signed_name",
            "signed_title",
            "method",
            "declined_because",
        )
        read_only_fields = fields


class PacketSerializer(serializers.ModelSerializer[Packet]):
    parties = PacketPartySerializer(many=True, read_only=True)

    class Meta:
        model = Packet
        fields = (
            "id",
            "number",
            "type",
            "title",
            "version",
            "language",
            "state",
            "deadline_on",
            "term",
            "effective_on",
            "ends_on",
            "notice_days",
            "amends",
            "renews",
            "campaign",
            "sha256",
            "sent_at",
            "completed_at",
            "sealed_at",
            "closed_because",
            "agreement",
            "parties",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class CandidateInput(serializers.Serializer[Any]):
    """Somebody who may sign: a person by id, or somebody outside by name and e-mail address."""

    person = serializers.UUIDField(required=False, allow_null=True, default=None)
    name = serializers.CharField(required=False, allow_blank=True, max_length=150, default="")
    email = serializers.EmailField(required=False, allow_blank=True, default="")
    title = serializers.CharField(required=False, allow_blank=True, max_length=150, default="")


class SignerInput(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=AgreementParty.Role.choices)
    candidates = CandidateInput(many=True)
    position = serializers.IntegerField(min_value=1, max_value=9, default=1)
    capacity = serializers.CharField(required=False, allow_blank=True, max_length=150, default="")
    must_be_signatory = serializers.BooleanField(default=True)


class PacketInput(serializers.Serializer[Any]):
    version = serializers.UUIDField(help_text="The template, which must be in effect.")
    parties = PartyInput(many=True)
    signers = SignerInput(many=True, required=False, help_text="Left out: whom the type asks for.")
    deadline_on = serializers.DateField(help_text="The last day to sign.")
    language = serializers.ChoiceField(choices=("en", "es"), default="en")
    term = serializers.ChoiceField(choices=Agreement.Term.choices, default="open")
    effective_on = serializers.DateField(required=False, allow_null=True, default=None)
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    notice_days = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=3650)
    amends = serializers.UUIDField(required=False, allow_null=True, default=None)
    renews = serializers.UUIDField(required=False, allow_null=True, default=None)


class SendInput(serializers.Serializer[Any]):
    values = serializers.DictField(
        child=serializers.CharField(max_length=300),
        required=False,
        default=dict,
        help_text="Values of merge fields that nothing else knows, by their names.",
    )


class WithdrawInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class AgainInput(serializers.Serializer[Any]):
    deadline_on = serializers.DateField()


class ReplaceInput(serializers.Serializer[Any]):
    signer = serializers.UUIDField()
    candidates = CandidateInput(many=True)
    reason = serializers.CharField(max_length=200)


class RemindedSerializer(serializers.Serializer[Any]):
    reminded = serializers.IntegerField()


class PacketViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Agreements on their way through their signers."""

    queryset = Packet.objects.all()
    serializer_class = PacketSerializer
    filterset_class = PacketFilter
    access = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "create": "send_packets",
        "send": "send_packets",
        "send_again": "send_packets",
        "withdraw": "send_packets",
        "remind": "send_packets",
        "replace_signer": "send_packets",
    }

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Packet.objects.none()
        return super().get_queryset().prefetch_related("parties")

    @extend_schema(request=PacketInput, responses={201: PacketSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Prepare a packet. Nothing is sent."""
        data = checked(PacketInput, request.data)
        follows: dict[str, Any] = {name: self._agreement(data.pop(name)) for name in ("amends", "renews")}
        signers = data.pop("signers", None)
        packet = packets.prepare_packet(
            version_id=data.pop("version"),
            parties=parties_from(data.pop("parties")),
            signers=[_signer(each, request.user) for each in signers] if signers else None,
            by=request.user,
            **follows,
            **data,
        )
        return self._answer_with(packet, 201)

    @extend_schema(request=SendInput, responses=PacketSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Any, **kwargs: Any) -> Response:
        """Freeze the text and ask the first signers."""
        data = checked(SendInput, request.data)
        return self._answer_with(packets.send_packet(packet_id=kwargs["pk"], values=data["values"], by=request.user))

    @extend_schema(request=AgainInput, responses=PacketSerializer)
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request: Any, **kwargs: Any) -> Response:
        """Ask again with a new last day to sign, or give more time."""
        data = checked(AgainInput, request.data)
        return self._answer_with(packets.send_again(packet_id=kwargs["pk"], by=request.user, **data))

    @extend_schema(request=WithdrawInput, responses=PacketSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, **kwargs: Any) -> Response:
        """Take it back: nobody signs it any more."""
        data = checked(WithdrawInput, request.data)
        return self._answer_with(packets.withdraw_packet(packet_id=kwargs["pk"], by=request.user, **data))

    @extend_schema(request=None, responses=RemindedSerializer)
    @action(detail=True, methods=["post"])
    def remind(self, request: Any, **kwargs: Any) -> Response:
        """Remind whoever is asked to sign now, once a day at most."""
        return Response({"reminded": packets.remind_packet(packet_id=kwargs["pk"], by=request.user)})

    @extend_schema(request=ReplaceInput, responses=PacketSerializer)
    @action(detail=True, methods=["post"], url_path="replace-signer")
    def replace_signer(self, request: Any, **kwargs: Any) -> Response:
        """Put somebody else in the place of a signer of this packet who has not signed."""
        data = checked(ReplaceInput, request.data)
        packet = self.get_object()
        signer = packet.signers.get(pk=data["signer"])
        candidates = [_candidate(each, request.user) for each in data["candidates"]]
        packets.replace_signer(signer_id=signer.pk, candidates=candidates, reason=data["reason"], by=request.user)
        return self._answer_with(packet)

    def _agreement(self, key: Any) -> Agreement | None:
        return Agreement.objects.visible_to(self.request.user).get(pk=key) if key else None

    def _answer_with(self, packet: Packet, status: int = 200) -> Response:
        return Response(PacketSerializer(self.get_queryset().get(pk=packet.pk)).data, status=status)


class SignerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Signatures that are needed or were given."""

    queryset = Signer.objects.select_related("party")
    serializer_class = SignerSerializer
    filterset_fields = ("packet", "state")
    access = {"list": MEMBER, "retrieve": MEMBER}


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    sent = serializers.IntegerField(read_only=True)
    signed = serializers.IntegerField(read_only=True)

    class Meta:
        model = Campaign
        fields = (
            "id",
            "number",
            "name",
            "version",
            "audience",
            "language",
            "state",
            "deadline_on",
            "term",
            "effective_on",
            "ends_on",
            "notice_days",
            "remind_every_days",
            "most_reminders",
            "total",
            "sent",
            "signed",
            "problems",
            "started_at",
            "closed_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class CampaignInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    version = serializers.UUIDField()
    whom = serializers.ChoiceField(choices=WHOM, default="all")
    before = serializers.DateField(required=False, allow_null=True, default=None)
    organizations = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)
    coc = serializers.UUIDField(required=False, allow_null=True, default=None)
    deadline_on = serializers.DateField()
    language = serializers.ChoiceField(choices=("en", "es"), default="en")
    term = serializers.ChoiceField(choices=Agreement.Term.choices, default="open")
    effective_on = serializers.DateField(required=False, allow_null=True, default=None)
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    notice_days = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=3650)
    remind_every_days = serializers.IntegerField(min_value=1, max_value=90, default=7)
    most_reminders = serializers.IntegerField(min_value=0, max_value=20, default=3)


class CloseInput(serializers.Serializer[Any]):
    withdraw = serializers.BooleanField(default=False)


class CampaignViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """One agreement sent to many."""

    queryset = Campaign.objects.all()
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    access = {
        "list": "view_documents",
        "retrieve": "view_documents",
        "create": "send_packets",
        "start": "send_packets",
        "remind": "send_packets",
        "close": "send_packets",
    }

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Campaign.objects.none()
        return super().get_queryset().with_numbers()

    @extend_schema(request=CampaignInput, responses={201: CampaignSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Draft a campaign. Nothing is sent."""
        data = checked(CampaignInput, request.data)
        places = tuple(data.pop("organizations"))
        audience = Audience(data.pop("whom"), data.pop("before"), places, data.pop("coc"))
        campaign = campaigns.create_campaign(version_id=data.pop("version"), audience=audience, by=request.user, **data)
        return self._answer_with(campaign, 201)

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Any, **kwargs: Any) -> Response:
        """Have workers send it to everybody it is for and who has none yet."""
        return self._answer_with(campaigns.start_campaign(campaign_id=kwargs["pk"], by=request.user))

    @extend_schema(request=None, responses=RemindedSerializer)
    @action(detail=True, methods=["post"])
    def remind(self, request: Any, **kwargs: Any) -> Response:
        """Have everybody reminded who is asked to sign and was not reminded today."""
        return Response({"reminded": campaigns.remind_campaign(campaign_id=kwargs["pk"], by=request.user)})

    @extend_schema(request=CloseInput, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, **kwargs: Any) -> Response:
        """End it: no more reminders. `withdraw` takes back what is not signed."""
        data = checked(CloseInput, request.data)
        return self._answer_with(campaigns.close_campaign(campaign_id=kwargs["pk"], by=request.user, **data))

    def _answer_with(self, campaign: Campaign, status: int = 200) -> Response:
        return Response(CampaignSerializer(self.get_queryset().get(pk=campaign.pk)).data, status=status)


def _signer(data: dict[str, Any], by: Any) -> SignerData:
    candidates = tuple(_candidate(each, by) for each in data["candidates"])
    return SignerData(
        data["role"],
        candidates,
        data["position"],
        data["capacity"],
        must_be_signatory=data["must_be_signatory"],
    )


def _candidate(data: dict[str, Any], by: Any) -> CandidateData:
    """A person is one that `by` may see: what they may not see does not exist for them."""
    if data["person"]:
        Person.objects.visible_to(by).get(pk=data["person"])
    return CandidateData(data["person"], data["name"], data["email"], data["title"])
