"""Imports by the API: bring a file, read its preview, apply it or put it aside."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.directory.imports import operations, roster_operations
from hmislead.directory.models import ImportBatch, ImportChange, ImportProblem
from hmislead.directory.tabular.mapping import MEANING_LABELS, RosterMapping


class ImportSerializer(serializers.ModelSerializer[ImportBatch]):
    class Meta:
        model = ImportBatch
        fields = (
            "id", "number", "kind", "state", "facts_on", "refusal", "header", "summary", "progress_done",
            "progress_total", "created_at", "applied_at",
        )  # fmt: skip


class NewImportSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[ImportBatch.Kind.HMIS_CSV, ImportBatch.Kind.ROSTER])
    file = serializers.FileField()


class RosterColumnsSerializer(serializers.Serializer[Any]):
    """What the columns of a roster mean. A column that is left out is guessed."""

    facts_on = serializers.DateField(help_text="The day the roster speaks of.")
    complete = serializers.BooleanField(default=True, help_text="The roster lists every account of the HMIS.")
    create = serializers.BooleanField(default=False, help_text="Make people and licenses; only in setup.")
    name = serializers.CharField(required=False, max_length=100, help_text="Keep the columns under this name.")
    columns = serializers.DictField(child=serializers.CharField(), required=False)

    def validate_columns(self, columns: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(columns) - set(MEANING_LABELS))
        if unknown:
            raise serializers.ValidationError(f"Use only these names: {', '.join(MEANING_LABELS)}.")
        return columns


class ImportChangeSerializer(serializers.ModelSerializer[ImportChange]):
    class Meta:
        model = ImportChange
        fields = ("id", "batch", "table", "action", "label", "external_id", "object_id", "fields", "applied")
        extra_kwargs: ClassVar[dict[str, dict[str, Any]]] = {"fields": {"help_text": "Old and new value by field."}}


class ImportProblemSerializer(serializers.ModelSerializer[ImportProblem]):
    class Meta:
        model = ImportProblem
        fields = ("id", "batch", "file_name", "line", "column", "value_kind", "grade", "message", "fix")


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Files brought in. A roster waits in `mapping` for its columns; nothing is written before `apply`."""

    access: ClassVar[dict[str, str]] = dict.fromkeys(
        ("list", "retrieve", "create", "columns", "apply", "discard"), "import_data"
    )
    queryset = ImportBatch.objects.order_by("-created_at", "pk")
    serializer_class = ImportSerializer
    filterset_fields = ("kind", "state")
    ordering_fields = ("created_at", "number")

    @extend_schema(request={"multipart/form-data": NewImportSerializer}, responses={201: ImportSerializer})
    def create(self, request: Any) -> Response:
        """Bring a file in and have it read."""
        asked = NewImportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        file = asked.validated_data["file"]
        roster = asked.validated_data["kind"] == ImportBatch.Kind.ROSTER
        upload = operations.upload_roster if roster else operations.upload_export
        return Response(ImportSerializer(upload(file=file, name=file.name, by=request.user)).data, status=201)

    @extend_schema(request=RosterColumnsSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def columns(self, request: Any, pk: Any) -> Response:
        """Say what the columns of a roster mean; it is then compared with the directory."""
        asked = RosterColumnsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        batch = ImportBatch.objects.visible_to(request.user).get(pk=pk)
        guessed, _ = roster_operations.mapping_for(batch, request.user)
        mapping = RosterMapping.from_json({**guessed.as_json(), **data.pop("columns", {})})
        batch = roster_operations.map_roster(batch_id=pk, mapping=mapping, by=request.user, **data)
        return Response(ImportSerializer(batch).data)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: Any, pk: Any) -> Response:
        """Do what the preview shows."""
        return Response(ImportSerializer(operations.apply_import(batch_id=pk, by=request.user)).data)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Any, pk: Any) -> Response:
        """Put it aside; nothing is written."""
        return Response(ImportSerializer(operations.discard_import(batch_id=pk, by=request.user)).data)


class Part(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    access: ClassVar[dict[str, str]] = {"list": "import_data", "retrieve": "import_data"}
    ordering_fields = ("created_at",)


class ImportChangeViewSet(Part):
    """What applying an import would do, or did."""

    queryset = ImportChange.objects.order_by("-created_at", "pk")
    serializer_class = ImportChangeSerializer
    filterset_fields = ("batch", "table", "action", "applied")


class ImportProblemViewSet(Part):
    """What is wrong with a file. Never holds its values."""

    queryset = ImportProblem.objects.order_by("-created_at", "pk")
    serializer_class = ImportProblemSerializer
    filterset_fields = ("batch", "grade", "file_name")
