"""What governing bodies decide, where versions are in effect, and reviews, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.documents.api import STUDIO, checked
from hmislead.documents.models import (
    ApprovalItem,
    Condition,
    Decision,
    DecisionVote,
    LegalReview,
    ReviewCycle,
    VersionEffect,
)
from hmislead.documents.operations import approval, corrections, decisions
from hmislead.documents.operations.legal import record_legal_review

RECORD = "record_decisions"


class BodyDecisionSerializer(serializers.ModelSerializer[Decision]):
    class Meta:
        model = Decision
        fields = (
            "id", "number", "body", "met_on", "agenda_item", "motion", "mover", "seconder", "outcome",
            "withdrawn_on", "withdrawn_because", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class VoteInput(serializers.Serializer[Any]):
    member = serializers.UUIDField()
    vote = serializers.ChoiceField(choices=DecisionVote.Vote.choices)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class ItemInput(serializers.Serializer[Any]):
    version = serializers.UUIDField()
    reaffirmed = serializers.BooleanField(required=False, default=False)


class DecisionInput(serializers.Serializer[Any]):
    body = serializers.UUIDField(help_text="The governing body that met.")
    met_on = serializers.DateField()
    motion = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Decision.Outcome.choices)
    items = ItemInput(many=True, allow_empty=False)
    votes = VoteInput(many=True)
    mover = serializers.UUIDField()
    seconder = serializers.UUIDField()
    agenda_item = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    conditions = serializers.ListField(child=serializers.CharField(max_length=500), required=False, default=list)


class WithdrawDecisionInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class ApprovalItemSerializer(serializers.ModelSerializer[ApprovalItem]):
    class Meta:
        model = ApprovalItem
        fields = ("id", "decision", "version", "reaffirmed")
        read_only_fields = fields


class VoteSerializer(serializers.ModelSerializer[DecisionVote]):
    class Meta:
        model = DecisionVote
        fields = ("id", "decision", "member", "vote", "reason")
        read_only_fields = fields


class EffectSerializer(serializers.ModelSerializer[VersionEffect]):
    class Meta:
        model = VersionEffect
        fields = (
            "id", "version", "coc", "state", "requested_on", "decision", "approved_on", "effective_from",
            "effective_until", "reviewed_on",
        )  # fmt: skip
        read_only_fields = fields


class ConditionSerializer(serializers.ModelSerializer[Condition]):
    class Meta:
        model = Condition
        fields = ("id", "effect", "text", "cleared_on", "how")
        read_only_fields = fields


class ClearInput(serializers.Serializer[Any]):
    how = serializers.CharField(max_length=500)
    effective_at = serializers.DateField(required=False, allow_null=True, default=None, help_text="Empty: today.")


class ReviewCycleSerializer(serializers.ModelSerializer[ReviewCycle]):
    class Meta:
        model = ReviewCycle
        fields = ("id", "document", "coc", "opened_on", "due_on", "closed_on", "outcome", "decision")
        read_only_fields = fields


class LegalReviewSerializer(serializers.ModelSerializer[LegalReview]):
    class Meta:
        model = LegalReview
        fields = (
            "id", "document", "version_number", "reviewer", "reviewed_on", "outcome", "covers", "opinion", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class LegalReviewInput(serializers.Serializer[Any]):
    document = serializers.UUIDField()
    version_number = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=9999
    )
    reviewer = serializers.CharField(max_length=150)
    reviewed_on = serializers.DateField()
    outcome = serializers.ChoiceField(choices=LegalReview.Outcome.choices)
    covers = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    opinion = serializers.CharField(required=False, allow_blank=True, default="")


class DecisionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What governing bodies decided about documents. Its versions are `approval-items`, its votes `decision-votes`."""

    queryset = Decision.objects.all()
    serializer_class = BodyDecisionSerializer
    filterset_fields = ("body", "outcome")
    access = {"list": MEMBER, "retrieve": MEMBER, "create": RECORD, "withdraw": RECORD}

    @extend_schema(request=DecisionInput, responses={201: BodyDecisionSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record one motion of a body, with its votes, about one or several versions."""
        data = checked(DecisionInput, request.data)
        items = [decisions.ItemData(item["version"], item["reaffirmed"]) for item in data.pop("items")]
        votes = [decisions.VoteData(vote["member"], vote["vote"], vote["reason"]) for vote in data.pop("votes")]
        ids = {f"{name}_id": data.pop(name) for name in ("body", "mover", "seconder")}
        made = decisions.record_decision(items=items, votes=votes, by=request.user, **ids, **data)
        return Response(BodyDecisionSerializer(made).data, 201)

    @extend_schema(request=WithdrawDecisionInput, responses=BodyDecisionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, **kwargs: Any) -> Response:
        """Withdraw one that was recorded wrong; its versions wait for a decision again."""
        data = checked(WithdrawDecisionInput, request.data)
        found = corrections.withdraw_decision(decision_id=kwargs["pk"], by=request.user, **data)
        return Response(BodyDecisionSerializer(found).data)


class ApprovalItemViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The versions that decisions are about."""

    queryset = ApprovalItem.objects.all()
    serializer_class = ApprovalItemSerializer
    filterset_fields = ("decision", "version")
    access = {"list": MEMBER, "retrieve": MEMBER}


class VoteViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """How members of bodies voted."""

    queryset = DecisionVote.objects.all()
    serializer_class = VoteSerializer
    filterset_fields = ("decision", "vote")
    access = {"list": MEMBER, "retrieve": MEMBER}


class EffectViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Where versions were asked for, approved and are in effect: one row per version and CoC."""

    queryset = VersionEffect.objects.all()
    serializer_class = EffectSerializer
    filterset_fields = ("version", "coc", "state")
    access = {"list": MEMBER, "retrieve": MEMBER}


class ConditionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What bodies asked for before a version may take effect."""

    queryset = Condition.objects.all()
    serializer_class = ConditionSerializer
    filterset_fields = ("effect",)
    access = {"list": "view_documents", "retrieve": "view_documents", "clear": RECORD}

    @extend_schema(request=ClearInput, responses=ConditionSerializer)
    @action(detail=True, methods=["post"])
    def clear(self, request: Any, **kwargs: Any) -> Response:
        """Record that it was met. With the last one the version is approved."""
        data = checked(ClearInput, request.data)
        found = approval.clear_condition(condition_id=kwargs["pk"], by=request.user, **data)
        return Response(ConditionSerializer(found).data)


class ReviewCycleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The yearly reviews of documents with each CoC. They open and close by themselves."""

    queryset = ReviewCycle.objects.all()
    serializer_class = ReviewCycleSerializer
    filterset_fields = ("document", "coc", "outcome")
    access = {"list": "view_documents", "retrieve": "view_documents"}


class LegalReviewViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The log of legal reviews."""

    queryset = LegalReview.objects.all()
    serializer_class = LegalReviewSerializer
    filterset_fields = ("document", "outcome")
    access = {"list": "view_documents", "retrieve": "view_documents", "create": STUDIO}

    @extend_schema(request=LegalReviewInput, responses={201: LegalReviewSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record that a lawyer looked at a document."""
        data = checked(LegalReviewInput, request.data)
        made = record_legal_review(document_id=data.pop("document"), by=request.user, **data)
        return Response(LegalReviewSerializer(made).data, 201)
