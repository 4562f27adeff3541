"""The lists of courses, completions and certifications."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from hmislead.directory.models import Organization
from hmislead.tenancy import context
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing
from training.models import Completion, Course, SecurityCertification, Source, Topic


def _address(name: str) -> Any:
    return lambda request: reverse(name, kwargs={"slug": request.implementation.slug})


def _load(request: Any) -> str:
    return reverse("opening:sheet-upload", kwargs={"slug": request.implementation.slug, "kind": "completions"})


def topics_of(course: Course) -> str:
    """The topics in words."""
    return ", ".join(Topic(topic).label for topic in course.topics)


def _person_page(row: Any) -> str:
    return reverse("training:person-training", kwargs={"slug": context.current().slug, "pk": row.person_id})


AS_SET = "as set for all courses"


class CourseFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains")
    topic = django_filters.ChoiceFilter(choices=Topic.choices, method="by_topic", label="Topic", empty_label="Any")
    retired = django_filters.BooleanFilter(field_name="retired_on", lookup_expr="isnull", exclude=True, label="Retired")

    class Meta:
        model = Course
        fields = ()

    def by_topic(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(topics__contains=[value])


class ByPersonFilter(django_filters.FilterSet):
    """What lists of records about people share."""

    q = django_filters.CharFilter(method="search")
    organization = django_filters.ModelChoiceFilter(
        queryset=lambda request: Organization.objects.visible_to(request.user).only("name"),
        widget=ComboBox,
        method="by_organization",
        label="Agency",
        empty_label="Any",
    )
    carried_over = django_filters.BooleanFilter(label="Carried over")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            rows = rows.filter(
                Q(person__first_name__icontains=word)
                | Q(person__last_name__icontains=word)
                | Q(person__email__icontains=word)
            )
        return rows

    def by_organization(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        licensed = value.licenses.visible_to(self.request.user).living()
        return rows.filter(person__in=licensed.values("person_id"))


class CompletionFilter(ByPersonFilter):
    course = django_filters.ModelChoiceFilter(
        queryset=lambda request: Course.objects.visible_to(request.user), label="Course", empty_label="Any"
    )
    topic = django_filters.ChoiceFilter(choices=Topic.choices, method="by_topic", label="Topic", empty_label="Any")
    completed_on = django_filters.DateFromToRangeFilter(label="Completed")
    source = django_filters.ChoiceFilter(choices=Source.choices, label="Recorded", empty_label="Any")

    class Meta:
        model = Completion
        fields = ()

    def by_topic(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(course__topics__contains=[value])


class CertificationFilter(ByPersonFilter):
    certified_on = django_filters.DateFromToRangeFilter(label="Certified")

    class Meta:
        model = SecurityCertification
        fields = ()


COURSES = Listing(
    name="training.courses",
    title="Courses",
    filterset=CourseFilter,
    order=("title",),
    noun=("course", "courses"),
    columns=[
        Column("title", "Course", "title", link=Course.get_absolute_url, sort="title"),
        Column("topics", "Covers", topics_of),
        Column(
            "validity", "Counts for", lambda row: f"{row.validity_months} months" if row.validity_months else AS_SET
        ),
        Column("completions", "Completions", "completion_count", kind="number", sort="completion_count"),
        Column("code", "Code in the learning system", "external_code", default=False),
        Column("retired_on", "Retired", "retired_on", kind="day", sort="retired_on"),
    ],
    empty=Empty(
        text="Add the courses that your people take. Each completion is recorded with its course.",
        action="Add a course",
        url=_address("training:course-create"),
    ),
    primary=Action("Add a course", _address("training:course-create"), "record_evidence", "add"),
)
COMPLETIONS = Listing(
    name="training.completions",
    title="Completions",
    line="Who completed which course, and when.",
    filterset=CompletionFilter,
    order=("-completed_on",),
    noun=("completion", "completions"),
    search_placeholder="Name or e-mail",
    columns=[
        Column("person", "Person", "person", link=_person_page, sort=("person__last_name", "person__first_name")),
        Column("course", "Course", "course.title", sort="course__title"),
        Column("topics", "Covers", lambda row: topics_of(row.course), default=False),
        Column("completed_on", "Completed", "completed_on", kind="day", sort="completed_on"),
        Column("score", "Score in percent", "score", kind="number", sort="score", default=False),
        Column("source", "Recorded", lambda row: row.get_source_display()),
        Column("carried_over", "Carried over", "carried_over", kind="yes_no", default=False),
    ],
    empty=Empty(text="Completions come from a course's page, from a person's page, from a spreadsheet or by the API."),
    primary=Action("Load a spreadsheet", _load, ("import_data", "record_evidence")),
)
CERTIFICATIONS = Listing(
    name="training.certifications",
    title="Security certifications",
    line="Each person certifies once a year that they keep the security rules.",
    filterset=CertificationFilter,
    order=("-certified_on",),
    noun=("certification", "certifications"),
    search_placeholder="Name or e-mail",
    columns=[
        Column("person", "Person", "person", link=_person_page, sort=("person__last_name", "person__first_name")),
        Column("certified_on", "Certified", "certified_on", kind="day", sort="certified_on"),
        Column("words", "Words kept", lambda row: bool(row.statement), kind="yes_no"),
        Column("paper", "Paper kept", lambda row: row.file_id is not None, kind="yes_no"),
        Column("carried_over", "Carried over", "carried_over", kind="yes_no", default=False),
    ],
    empty=Empty(text="People certify on their own training page. Staff can record papers on a person's training page."),
    primary=Action("Load a spreadsheet", _load, ("import_data", "record_evidence")),
)


def course_rows(user: Any) -> QuerySet[Any]:
    """Courses with how often each was completed, as far as `user` may see."""
    seen = Completion.objects.visible_to(user).filter(course=OuterRef("pk")).order_by().values("course")
    count = Subquery(seen.annotate(n=Count("pk")).values("n"), IntegerField())
    return Course.objects.visible_to(user).annotate(completion_count=Coalesce(count, 0))
