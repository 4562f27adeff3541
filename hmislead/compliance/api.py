"""Results, changes, runs, waivers and gates by the API. Fields are listed by hand; writes call the operations."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.compliance import gate, nights, registry, waivers
from hmislead.compliance.models import Change, Gate, Run, State, Status, Tally, Waiver


class StatusSerializer(serializers.ModelSerializer[Status]):
    class Meta:
        model = Status
        fields = (
            "id", "requirement", "subject_kind", "subject_id", "organization", "coc", "person", "license",
            "state", "due_on", "lapses_on", "since", "note", "checked_at",
        )  # fmt: skip


class ChangeSerializer(serializers.ModelSerializer[Change]):
    class Meta:
        model = Change
        fields = (
            "id", "requirement", "subject_kind", "subject_id", "organization", "coc", "person", "license",
            "old_state", "new_state", "due_on", "note", "as_of", "run", "recorded_at",
        )  # fmt: skip


class RunSerializer(serializers.ModelSerializer[Run]):
    done = serializers.SerializerMethodField(help_text="Steps that are finished.")

    class Meta:
        model = Run
        fields = ("id", "kind", "as_of", "state", "done", "total", "changed", "created_at", "finished_at")

    def get_done(self, run: Run) -> int:
        return len(run.done)


class TallySerializer(serializers.ModelSerializer[Tally]):
    class Meta:
        model = Tally
        fields = ("id", "as_of", "requirement", "organization", "coc", "state", "count")


class WaiverSerializer(serializers.ModelSerializer[Waiver]):
    class Meta:
        model = Waiver
        fields = (
            "id", "requirement", "subject_kind", "subject_id", "organization", "person", "kind", "reason",
            "starts_on", "ends_on", "withdrawn_on", "created_at",
        )  # fmt: skip


class NewWaiverSerializer(serializers.Serializer[Any]):
    requirement = serializers.ChoiceField(choices=[])
    subject_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Waiver.Kind.choices)
    reason = serializers.CharField(max_length=300)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        requirement: Any = self.fields["requirement"]
        requirement.choices = [each.code for each in registry.ordered()]


class ReasonSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    note = serializers.CharField()
    fix = serializers.CharField()
    url = serializers.CharField(help_text="The page on which it is put right.")
    due_on = serializers.DateField(allow_null=True)


class GateSerializer(serializers.ModelSerializer[Gate]):
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Gate
        fields = ("id", "license", "is_open", "lapses_on", "reasons", "checked_at")

    @extend_schema(responses=ReasonSerializer(many=True))
    def get_reasons(self, row: Gate) -> list[dict[str, Any]]:
        return list(ReasonSerializer(gate.answer_of(row).reasons, many=True).data)


class SubjectFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    requirement = django_filters.CharFilter()
    subject_kind = django_filters.CharFilter()
    subject_id = django_filters.UUIDFilter()
    organization = django_filters.UUIDFilter(field_name="organization_id")
    person = django_filters.UUIDFilter(field_name="person_id")
    license = django_filters.UUIDFilter(field_name="license_id")


class StatusFilter(SubjectFilter):
    class Meta:
        model = Status
        fields: tuple[str, ...] = ()


class ChangeFilter(SubjectFilter):
    state = django_filters.MultipleChoiceFilter(field_name="new_state", choices=State.choices)
    as_of = django_filters.DateFromToRangeFilter()

    class Meta:
        model = Change
        fields: tuple[str, ...] = ()


class TallyFilter(django_filters.FilterSet):
    as_of = django_filters.DateFromToRangeFilter()

    class Meta:
        model = Tally
        fields = ("requirement", "state")


class ReadOnly(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    access: ClassVar[dict[str, str]] = {"list": "view_compliance", "retrieve": "view_compliance"}


class StatusViewSet(ReadOnly):
    """Results as they stand now."""

    access: ClassVar[dict[str, str]] = {"list": "member", "retrieve": "member"}
    queryset = Status.objects.order_by("-since", "pk")
    serializer_class = StatusSerializer
    filterset_class = StatusFilter
    ordering_fields = ("since", "requirement", "state")


class ChangeViewSet(ReadOnly):
    """Every change of a result, with the day for which it was recorded."""

    queryset = Change.objects.order_by("-recorded_at", "pk")
    serializer_class = ChangeSerializer
    filterset_class = ChangeFilter
    ordering_fields = ("recorded_at", "as_of")


class TallyViewSet(ReadOnly):
    """Counts by day, requirement, agency or CoC, and state."""

    queryset = Tally.objects.order_by("-as_of", "pk")
    serializer_class = TallySerializer
    filterset_class = TallyFilter
    ordering_fields = ("as_of",)


class GateViewSet(ReadOnly):
    """The access gate's answer for each license: may it be used, why not, and until when."""

    access: ClassVar[dict[str, str]] = {"list": "member", "retrieve": "member"}
    queryset = Gate.objects.order_by("-checked_at", "pk")
    serializer_class = GateSerializer
    filterset_fields = ("license", "is_open")
    ordering_fields = ("checked_at",)


class RunViewSet(ReadOnly):
    """Nightly runs, and those started by hand."""

    access: ClassVar[dict[str, str]] = {**ReadOnly.access, "create": "manage_compliance"}
    queryset = Run.objects.order_by("-created_at", "pk")
    serializer_class = RunSerializer
    filterset_fields = ("kind", "state", "as_of")
    ordering_fields = ("created_at", "as_of")

    @extend_schema(request=None, responses={201: RunSerializer})
    def create(self, request: Any) -> Response:
        """Check everything now."""
        return Response(RunSerializer(nights.start_run(by=request.user)).data, status=201)


class WaiverViewSet(ReadOnly):
    """Waived and not applicable requirements. Deleting one withdraws it from today on."""

    access: ClassVar[dict[str, str]] = {
        **ReadOnly.access,
        "create": "manage_compliance",
        "destroy": "manage_compliance",
    }
    queryset = Waiver.objects.order_by("-created_at", "pk")
    serializer_class = WaiverSerializer
    filterset_fields = ("requirement", "kind", "subject_kind", "subject_id")
    ordering_fields = ("created_at", "starts_on")

    @extend_schema(request=NewWaiverSerializer, responses={201: WaiverSerializer})
    def create(self, request: Any) -> Response:
        asked = NewWaiverSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        waiver = waivers.grant_waiver(by=request.user, **asked.validated_data)
        return Response(WaiverSerializer(waiver).data, status=201)

    def destroy(self, request: Any, pk: Any) -> Response:
        waivers.withdraw_waiver(waiver_id=pk, by=request.user)
        return Response(status=204)
