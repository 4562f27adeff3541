"""Which residential project a project that offers services only is tied to (2.02.C)."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from hmislead.directory.api.projects import PartViewSet
from hmislead.directory.models import Affiliation, Project


class AffiliationWriteSerializer(serializers.Serializer[Any]):
    project = serializers.UUIDField(source="project_id")
    residential_project = serializers.UUIDField(source="residential_project_id")


class AffiliationSerializer(serializers.ModelSerializer[Affiliation]):
    residential_project = serializers.SerializerMethodField(help_text="Null for a project out of the caller's sight.")

    class Meta:
        model = Affiliation
        fields = ("id", "project", "residential_project", "removed_on")
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_residential_project(self, row: Any) -> Any:
        return row.residential_project_id if row.residential_in_sight else None


class AffiliationFilter(django_filters.FilterSet):
    project = django_filters.UUIDFilter("project_id")
    organization = django_filters.UUIDFilter("project__organization_id")


@extend_schema_view(
    create=extend_schema(request=AffiliationWriteSerializer),
    partial_update=extend_schema(request=AffiliationWriteSerializer),
)
class AffiliationViewSet(PartViewSet):
    """Ties of projects that offer services only to residential projects (2.02.C)."""

    part = "affiliation"
    queryset = Affiliation.objects.all()
    serializer_class = AffiliationSerializer
    write_serializer = AffiliationWriteSerializer
    filterset_class = AffiliationFilter

    def get_queryset(self) -> Any:
        """With whether the caller may know of the residential project, in the same query."""
        seen = Project.objects.visible_to(self.request.user).filter(pk=OuterRef("residential_project_id"))
        return super().get_queryset().annotate(residential_in_sight=Exists(seen))
