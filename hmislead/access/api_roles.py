"""Roles and invitations in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access import operations, roles
from hmislead.access.api import TenantViewSet
from hmislead.access.models import RoleGrant
from hmislead.accounts import invitations
from hmislead.accounts.models import InvitationDetail, User
from hmislead.directory.models import CoC, Organization


class Where(serializers.Serializer[Any]):
    """The CoC or agency of a role, among those the caller may see; neither means the implementation."""

    coc = serializers.UUIDField(required=False, allow_null=True)
    organization = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        by = self.context["request"].user
        for name, model in (("coc", CoC), ("organization", Organization)):
            if given.get(name):
                given[name] = model.objects.visible_to(by).filter(pk=given[name]).first()
                if given[name] is None:
                    raise serializers.ValidationError({name: ["There is none with this id."]})
        if given.get("coc") and given.get("organization"):
            raise serializers.ValidationError({"organization": ["Give a CoC or an agency, not both."]})
        return given


class RoleGrantSerializer(serializers.ModelSerializer[RoleGrant]):
    class Meta:
        model = RoleGrant
        fields = ("id", "user", "role", "coc", "organization", "starts_on", "ends_on", "revoked_at", "created_at")
        read_only_fields = fields


class NewGrant(Where):
    """A role for somebody who belongs to the implementation."""

    user = serializers.UUIDField()
    role = serializers.ChoiceField(choices=roles.CHOICES)
    ends_on = serializers.DateField(required=False, allow_null=True)


class GrantFilter(django_filters.FilterSet):
    user = django_filters.UUIDFilter("user_id")
    role = django_filters.ChoiceFilter(choices=roles.CHOICES)


class RoleGrantViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Who holds which role where."""

    queryset = RoleGrant.objects.all()
    serializer_class = RoleGrantSerializer
    filterset_class = GrantFilter
    access = {"list": "view_settings", "retrieve": "view_settings", "create": "manage_roles", "end": "manage_roles"}

    @extend_schema(request=NewGrant, responses={201: RoleGrantSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Grant a role."""
        given = NewGrant(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        member = User.objects.filter(pk=wanted.pop("user"), memberships__implementation=request.implementation).first()
        if member is None:
            raise serializers.ValidationError({"user": ["Nobody here has this id. Invite them first."]})
        grant = operations.grant_role(user=member, by=request.user, **wanted)
        return Response(RoleGrantSerializer(grant).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=RoleGrantSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Any, **kwargs: Any) -> Response:
        """End a role now."""
        return Response(RoleGrantSerializer(operations.revoke_role(grant_id=kwargs["pk"], by=request.user)).data)


class InvitationSerializer(serializers.ModelSerializer[InvitationDetail]):
    state = serializers.ChoiceField(
        source="shown_state", choices=[*InvitationDetail.State.values, "expired"], read_only=True
    )
    expires_at = serializers.DateTimeField(source="invitation.expires_at", read_only=True)

    class Meta:
        model = InvitationDetail
        fields = (
            "id",
            "email",
            "name",
            "role",
            "coc",
            "organization",
            "role_ends_on",
            "state",
            "sent_at",
            "expires_at",
            "answered_at",
            "created_at",
        )
        read_only_fields = fields


class NewInvitation(Where):
    """Whom to invite, and to which role."""

    email = serializers.EmailField()
    name = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=roles.CHOICES, required=False, allow_blank=True)
    role_ends_on = serializers.DateField(required=False, allow_null=True)


class InvitationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=InvitationDetail.State.choices)
    email = django_filters.CharFilter(lookup_expr="iexact")


class InvitationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Invitations. The link itself is in the mail alone."""

    queryset = InvitationDetail.objects.select_related("invitation")
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilter
    access = dict.fromkeys(("list", "retrieve", "create", "resend", "withdraw"), "manage_roles")

    @extend_schema(request=NewInvitation, responses={201: InvitationSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Invite somebody."""
        given = NewInvitation(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        detail = invitations.invite(by=request.user, **given.validated_data)
        return Response(InvitationSerializer(detail).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Any, **kwargs: Any) -> Response:
        """Send a new link."""
        return self._step(invitations.resend)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, **kwargs: Any) -> Response:
        """Make the link useless."""
        return self._step(invitations.withdraw)

    def _step(self, operation: Any) -> Response:
        detail = operation(invitation_id=self.kwargs["pk"], by=self.request.user)
        return Response(InvitationSerializer(detail).data)
