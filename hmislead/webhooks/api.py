"""Webhooks in the API: who listens, and what was sent."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.webhooks import events, operations
from hmislead.webhooks.models import LONGEST_URL, Delivery, Endpoint

READ, MANAGE = "view_settings", "manage_settings"


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    events = serializers.ListField(source="codes", child=serializers.CharField(), read_only=True)
    host = serializers.CharField(read_only=True, help_text="The host of its address; the rest is not shown.")

    class Meta:
        model = Endpoint
        fields = ("id", "name", "host", "events", "state", "failures", "previous_until", "created_at")
        read_only_fields = fields


class SecretSerializer(EndpointSerializer):
    secret = serializers.CharField(read_only=True, help_text="Signs what it gets. Shown this once.")

    class Meta(EndpointSerializer.Meta):
        fields = (*EndpointSerializer.Meta.fields, "secret")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class EndpointInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=LONGEST_URL, help_text="https, on the public internet.")
    events = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False, max_length=100)


class EndpointChange(EndpointInput):
    """Only what is named is changed."""

    name = serializers.CharField(max_length=100, required=False)
    url = serializers.CharField(max_length=LONGEST_URL, required=False)
    events = serializers.ListField(
        child=serializers.CharField(max_length=60), allow_empty=False, max_length=100, required=False
    )


class EventSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label: Any = serializers.CharField()


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = (
            "id",
            "endpoint",
            "event",
            "event_id",
            "happened_at",
            "subject_kind",
            "subject_id",
            "data",
            "is_test",
            "state",
            "attempts",
            "next_at",
            "response_status",
            "trouble",
            "delivered_at",
        )
        read_only_fields = fields


class EndpointFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=Endpoint.State.choices)


class DeliveryFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=Delivery.State.choices)
    endpoint = django_filters.UUIDFilter("endpoint_id")
    event = django_filters.CharFilter("event")
    subject = django_filters.UUIDFilter("subject_id")


class EndpointViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Addresses of other systems that are told of events."""

    queryset = Endpoint.objects.all()
    serializer_class = EndpointSerializer
    filterset_class = EndpointFilter
    search_fields = ("name",)
    ordering_fields = ("name", "created_at")
    access: ClassVar[dict[str, Any]] = {
        "list": READ,
        "retrieve": READ,
        "every_event": READ,
        "create": MANAGE,
        "partial_update": MANAGE,
        "destroy": MANAGE,
        "test": MANAGE,
        "pause": MANAGE,
        "resume": MANAGE,
        "secret": MANAGE,
    }
    # An answer kept for the next time would hold the secret in clear. The name is taken, so nothing is added twice.
    never_kept = ("create", "secret")

    @extend_schema(request=EndpointInput, responses={201: SecretSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add a webhook. Its secret is in this answer and in no other; an `Idempotency-Key` has no effect here."""
        given = _checked(EndpointInput, request)
        made, secret = operations.add_endpoint(codes=given.pop("events"), by=request.user, **given)
        return _with_secret(made, secret, status=201)

    @extend_schema(request=EndpointChange, responses=EndpointSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change name, address or events."""
        endpoint, given = self.get_object(), _checked(EndpointChange, request)
        changed = operations.change_endpoint(
            endpoint_id=endpoint.pk,
            name=given.get("name", endpoint.name),
            url=given.get("url", endpoint.url),
            codes=given.get("events", endpoint.codes),
            by=request.user,
        )
        return Response(EndpointSerializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, **kwargs: Any) -> Response:
        """Stop for good. What was sent stays in the log."""
        operations.remove_endpoint(endpoint_id=kwargs["pk"], by=request.user)
        return Response(status=204)

    @extend_schema(request=None, responses={201: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Any, **kwargs: Any) -> Response:
        """Send a test. Ask for the delivery a few seconds later to see what became of it."""
        made = operations.send_test(endpoint_id=kwargs["pk"], by=request.user)
        return Response(DeliverySerializer(made).data, status=201)

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Any, **kwargs: Any) -> Response:
        """Send nothing for now."""
        return Response(EndpointSerializer(operations.pause_endpoint(endpoint_id=kwargs["pk"], by=request.user)).data)

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Any, **kwargs: Any) -> Response:
        """Send again, what waited first."""
        return Response(EndpointSerializer(operations.resume_endpoint(endpoint_id=kwargs["pk"], by=request.user)).data)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def secret(self, request: Any, **kwargs: Any) -> Response:
        """Make a new secret. The one before signs beside it for as long as the settings say."""
        made, secret = operations.renew_secret(endpoint_id=kwargs["pk"], by=request.user)
        return _with_secret(made, secret)

    @extend_schema(responses=EventSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, url_path="events")
    def every_event(self, request: Any, **kwargs: Any) -> Response:
        """Every event there is."""
        return Response([{"code": code, "label": label} for code, label in events.choices()])


class DeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What was sent to webhooks, and what became of it."""

    queryset = Delivery.objects.all()
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    ordering_fields = ("created_at", "happened_at")
    access: ClassVar[dict[str, Any]] = {"list": READ, "retrieve": READ, "again": MANAGE}

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def again(self, request: Any, **kwargs: Any) -> Response:
        """Send what failed or was lost once more, under the same id."""
        return Response(DeliverySerializer(operations.send_again(delivery_id=kwargs["pk"], by=request.user)).data)


def _checked(serializer: type[serializers.Serializer[Any]], request: Any) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _with_secret(endpoint: Endpoint, secret: str, status: int = 200) -> Response:
    return Response({**EndpointSerializer(endpoint).data, "secret": secret}, status=status)
