"""Rules, acknowledgements, quizzes and attempts in the API. People acknowledge and take quizzes on their own pages only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.quizzes.lists import QuizFilter
from hmislead.quizzes.models import Attempt, Quiz
from policies import operations
from policies.lists import AcknowledgementFilter, SettingFilter
from policies.models import Acknowledgement, Audience, PolicySetting


class AcknowledgementSerializer(serializers.ModelSerializer[Acknowledgement]):
    class Meta:
        model = Acknowledgement
        fields = ("id", "person", "version", "language", "read_at", "read_on", "sha256", "attempt")
        read_only_fields = fields


class PolicySettingSerializer(serializers.ModelSerializer[PolicySetting]):
    class Meta:
        model = PolicySetting
        fields = ("id", "document", "audience", "first_access", "yearly", "blocks", "quiz", "starts_on")
        read_only_fields = fields


class PolicySettingInput(serializers.Serializer[Any]):
    document = serializers.UUIDField()
    audience = serializers.ListField(child=serializers.ChoiceField(choices=Audience.choices), allow_empty=False)
    first_access = serializers.BooleanField(required=False, default=True)
    yearly = serializers.BooleanField(required=False, default=True)
    blocks = serializers.BooleanField(required=False, default=True)
    quiz = serializers.UUIDField(required=False, allow_null=True, default=None)
    starts_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="Null: today.")


class QuizSerializer(serializers.ModelSerializer[Quiz]):
    class Meta:
        model = Quiz
        fields = ("id", "title", "pass_percent", "attempts", "shuffle", "retired_on")
        read_only_fields = fields


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    class Meta:
        model = Attempt
        fields = ("id", "quiz", "person", "score", "passed", "counts", "started_at", "finished_at")
        read_only_fields = fields


class AcknowledgementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Who acknowledged which version, and when."""

    queryset = Acknowledgement.objects.all()
    serializer_class = AcknowledgementSerializer
    filterset_class = AcknowledgementFilter
    access = {"list": MEMBER, "retrieve": MEMBER}


class PolicySettingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Who must acknowledge which document."""

    queryset = PolicySetting.objects.all()
    serializer_class = PolicySettingSerializer
    filterset_class = SettingFilter
    access = {
        "list": "view_documents",
        "retrieve": "view_documents",
        "create": "edit_documents",
        "destroy": "edit_documents",
    }

    @extend_schema(request=PolicySettingInput, responses={201: PolicySettingSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Say who must acknowledge a document, or change it."""
        given = PolicySettingInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        document_id, quiz_id = data.pop("document"), data.pop("quiz")
        made = operations.set_policy(document_id=document_id, quiz_id=quiz_id, by=request.user, **data)
        return Response(PolicySettingSerializer(made).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, **kwargs: Any) -> Response:
        """Ask for no acknowledgement of the document any more. Those on record stay."""
        operations.remove_policy(setting_id=kwargs["pk"], by=request.user)
        return Response(status=204)


class QuizViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Quizzes. Questions and right answers are on their pages alone."""

    queryset = Quiz.objects.all()
    serializer_class = QuizSerializer
    filterset_class = QuizFilter
    access = {"list": "view_documents", "retrieve": "view_documents"}


class AttemptViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What people scored."""

    queryset = Attempt.objects.all()
    serializer_class = AttemptSerializer
    access = {"list": MEMBER, "retrieve": MEMBER}
