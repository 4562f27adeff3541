"""Licenses with their gate and observed account, and departures, in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.permissions import MEMBER
from hmislead.compliance import gate
from hmislead.directory.api.base import DirectoryViewSet
from hmislead.directory.models import Departure, License
from hmislead.directory.operations import accounts, departures, license_requests, licenses

MANAGE = "manage_licenses"
REQUEST = "request_licenses"
REPORT = "report_departures"


class GateReasonSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    state = serializers.CharField()
    note = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)


class LicenseGateSerializer(serializers.Serializer[Any]):
    is_open = serializers.BooleanField()
    lapses_on = serializers.DateField(allow_null=True, help_text="The first day on which an open gate is shut.")
    reasons = GateReasonSerializer(many=True)


class LicenseSerializer(serializers.ModelSerializer[License]):
    person_name = serializers.CharField(source="person.__str__", read_only=True)
    organization_name = serializers.CharField(source="organization.name", read_only=True)
    may_use = serializers.SerializerMethodField(help_text="The license is active and its gate is open.")
    gate = serializers.SerializerMethodField()

    class Meta:
        model = License
        fields = (
            "id",
            "person",
            "person_name",
            "organization",
            "organization_name",
            "state",
            "state_reason",
            "may_use",
            "gate",
            "can_write",
            "access_role",
            "username",
            "requested_on",
            "activated_on",
            "suspended_on",
            "terminated_on",
            "account_state",
            "observed_on",
            "last_sign_in_on",
            "use_counts_from",
        )
        read_only_fields = fields

    def get_may_use(self, license: License) -> bool:
        rows = license.gates.all()
        return license.state == License.State.ACTIVE and bool(rows) and rows[0].is_open

    @extend_schema_field(LicenseGateSerializer(allow_null=True))
    def get_gate(self, license: License) -> dict[str, Any] | None:
        rows = license.gates.all()
        return dict(LicenseGateSerializer(gate.answer_of(rows[0])).data) if rows else None


class LicenseRequestSerializer(serializers.Serializer[Any]):
    """Either `person`, or `email`, `first_name` and `last_name`: the person here who has the address, or a new one."""

    organization = serializers.UUIDField(source="organization_id")
    person = serializers.UUIDField(source="person_id", required=False)
    email = serializers.EmailField(required=False)
    first_name = serializers.CharField(max_length=100, required=False)
    last_name = serializers.CharField(max_length=100, required=False)
    phone = serializers.CharField(max_length=30, required=False)
    job_title = serializers.CharField(max_length=100, required=False)
    can_write = serializers.BooleanField(required=False)
    access_role = serializers.CharField(max_length=100, required=False, allow_blank=True)
    effective_at = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        by_address = {"email", "first_name", "last_name"}
        described = by_address | {"phone", "job_title"}
        if "person_id" in attrs and described & set(attrs):
            raise serializers.ValidationError("Give the person's id, or their address and name, not both.")
        if "person_id" not in attrs and not by_address <= set(attrs):
            raise serializers.ValidationError("Give the person's id, or their e-mail, first and last name.")
        return attrs


class LicenseChangeSerializer(serializers.Serializer[Any]):
    can_write = serializers.BooleanField(required=False)
    access_role = serializers.CharField(max_length=100, required=False, allow_blank=True)
    username = serializers.CharField(max_length=100, required=False, allow_blank=True)


class DaySerializer(serializers.Serializer[Any]):
    effective_at = serializers.DateField(required=False, help_text="Today if left out; never a day to come.")


class ReasonedSerializer(DaySerializer):
    reason = serializers.CharField(max_length=300)


class ObservationSerializer(serializers.Serializer[Any]):
    account_state = serializers.ChoiceField([each for each in License.AccountState.choices if each[0] != "unknown"])
    observed_on = serializers.DateField()
    last_sign_in_on = serializers.DateField(required=False)


class DepartSerializer(serializers.Serializer[Any]):
    departed_at = serializers.DateTimeField(help_text="With its time zone. A time to come announces the departure.")


class StatementSerializer(serializers.Serializer[Any]):
    statement = serializers.CharField(max_length=300, help_text="How it is known that the account is shut.")
    done_at = serializers.DateTimeField(required=False)
    file = serializers.UUIDField(source="file_id", required=False, help_text="A stored file that shows it.")


class LicenseFilter(django_filters.FilterSet):
    person = django_filters.UUIDFilter("person_id")
    organization = django_filters.UUIDFilter("organization_id")
    state = django_filters.MultipleChoiceFilter(choices=License.State.choices)
    account_state = django_filters.MultipleChoiceFilter(choices=License.AccountState.choices)
    gate_open = django_filters.BooleanFilter("gates__is_open")
    lapses_before = django_filters.DateFilter("gates__lapses_on", lookup_expr="lt")


class LicenseViewSet(DirectoryViewSet):
    """Licenses: one's own, and those at one's agencies. The state is a decision; the account is as it was seen."""

    queryset = License.objects.select_related("person", "organization").prefetch_related("gates")
    serializer_class = LicenseSerializer
    filterset_class = LicenseFilter
    search_fields = ("person__first_name", "person__last_name", "person__email", "username")
    ordering_fields = ("requested_on", "created_at")
    access = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "create": REQUEST,
        "partial_update": MANAGE,
        "activate": MANAGE,
        "reactivate": MANAGE,
        "suspend": MANAGE,
        "block": MANAGE,
        "unblock": MANAGE,
        "restart_use": MANAGE,
        "terminate": REQUEST,
        "depart": REPORT,
        "observe": "prove_account_state",
    }

    @extend_schema(request=LicenseRequestSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Request a license."""
        sent = self.sent(LicenseRequestSerializer)
        ask = license_requests.request_license if "person_id" in sent else license_requests.request_license_for
        return self.answer(ask(by=request.user, **sent), 201)

    @extend_schema(request=LicenseChangeSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change what a license is for; its state changes by the verbs alone."""
        return self._take(licenses.change_license, LicenseChangeSerializer)

    @extend_schema(request=DaySerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Any, **kwargs: Any) -> Response:
        """Give access. 409 with what is missing while the gate is shut."""
        return self._take(licenses.activate_license, DaySerializer)

    @extend_schema(request=DaySerializer)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Any, **kwargs: Any) -> Response:
        """End a suspension, through the same gate."""
        return self._take(licenses.reactivate_license, DaySerializer)

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Any, **kwargs: Any) -> Response:
        """Take access away for a time."""
        return self._take(licenses.suspend_license, ReasonedSerializer)

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def block(self, request: Any, **kwargs: Any) -> Response:
        """Put a request on hold."""
        return self._take(licenses.block_license, ReasonedSerializer)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unblock(self, request: Any, **kwargs: Any) -> Response:
        """Let a request go on."""
        return self.answer(licenses.unblock_license(license_id=kwargs["pk"], by=request.user))

    @extend_schema(request=DaySerializer)
    @action(detail=True, methods=["post"], url_path="restart-use")
    def restart_use(self, request: Any, **kwargs: Any) -> Response:
        """Count inactivity anew from a day: unlocked or retrained."""
        return self._take(licenses.restart_use, DaySerializer)

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def terminate(self, request: Any, **kwargs: Any) -> Response:
        """End a license for good. An agency may do so while it waits."""
        return self._take(licenses.terminate_license, ReasonedSerializer)

    @extend_schema(request=ObservationSerializer)
    @action(detail=True, methods=["post"])
    def observe(self, request: Any, **kwargs: Any) -> Response:
        """Record how the account looked in the HMIS; tasks that this proves are closed."""
        return self._take(accounts.observe_account, ObservationSerializer)

    @extend_schema(request=DepartSerializer)
    @action(detail=True, methods=["post"])
    def depart(self, request: Any, **kwargs: Any) -> Response:
        """Report that the holder left, or will leave. The departure itself is under `departures`."""
        sent = self.sent(DepartSerializer)
        departure = departures.report_departure(license_id=kwargs["pk"], by=request.user, **sent)
        return self.answer(departure.license)

    def _take(self, operation: Callable[..., License], serializer: type[serializers.Serializer[Any]]) -> Response:
        return self.answer(operation(license_id=self.kwargs["pk"], by=self.request.user, **self.sent(serializer)))


class DepartureSerializer(serializers.ModelSerializer[Departure]):
    organization = serializers.UUIDField(source="license.organization_id", read_only=True)
    person = serializers.UUIDField(source="license.person_id", read_only=True)
    is_ahead = serializers.BooleanField(read_only=True, help_text="The person has not left yet; the license stays.")
    late_by_seconds = serializers.SerializerMethodField(help_text="0 when in time, or while there is still time.")

    class Meta:
        model = Departure
        fields = (
            "id",
            "license",
            "person",
            "organization",
            "departed_at",
            "reported_at",
            "due_at",
            "is_ahead",
            "proved_at",
            "proof",
            "late_by_seconds",
        )
        read_only_fields = fields

    def get_late_by_seconds(self, departure: Departure) -> int:
        return 0 if departure.is_ahead else int(departure.late_by.total_seconds())


class DepartureFilter(django_filters.FilterSet):
    license = django_filters.UUIDFilter("license_id")
    organization = django_filters.UUIDFilter("license__organization_id")
    open = django_filters.BooleanFilter("proved_at", lookup_expr="isnull", label="Without proof")


class DepartureViewSet(DirectoryViewSet):
    """Departures and their clocks. Reported with `licenses/<id>/depart/`."""

    queryset = Departure.objects.select_related("license")
    serializer_class = DepartureSerializer
    filterset_class = DepartureFilter
    ordering_fields = ("departed_at", "due_at")
    access = {"list": "view_people", "retrieve": "view_people", "undo": REPORT, "prove": "prove_account_state"}

    @extend_schema(request=None, responses=LicenseSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Any, **kwargs: Any) -> Response:
        """Take back a mistaken report. The answer is the license as it is again."""
        restored = departures.undo_departure(departure_id=kwargs["pk"], by=request.user)
        fresh = LicenseViewSet.queryset.all().visible_to(request.user).get(pk=restored.pk)
        return Response(LicenseSerializer(fresh, context=self.get_serializer_context()).data)

    @extend_schema(request=StatementSerializer)
    @action(detail=True, methods=["post"])
    def prove(self, request: Any, **kwargs: Any) -> Response:
        """State that the account was shut: stops the clock and closes the task."""
        sent = self.sent(StatementSerializer)
        return self.answer(departures.prove_deactivation(departure_id=kwargs["pk"], by=request.user, **sent))
