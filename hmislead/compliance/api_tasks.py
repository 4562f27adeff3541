"""Tasks in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.compliance import task_operations
from hmislead.compliance.models import Task
from hmislead.directory.models import License


class TaskSerializer(serializers.ModelSerializer[Task]):
    number = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Task
        fields = (
            "id",
            "number",
            "kind",
            "title",
            "license",
            "organization",
            "due_at",
            "is_late",
            "created_at",
            "closed_at",
            "proof_kind",
            "proof",
            "proof_file",
        )
        read_only_fields = fields


class ProofSerializer(serializers.Serializer[Any]):
    statement = serializers.CharField(max_length=300, help_text="What was done, and how it is known.")
    done_at = serializers.DateTimeField(required=False, help_text="Now if left out.")
    account_state = serializers.ChoiceField(
        [each for each in License.AccountState.choices if each[0] != "unknown"],
        required=False,
        help_text="What became of the account, where the task leaves a choice.",
    )
    file = serializers.UUIDField(source="file_id", required=False, help_text="A stored file that shows it.")


class TaskFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=Task.Kind.choices)
    organization = django_filters.UUIDFilter("organization_id")
    license = django_filters.UUIDFilter("license_id")
    open = django_filters.BooleanFilter("closed_at", lookup_expr="isnull", label="Not closed")
    due_before = django_filters.IsoDateTimeFilter("due_at", lookup_expr="lt")


class TaskViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What must be done in the HMIS itself. Proof alone closes a task: a statement here, or an observation."""

    queryset = Task.objects.all()
    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    access = {"list": "view_people", "retrieve": "view_people", "prove": "prove_account_state"}

    @extend_schema(request=ProofSerializer)
    @action(detail=True, methods=["post"])
    def prove(self, request: Any, **kwargs: Any) -> Response:
        """Close the task by a statement."""
        sent = ProofSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        task = task_operations.prove_task(task_id=kwargs["pk"], by=request.user, **sent.validated_data)
        return Response(self.get_serializer(task).data)
