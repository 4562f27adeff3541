"""The HMIS Lead's staffing in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.directory.api.base import DirectoryViewSet, OpenFilter
from hmislead.directory.models import StaffPosition
from hmislead.directory.operations import staff
from hmislead.tenancy import settings


class StaffPositionSerializer(serializers.ModelSerializer[StaffPosition]):
    class Meta:
        model = StaffPosition
        fields = ("id", "person", "organization", "function", "fte", "starts_on", "ends_on")
        read_only_fields = fields


class PositionSerializer(serializers.Serializer[Any]):
    function = serializers.ChoiceField(StaffPosition.Function.choices)
    fte = serializers.DecimalField(max_digits=3, decimal_places=2, min_value=0, max_value=1)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class PositionAddSerializer(serializers.Serializer[Any]):
    person = serializers.UUIDField(source="person_id")
    organization = serializers.UUIDField(source="organization_id")
    function = serializers.ChoiceField(StaffPosition.Function.choices)
    fte = serializers.DecimalField(max_digits=3, decimal_places=2, min_value=0, max_value=1)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)


class PositionEndSerializer(serializers.Serializer[Any]):
    ends_on = serializers.DateField()


class RatioSerializer(serializers.Serializer[Any]):
    licenses = serializers.IntegerField(help_text="Active licenses.")
    administrators = serializers.DecimalField(max_digits=8, decimal_places=2, help_text="In full-time jobs.")
    users_per_administrator = serializers.DecimalField(max_digits=12, decimal_places=1, allow_null=True)
    at_most = serializers.IntegerField()
    holds = serializers.BooleanField()


class StaffFilter(OpenFilter):
    person = django_filters.UUIDFilter("person_id")
    function = django_filters.MultipleChoiceFilter(choices=StaffPosition.Function.choices)


class StaffPositionViewSet(DirectoryViewSet):
    """Shares of full time by function and dates."""

    queryset = StaffPosition.objects.all()
    serializer_class = StaffPositionSerializer
    filterset_class = StaffFilter
    ordering_fields = ("starts_on",)
    access = {
        "list": "view_staff",
        "retrieve": "view_staff",
        "ratio": "view_staff",
        "create": "manage_staff",
        "update": "manage_staff",
        "end": "manage_staff",
    }

    @extend_schema(request=PositionAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add a position."""
        return self.answer(staff.add_position(by=request.user, **self.sent(PositionAddSerializer)), 201)

    @extend_schema(request=PositionSerializer)
    def update(self, request: Any, **kwargs: Any) -> Response:
        """Correct a position."""
        sent = self.sent(PositionSerializer)
        return self.answer(staff.change_position(position_id=kwargs["pk"], by=request.user, **sent))

    @extend_schema(request=PositionEndSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Any, **kwargs: Any) -> Response:
        """Set the last day of a position."""
        sent = self.sent(PositionEndSerializer)
        return self.answer(staff.end_position(position_id=kwargs["pk"], by=request.user, **sent))

    @extend_schema(responses=RatioSerializer, filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def ratio(self, request: Any, **kwargs: Any) -> Response:
        """Users per full-time system administrator today, against what is allowed."""
        return Response(RatioSerializer(staff.administrator_ratio(settings.today())).data)
