"""Notices and the message log in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.notices import operations
from hmislead.notices.models import Message, Notice


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    class Meta:
        model = Notice
        fields = (
            "id",
            "type",
            "sentence",
            "language",
            "path",
            "due_on",
            "organization",
            "license",
            "created_at",
            "read_at",
        )
        read_only_fields = fields


class NoticeFilter(django_filters.FilterSet):
    unread = django_filters.BooleanFilter(
        "read_at", lookup_expr="isnull", label="Only those not read, or only those read."
    )
    type = django_filters.CharFilter("type")
    organization = django_filters.UUIDFilter("organization_id")


class NoticeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """One's own notices. Nobody reads another person's."""

    queryset = Notice.objects.all()
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter
    search_fields = ("sentence",)
    access = {"list": MEMBER, "retrieve": MEMBER, "read": MEMBER, "read_all": MEMBER}

    @extend_schema(request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Any, **kwargs: Any) -> Response:
        """Mark one notice as read."""
        notice = self.get_object()
        operations.mark_read(notice_ids=[notice.pk], by=request.user)
        notice.refresh_from_db()
        return Response(self.get_serializer(notice).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Any, **kwargs: Any) -> Response:
        """Mark all one's notices as read."""
        operations.mark_all_read(by=request.user)
        return Response(status=204)


class MessageSerializer(serializers.ModelSerializer[Message]):
    class Meta:
        model = Message
        fields = (
            "id",
            "type",
            "address",
            "user",
            "person",
            "organization",
            "bulk",
            "subject",
            "text",
            "state",
            "trouble",
            "attempts",
            "not_before",
            "sent_at",
            "created_at",
        )
        read_only_fields = fields


class MessageFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=Message.State.choices)
    type = django_filters.CharFilter("type")
    organization = django_filters.UUIDFilter("organization_id")
    bulk = django_filters.UUIDFilter("bulk_id")
    person = django_filters.UUIDFilter("person_id")


class MessageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The message log: each e-mail as it was or will be sent, and what became of it."""

    queryset = Message.objects.logged()
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    search_fields = ("subject", "address")
    ordering_fields = ("created_at", "not_before", "state")
    access = {"list": "view_messages", "retrieve": "view_messages", "resend": "send_notices", "cancel": "send_notices"}

    @extend_schema(request=None, responses=MessageSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Any, **kwargs: Any) -> Response:
        """Send a message again that failed or came back, in the same words."""
        return Response(MessageSerializer(operations.resend_message(message_id=kwargs["pk"], by=request.user)).data)

    @extend_schema(request=None, responses=MessageSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, **kwargs: Any) -> Response:
        """Keep a waiting message from going out."""
        return Response(MessageSerializer(operations.cancel_message(message_id=kwargs["pk"], by=request.user)).data)
