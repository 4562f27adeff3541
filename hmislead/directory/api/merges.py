"""Merging two agencies or two people, looking first, and taking it back within a day."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.directory.api.base import DirectoryViewSet
from hmislead.directory.models import Merge
from hmislead.directory.operations import merges


class MergeSerializer(serializers.ModelSerializer[Merge]):
    class Meta:
        model = Merge
        fields = ("id", "kind", "gone_id", "stays_id", "created_at", "undone_at")
        read_only_fields = fields


class MergeAddSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Merge.Kind.choices)
    gone = serializers.UUIDField(source="gone_id", help_text="The record that goes.")
    stays = serializers.UUIDField(source="stays_id", help_text="The record that everything moves to.")


class MoveSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    clashes = serializers.IntegerField(help_text="Where both have what only one may have.")
    words = serializers.CharField(help_text="What happens to those.")


class PreviewSerializer(serializers.Serializer[Any]):
    moves = MoveSerializer(many=True)
    filled = serializers.ListField(child=serializers.CharField(), help_text="Blanks of the one that stays.")
    warnings = serializers.ListField(child=serializers.CharField())


class MergeFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Merge.Kind.choices)
    stays = django_filters.UUIDFilter("stays_id")
    gone = django_filters.UUIDFilter("gone_id")


class MergeViewSet(DirectoryViewSet):
    """Merges of agencies and of people."""

    queryset = Merge.objects.all()
    serializer_class = MergeSerializer
    filterset_class = MergeFilter
    access = {
        "list": "view_directory",
        "retrieve": "view_directory",
        "create": "manage_directory",
        "preview": "manage_directory",
        "undo": "manage_directory",
    }

    @extend_schema(request=MergeAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Merge."""
        return self.answer(merges.merge(by=request.user, **self.sent(MergeAddSerializer)), 201)

    @extend_schema(request=MergeAddSerializer, responses=PreviewSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Any, **kwargs: Any) -> Response:
        """What a merge would do. Nothing is changed."""
        seen = merges.preview_merge(by=request.user, **self.sent(MergeAddSerializer))
        return Response(PreviewSerializer(seen).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def undo(self, request: Any, **kwargs: Any) -> Response:
        """Take a merge back, within 24 hours."""
        record, _ = merges.undo_merge(merge_id=kwargs["pk"], by=request.user)
        return self.answer(record)
