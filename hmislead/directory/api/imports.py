"""Imports by the API: bring a file, read its preview, apply it or put it aside."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.directory.imports import operations, roster_operations
from hmislead.directory.imports.hmis_people import accept_people
from hmislead.directory.models import ImportBatch, ImportChange, ImportProblem
from hmislead.directory.tabular.mapping import MEANING_LABELS, RosterMapping
from hmislead.jobs import progress
from hmislead.jobs.progress import Progress


class ImportSerializer(serializers.ModelSerializer[ImportBatch]):
    progress_done = serializers.SerializerMethodField(help_text="Steps that are finished, while it is read or applied.")
    progress_total = serializers.SerializerMethodField(help_text="Of how many; 0 before a worker has begun.")
    progress_words = serializers.SerializerMethodField(help_text="What is being done now.")

    class Meta:
        model = ImportBatch
        fields = (
            "id", "number", "kind", "state", "facts_on", "refusal", "header", "summary", "progress_done",
            "progress_total", "progress_words", "created_at", "applied_at",
        )  # fmt: skip

    def to_representation(self, batch: ImportBatch) -> dict[str, Any]:
        at_work = batch.state in (ImportBatch.State.READING, ImportBatch.State.APPLYING)
        self._progress = (progress.of(batch.pk) if at_work else None) or Progress(
            batch.progress_done, batch.progress_total
        )
        return super().to_representation(batch)

    def get_progress_done(self, batch: ImportBatch) -> int:
        return self._progress.done

    def get_progress_total(self, batch: ImportBatch) -> int:
        return self._progress.total

    def get_progress_words(self, batch: ImportBatch) -> str:
        return self._progress.words


class NewImportSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[ImportBatch.Kind.HMIS_CSV, ImportBatch.Kind.ROSTER])
    file = serializers.FileField()


class RosterColumnsSerializer(serializers.Serializer[Any]):
    """What the columns of a roster mean. A column that is left out is guessed."""

    facts_on = serializers.DateField(help_text="The day the roster speaks of.")
    complete = serializers.BooleanField(
        help_text="True: the roster lists every account of the HMIS, and accounts that are not in it are taken as gone. "
        "False: it lists some, and says nothing of the others."
    )
    create_people = serializers.BooleanField(default=False, help_text="Make people and licenses; only in setup.")
    name = serializers.CharField(required=False, max_length=100, help_text="Keep the columns under this name.")
    columns = serializers.DictField(child=serializers.CharField(), required=False)

    def validate_columns(self, columns: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(columns) - set(MEANING_LABELS))
        if unknown:
            raise serializers.ValidationError(f"Use only these names: {', '.join(MEANING_LABELS)}.")
        return columns


class PeopleSerializer(serializers.Serializer[Any]):
    changes = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="Proposed people to add; all if left out."
    )


class PeopleAddedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="How many people are new.")


class AgencyNamesSerializer(serializers.Serializer[Any]):
    names = serializers.DictField(
        child=serializers.UUIDField(allow_null=True), help_text="The agency of each name; null for none of ours."
    )


class ApartSerializer(serializers.Serializer[Any]):
    change = serializers.UUIDField(help_text="A change that was matched by its name.")


class AcceptSerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(required=False, help_text="The agency, where the roster names none.")


class AcceptedSerializer(serializers.Serializer[Any]):
    license = serializers.UUIDField()


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
        ("list", "retrieve", "create", "columns", "agencies", "apart", "apply", "discard", "people"), "import_data"
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
        data["create"] = data.pop("create_people")
        batch = ImportBatch.objects.visible_to(request.user).get(pk=pk)
        guessed, _ = roster_operations.mapping_for(batch, request.user)
        mapping = RosterMapping.from_json({**guessed.as_json(), **data.pop("columns", {})})
        batch = roster_operations.map_roster(batch_id=pk, mapping=mapping, by=request.user, **data)
        return Response(ImportSerializer(batch).data)

    @extend_schema(request=AgencyNamesSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def agencies(self, request: Any, pk: Any) -> Response:
        """Say which agencies the unmatched names of a roster are; it is then compared again."""
        asked = AgencyNamesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = asked.validated_data["names"]
        batch = roster_operations.match_organizations(batch_id=pk, chosen=chosen, by=request.user)
        return Response(ImportSerializer(batch).data)

    @extend_schema(request=ApartSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def apart(self, request: Any, pk: Any) -> Response:
        """Say that a record is not what is here under the same name; the export is then read again."""
        asked = ApartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        batch = operations.keep_apart(batch_id=pk, change_id=asked.validated_data["change"], by=request.user)
        return Response(ImportSerializer(batch).data)

    @extend_schema(request=PeopleSerializer, responses=PeopleAddedSerializer)
    @action(detail=True, methods=["post"])
    def people(self, request: Any, pk: Any) -> Response:
        """Add people whom an applied export proposes. Gives nobody a license."""
        asked = PeopleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        added = accept_people(batch_id=pk, by=request.user, change_ids=asked.validated_data.get("changes"))
        return Response({"added": added})

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
    access: ClassVar[dict[str, str]] = {**Part.access, "accept": "import_data"}

    @extend_schema(request=AcceptSerializer, responses={201: AcceptedSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: Any) -> Response:
        """Make the person behind an unknown account known and request a license for them."""
        asked = AcceptSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        agency = asked.validated_data.get("organization")
        license = roster_operations.accept_account(change_id=pk, by=request.user, organization_id=agency)
        return Response({"license": license.pk}, status=201)


class ImportProblemViewSet(Part):
    """What is wrong with a file. Never holds its values."""

    queryset = ImportProblem.objects.order_by("-created_at", "pk")
    serializer_class = ImportProblemSerializer
    filterset_fields = ("batch", "grade", "file_name")
