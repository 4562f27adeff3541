"""Projects and their descriptor data, with HUD's codes."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from hmislead.directory.api.base import DirectoryViewSet, OpenFilter
from hmislead.directory.models import CEParticipation, Funder, HMISParticipation, Inventory, Project, ProjectCoC
from hmislead.directory.operations import projects

READ, MANAGE = "view_directory", "manage_directory"
PROJECT_FIELDS = (
    "name",
    "common_name",
    "project_type",
    "is_continuum",
    "operating_from",
    "operating_until",
    "housing_type",
    "rrh_subtype",
    "residential_affiliation",
    "target_population",
    "hopwa_facility",
    "pit_count",
)


class ProjectSerializer(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = ("id", "organization", *PROJECT_FIELDS, "removed_on", "created_at", "updated_at")
        read_only_fields = fields


class ProjectChangeSerializer(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields: tuple[str, ...] = PROJECT_FIELDS


class ProjectAddSerializer(ProjectChangeSerializer):
    organization = serializers.UUIDField(source="organization_id")

    class Meta(ProjectChangeSerializer.Meta):
        fields = ("organization", *PROJECT_FIELDS)


class ProjectFilter(django_filters.FilterSet):
    organization = django_filters.UUIDFilter("organization_id")
    coc = django_filters.UUIDFilter("locations__coc_id", distinct=True)
    project_type = django_filters.NumberFilter()
    ended = django_filters.BooleanFilter("operating_until", lookup_expr="isnull", exclude=True)


class ProjectViewSet(DirectoryViewSet):
    """HMIS projects."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter
    search_fields = ("name", "common_name")
    ordering_fields = ("name", "created_at")
    access = {"list": READ, "retrieve": READ, "create": MANAGE, "partial_update": MANAGE}

    @extend_schema(request=ProjectAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add a project."""
        return self.answer(projects.add_project(by=request.user, **self.sent(ProjectAddSerializer)), 201)

    @extend_schema(request=ProjectChangeSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change a project."""
        changes = self.sent(ProjectChangeSerializer, partial=True)
        return self.answer(projects.change_project(project_id=kwargs["pk"], by=request.user, **changes))


class PartFilter(OpenFilter):
    project = django_filters.UUIDFilter("project_id")
    organization = django_filters.UUIDFilter("project__organization_id")


class LocationFilter(django_filters.FilterSet):
    project = django_filters.UUIDFilter("project_id")
    organization = django_filters.UUIDFilter("project__organization_id")
    coc = django_filters.UUIDFilter("coc_id")


class PartViewSet(DirectoryViewSet):
    """What hangs on a project. `part` is a key of operations.projects.PARTS."""

    part: ClassVar[str]
    write_serializer: ClassVar[type[serializers.Serializer[Any]]]
    filterset_class: Any = PartFilter
    access = {"list": READ, "retrieve": READ, "create": MANAGE, "partial_update": MANAGE, "destroy": MANAGE}

    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add one to a project."""
        sent = self.sent(self.write_serializer)
        row = projects.add_part(project_id=sent.pop("project_id"), part=self.part, by=request.user, **sent)
        return self.answer(row, 201)

    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change one. It stays with its project."""
        sent = self.sent(self.write_serializer, partial=True)
        sent.pop("project_id", None)
        return self.answer(projects.change_part(part=self.part, part_id=kwargs["pk"], by=request.user, **sent))

    def destroy(self, request: Any, **kwargs: Any) -> Response:
        """Take out one that was recorded by mistake: it is marked as removed."""
        projects.remove_part(part=self.part, part_id=kwargs["pk"], by=request.user)
        return Response(status=204)


class PartWriteSerializer(serializers.ModelSerializer[Any]):
    project = serializers.UUIDField(source="project_id")


class LocationWriteSerializer(PartWriteSerializer):
    class Meta:
        model = ProjectCoC
        fields = (
            "project",
            "coc_code",
            "geocode",
            "address1",
            "address2",
            "city",
            "state",
            "zip_code",
            "geography_type",
        )


class LocationSerializer(serializers.ModelSerializer[ProjectCoC]):
    class Meta:
        model = ProjectCoC
        fields = (
            "id",
            "project",
            "coc_code",
            "geocode",
            "address1",
            "address2",
            "city",
            "state",
            "zip_code",
            "geography_type",
            "coc",
            "removed_on",
        )
        read_only_fields = fields


@extend_schema_view(
    create=extend_schema(request=LocationWriteSerializer), partial_update=extend_schema(request=LocationWriteSerializer)
)
class LocationViewSet(PartViewSet):
    """Where projects work (HMIS element 2.03)."""

    part = "location"
    queryset = ProjectCoC.objects.all()
    serializer_class = LocationSerializer
    write_serializer = LocationWriteSerializer
    filterset_class = LocationFilter


class FunderWriteSerializer(PartWriteSerializer):
    class Meta:
        model = Funder
        fields = (
            "project",
            "funder",
            "other_funder",
            "grant_identifier",
            "starts_on",
            "ends_on",
        )


class FunderSerializer(serializers.ModelSerializer[Funder]):
    class Meta:
        model = Funder
        fields = (
            "id",
            "project",
            "funder",
            "other_funder",
            "grant_identifier",
            "starts_on",
            "ends_on",
            "removed_on",
        )
        read_only_fields = fields


@extend_schema_view(
    create=extend_schema(request=FunderWriteSerializer), partial_update=extend_schema(request=FunderWriteSerializer)
)
class FunderViewSet(PartViewSet):
    """Funding sources of projects (2.06)."""

    part = "funder"
    queryset = Funder.objects.all()
    serializer_class = FunderSerializer
    write_serializer = FunderWriteSerializer


class InventoryWriteSerializer(PartWriteSerializer):
    class Meta:
        model = Inventory
        fields = (
            "project",
            "coc_code",
            "household_type",
            "availability",
            "units",
            "beds",
            "beds_ch_veteran",
            "beds_youth_veteran",
            "beds_veteran",
            "beds_ch_youth",
            "beds_youth",
            "beds_ch",
            "beds_other",
            "es_bed_type",
            "starts_on",
            "ends_on",
        )


class InventorySerializer(serializers.ModelSerializer[Inventory]):
    class Meta:
        model = Inventory
        fields = (
            "id",
            "project",
            "coc_code",
            "household_type",
            "availability",
            "units",
            "beds",
            "beds_ch_veteran",
            "beds_youth_veteran",
            "beds_veteran",
            "beds_ch_youth",
            "beds_youth",
            "beds_ch",
            "beds_other",
            "es_bed_type",
            "starts_on",
            "ends_on",
            "removed_on",
        )
        read_only_fields = fields


@extend_schema_view(
    create=extend_schema(request=InventoryWriteSerializer),
    partial_update=extend_schema(request=InventoryWriteSerializer),
)
class InventoryViewSet(PartViewSet):
    """Beds and units (2.07)."""

    part = "inventory"
    queryset = Inventory.objects.all()
    serializer_class = InventorySerializer
    write_serializer = InventoryWriteSerializer


class HMISParticipationWriteSerializer(PartWriteSerializer):
    class Meta:
        model = HMISParticipation
        fields = (
            "project",
            "kind",
            "starts_on",
            "ends_on",
        )


class HMISParticipationSerializer(serializers.ModelSerializer[HMISParticipation]):
    class Meta:
        model = HMISParticipation
        fields = (
            "id",
            "project",
            "kind",
            "starts_on",
            "ends_on",
            "removed_on",
        )
        read_only_fields = fields


@extend_schema_view(
    create=extend_schema(request=HMISParticipationWriteSerializer),
    partial_update=extend_schema(request=HMISParticipationWriteSerializer),
)
class HMISParticipationViewSet(PartViewSet):
    """From when until when a project took part in the HMIS (2.08)."""

    part = "hmis"
    queryset = HMISParticipation.objects.all()
    serializer_class = HMISParticipationSerializer
    write_serializer = HMISParticipationWriteSerializer


class CEParticipationWriteSerializer(PartWriteSerializer):
    class Meta:
        model = CEParticipation
        fields = (
            "project",
            "is_access_point",
            "prevention_assessment",
            "crisis_assessment",
            "housing_assessment",
            "direct_services",
            "receives_referrals",
            "starts_on",
            "ends_on",
        )


class CEParticipationSerializer(serializers.ModelSerializer[CEParticipation]):
    class Meta:
        model = CEParticipation
        fields = (
            "id",
            "project",
            "is_access_point",
            "prevention_assessment",
            "crisis_assessment",
            "housing_assessment",
            "direct_services",
            "receives_referrals",
            "starts_on",
            "ends_on",
            "removed_on",
        )
        read_only_fields = fields


@extend_schema_view(
    create=extend_schema(request=CEParticipationWriteSerializer),
    partial_update=extend_schema(request=CEParticipationWriteSerializer),
)
class CEParticipationViewSet(PartViewSet):
    """Parts in Coordinated Entry (2.09)."""

    part = "ce"
    queryset = CEParticipation.objects.all()
    serializer_class = CEParticipationSerializer
    write_serializer = CEParticipationWriteSerializer
