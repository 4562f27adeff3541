"""CoCs, governing bodies and their members, designations."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.directory.api.base import DirectoryViewSet, EndMixin, OpenFilter
from hmislead.directory.models import BodyMember, CoC, Designation, GoverningBody
from hmislead.directory.operations import cocs

READ, MANAGE, DECIDE = "view_directory", "manage_directory", "record_decisions"


class CoCSerializer(serializers.ModelSerializer[CoC]):
    class Meta:
        model = CoC
        fields = ("id", "number", "name", "website", "created_at", "updated_at")
        read_only_fields = fields


class CoCWriteSerializer(serializers.Serializer[Any]):
    number = serializers.RegexField(r"^[A-Z]{2}-[0-9]{3}$", help_text="HUD's number, such as OH-504.")
    name = serializers.CharField(max_length=150)
    website = serializers.URLField(required=False, allow_blank=True)


class CoCViewSet(DirectoryViewSet):
    """The Continuums of Care this implementation serves."""

    queryset = CoC.objects.all()
    serializer_class = CoCSerializer
    search_fields = ("number", "name")
    ordering_fields = ("number", "name")
    access = {"list": READ, "retrieve": READ, "create": MANAGE, "partial_update": MANAGE}

    @extend_schema(request=CoCWriteSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add a CoC."""
        return self.answer(cocs.add_coc(by=request.user, **self.sent(CoCWriteSerializer)), 201)

    @extend_schema(request=CoCWriteSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change a CoC."""
        changes = self.sent(CoCWriteSerializer, partial=True)
        return self.answer(cocs.change_coc(coc_id=kwargs["pk"], by=request.user, **changes))


class BodySerializer(serializers.ModelSerializer[GoverningBody]):
    class Meta:
        model = GoverningBody
        fields = ("id", "coc", "name", "quorum", "approves", "may_approve", "delegation")
        read_only_fields = fields


class BodyWriteSerializer(serializers.ModelSerializer[GoverningBody]):
    class Meta:
        model = GoverningBody
        fields: tuple[str, ...] = ("name", "quorum", "approves", "may_approve", "delegation")


class BodyAddSerializer(BodyWriteSerializer):
    coc = serializers.UUIDField(source="coc_id")

    class Meta(BodyWriteSerializer.Meta):
        fields = ("coc", *BodyWriteSerializer.Meta.fields)


class BodyFilter(django_filters.FilterSet):
    coc = django_filters.UUIDFilter("coc_id")


class BodyViewSet(DirectoryViewSet):
    """Boards and committees of CoCs."""

    queryset = GoverningBody.objects.all()
    serializer_class = BodySerializer
    filterset_class = BodyFilter
    access = {"list": READ, "retrieve": READ, "create": DECIDE, "partial_update": DECIDE}

    @extend_schema(request=BodyAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add a governing body."""
        return self.answer(cocs.add_body(by=request.user, **self.sent(BodyAddSerializer)), 201)

    @extend_schema(request=BodyWriteSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change a governing body."""
        changes = self.sent(BodyWriteSerializer, partial=True)
        return self.answer(cocs.change_body(body_id=kwargs["pk"], by=request.user, **changes))


class MemberSerializer(serializers.ModelSerializer[BodyMember]):
    person_name = serializers.CharField(source="person.__str__", read_only=True)

    class Meta:
        model = BodyMember
        fields = ("id", "body", "person", "person_name", "position", "starts_on", "ends_on")
        read_only_fields = fields


class MemberAddSerializer(serializers.Serializer[Any]):
    body = serializers.UUIDField(source="body_id")
    person = serializers.UUIDField(source="person_id")
    position = serializers.CharField(max_length=100, required=False, allow_blank=True)
    effective_at = serializers.DateField(required=False)


class MemberFilter(OpenFilter):
    body = django_filters.UUIDFilter("body_id")
    coc = django_filters.UUIDFilter("body__coc_id")


class MemberViewSet(EndMixin, DirectoryViewSet):
    """Seats in governing bodies."""

    queryset = BodyMember.objects.select_related("person")
    serializer_class = MemberSerializer
    filterset_class = MemberFilter
    access = {"list": READ, "retrieve": READ, "create": DECIDE, "end": DECIDE}
    end_operation = staticmethod(cocs.end_seat)
    end_argument = "member_id"

    @extend_schema(request=MemberAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Give a person a seat."""
        return self.answer(cocs.seat_member(by=request.user, **self.sent(MemberAddSerializer)), 201)


class DesignationSerializer(serializers.ModelSerializer[Designation]):
    class Meta:
        model = Designation
        fields = (
            "id",
            "coc",
            "kind",
            "organization",
            "software",
            "body",
            "decided_on",
            "starts_on",
            "ends_on",
            "minutes",
        )
        read_only_fields = fields


class DesignationAddSerializer(serializers.Serializer[Any]):
    coc = serializers.UUIDField(source="coc_id")
    kind = serializers.ChoiceField(Designation.Kind.choices)
    organization = serializers.UUIDField(source="organization_id")
    software = serializers.CharField(max_length=100, required=False, allow_blank=True)
    body = serializers.UUIDField(source="body_id", required=False)
    decided_on = serializers.DateField(help_text="The day of the meeting.")
    starts_on = serializers.DateField(required=False)
    minutes = serializers.FileField(required=False)
    replace = serializers.BooleanField(default=False, help_text="End the active designation on the day before.")


class MinutesSerializer(serializers.Serializer[Any]):
    minutes = serializers.FileField()


class DesignationFilter(OpenFilter):
    coc = django_filters.UUIDFilter("coc_id")
    organization = django_filters.UUIDFilter("organization_id")
    kind = django_filters.ChoiceFilter(choices=Designation.Kind.choices)


class DesignationViewSet(EndMixin, DirectoryViewSet):
    """A CoC's decisions that name its HMIS Lead and its software. Send the minutes as multipart/form-data."""

    queryset = Designation.objects.all()
    serializer_class = DesignationSerializer
    filterset_class = DesignationFilter
    access = {"list": READ, "retrieve": READ, "create": DECIDE, "end": DECIDE, "minutes": DECIDE}
    end_operation = staticmethod(cocs.end_designation)
    end_argument = "designation_id"

    @extend_schema(
        request={"multipart/form-data": DesignationAddSerializer, "application/json": DesignationAddSerializer}
    )
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record a designation. 409 when one of the kind is active and `replace` is not said."""
        return self.answer(cocs.designate(by=request.user, **self.sent(DesignationAddSerializer)), 201)

    @extend_schema(request={"multipart/form-data": MinutesSerializer})
    @action(detail=True, methods=["post"])
    def minutes(self, request: Any, **kwargs: Any) -> Response:
        """Add the minutes of the meeting."""
        sent = self.sent(MinutesSerializer)
        return self.answer(cocs.attach_minutes(designation_id=kwargs["pk"], by=request.user, **sent))
