"""Agreements in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from agreements import operations
from agreements.lists import AgreementFilter, standing_rows
from agreements.models import Agreement, AgreementParty
from agreements.parties import PartyData
from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER


class PartySerializer(serializers.ModelSerializer[AgreementParty]):
    class Meta:
        model = AgreementParty
        fields = ("role", "coc", "organization", "person", "signed_by")


class PartyInput(serializers.Serializer[Any]):
    """A party by ids: a CoC, an organization, or for an end user a person at an organization."""

    role = serializers.ChoiceField(choices=AgreementParty.Role.choices)
    coc = serializers.UUIDField(required=False, allow_null=True, default=None)
    organization = serializers.UUIDField(required=False, allow_null=True, default=None)
    person = serializers.UUIDField(required=False, allow_null=True, default=None)
    signed_by = serializers.CharField(required=False, allow_blank=True, max_length=150, default="")


class AgreementSerializer(serializers.ModelSerializer[Agreement]):
    parties = PartySerializer(many=True, read_only=True)
    standing = serializers.CharField(read_only=True, help_text="How it stands today.")

    class Meta:
        model = Agreement
        fields = (
            "id",
            "type",
            "title",
            "standing",
            "signed_on",
            "effective_on",
            "ends_on",
            "terminated_on",
            "termination_reason",
            "file",
            "carried_over",
            "parties",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class AgreementInput(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=Agreement.Type.choices)
    parties = PartyInput(many=True)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    signed_on = serializers.DateField(required=False, allow_null=True, default=None)
    effective_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    carried_over = serializers.BooleanField(required=False, default=False)


class AgreementChange(serializers.Serializer[Any]):
    parties = PartyInput(many=True, required=False)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    signed_on = serializers.DateField(required=False, allow_null=True)
    effective_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False, allow_null=True)


class TerminationInput(serializers.Serializer[Any]):
    terminated_on = serializers.DateField(help_text="The first day on which it binds no more.")
    reason = serializers.CharField(max_length=300)


class PaperInput(serializers.Serializer[Any]):
    file = serializers.FileField()


class AgreementApiFilter(AgreementFilter):
    person = django_filters.UUIDFilter(method="by_person", label="Person")

    def by_person(self, rows: Any, name: str, value: Any) -> Any:
        return rows.with_party(person_id=value)


class AgreementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Who is bound by which agreement, from when until when."""

    queryset = Agreement.objects.all()
    serializer_class = AgreementSerializer
    filterset_class = AgreementApiFilter
    access = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "create": "record_evidence",
        "partial_update": "record_evidence",
        "terminate": "record_evidence",
        "undo_termination": "record_evidence",
        "paper": "record_evidence",
    }

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Agreement.objects.none()
        return standing_rows(self.request.user).for_list()

    @extend_schema(request=AgreementInput, responses={201: AgreementSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record an agreement. The HMIS Lead is added where the type needs it and there is only one."""
        data = checked(AgreementInput, request.data)
        parties = parties_from(data.pop("parties"))
        agreement = operations.record_agreement(parties=parties, by=request.user, **data)
        return self._answer_with(agreement, 201)

    @extend_schema(request=AgreementChange, responses=AgreementSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Correct dates, title or parties. What is not sent stays as it is."""
        agreement = self.get_object()
        data = checked(AgreementChange, request.data)
        parties = parties_from(data.pop("parties")) if "parties" in data else None
        kept = {name: getattr(agreement, name) for name in ("title", "signed_on", "effective_on", "ends_on")}
        changed = operations.change_agreement(
            agreement_id=agreement.pk, parties=parties, by=request.user, **{**kept, **data}
        )
        return self._answer_with(changed)

    @extend_schema(request=TerminationInput, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def terminate(self, request: Any, **kwargs: Any) -> Response:
        """End an agreement before its last day."""
        data = checked(TerminationInput, request.data)
        return self._answer_with(operations.terminate_agreement(agreement_id=kwargs["pk"], by=request.user, **data))

    @extend_schema(request=None, responses=AgreementSerializer)
    @action(detail=True, methods=["post"], url_path="undo-termination")
    def undo_termination(self, request: Any, **kwargs: Any) -> Response:
        """Take back an ending that was a mistake."""
        return self._answer_with(operations.undo_termination(agreement_id=kwargs["pk"], by=request.user))

    @extend_schema(request={"multipart/form-data": PaperInput}, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def paper(self, request: Any, **kwargs: Any) -> Response:
        """Keep the signed paper."""
        data = checked(PaperInput, request.data)
        return self._answer_with(operations.attach_file(agreement_id=kwargs["pk"], file=data["file"], by=request.user))

    def _answer_with(self, agreement: Agreement, status: int = 200) -> Response:
        return Response(AgreementSerializer(self.get_queryset().get(pk=agreement.pk)).data, status=status)


def checked(serializer_class: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """What was sent, as the serializer reads it. Raises ValidationError."""
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def parties_from(rows: list[dict[str, Any]]) -> list[PartyData]:
    """Parties as the operations take them."""
    return [PartyData(row["role"], row["coc"], row["organization"], row["person"], row["signed_by"]) for row in rows]
