"""Deviation reports, sanctions and the ladder in the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.directory.models import License, Organization
from hmislead.documents.models import Document
from policies.cases.lists import ClassFilter, DeviationFilter, SanctionFilter, StepFilter
from policies.cases.models import Deviation, LadderStep, Sanction, SanctionKind, ViolationClass
from policies.cases.operations import appeals, deviations, sanctions

HANDLE = "manage_cases"


def text_field(*, required: bool = True) -> serializers.CharField:
    if required:
        return serializers.CharField(max_length=5000)
    return serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class DeviationSerializer(serializers.ModelSerializer[Deviation]):
    class Meta:
        model = Deviation
        fields = (
            "id",
            "number",
            "state",
            "document",
            "organization",
            "happened_on",
            "received_on",
            "review_by",
            "reviewed_on",
            "what",
            "answer",
            "closed_on",
        )
        read_only_fields = fields


class SanctionSerializer(serializers.ModelSerializer[Sanction]):
    violation_class = serializers.UUIDField(source="violation.violation_class_id", read_only=True)
    offense = serializers.IntegerField(source="violation.offense", read_only=True)

    class Meta:
        model = Sanction
        fields = (
            "id",
            "number",
            "kind",
            "state",
            "organization",
            "person",
            "license",
            "violation_class",
            "offense",
            "terms",
            "amount",
            "length_days",
            "notice_days",
            "approval",
            "approved_on",
            "notified_on",
            "starts_on",
            "ends_on",
            "began_on",
            "over_on",
            "held",
            "appeal_until",
            "appealed_on",
            "ruling",
            "ruled_on",
            "lifted_because",
        )
        read_only_fields = fields


class ClassSerializer(serializers.ModelSerializer[ViolationClass]):
    class Meta:
        model = ViolationClass
        fields = ("id", "name", "rank", "description", "retired_on")
        read_only_fields = fields


class StepSerializer(serializers.ModelSerializer[LadderStep]):
    class Meta:
        model = LadderStep
        fields = (
            "id",
            "violation_class",
            "offense",
            "kind",
            "length_days",
            "notice_days",
            "approval",
            "starts_on",
            "ends_on",
        )
        read_only_fields = fields


class DeviationInput(serializers.Serializer[Any]):
    what = text_field()
    document = serializers.UUIDField(required=False, allow_null=True, default=None)
    organization = serializers.UUIDField(required=False, allow_null=True, default=None)
    happened_on = serializers.DateField(required=False, allow_null=True, default=None)


class ReviewReportInput(serializers.Serializer[Any]):
    text = text_field()
    violation_class = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Null: no policy was broken."
    )


class ReportNoteInput(serializers.Serializer[Any]):
    text = text_field()


class CloseReportInput(serializers.Serializer[Any]):
    text = text_field()
    answer = text_field(required=False)


class SanctionInput(serializers.Serializer[Any]):
    violation_class = serializers.UUIDField()
    organization = serializers.UUIDField()
    license = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Null: the agency itself.")
    happened_on = serializers.DateField()
    summary = serializers.CharField(max_length=500)
    departed_login = serializers.BooleanField(default=False, help_text="A login was shared after somebody left.")
    deviation = serializers.UUIDField(required=False, allow_null=True, default=None)


class SanctionChangeInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SanctionKind.choices)
    reason = serializers.CharField(max_length=300, help_text="Why it differs from what the ladder says.")
    length_days = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=3650,
        help_text="Of a suspension, in days.",
    )
    notice_days = serializers.IntegerField(required=False, default=0, min_value=0, max_value=365)
    terms = text_field(required=False)
    amount = serializers.DecimalField(
        required=False,
        allow_null=True,
        default=None,
        max_digits=10,
        decimal_places=2,
        min_value=0,
        help_text="Of a financial penalty, in dollars.",
    )


class SanctionApprovalInput(serializers.Serializer[Any]):
    record = serializers.CharField(max_length=200, help_text="How it was approved, or the decision by its number.")


class SanctionRulingInput(serializers.Serializer[Any]):
    ruling = serializers.ChoiceField(choices=Sanction.Ruling.choices)
    text = text_field()
    ends_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The new last day, when it ends earlier."
    )


class SanctionReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class SanctionAppealInput(serializers.Serializer[Any]):
    text = text_field()


class DeviationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Reports that a policy was not kept. Members see their own. Anonymous reports are sent on the pages alone."""

    queryset = Deviation.objects.all()
    serializer_class = DeviationSerializer
    filterset_class = DeviationFilter
    access = {"list": MEMBER, "retrieve": MEMBER, "create": MEMBER, "review": HANDLE, "act": HANDLE, "close": HANDLE}

    @extend_schema(request=DeviationInput, responses={201: DeviationSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Report that a policy was not kept. A text that seems to hold client data is refused and kept nowhere."""
        data = checked(DeviationInput, request)
        data["document"] = named(Document, data["document"], request)
        data["organization"] = named(Organization, data["organization"], request)
        made, _ = deviations.report_deviation(by=request.user, **data)
        return Response(DeviationSerializer(made).data, status=201)

    @extend_schema(request=ReviewReportInput, responses=DeviationSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Any, **kwargs: Any) -> Response:
        """Say what a report amounts to."""
        data = checked(ReviewReportInput, request)
        found = named(ViolationClass, data["violation_class"], request)
        done = deviations.review_deviation(
            deviation_id=kwargs["pk"], text=data["text"], violation_class=found, by=request.user
        )
        return Response(DeviationSerializer(done).data)

    @extend_schema(request=ReportNoteInput, responses=DeviationSerializer)
    @action(detail=True, methods=["post"])
    def act(self, request: Any, **kwargs: Any) -> Response:
        """Write down what is done about a report."""
        done = deviations.act_on_deviation(
            deviation_id=kwargs["pk"], by=request.user, **checked(ReportNoteInput, request)
        )
        return Response(DeviationSerializer(done).data)

    @extend_schema(request=CloseReportInput, responses=DeviationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, **kwargs: Any) -> Response:
        """Close a report with its answer."""
        done = deviations.close_deviation(
            deviation_id=kwargs["pk"], by=request.user, **checked(CloseReportInput, request)
        )
        return Response(DeviationSerializer(done).data)


class SanctionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The register of sanctions. Agencies and people see theirs once notice was given."""

    queryset = Sanction.objects.select_related("violation")
    serializer_class = SanctionSerializer
    filterset_class = SanctionFilter
    access = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "create": HANDLE,
        "change": HANDLE,
        "approve": HANDLE,
        "rule": HANDLE,
        "notify": HANDLE,
        "withdraw": HANDLE,
        "lift": HANDLE,
        "appeal": MEMBER,
    }

    @extend_schema(request=SanctionInput, responses={201: SanctionSerializer(many=True)})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Establish a violation and propose what the ladder has for this offense."""
        data = checked(SanctionInput, request)
        made = sanctions.propose(
            by=request.user,
            violation_class=named(ViolationClass, data["violation_class"], request),
            organization=named(Organization, data["organization"], request),
            license=named(License, data["license"], request),
            deviation_id=data["deviation"],
            happened_on=data["happened_on"],
            summary=data["summary"],
            departed_login=data["departed_login"],
        )
        return Response(SanctionSerializer(made, many=True).data, status=201)

    @extend_schema(request=SanctionChangeInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Any, **kwargs: Any) -> Response:
        """Propose something else than the ladder says. An approval it had is void."""
        sanctions.change(sanction_id=kwargs["pk"], by=request.user, **checked(SanctionChangeInput, request))
        return self._now(kwargs["pk"])

    @extend_schema(request=SanctionApprovalInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Any, **kwargs: Any) -> Response:
        """Record who approved a sanction that the ladder has approved first."""
        sanctions.approve(sanction_id=kwargs["pk"], by=request.user, **checked(SanctionApprovalInput, request))
        return self._now(kwargs["pk"])

    @extend_schema(request=None, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def notify(self, request: Any, **kwargs: Any) -> Response:
        """Give notice: the person and the agency's leads are told by mail."""
        sanctions.notify(sanction_id=kwargs["pk"], by=request.user)
        return self._now(kwargs["pk"])

    @extend_schema(request=SanctionReasonInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, **kwargs: Any) -> Response:
        """Drop a proposal."""
        sanctions.withdraw(sanction_id=kwargs["pk"], by=request.user, **checked(SanctionReasonInput, request))
        return self._now(kwargs["pk"])

    @extend_schema(request=SanctionReasonInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Any, **kwargs: Any) -> Response:
        """End a sanction before its last day."""
        sanctions.lift(sanction_id=kwargs["pk"], by=request.user, **checked(SanctionReasonInput, request))
        return self._now(kwargs["pk"])

    @extend_schema(request=SanctionAppealInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Any, **kwargs: Any) -> Response:
        """Appeal a sanction: the person, the agency's lead, or who writes down an appeal on paper."""
        appeals.appeal(sanction_id=kwargs["pk"], by=request.user, **checked(SanctionAppealInput, request))
        return self._now(kwargs["pk"])

    @extend_schema(request=SanctionRulingInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def rule(self, request: Any, **kwargs: Any) -> Response:
        """Decide an appeal: the sanction stands, ends earlier, or is overturned."""
        appeals.rule(sanction_id=kwargs["pk"], by=request.user, **checked(SanctionRulingInput, request))
        return self._now(kwargs["pk"])

    def _now(self, key: UUID) -> Response:
        return Response(SanctionSerializer(self.get_queryset().get(pk=key)).data)


class ViolationClassViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """How serious a violation can be."""

    queryset = ViolationClass.objects.all()
    serializer_class = ClassSerializer
    filterset_class = ClassFilter
    access = {"list": MEMBER, "retrieve": MEMBER}


class LadderStepViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What each offense of a class leads to."""

    queryset = LadderStep.objects.all()
    serializer_class = StepSerializer
    filterset_class = StepFilter
    access = {"list": MEMBER, "retrieve": MEMBER}


def checked(serializer: type[serializers.Serializer[Any]], request: Any) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def named(model: Any, key: UUID | None, request: Any) -> Any:
    """The row that was named, if the caller may know of it."""
    return model.objects.visible_to(request.user).get(pk=key) if key else None
