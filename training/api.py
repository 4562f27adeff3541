"""Courses, completions and certifications in the API."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from training import operations
from training.forms import people_by_email
from training.lists import CertificationFilter, CompletionFilter, CourseFilter
from training.models import Completion, Course, SecurityCertification, Source, Topic
from training.operations import CompletionData
from training.policy import can_record

MOST_ITEMS = 1000


class CourseSerializer(serializers.ModelSerializer[Course]):
    class Meta:
        model = Course
        fields = ("id", "title", "topics", "validity_months", "external_code", "retired_on", "created_at", "updated_at")
        read_only_fields = fields


class CourseInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=150)
    topics = serializers.ListField(child=serializers.ChoiceField(choices=Topic.choices), allow_empty=False)
    validity_months = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=60, help_text="Null: as the setting says."
    )
    external_code = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)


class CompletionSerializer(serializers.ModelSerializer[Completion]):
    class Meta:
        model = Completion
        fields = ("id", "course", "person", "completed_on", "score", "source", "carried_over", "note", "created_at")
        read_only_fields = fields


class CompletionInput(serializers.Serializer[Any]):
    """A completion. The person by id or by e-mail, the course by id or by its code in your learning system."""

    person = serializers.UUIDField(required=False)
    email = serializers.EmailField(required=False)
    course = serializers.UUIDField(required=False)
    course_code = serializers.CharField(required=False, max_length=60)
    completed_on = serializers.DateField()
    score = serializers.DecimalField(
        required=False, allow_null=True, default=None, max_digits=5, decimal_places=2, min_value=0, max_value=100
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        for one, other in (("person", "email"), ("course", "course_code")):
            if (one in data) == (other in data):
                raise serializers.ValidationError({one: [f"Give {one} or {other}, one of the two."]})
        return data


class CorrectionInput(serializers.Serializer[Any]):
    """What was right all along, and why it is changed. What is left out stays."""

    course = serializers.UUIDField(required=False, source="course_id")
    completed_on = serializers.DateField(required=False)
    note = serializers.CharField(max_length=300)


class BulkInput(serializers.Serializer[Any]):
    completions = CompletionInput(many=True, allow_empty=False, max_length=MOST_ITEMS)


class BulkAnswer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="How many are new.")
    same = serializers.IntegerField(help_text="How many were on record already; these stay as they are.")


class CertificationSerializer(serializers.ModelSerializer[SecurityCertification]):
    class Meta:
        model = SecurityCertification
        fields = ("id", "person", "certified_on", "statement", "carried_over", "file", "created_at")
        read_only_fields = fields


class CertificationInput(serializers.Serializer[Any]):
    person = serializers.UUIDField()
    certified_on = serializers.DateField()


class CourseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The courses of this implementation."""

    queryset = Course.objects.all()
    serializer_class = CourseSerializer
    filterset_class = CourseFilter
    access = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "create": "record_evidence",
        "update": "record_evidence",
    } | dict.fromkeys(("retire", "bring_back"), "record_evidence")

    @extend_schema(request=CourseInput, responses={201: CourseSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Add a course."""
        course = operations.add_course(by=request.user, **_checked(CourseInput, request.data))
        return Response(CourseSerializer(course).data, status=201)

    @extend_schema(request=CourseInput, responses=CourseSerializer)
    def update(self, request: Any, **kwargs: Any) -> Response:
        """Change a course. Whoever completed it is checked again."""
        data = _checked(CourseInput, request.data)
        course = operations.change_course(course_id=kwargs["pk"], by=request.user, **data)
        return Response(CourseSerializer(course).data)

    @extend_schema(request=None, responses=CourseSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Any, **kwargs: Any) -> Response:
        """Take no new completions of it."""
        return Response(CourseSerializer(operations.retire_course(course_id=kwargs["pk"], by=request.user)).data)

    @extend_schema(request=None, responses=CourseSerializer)
    @action(detail=True, methods=["post"], url_path="bring-back")
    def bring_back(self, request: Any, **kwargs: Any) -> Response:
        """Take completions of it again."""
        return Response(CourseSerializer(operations.bring_back_course(course_id=kwargs["pk"], by=request.user)).data)


class CompletionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Who completed which course, and when. Reporting the same (person, course, day) again changes nothing."""

    queryset = Completion.objects.all()
    serializer_class = CompletionSerializer
    filterset_class = CompletionFilter
    access = {"list": MEMBER, "retrieve": MEMBER} | dict.fromkeys(
        ("bulk", "partial_update", "destroy"), "record_evidence"
    )

    @extend_schema(request=BulkInput, responses=BulkAnswer)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Any, **kwargs: Any) -> Response:
        """Report up to 1,000 completions. All are recorded or, when one is wrong, none; errors name the item."""
        if not can_record(request.user):
            raise PermissionDenied(operations.NOT_YOURS)
        items = _completions(_checked(BulkInput, request.data)["completions"], request.user)
        done = operations.record_completions(completions=items, by=request.user, source=Source.API)
        return Response({"added": done.added, "same": done.same})

    @extend_schema(request=CorrectionInput, responses=CompletionSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Put the day or the course right, and say why. History keeps what was recorded before."""
        data = _checked(CorrectionInput, request.data)
        corrected = operations.correct_completion(completion_id=kwargs["pk"], by=request.user, **data)
        return Response(CompletionSerializer(corrected).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, **kwargs: Any) -> Response:
        """Take away a completion that was recorded by mistake. History keeps that it was there."""
        operations.remove_completion(completion_id=kwargs["pk"], by=request.user)
        return Response(status=204)


class CertificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Who certified the security rules, and when."""

    queryset = SecurityCertification.objects.all()
    serializer_class = CertificationSerializer
    filterset_class = CertificationFilter
    access = {"list": MEMBER, "retrieve": MEMBER, "create": "record_evidence", "destroy": "record_evidence"}

    @extend_schema(request=CertificationInput, responses={201: CertificationSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Record a certification made on paper. People certify for themselves only on their own page."""
        data = _checked(CertificationInput, request.data)
        made = operations.record_certification(
            person_id=data["person"], certified_on=data["certified_on"], by=request.user
        )
        return Response(CertificationSerializer(made).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, **kwargs: Any) -> Response:
        """Take away a certification that was recorded by mistake. History keeps that it was there."""
        operations.remove_certification(certification_id=kwargs["pk"], by=request.user)
        return Response(status=204)


def _checked(serializer_class: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _completions(rows: list[dict[str, Any]], by: Any) -> list[CompletionData]:
    """The items with ids for e-mails and codes. Raises ValidationError that names each item that fits nobody."""
    people = people_by_email(by, {row["email"].casefold() for row in rows if "email" in row})
    courses = dict(Course.objects.visible_to(by).exclude(external_code="").values_list("external_code", "pk"))
    errors: list[dict[str, list[str]]] = []
    found = []
    for row in rows:
        person = row.get("person") or people.get(row["email"].casefold())
        course = row.get("course") or courses.get(row["course_code"])
        wrong = {}
        if person is None:
            wrong["email"] = ["Nobody here has this e-mail address."]
        if course is None:
            wrong["course_code"] = ["No course has this code."]
        errors.append(wrong)
        found.append(CompletionData(course, person, row["completed_on"], row["score"]))
    if any(errors):
        raise serializers.ValidationError({"completions": errors})
    return found
