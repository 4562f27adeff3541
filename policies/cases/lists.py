"""The lists of deviation reports, sanctions, grievances and the ladder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse

from hmislead.directory.models import Organization
from hmislead.tenancy import context
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing
from hmislead.web.searching import containing
from policies.cases.models import Deviation, Grievance, LadderStep, Sanction, SanctionKind, ViolationClass


def address(name: str) -> Any:
    return lambda request: reverse(f"cases:{name}", kwargs={"slug": request.implementation.slug})


def _agency() -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        queryset=lambda request: Organization.objects.visible_to(request.user).only("name"),
        widget=ComboBox,
        label="Agency",
        empty_label="Any",
    )


class DeviationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    state = django_filters.ChoiceFilter(choices=Deviation.State.choices, label="State", empty_label="Any")
    organization = _agency()
    received_on = django_filters.DateFromToRangeFilter(label="Received")
    anonymous = django_filters.BooleanFilter(field_name="reporter", lookup_expr="isnull", label="Anonymous")

    class Meta:
        model = Deviation
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return containing(rows, value, ("number", "what", "document__title", "organization__name"))


class SanctionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    state = django_filters.ChoiceFilter(choices=Sanction.State.choices, label="State", empty_label="Any")
    kind = django_filters.ChoiceFilter(choices=SanctionKind.choices, label="Sanction", empty_label="Any")
    organization = _agency()
    starts_on = django_filters.DateFromToRangeFilter(label="First day")

    class Meta:
        model = Sanction
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return containing(rows, value, ("number", "organization__name", "person__first_name", "person__last_name"))


class GrievanceFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    state = django_filters.ChoiceFilter(choices=Grievance.State.choices, label="State", empty_label="Any")
    subject = django_filters.ChoiceFilter(choices=Grievance.Subject.choices, label="About", empty_label="Any")
    organization = _agency()
    received_on = django_filters.DateFromToRangeFilter(label="Received")

    class Meta:
        model = Grievance
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return containing(rows, value, ("number", "what", "organization__name"))


class ClassFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = ViolationClass
        fields = ()


class StepFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="violation_class__name", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(choices=SanctionKind.choices, label="Sanction", empty_label="Any")
    past = django_filters.BooleanFilter(
        field_name="ends_on", lookup_expr="isnull", exclude=True, label="Has a last day"
    )

    class Meta:
        model = LadderStep
        fields = ()


def _class_page(row: Any) -> str:
    return reverse("cases:class-edit", kwargs={"slug": context.current().slug, "pk": row.pk})


def _from(row: Any) -> str:
    return "Signed in" if row.reporter_id else "Anonymous"


DEVIATIONS = Listing(
    name="cases.deviations",
    title="Deviation reports",
    line="What people told us about policies that were not kept.",
    filterset=DeviationFilter,
    order=("-received_on", "-number"),
    noun=("report", "reports"),
    search_placeholder="Number, words, policy or agency",
    columns=[
        Column("number", "Number", "number", kind="codes", link=Deviation.get_absolute_url, sort="number"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("document", "Policy", lambda row: str(row.document) if row.document else "", sort="document__title"),
        Column("organization", "Agency", "organization.name", sort="organization__name"),
        Column("received_on", "Received", "received_on", kind="day", sort="received_on"),
        Column("review_by", "Review by", "review_by", kind="near_day", sort="review_by"),
        Column("class", "Class", "violation_class.name", sort="violation_class__rank"),
        Column("from", "From", _from, default=False),
        Column("closed_on", "Closed", "closed_on", kind="day", sort="closed_on", default=False),
    ],
    empty=Empty(text="People report from the public page or from “Report or complain”."),
    primary=Action("Report a deviation", address("deviation-new"), "", "add"),
)
SANCTIONS = Listing(
    name="cases.sanctions",
    title="Sanctions",
    line="The register of sanctions: whom, for what, from when until when.",
    filterset=SanctionFilter,
    order=("-number",),
    noun=("sanction", "sanctions"),
    search_placeholder="Number, agency or person",
    columns=[
        Column("number", "Number", "number", kind="codes", link=Sanction.get_absolute_url, sort="number"),
        Column("kind", "Sanction", lambda row: row.get_kind_display(), sort="kind"),
        Column("organization", "Agency", "organization.name", sort="organization__name"),
        Column("person", "Person", "person", sort=("person__last_name", "person__first_name")),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("class", "Class", "violation.violation_class.name", sort="violation__violation_class__rank"),
        Column("offense", "Offense", "violation.offense", kind="number", sort="violation__offense"),
        Column("starts_on", "First day", "starts_on", kind="day", sort="starts_on"),
        Column("ends_on", "Last day", "ends_on", kind="near_day", sort="ends_on"),
        Column("notified_on", "Notice given", "notified_on", kind="day", sort="notified_on", default=False),
        Column("appealed_on", "Appealed", "appealed_on", kind="day", sort="appealed_on", default=False),
        Column("ruling", "Appeal decided", lambda row: row.get_ruling_display(), default=False),
        Column("lifted_because", "Why lifted", "lifted_because", default=False),
    ],
    empty=Empty(text="Sanctions follow from a deviation report, or are proposed for a violation that was found."),
    primary=Action("Propose a sanction", address("sanction-propose"), "manage_cases", "add"),
    more=[Action("The offense ladder", address("ladder"), "manage_cases")],
)
GRIEVANCES = Listing(
    name="cases.grievances",
    title="Grievances",
    line="Complaints about the HMIS and how it is run, with their clocks.",
    filterset=GrievanceFilter,
    order=("-received_on", "-number"),
    noun=("grievance", "grievances"),
    search_placeholder="Number, words or agency",
    columns=[
        Column("number", "Number", "number", kind="codes", link=Grievance.get_absolute_url, sort="number"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("subject", "About", lambda row: row.get_subject_display(), sort="subject"),
        Column("complainant", "From", lambda row: row.get_complainant_display(), sort="complainant"),
        Column("organization", "Agency", "organization.name", sort="organization__name"),
        Column("received_on", "Received", "received_on", kind="day", sort="received_on"),
        Column("due_by", "Next step by", "due_by", kind="near_day"),
        Column("outcome", "Outcome", lambda row: row.get_outcome_display(), sort="outcome"),
        Column("satisfaction", "Satisfaction (1 to 5)", "satisfaction", sort="satisfaction", default=False),
        Column("closed_on", "Closed", "closed_on", kind="day", sort="closed_on", default=False),
    ],
    empty=Empty(text="People complain from the public page or from “Report or complain”."),
    primary=Action("Record a grievance", address("grievance-new"), "", "add"),
)
STEPS = Listing(
    name="cases.ladder",
    title="Offense ladder",
    line="What each offense of a class leads to. The highest step stands for all offenses that follow.",
    filterset=StepFilter,
    order=("violation_class__rank", "offense", "kind"),
    noun=("step", "steps"),
    columns=[
        Column(
            "class", "Class", "violation_class.name", link=lambda row: _class_page(row.violation_class),
            sort="violation_class__rank",
        ),
        Column("offense", "Offense", "offense", kind="number", sort="offense"),
        Column("kind", "Sanction", lambda row: row.get_kind_display(), link=LadderStep.get_absolute_url, sort="kind"),
        Column("length_days", "Days it lasts", lambda row: row.length_days or "until lifted", sort="length_days"),
        Column("notice_days", "Days of notice", "notice_days", kind="number", sort="notice_days"),
        Column("approval", "Also approved by", lambda row: row.get_approval_display(), sort="approval"),
        Column("starts_on", "Holds from", "starts_on", kind="day", sort="starts_on"),
        Column("ends_on", "Last day", "ends_on", kind="day", sort="ends_on"),
    ],
    empty=Empty(
        text="Start from the ladder we ship and change it, or write your own.",
        action="Start from the shipped ladder",
        url=address("ladder-start"),
    ),
    primary=Action("Add a step", address("step-new"), "manage_cases", "add"),
    more=[
        Action("Add a class", address("class-new"), "manage_cases"),
        Action("Classes of violations", address("class-list"), "manage_cases"),
    ],
)  # fmt: skip
CLASSES = Listing(
    name="cases.classes",
    title="Classes of violations",
    line="How serious a violation can be.",
    filterset=ClassFilter,
    order=("rank", "name"),
    noun=("class", "classes"),
    columns=[
        Column("name", "Class", "name", link=_class_page, sort="name"),
        Column("rank", "How serious", "rank", kind="number", sort="rank"),
        Column("description", "What belongs to it", "description"),
        Column("retired_on", "Out of use since", "retired_on", kind="day", sort="retired_on"),
    ],
    empty=Empty(
        text="Start from the ladder we ship, or write your own classes.",
        action="Start from the shipped ladder",
        url=address("ladder-start"),
    ),
    primary=Action("Add a class", address("class-new"), "manage_cases", "add"),
)
# For who reads the ladder and may not change it: nothing leads to a form.
_NOT_YET = Empty(text="The HMIS Lead has not written it yet.")


def _read_only(listing: Listing) -> Listing:
    plain = [replace(column, link=None) for column in listing.columns]
    return replace(listing, columns=plain, primary=None, more=[], empty=_NOT_YET)


CLASSES_READ = _read_only(CLASSES)
STEPS_READ = replace(_read_only(STEPS), more=[Action("Classes of violations", address("class-list"))])
