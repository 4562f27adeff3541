"""Agencies, their roles, the CoCs they take part in, and comparable-database attestations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.directory.api.base import DirectoryViewSet, EndMixin, EndSerializer, OpenFilter
from hmislead.directory.models import ComparableDatabaseAttestation, Organization, OrganizationRole, Participation
from hmislead.directory.operations import contacts, organizations

READ, MANAGE = "view_directory", "manage_directory"


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    roles = serializers.SerializerMethodField(help_text="Roles without a last day.")

    class Meta:
        model = Organization
        fields = (
            "id",
            "name",
            "common_name",
            "is_vsp",
            "is_access_only",
            "phone",
            "website",
            "roles",
            "closed_on",
            "merged_into",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    def get_roles(self, row: Organization) -> list[str]:
        return sorted(role.role for role in row.roles.all() if role.ends_on is None)


class OrganizationChangeSerializer(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields: tuple[str, ...] = ("name", "common_name", "is_vsp", "is_access_only", "phone", "website")


class OrganizationAddSerializer(OrganizationChangeSerializer):
    roles = serializers.ListField(
        child=serializers.ChoiceField(OrganizationRole.Role.choices), default=["cho"], max_length=10
    )
    cocs = serializers.ListField(child=serializers.UUIDField(), default=[], max_length=50)
    effective_at = serializers.DateField(required=False)

    class Meta(OrganizationChangeSerializer.Meta):
        fields = (*OrganizationChangeSerializer.Meta.fields, "roles", "cocs", "effective_at")


class OrganizationAPIFilter(django_filters.FilterSet):
    role = django_filters.ChoiceFilter(choices=OrganizationRole.Role.choices, method="with_role")
    coc = django_filters.UUIDFilter(method="in_coc")
    is_vsp = django_filters.BooleanFilter()
    closed = django_filters.BooleanFilter("closed_on", lookup_expr="isnull", exclude=True)
    merged = django_filters.BooleanFilter("merged_into", lookup_expr="isnull", exclude=True)

    def with_role(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(roles__role=value, roles__ends_on=None))

    def in_coc(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(participations__coc_id=value, participations__ends_on=None)


class OrganizationViewSet(DirectoryViewSet):
    """Agencies: everything that is an organization here."""

    queryset = Organization.objects.prefetch_related("roles")
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationAPIFilter
    search_fields = ("name", "common_name")
    ordering_fields = ("name", "created_at")
    access = {
        "list": READ,
        "retrieve": READ,
        "create": MANAGE,
        "partial_update": MANAGE,
        "close": MANAGE,
        "reopen": MANAGE,
        "affirm_contacts": "manage_contacts",
    }

    @extend_schema(request=OrganizationAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add an agency."""
        row = organizations.add_organization(by=request.user, **self.sent(OrganizationAddSerializer))
        return self.answer(row, 201)

    @extend_schema(request=OrganizationChangeSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change an agency."""
        changes = self.sent(OrganizationChangeSerializer, partial=True)
        return self.answer(organizations.change_organization(organization_id=kwargs["pk"], by=request.user, **changes))

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, **kwargs: Any) -> Response:
        """Close an agency on a day. 409 while anybody has a license there."""
        sent = self.sent(EndSerializer)
        return self.answer(organizations.close_organization(organization_id=kwargs["pk"], by=request.user, **sent))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, **kwargs: Any) -> Response:
        """Take back that an agency closed."""
        return self.answer(organizations.reopen_organization(organization_id=kwargs["pk"], by=request.user))

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"], url_path="affirm-contacts")
    def affirm_contacts(self, request: Any, **kwargs: Any) -> Response:
        """Say that all contacts of the agency are still right, as of a day."""
        sent = self.sent(EndSerializer)
        contacts.affirm_all_contacts(organization_id=kwargs["pk"], by=request.user, **sent)
        return self.answer(self.get_queryset().get(pk=kwargs["pk"]))


class RoleSerializer(serializers.ModelSerializer[OrganizationRole]):
    class Meta:
        model = OrganizationRole
        fields = ("id", "organization", "role", "starts_on", "ends_on")
        read_only_fields = fields


class RoleAddSerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(source="organization_id")
    role = serializers.ChoiceField(OrganizationRole.Role.choices)
    effective_at = serializers.DateField(required=False)


class RoleFilter(OpenFilter):
    organization = django_filters.UUIDFilter("organization_id")
    role = django_filters.ChoiceFilter(choices=OrganizationRole.Role.choices)


class RoleViewSet(EndMixin, DirectoryViewSet):
    """What an agency is, from a day until a day."""

    queryset = OrganizationRole.objects.all()
    serializer_class = RoleSerializer
    filterset_class = RoleFilter
    access = {"list": READ, "retrieve": READ, "create": MANAGE, "end": MANAGE}
    end_operation = staticmethod(organizations.end_role)
    end_argument = "role_id"

    @extend_schema(request=RoleAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Give an agency a role."""
        return self.answer(organizations.give_role(by=request.user, **self.sent(RoleAddSerializer)), 201)


class ParticipationSerializer(serializers.ModelSerializer[Participation]):
    class Meta:
        model = Participation
        fields = ("id", "organization", "coc", "source", "starts_on", "ends_on")
        read_only_fields = fields


class ParticipationAddSerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(source="organization_id")
    coc = serializers.UUIDField(source="coc_id")
    effective_at = serializers.DateField(required=False)


class ParticipationFilter(OpenFilter):
    organization = django_filters.UUIDFilter("organization_id")
    coc = django_filters.UUIDFilter("coc_id")


class ParticipationViewSet(EndMixin, DirectoryViewSet):
    """That an agency takes part in a CoC."""

    queryset = Participation.objects.all()
    serializer_class = ParticipationSerializer
    filterset_class = ParticipationFilter
    access = {"list": READ, "retrieve": READ, "create": MANAGE, "end": MANAGE}
    end_operation = staticmethod(organizations.leave_coc)
    end_argument = "participation_id"

    @extend_schema(request=ParticipationAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record that an agency takes part in a CoC."""
        return self.answer(organizations.join_coc(by=request.user, **self.sent(ParticipationAddSerializer)), 201)


class AttestationSerializer(serializers.ModelSerializer[ComparableDatabaseAttestation]):
    class Meta:
        model = ComparableDatabaseAttestation
        fields = ("id", "organization", "product", "attested_on", "attested_by", "statement", "file")
        read_only_fields = fields


class AttestationAddSerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(source="organization_id")
    product = serializers.CharField(max_length=100)
    attested_by = serializers.UUIDField(source="attested_by_id", required=False)
    statement = serializers.CharField(required=False, max_length=5000)
    file = serializers.FileField(required=False)
    effective_at = serializers.DateField(required=False)


class AttestationFilter(django_filters.FilterSet):
    organization = django_filters.UUIDFilter("organization_id")


class AttestationViewSet(DirectoryViewSet):
    """A victim service provider's statement about its comparable database. Send a file as multipart/form-data."""

    queryset = ComparableDatabaseAttestation.objects.all()
    serializer_class = AttestationSerializer
    filterset_class = AttestationFilter
    access = {"list": READ, "retrieve": READ, "create": MANAGE}

    @extend_schema(
        request={"multipart/form-data": AttestationAddSerializer, "application/json": AttestationAddSerializer}
    )
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record an attestation."""
        sent = self.sent(AttestationAddSerializer)
        return self.answer(organizations.attest_comparable_database(by=request.user, **sent), 201)
