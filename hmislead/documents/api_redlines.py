"""Redlines as PDF in the API."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.documents import redlines, types
from hmislead.documents.api import checked
from hmislead.documents.models import RedlineCopy
from hmislead.files.views import as_download
from hmislead.web.parsers import DownloadRenderer


class RedlineCopySerializer(serializers.ModelSerializer[RedlineCopy]):
    is_under_way = serializers.BooleanField(read_only=True, help_text="Look again: it is being made.")
    pdf_sha256 = serializers.CharField(source="pdf.sha256", default=None, allow_null=True, help_text="Of the PDF.")

    class Meta:
        model = RedlineCopy
        fields = ("id", "version", "against", "language", "is_under_way", "failure", "pdf_sha256", "created_at")
        read_only_fields = fields


class RedlineInput(serializers.Serializer[Any]):
    version = serializers.UUIDField(help_text="The newer text.")
    against = serializers.IntegerField(min_value=1, max_value=9999, help_text="Number of another version of it.")
    language = serializers.ChoiceField(types.LANGUAGES, required=False, default="en")


class RedlineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What differs between two versions, as PDF. Asking for one answers at once; look again until it is made."""

    queryset = RedlineCopy.objects.select_related("pdf")
    serializer_class = RedlineCopySerializer
    filterset_fields = ("version", "language")
    access = dict.fromkeys(("list", "retrieve", "create", "pdf"), MEMBER)

    @extend_schema(request=RedlineInput, responses={201: RedlineCopySerializer})
    def create(self, request: Any) -> Response:
        """Have the PDF made, once for the texts as they are now."""
        data = checked(RedlineInput, request.data)
        made = redlines.ask_redline(version_id=data.pop("version"), by=request.user, **data)
        return Response(RedlineCopySerializer(made).data, 201)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[DownloadRenderer])
    def pdf(self, request: Any, **kwargs: Any) -> FileResponse:
        """The PDF. Each download is logged."""
        return as_download(redlines.open_redline(copy_id=kwargs["pk"], by=request.user, how="api"))
