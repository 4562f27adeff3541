"""Settings in the API: what was decided, what holds, what is coming; and deciding."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.tenancy import operations, settings
from hmislead.tenancy.models import SettingValue


class DecisionSerializer(serializers.ModelSerializer[SettingValue]):
    """One decision. `value` is checked against the setting's kind."""

    effective_from = serializers.DateField(required=False, help_text="Default: today.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)

    class Meta:
        model = SettingValue
        fields = ("id", "value", "effective_from", "note", "created_at")
        read_only_fields = ("id", "created_at")


class SettingSerializer(serializers.Serializer[Any]):
    """A setting and its value today."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    group = serializers.CharField()
    kind = serializers.CharField()
    unit = serializers.CharField()
    help = serializers.CharField()
    default = serializers.JSONField()
    value = serializers.JSONField()
    decisions = DecisionSerializer(many=True)


class SettingViewSet(TenantViewSet):
    """Everything the HMIS Lead decides for itself, by key."""

    queryset = SettingValue.objects.all()
    serializer_class = SettingSerializer
    pagination_class = None
    filter_backends = ()
    lookup_field = "key"
    lookup_value_converter = "str"
    access = {"list": "view_settings", "retrieve": "view_settings", "decide": "manage_settings"}

    def list(self, request: Any, **kwargs: Any) -> Response:
        """Every setting with its value today and its decisions, coming ones too."""
        return Response(SettingSerializer(_settings(), many=True).data)

    def retrieve(self, request: Any, key: str, **kwargs: Any) -> Response:
        """One setting."""
        return Response(SettingSerializer(_settings(_known(key))[0]).data)

    @extend_schema(request=DecisionSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"], url_path="decisions")
    def decide(self, request: Any, key: str, **kwargs: Any) -> Response:
        """Decide a value from a day on."""
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = operations.change_setting(key=_known(key), by=request.user, **given.validated_data)
        return Response(DecisionSerializer(row).data, status=status.HTTP_201_CREATED)


def _known(key: str) -> str:
    if key not in settings.DEFINITIONS:
        raise Http404
    return key


def _settings(key: str | None = None) -> list[dict[str, Any]]:
    wanted = [key] if key else list(settings.DEFINITIONS)
    values = settings.values(wanted)
    decisions: dict[str, list[SettingValue]] = {}
    for row in SettingValue.objects.filter(key__in=wanted).order_by("-effective_from"):
        decisions.setdefault(row.key, []).append(row)
    names = ("key", "label", "group", "kind", "unit", "help", "default")
    return [
        {name: getattr(settings.DEFINITIONS[each], name) for name in names}
        | {"value": values[each], "decisions": decisions.get(each, [])}
        for each in wanted
    ]
