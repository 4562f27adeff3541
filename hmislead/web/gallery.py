"""Every building block on one page, with invented content: to look at, and for the tests of looks and access.

Not part of the product's addresses: the tests mount it.
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from hmislead.access import pages
from hmislead.web import charts, states
from hmislead.web.forms import ComboBox, answer_form

app_name = "gallery"


class EveryField(forms.Form):
    """One field of every shape."""

    name = forms.CharField(label="Agency name", help_text="As it stands in its articles of incorporation.")
    kind = forms.ChoiceField(
        label="Kind of agency",
        choices=[
            ("", "Choose one"),
            ("cho", "CHO"),
            ("vsp", "Victim service provider"),
        ],
    )
    contact = forms.ChoiceField(
        label="Agency lead",
        required=False,
        widget=ComboBox,
        choices=[
            ("", ""),
            ("1", "Dana Whitfield"),
            ("2", "Marcus Oyelaran"),
            ("3", "Priya Raman"),
        ],
    )
    signed_on = forms.DateField(label="Day the agreement was signed", help_text="The day of the last signature.")
    email = forms.EmailField(label="E-mail", required=False)
    people = forms.IntegerField(label="People with a license", required=False, min_value=0)
    roles = forms.MultipleChoiceField(
        label="What the agency is",
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("cho", "Covered homeless organization"),
            ("funder", "Funder"),
            ("partner", "Partner"),
        ],
        help_text="Choose all that apply.",
    )
    access = forms.ChoiceField(
        label="How it uses the HMIS",
        widget=forms.RadioSelect,
        choices=[("enters", "Enters data"), ("reads", "Reads only")],
    )
    paper = forms.FileField(label="Signed agreement", required=False, help_text="PDF, at most 20 MB.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sure = forms.BooleanField(
        label="The agency's director has seen this",
        help_text="We keep who said so and when.",
    )


@pages.public
def pieces(request: HttpRequest) -> HttpResponse:
    """Chips, summary strip, tabs, alerts, timeline, progress, empty state, charts and tables."""
    today, now = timezone.localdate(), timezone.now()
    entries = [
        {
            "icon": "check_circle",
            "what": "Agreement signed",
            "when": now,
            "who": "Dana Whitfield",
            "detail": "Version 3",
        },
        {
            "icon": "edit",
            "what": "Contact changed",
            "when": now - dt.timedelta(days=9),
            "who": "Marcus Oyelaran",
        },
        {
            "icon": "add_circle",
            "what": "Agency added",
            "when": now - dt.timedelta(days=400),
            "who": "the system",
        },
    ]
    tabs = [
        SimpleNamespace(label="Overview", url="?tab=1", current=True, count=None),
        SimpleNamespace(label="People", url="?tab=2", current=False, count=24),
        SimpleNamespace(label="Agreements", url="?tab=3", current=False, count=3),
    ]
    context: dict[str, Any] = {
        "all_states": list(states.SIGNS),
        "today": today,
        "now": now,
        "soon": today + dt.timedelta(days=12),
        "past": today - dt.timedelta(days=3),
        "far": today + dt.timedelta(days=300),
        "entries": entries,
        "tabs": tabs,
        "charts": example_charts(),
    }
    return render(request, "web/gallery.html", context)


def example_charts() -> list[charts.Chart]:
    """One chart of each kind, with invented numbers."""
    months = [
        "Nov",
        "Dec",
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
    ]
    lines = [
        charts.Series("All agencies", [71, 72, 74, 78, 80, 83, 85, 86, 88, 87, 90, 78]),
        charts.Series("Franklin County", [65, 70, 72, 74, 73, 76, 80, 84, 86, 88, 91, 89]),
        charts.Series("Balance of State", [75, 74, 76, 80, 85, 88, None, None, 89, 86, 88, 71]),
    ]
    names = [
        "Participation agreement",
        "Privacy training",
        "Security training",
        "Annual certification",
        "Named contacts",
    ]
    counts = {
        "met": [31, 24, 27, 18, 36],
        "due_soon": [4, 8, 5, 9, 2],
        "overdue": [3, 5, 4, 11, 1],
        "not_met": [1, 2, 3, 1, 0],
    }
    bars = [charts.Series(states.sign(state).word, values, state) for state, values in counts.items()]
    order = ["met", "due_soon", "overdue", "not_met", "not_applicable", "waived"]
    agencies = [
        "Harbor House",
        "Northside Shelter",
        "Open Door Clinic",
        "County Housing Authority",
    ]
    cells = [[order[(row * 2 + column * column) % 6] for column in range(len(names))] for row in range(len(agencies))]
    return [
        charts.line_chart("12 agencies lost compliance in October", months, lines, unit="%", top=100),
        charts.stacked_bar("Annual certification is furthest behind", names, bars),
        charts.heat_grid("Two agencies have something overdue", agencies, names, cells),
    ]


@pages.public
def form(request: HttpRequest) -> HttpResponse:
    """Every kind of field; what is sent is checked and never kept."""
    sent = request.method == "POST"
    filled = EveryField(request.POST, request.FILES) if sent else EveryField()
    return answer_form(request, "web/gallery_form.html", {"form": filled})


urlpatterns = [path("pieces/", pieces, name="pieces"), path("form/", form, name="form")]
