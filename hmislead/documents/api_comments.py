"""Comment periods and comments in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.documents.api import STUDIO, checked
from hmislead.documents.models import Comment, CommentPeriod
from hmislead.documents.models.review import Group
from hmislead.documents.operations import comments


class CommentPeriodSerializer(serializers.ModelSerializer[CommentPeriod]):
    groups = serializers.ListField(child=serializers.ChoiceField(choices=Group.choices), read_only=True)

    class Meta:
        model = CommentPeriod
        fields = ("id", "version", "opens_on", "closes_on", "groups", "created_at")
        read_only_fields = fields


class CommentPeriodInput(serializers.Serializer[Any]):
    version = serializers.UUIDField()
    closes_on = serializers.DateField(help_text="The last day.")
    groups = serializers.ListField(child=serializers.ChoiceField(choices=Group.choices), allow_empty=False)


class CommentSerializer(serializers.ModelSerializer[Comment]):
    class Meta:
        model = Comment
        fields = (
            "id", "period", "block", "group", "author_name", "text", "disposition", "reason", "decided_on", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class CommentInput(serializers.Serializer[Any]):
    period = serializers.UUIDField()
    block = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Empty: the whole document.")
    group = serializers.ChoiceField(choices=Group.choices)
    text = serializers.CharField()
    author_name = serializers.CharField(required=False, allow_blank=True, max_length=150, default="")


class AnswerInput(serializers.Serializer[Any]):
    disposition = serializers.ChoiceField(choices=Comment.Disposition.choices)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class CommentPeriodViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Days on which a version may be commented on, and who is asked."""

    queryset = CommentPeriod.objects.all()
    serializer_class = CommentPeriodSerializer
    filterset_fields = ("version",)
    access = {"list": MEMBER, "retrieve": MEMBER, "create": STUDIO, "close": STUDIO}

    @extend_schema(request=CommentPeriodInput, responses={201: CommentPeriodSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Open a draft for comments, from today."""
        data = checked(CommentPeriodInput, request.data)
        period = comments.open_period(version_id=data.pop("version"), by=request.user, **data)
        return Response(CommentPeriodSerializer(period).data, 201)

    @extend_schema(request=None, responses=CommentPeriodSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, **kwargs: Any) -> Response:
        """End it today."""
        return Response(CommentPeriodSerializer(comments.close_period(period_id=kwargs["pk"], by=request.user)).data)


class CommentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What was said about versions, and what became of it. Your own; all of them for who works on documents."""

    queryset = Comment.objects.all()
    serializer_class = CommentSerializer
    filterset_fields = ("period", "group", "disposition")
    access = {"list": MEMBER, "retrieve": MEMBER, "create": MEMBER, "answer": STUDIO}

    @extend_schema(request=CommentInput, responses={201: CommentSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Comment on a version that is open for comments, or on one of its clauses."""
        data = checked(CommentInput, request.data)
        made = comments.add_comment(period_id=data.pop("period"), block_id=data.pop("block"), by=request.user, **data)
        return Response(CommentSerializer(made).data, 201)

    @extend_schema(request=AnswerInput, responses=CommentSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Any, **kwargs: Any) -> Response:
        """Say what becomes of it."""
        data = checked(AnswerInput, request.data)
        return Response(
            CommentSerializer(comments.dispose_comment(comment_id=kwargs["pk"], by=request.user, **data)).data
        )
