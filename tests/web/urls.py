"""Addresses of the building blocks' tests: the gallery and one list, in a frame with an invented person."""

import functools
from types import SimpleNamespace

import django_filters
from django.http import HttpResponse
from django.urls import include, path

from hmislead.access import pages
from hmislead.tenancy.models import Implementation
from hmislead.web import gallery
from hmislead.web.listing import Action, BulkAction, Column, Listing, render_list, selected


class ImplementationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains")
    state = django_filters.MultipleChoiceFilter(choices=Implementation.State.choices, label="State")
    language = django_filters.ChoiceFilter(choices=[("en", "English"), ("es", "Spanish")], label="Language")
    created_at = django_filters.DateFromToRangeFilter(label="Added")
    is_demo = django_filters.BooleanFilter(label="Demonstration")

    class Meta:
        model = Implementation
        fields = ()


IMPLEMENTATIONS = Listing(
    name="tests.implementations",
    title="Implementations",
    noun=("implementation", "implementations"),
    filterset=ImplementationFilter,
    order=("name",),
    columns=[
        Column("name", "Name", "name", link=lambda row: f"/of/{row.slug}/", sort="name"),
        Column("state", "State", "state", kind="state", sort="state"),
        Column("demo", "Demonstration", "is_demo", kind="yes_no"),
        Column("zone", "Time zone", "timezone", default=False),
        Column("added", "Added", "created_at", kind="moment", sort="created_at"),
    ],
    bulk_actions=[BulkAction("Send a reminder", "/bulk/", name="remind")],
    primary=Action("Add one", "/gallery/form/"),
    per_page=5,
    quick_filters=3,
)


def dressed(view):
    """The view as a member of an invented implementation sees it, with every permission."""

    @functools.wraps(view)
    def seen(request, **kwargs):
        request.implementation = SimpleNamespace(name="Heartland HMIS", slug="north", is_demo=True, pk=None)
        request.access = SimpleNamespace(has=lambda permission: True)
        request.unread_notices = lambda: 7
        return view(request, **kwargs)

    return seen


@pages.public
def implementations(request):
    return render_list(request, IMPLEMENTATIONS, Implementation.objects.all())


@pages.public
def bulk(request):
    chosen = selected(request, IMPLEMENTATIONS, Implementation.objects.all())
    return HttpResponse(", ".join(sorted(chosen.values_list("slug", flat=True))))


@pages.public
def home(request, slug=""):
    return HttpResponse("home")


urlpatterns = [
    path("gallery/pieces/", dressed(gallery.pieces), name="pieces"),
    path("gallery/form/", dressed(gallery.form), name="form"),
    path("list/", implementations, name="plain-list"),
    path("dressed-list/", dressed(implementations), name="list"),
    path("bulk/", bulk),
    path("i/<slug:slug>/", home, name="home"),
    path("i/<slug:slug>/rules/", home, name="rules"),
    path("i/<slug:slug>/views/", include("hmislead.web.saved_view_pages")),
    path("", include("hmislead.accounts.urls")),
    path("accounts/", include("allauth.urls")),
]
handler404 = "hmislead.web.errors.not_found"
