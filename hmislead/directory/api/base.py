"""What the directory's endpoints share: read through `visible_to`, write through an operation, answer with the row."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet


class EndSerializer(serializers.Serializer[Any]):
    effective_at = serializers.DateField(required=False, help_text="The last day; today if left out.")


class DirectoryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Lists and single rows. `serializer_class` is what is shown; each write has a serializer of its own."""

    def sent(self, serializer: type[serializers.Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The checked body of the request. Raises ValidationError by field."""
        checked = serializer(data=self.request.data, partial=partial)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def answer(self, row: Any, status: int = 200) -> Response:
        """The row as it now is."""
        fresh = self.get_queryset().get(pk=row.pk)
        return Response(self.get_serializer(fresh).data, status=status)


class EndMixin:
    """`POST …/<id>/end/`: the last day of something that has one. `end_operation` is called with `end_argument`."""

    end_operation: Any
    end_argument: str

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Any, **kwargs: Any) -> Response:
        """Give it its last day."""
        sent = self.sent(EndSerializer)  # type: ignore[attr-defined]
        row = type(self).end_operation(**{self.end_argument: kwargs["pk"]}, by=request.user, **sent)
        return self.answer(row)  # type: ignore[attr-defined]


class OpenFilter(django_filters.FilterSet):
    """`open=true`: what has no last day."""

    open = django_filters.BooleanFilter("ends_on", lookup_expr="isnull", label="Has no last day")


def part_of(*names: str) -> dict[str, django_filters.UUIDFilter]:
    """Filters by id (`organization` on `organization_id`): an id out of the caller's sight finds nothing."""
    return {name: django_filters.UUIDFilter(f"{name}_id") for name in names}
