"""The Standards in the API."""

from __future__ import annotations

from rest_framework import mixins, serializers

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.catalogue.lists import StandardFilter, proving
from hmislead.catalogue.models import Standard


class StandardSerializer(serializers.ModelSerializer[Standard]):
    requirements = serializers.SerializerMethodField(help_text="Codes of the requirements that prove it here.")

    class Meta:
        model = Standard
        fields = (
            "id",
            "position",
            "section",
            "subsection",
            "level",
            "responsible",
            "kind",
            "cadence",
            "label",
            "line",
            "evidence",
            "auto",
            "requirements",
        )
        read_only_fields = fields

    def get_requirements(self, standard: Standard) -> list[str]:
        return [each.code for each in proving(standard.pk)]


class StandardViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The statements of HUD's HMIS Lead Standards."""

    queryset = Standard.objects.all()
    serializer_class = StandardSerializer
    filterset_class = StandardFilter
    lookup_value_converter = "str"
    access = {"list": MEMBER, "retrieve": MEMBER}
