"""Contacts of agencies, and signatories of agencies and CoCs."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.directory.api.base import DirectoryViewSet, EndMixin, EndSerializer, OpenFilter
from hmislead.directory.models import Contact, Signatory
from hmislead.directory.operations import contacts

READ = "view_directory"


class ContactSerializer(serializers.ModelSerializer[Contact]):
    person_name = serializers.CharField(source="person.__str__", read_only=True)

    class Meta:
        model = Contact
        fields = ("id", "organization", "person", "person_name", "function", "starts_on", "ends_on", "affirmed_on")
        read_only_fields = fields


class ContactAddSerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(source="organization_id")
    person = serializers.UUIDField(source="person_id")
    function = serializers.ChoiceField(Contact.Function.choices)
    effective_at = serializers.DateField(required=False)


class ContactFilter(OpenFilter):
    organization = django_filters.UUIDFilter("organization_id")
    person = django_filters.UUIDFilter("person_id")
    function = django_filters.ChoiceFilter(choices=Contact.Function.choices)
    affirmed_before = django_filters.DateFilter("affirmed_on", lookup_expr="lt")


class ContactViewSet(EndMixin, DirectoryViewSet):
    """Whom an agency names for a function."""

    queryset = Contact.objects.select_related("person")
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    access = {
        "list": READ,
        "retrieve": READ,
        "create": "manage_contacts",
        "end": "manage_contacts",
        "affirm": "manage_contacts",
    }
    end_operation = staticmethod(contacts.end_contact)
    end_argument = "contact_id"

    @extend_schema(request=ContactAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Name a contact. It grants nobody a role."""
        return self.answer(contacts.name_contact(by=request.user, **self.sent(ContactAddSerializer)), 201)

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"])
    def affirm(self, request: Any, **kwargs: Any) -> Response:
        """Say that this contact is still right, as of a day."""
        sent = self.sent(EndSerializer)
        return self.answer(contacts.affirm_contact(contact_id=kwargs["pk"], by=request.user, **sent))


class SignatorySerializer(serializers.ModelSerializer[Signatory]):
    person_name = serializers.CharField(source="person.__str__", read_only=True)

    class Meta:
        model = Signatory
        fields = ("id", "organization", "coc", "person", "person_name", "title", "basis", "starts_on", "ends_on")
        read_only_fields = fields


class SignatoryAddSerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(source="organization_id", required=False)
    coc = serializers.UUIDField(source="coc_id", required=False)
    person = serializers.UUIDField(source="person_id")
    title = serializers.CharField(max_length=100)
    basis = serializers.CharField(max_length=200)
    effective_at = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("organization_id" in attrs) == ("coc_id" in attrs):
            raise serializers.ValidationError("Give either the organization or the CoC.")
        return attrs


class SignatoryFilter(OpenFilter):
    organization = django_filters.UUIDFilter("organization_id")
    coc = django_filters.UUIDFilter("coc_id")
    person = django_filters.UUIDFilter("person_id")


class SignatoryViewSet(EndMixin, DirectoryViewSet):
    """Who may bind an agency or a CoC, with their title and what gives them the power."""

    queryset = Signatory.objects.select_related("person")
    serializer_class = SignatorySerializer
    filterset_class = SignatoryFilter
    # Those of an agency are part of the directory, those of a CoC its own decision: the operation knows which it is.
    access = {"list": READ, "retrieve": READ} | dict.fromkeys(
        ("create", "end"), ("manage_directory", "record_decisions")
    )
    end_operation = staticmethod(contacts.end_signatory)
    end_argument = "signatory_id"

    @extend_schema(request=SignatoryAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record a signatory."""
        return self.answer(contacts.add_signatory(by=request.user, **self.sent(SignatoryAddSerializer)), 201)
