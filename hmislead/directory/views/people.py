"""People: list, one person, adding and changing, and everybody's own page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER, OWN
from hmislead.audit.timeline import timeline
from hmislead.compliance.models import Status
from hmislead.directory import policy as directory_policy
from hmislead.directory import policy_people as policy
from hmislead.directory.forms_people import PersonForm
from hmislead.directory.gate_words import tell_all
from hmislead.directory.models import License, Organization, Person
from hmislead.directory.operations import people
from hmislead.directory.views.pieces import merges_of
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing, render_list
from hmislead.web.panels import panels_for
from hmislead.web.searching import containing


def at(request: Any, name: str, **kwargs: Any) -> str:
    """The address of one of the directory's pages in the implementation of `request`."""
    return reverse(f"directory:{name}", kwargs={"slug": request.implementation.slug, **kwargs})


class PersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Name or e-mail", method="search")
    organization = django_filters.ModelChoiceFilter(
        empty_label="Any",
        label="Agency",
        method="with_license_at",
        widget=ComboBox,
        queryset=lambda request: Organization.objects.visible_to(request.user).current().only("name"),
    )
    state = django_filters.ChoiceFilter(
        empty_label="Any", label="License", method="with_license_in", choices=License.State.choices
    )
    failing = django_filters.BooleanFilter(label="Something is missing", method="with_failing")

    class Meta:
        model = Person
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        return containing(rows, value, ("first_name", "last_name", "email"))

    def _licenses(self, **lookup: Any) -> Exists:
        return Exists(License.objects.visible_to(self.request.user).filter(person=OuterRef("pk"), **lookup))

    def with_license_at(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(self._licenses(organization=value))

    def with_license_in(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(self._licenses(state=value))

    def with_failing(self, rows: Any, name: str, value: bool) -> Any:
        failing = Status.objects.visible_to(self.request.user).filter(
            person=OuterRef("pk"), subject_kind="person", state__in=["overdue", "not_met"]
        )
        return rows.filter(Exists(failing)) if value else rows.exclude(Exists(failing))


PEOPLE = Listing(
    name="directory.people",
    title="People",
    line="Everybody with a license, a contact function or a position.",
    noun=("person", "people"),
    filterset=PersonFilter,
    order=("last_name", "first_name"),
    search_placeholder="Name or e-mail",
    columns=[
        Column("name", "Name", str, link=Person.get_absolute_url, sort=("last_name", "first_name")),
        Column("email", "E-mail", "email", sort="email"),
        Column("licenses", "Licenses", "license_count", kind="number", sort="license_count"),
        Column("failing", "Missing", "failing_count", kind="number", sort="failing_count"),
        Column("sign_in", "Signs in here", lambda row: row.user_id is not None, kind="yes_no"),
        Column("job_title", "Job title", "job_title", sort="job_title", default=False),
        Column("phone", "Telephone", "phone", default=False),
        Column("created", "Added", "created_at", kind="day", sort="created_at", default=False),
    ],
    empty=Empty("Nobody is here yet", "People come with a license, or with an import of a roster."),
    primary=Action("Request a license", lambda request: at(request, "license-request"), "request_licenses", "add"),
    more=[
        Action("Add a person without a license", lambda request: at(request, "person-create"), "manage_licenses"),
        Action("Report a departure", lambda request: at(request, "departure-report"), "report_departures"),
    ],
)


@page("view_people")
def person_list(request: Any) -> HttpResponse:
    """The people the reader may know of; counts are of what the reader may see."""
    licenses = License.objects.visible_to(request.user).living().values("pk")
    failing = Status.objects.visible_to(request.user).filter(subject_kind="person", state__in=["overdue", "not_met"])
    rows = Person.objects.visible_to(request.user).current()
    return render_list(request, PEOPLE, counted(rows, licenses, failing))


def counted(rows: Any, licenses: Any, failing: Any) -> Any:
    """Annotate `license_count` and `failing_count`, each by one subquery, so that neither multiplies the other."""
    per_person = License.objects.filter(person=OuterRef("pk"), pk__in=licenses).order_by().values("person")
    missing = failing.filter(person=OuterRef("pk")).order_by().values("person")
    return rows.annotate(
        license_count=Coalesce(Subquery(per_person.annotate(n=Count("pk")).values("n"), IntegerField()), 0),
        failing_count=Coalesce(Subquery(missing.annotate(n=Count("pk")).values("n"), IntegerField()), 0),
    )


@page(MEMBER)
def person_detail(request: Any, pk: UUID) -> HttpResponse:
    """One person: what they need, their licenses as far as the reader may see them, panels of the rooms."""
    person = Person.objects.visible_to(request.user).get(pk=pk)
    return render(request, "directory/person_detail.html", _about(request, person))


@page(OWN)
def me(request: Any) -> HttpResponse:
    """Everybody's own page: may I use the HMIS, until when, and what do I have to do?"""
    person = Person.objects.get(pk=request.access.person_id)
    return render(request, "directory/person_me.html", _about(request, person))


@page(MEMBER)
def person_history(request: Any, pk: UUID) -> HttpResponse:
    """What happened to the person and to those of their licenses that the reader may see."""
    person = Person.objects.visible_to(request.user).get(pk=pk)
    licenses = License.objects.visible_to(request.user).filter(person=person)
    context = {
        "person": person,
        "entries": timeline([person, *licenses], by=request.user),
        "tabs": _tabs(request, person),
    }
    return render(request, "directory/person_history.html", context)


def _about(request: Any, person: Person) -> dict[str, Any]:
    licenses = tell_all(License.objects.visible_to(request.user).filter(person=person), reader=request.access)
    living = [told for told in licenses if told.row.state != License.State.TERMINATED]
    contacts = person.contact_functions.visible_to(request.user).filter(ends_on=None).select_related("organization")
    return {
        "person": person,
        "licenses": licenses,
        "living": living,
        "able": sum(told.may_use for told in living),
        "departing": [
            {"where": told.row.organization, "url": at(request, "license-departure", pk=told.row.pk)}
            for told in living
            if policy.may_report(request.user, told.row.organization_id)
        ],
        "contacts": contacts,
        "positions": person.positions.visible_to(request.user).select_related("organization"),
        "panels": panels_for(request, "person", person),
        "may_change": bool(policy.changeable_fields(request.user, person)),
        "merges": merges_of(request, person),
        "may_merge": directory_policy.may_manage(request.user) and person.merged_into_id is None,
        "may_request": request.access.has("request_licenses") and person.merged_into_id is None,
        "edit_url": at(request, "person-edit", pk=person.pk),
        "request_url": f"{at(request, 'license-request')}?person={person.pk}",
        "list_url": at(request, "person-list") if request.access.has("view_people") else "",
        "tabs": _tabs(request, person),
    }


def _tabs(request: Any, person: Person) -> list[dict[str, Any]]:
    found = [
        ("Overview", at(request, "person-detail", pk=person.pk)),
        ("History", at(request, "person-history", pk=person.pk)),
    ]
    return [{"label": label, "url": url, "current": url == request.path, "count": None} for label, url in found]


@page("request_licenses")
def person_create(request: Any) -> HttpResponseBase:
    """Add a person who holds no license. For HMIS Lead staff."""
    policy.require_add_person(request.user)
    back = at(request, "person-list")
    about = FormPage("Add a person", "Add person", back, "They can be given licenses afterwards.", [("People", back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        person = people.add_person(by=request.user, **data)
        return person.get_absolute_url(), f"{person} is added."

    return answer_sent(request, PersonForm(request.POST or None), about, act)


@page(MEMBER)
def person_edit(request: Any, pk: UUID) -> HttpResponseBase:
    """Change what the reader may change of a person."""
    person = Person.objects.visible_to(request.user).get(pk=pk)
    only = policy.changeable_fields(request.user, person)
    line = "The address this person signs in with stays as it is." if person.user_id and "email" in only else ""
    about = FormPage(
        f"Change {person}", "Save", person.get_absolute_url(), line, [(str(person), person.get_absolute_url())]
    )
    initial = {name: getattr(person, name) for name in policy.ALL_FIELDS}

    def act(data: dict[str, Any]) -> tuple[str, str]:
        changed = people.change_person(person_id=pk, by=request.user, **data)
        return changed.get_absolute_url(), "The changes are saved."

    return answer_sent(request, PersonForm(request.POST or None, initial=initial, only=only), about, act)
