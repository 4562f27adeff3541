"""Grievances in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.directory.models import Organization
from policies.cases.api import HANDLE, checked, named, text_field
from policies.cases.lists import GrievanceFilter
from policies.cases.models import Grievance
from policies.cases.operations import grievances


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


class GrievanceInput(serializers.Serializer[Any]):
    complainant = serializers.ChoiceField(choices=Grievance.Complainant.choices)
    subject = serializers.ChoiceField(choices=Grievance.Subject.choices)
    what = text_field()
    wanted = text_field(required=False)
    organization = serializers.UUIDField(required=False, allow_null=True, default=None)


class GrievanceNoteInput(serializers.Serializer[Any]):
    text = text_field(required=False)


class GrievanceDecisionInput(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=Grievance.Outcome.choices)
    decision = text_field()
    text = text_field(required=False)


class GrievanceAppealInput(serializers.Serializer[Any]):
    text = text_field()


class CloseGrievanceInput(serializers.Serializer[Any]):
    decision = serializers.CharField(
        max_length=5000, required=False, allow_blank=True, default="", help_text="On the appeal, if there is one."
    )
    text = text_field(required=False)


class SatisfactionInput(serializers.Serializer[Any]):
    satisfaction = serializers.IntegerField(min_value=1, max_value=5)


class GrievanceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Grievances, from receipt to closing. Members see their own; staff read the texts that only they may see on the pages."""

    queryset = Grievance.objects.all()
    serializer_class = GrievanceSerializer
    filterset_class = GrievanceFilter
    access = dict.fromkeys(("list", "retrieve", "create", "appeal", "rate"), MEMBER) | dict.fromkeys(
        ("acknowledge", "begin_review", "decide", "close"), HANDLE
    )

    @extend_schema(request=GrievanceInput, responses={201: GrievanceSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """File a grievance. A text that seems to hold client data is refused and kept nowhere."""
        data = checked(GrievanceInput, request)
        data["organization"] = named(Organization, data["organization"], request)
        made, _ = grievances.file_grievance(by=request.user, **data)
        return Response(GrievanceSerializer(made).data, status=201)

    @extend_schema(request=GrievanceNoteInput, responses=GrievanceSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Any, **kwargs: Any) -> Response:
        """Tell who complains that it arrived. `text` stays with who handles cases."""
        return self._done(grievances.acknowledge, kwargs, GrievanceNoteInput)

    @extend_schema(request=GrievanceNoteInput, responses=GrievanceSerializer)
    @action(detail=True, methods=["post"], url_path="begin-review")
    def begin_review(self, request: Any, **kwargs: Any) -> Response:
        """Say who looks into it."""
        return self._done(grievances.begin_review, kwargs, GrievanceNoteInput)

    @extend_schema(request=GrievanceDecisionInput, responses=GrievanceSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, **kwargs: Any) -> Response:
        """Decide it. Who complains reads `decision`; `text` stays with who handles cases."""
        return self._done(grievances.decide, kwargs, GrievanceDecisionInput)

    @extend_schema(request=GrievanceAppealInput, responses=GrievanceSerializer)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Any, **kwargs: Any) -> Response:
        """Appeal the decision, once: who sent it, or staff for what came on paper."""
        return self._done(grievances.appeal, kwargs, GrievanceAppealInput)

    @extend_schema(request=CloseGrievanceInput, responses=GrievanceSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, **kwargs: Any) -> Response:
        """Close it, with the decision on the appeal if there was one."""
        return self._done(grievances.close, kwargs, CloseGrievanceInput)

    @extend_schema(request=SatisfactionInput, responses=GrievanceSerializer)
    @action(detail=True, methods=["post"])
    def rate(self, request: Any, **kwargs: Any) -> Response:
        """Say how content you are with how it was handled, from 1 to 5."""
        return self._done(grievances.rate, kwargs, SatisfactionInput)

    def _done(self, operation: Any, kwargs: Any, sent: type[serializers.Serializer[Any]]) -> Response:
        found = operation(grievance_id=kwargs["pk"], by=self.request.user, **checked(sent, self.request))
        return Response(GrievanceSerializer(found).data)
