"""People in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from hmislead.access.permissions import MEMBER
from hmislead.directory import policy_people
from hmislead.directory.api.base import DirectoryViewSet
from hmislead.directory.models import License, Person
from hmislead.directory.operations import people


class PersonSerializer(serializers.ModelSerializer[Person]):
    signs_in = serializers.SerializerMethodField(help_text="Has a sign-in here.")

    class Meta:
        model = Person
        fields = (
            "id",
            "first_name",
            "last_name",
            "email",
            "phone",
            "job_title",
            "signs_in",
            "merged_into",
            "created_at",
        )
        read_only_fields = fields

    def get_signs_in(self, person: Person) -> bool:
        return person.user_id is not None


class PersonAddSerializer(serializers.Serializer[Any]):
    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    job_title = serializers.CharField(max_length=100, required=False, allow_blank=True)


class PersonFilter(django_filters.FilterSet):
    email = django_filters.CharFilter(lookup_expr="iexact")
    last_name = django_filters.CharFilter(lookup_expr="iexact")
    organization = django_filters.UUIDFilter(method="at_organization", label="Holds a license at this agency")

    def at_organization(self, rows: Any, name: str, value: Any) -> Any:
        licenses = License.objects.visible_to(self.request.user).living()
        return rows.filter(Exists(licenses.filter(person=OuterRef("pk"), organization_id=value)))


class PersonViewSet(DirectoryViewSet):
    """People the caller may know of: themselves, and the people of their agencies."""

    queryset = Person.objects.all()
    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    search_fields = ("first_name", "last_name", "email")
    ordering_fields = ("last_name", "created_at")
    access = {"list": MEMBER, "retrieve": MEMBER, "create": "request_licenses", "partial_update": MEMBER}

    @extend_schema(request=PersonAddSerializer)
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add a person without a license. For HMIS Lead staff; an agency requests a license instead."""
        policy_people.require_add_person(request.user)
        return self.answer(people.add_person(by=request.user, **self.sent(PersonAddSerializer)), 201)

    @extend_schema(request=PersonAddSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change what the caller may change of a person. The e-mail address of their sign-in is never touched."""
        changes = self.sent(PersonAddSerializer, partial=True)
        return self.answer(people.change_person(person_id=kwargs["pk"], by=request.user, **changes))
