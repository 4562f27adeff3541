"""Deviation reports, sanctions, grievances and the ladder in the API."""

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
from policies.cases.lists import ClassFilter, DeviationFilter, GrievanceFilter, SanctionFilter, StepFilter
from policies.cases.models import Deviation, Grievance, LadderStep, Sanction, ViolationClass
from policies.cases.operations import appeals, deviations, grievances, sanctions

HANDLE = "manage_cases"


def _text(*, required: bool = True) -> serializers.CharField:
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


class GrievanceSerializer(serializers.ModelSerializer[Grievance]):
    class Meta:
        model = Grievance
        fields = (
            "id",
            "number",
            "state",
            "complainant",
            "subject",
            "organization",
            "what",
            "wanted",
            "received_on",
            "acknowledge_by",
            "acknowledged_on",
            "decide_by",
            "outcome",
            "decision",
            "decided_on",
            "appeal_until",
            "appealed_on",
            "decide_appeal_by",
            "appeal_decision",
            "appeal_decided_on",
            "satisfaction",
            "closed_on",
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
    what = _text()
    document = serializers.UUIDField(required=False, allow_null=True, default=None)
    organization = serializers.UUIDField(required=False, allow_null=True, default=None)
    happened_on = serializers.DateField(required=False, allow_null=True, default=None)


class ReviewReportInput(serializers.Serializer[Any]):
    text = _text()
    violation_class = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Null: no policy was broken."
    )


class CloseReportInput(serializers.Serializer[Any]):
    text = _text()
    answer = _text(required=False)


class GrievanceInput(serializers.Serializer[Any]):
    complainant = serializers.ChoiceField(choices=Grievance.Complainant.choices)
    subject = serializers.ChoiceField(choices=Grievance.Subject.choices)
    what = _text()
    wanted = _text(required=False)
    organization = serializers.UUIDField(required=False, allow_null=True, default=None)


class SanctionInput(serializers.Serializer[Any]):
    violation_class = serializers.UUIDField()
    organization = serializers.UUIDField()
    license = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Null: the agency itself.")
    happened_on = serializers.DateField()
    summary = serializers.CharField(max_length=500)
    departed_login = serializers.BooleanField(default=False, help_text="A login was shared after somebody left.")
    deviation = serializers.UUIDField(required=False, allow_null=True, default=None)


class SanctionReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class SanctionAppealInput(serializers.Serializer[Any]):
    text = _text()


class DeviationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Reports that a policy was not kept. Members see their own. Anonymous reports are sent on the pages alone."""

    queryset = Deviation.objects.all()
    serializer_class = DeviationSerializer
    filterset_class = DeviationFilter
    access = {"list": MEMBER, "retrieve": MEMBER, "create": MEMBER, "review": HANDLE, "close": HANDLE}

    @extend_schema(request=DeviationInput, responses={201: DeviationSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Report that a policy was not kept. A text that seems to hold client data is refused and kept nowhere."""
        data = _checked(DeviationInput, request)
        data["document"] = _of(Document, data["document"], request)
        data["organization"] = _of(Organization, data["organization"], request)
        made, _ = deviations.report_deviation(by=request.user, **data)
        return Response(DeviationSerializer(made).data, status=201)

    @extend_schema(request=ReviewReportInput, responses=DeviationSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Any, **kwargs: Any) -> Response:
        """Say what a report amounts to."""
        data = _checked(ReviewReportInput, request)
        found = _of(ViolationClass, data["violation_class"], request)
        done = deviations.review_deviation(
            deviation_id=kwargs["pk"], text=data["text"], violation_class=found, by=request.user
        )
        return Response(DeviationSerializer(done).data)

    @extend_schema(request=CloseReportInput, responses=DeviationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, **kwargs: Any) -> Response:
        """Close a report with its answer."""
        done = deviations.close_deviation(
            deviation_id=kwargs["pk"], by=request.user, **_checked(CloseReportInput, request)
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
        "notify": HANDLE,
        "withdraw": HANDLE,
        "lift": HANDLE,
        "appeal": MEMBER,
    }

    @extend_schema(request=SanctionInput, responses={201: SanctionSerializer(many=True)})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Establish a violation and propose what the ladder has for this offense."""
        data = _checked(SanctionInput, request)
        made = sanctions.propose(
            by=request.user,
            violation_class=_of(ViolationClass, data["violation_class"], request),
            organization=_of(Organization, data["organization"], request),
            license=_of(License, data["license"], request),
            deviation_id=data["deviation"],
            happened_on=data["happened_on"],
            summary=data["summary"],
            departed_login=data["departed_login"],
        )
        return Response(SanctionSerializer(made, many=True).data, status=201)

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
        sanctions.withdraw(sanction_id=kwargs["pk"], by=request.user, **_checked(SanctionReasonInput, request))
        return self._now(kwargs["pk"])

    @extend_schema(request=SanctionReasonInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Any, **kwargs: Any) -> Response:
        """End a sanction before its last day."""
        sanctions.lift(sanction_id=kwargs["pk"], by=request.user, **_checked(SanctionReasonInput, request))
        return self._now(kwargs["pk"])

    @extend_schema(request=SanctionAppealInput, responses=SanctionSerializer)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Any, **kwargs: Any) -> Response:
        """Appeal a sanction: the person, the agency's lead, or who writes down an appeal on paper."""
        appeals.appeal(sanction_id=kwargs["pk"], by=request.user, **_checked(SanctionAppealInput, request))
        return self._now(kwargs["pk"])

    def _now(self, key: UUID) -> Response:
        return Response(SanctionSerializer(self.get_queryset().get(pk=key)).data)


class GrievanceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Grievances. Members see their own. They are handled on the pages."""

    queryset = Grievance.objects.all()
    serializer_class = GrievanceSerializer
    filterset_class = GrievanceFilter
    access = {"list": MEMBER, "retrieve": MEMBER, "create": MEMBER, "acknowledge": HANDLE}

    @extend_schema(request=GrievanceInput, responses={201: GrievanceSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """File a grievance. A text that seems to hold client data is refused and kept nowhere."""
        data = _checked(GrievanceInput, request)
        data["organization"] = _of(Organization, data["organization"], request)
        made, _ = grievances.file_grievance(by=request.user, **data)
        return Response(GrievanceSerializer(made).data, status=201)

    @extend_schema(request=None, responses=GrievanceSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Any, **kwargs: Any) -> Response:
        """Tell who complains that it arrived."""
        return Response(GrievanceSerializer(grievances.acknowledge(grievance_id=kwargs["pk"], by=request.user)).data)


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


def _checked(serializer: type[serializers.Serializer[Any]], request: Any) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _of(model: Any, key: UUID | None, request: Any) -> Any:
    """The row that was named, if the caller may know of it."""
    return model.objects.visible_to(request.user).get(pk=key) if key else None
