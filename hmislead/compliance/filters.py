"""Filters of the compliance lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from hmislead.compliance import registry
from hmislead.compliance.models import Change, Run, State, Status, SubjectKind, Waiver
from hmislead.directory.models import CoC, Organization
from hmislead.web.forms import ComboBox


def requirement_choices() -> list[tuple[str, str]]:
    return [(each.code, each.title) for each in registry.ordered()]


def visible_cocs(request: Any) -> QuerySet[Any]:
    return CoC.objects.visible_to(request.user)


def visible_organizations(request: Any) -> QuerySet[Any]:
    return Organization.objects.visible_to(request.user).current().only("name")


class GridFilter(django_filters.FilterSet):
    """Agencies of the grid. `on` is read by the view: it changes what the cells show, not which agencies."""

    q = django_filters.CharFilter(method="search", label="Search agencies")
    coc = django_filters.ModelChoiceFilter(queryset=visible_cocs, method="in_coc", label="CoC", empty_label="Any")
    problem = django_filters.ChoiceFilter(
        choices=requirement_choices, method="with_problem", label="Not in order", empty_label="Any"
    )
    vsp = django_filters.BooleanFilter(field_name="is_vsp", label="Victim service provider")
    on = django_filters.DateFilter(
        method="leave", label="As recorded on", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Organization
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(name__icontains=value) | Q(common_name__icontains=value))

    def in_coc(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        participation = apps.get_model("directory", "Participation").objects.filter(
            organization=OuterRef("pk"), coc=value
        )
        return queryset.filter(Exists(participation.filter(ends_on=None)))

    def with_problem(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        failing = Status.objects.filter(requirement=value, state__in=(State.OVERDUE, State.NOT_MET))
        own = failing.filter(organization=OuterRef("pk"))
        people = failing.filter(subject_kind="person", person__licenses__organization=OuterRef("pk"))
        return queryset.filter(Exists(own) | Exists(people.exclude(person__licenses__state="terminated")))

    def leave(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset


def at_agency(queryset: QuerySet[Any], organization: Any) -> QuerySet[Any]:
    """Rows about an agency, its licenses, and the people who hold a living license there."""
    licenses = apps.get_model("directory", "License").objects.living().filter(organization=organization)
    return queryset.filter(Q(organization=organization) | Q(license=None, person__in=licenses.values("person")))


class StatusFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="Search")
    state = django_filters.MultipleChoiceFilter(choices=State.choices, label="State")
    organization = django_filters.ModelChoiceFilter(
        queryset=visible_organizations, method="at", label="Agency", empty_label="Any", widget=ComboBox
    )

    class Meta:
        model = Status
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        words = Q()
        for word in value.split():
            words &= (
                Q(organization__name__icontains=word)
                | Q(person__first_name__icontains=word)
                | Q(person__last_name__icontains=word)
                | Q(coc__name__icontains=word)
                | Q(note__icontains=word)
            )
        return queryset.filter(words)

    def at(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return at_agency(queryset, value)


class ChangeFilter(StatusFilter):
    requirement = django_filters.ChoiceFilter(choices=requirement_choices, label="Requirement")
    state = django_filters.MultipleChoiceFilter(field_name="new_state", choices=State.choices, label="New state")
    on = django_filters.DateFilter(field_name="as_of", label="Day", widget=forms.DateInput(attrs={"type": "date"}))

    class Meta:
        model = Change
        fields: tuple[str, ...] = ()


class RunFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Run.Kind.choices, label="Kind")
    state = django_filters.ChoiceFilter(choices=Run.RunState.choices, label="State")

    class Meta:
        model = Run
        fields: tuple[str, ...] = ()


class WaiverFilter(django_filters.FilterSet):
    requirement = django_filters.ChoiceFilter(choices=requirement_choices, label="Requirement")
    kind = django_filters.ChoiceFilter(choices=Waiver.Kind.choices, label="Kind")
    subject_kind = django_filters.ChoiceFilter(choices=SubjectKind.choices, label="About")

    class Meta:
        model = Waiver
        fields: tuple[str, ...] = ()
