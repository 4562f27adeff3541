"""Files in the API: what they are, and their bytes."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.files import operations
from hmislead.files.models import StoredFile
from hmislead.files.views import as_download
from hmislead.web.parsers import DownloadRenderer


class StoredFileSerializer(serializers.ModelSerializer[StoredFile]):
    class Meta:
        model = StoredFile
        fields = ("id", "name", "content_type", "size", "sha256", "organization", "coc", "person", "created_at")
        read_only_fields = fields


class FileFilter(django_filters.FilterSet):
    """By id alone: an unknown id finds nothing, as does one out of the caller's sight."""

    organization = django_filters.UUIDFilter("organization_id")
    coc = django_filters.UUIDFilter("coc_id")
    person = django_filters.UUIDFilter("person_id")


class FileViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Files the caller may open. They come in together with the record they belong to."""

    queryset = StoredFile.objects.all()
    serializer_class = StoredFileSerializer
    filterset_class = FileFilter
    search_fields = ("name",)
    access = {"list": MEMBER, "retrieve": MEMBER, "content": MEMBER}

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[DownloadRenderer])
    def content(self, request: Any, **kwargs: Any) -> FileResponse:
        """The bytes of a file. Each download is logged."""
        return as_download(operations.open_file(file_id=kwargs["pk"], by=request.user, how="api"))
