"""The list of Standards."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from hmislead.catalogue.loading import read_file
from hmislead.catalogue.models import Standard
from hmislead.compliance import registry
from hmislead.web.listing import Column, Empty, Listing


def _choices(name: str) -> list[tuple[str, str]]:
    """The values of a column of the file, in the order in which the document has them."""
    found = dict.fromkeys(getattr(row, name) for row in read_file())
    return [(value, value[:1].upper() + value[1:].replace("-", " ")) for value in found]


def proving(standard_id: str) -> list[registry.Requirement]:
    """The requirements that prove a statement."""
    return [each for each in registry.ordered() if standard_id in each.standards]


class StandardFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    section = django_filters.ChoiceFilter(choices=_choices("section"), label="Section", empty_label="Any")
    level = django_filters.ChoiceFilter(choices=_choices("level"), label="How binding", empty_label="Any")
    responsible = django_filters.ChoiceFilter(choices=_choices("responsible"), label="Who", empty_label="Any")
    checked = django_filters.BooleanFilter(method="by_checked", label="Checked here")
    kind = django_filters.ChoiceFilter(choices=_choices("kind"), label="Kind", empty_label="Any")
    cadence = django_filters.ChoiceFilter(choices=_choices("cadence"), label="How often", empty_label="Any")

    class Meta:
        model = Standard
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            here = Q(label__icontains=word) | Q(id__icontains=word) | Q(subsection__icontains=word)
            rows = rows.filter(here | Q(evidence__icontains=word))
        return rows

    def by_checked(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        proved = {code for each in registry.ordered() for code in each.standards}
        return rows.filter(pk__in=proved) if value else rows.exclude(pk__in=proved)


STANDARDS = Listing(
    name="catalogue.standards",
    title="HMIS Lead Standards",
    line="What HUD asks of an HMIS Lead, statement by statement.",
    filterset=StandardFilter,
    order=("position",),
    noun=("statement", "statements"),
    search_placeholder="Word or number, such as MON-15",
    columns=[
        Column("id", "Number", "id", link=Standard.get_absolute_url, sort="position"),
        Column("label", "Statement", "label", sort="label"),
        Column("section", "Section", "section", sort="section"),
        Column("subsection", "Part", "subsection", default=False),
        Column("level", "How binding", "level", sort="level"),
        Column("responsible", "Who", "responsible", sort="responsible"),
        Column("kind", "Kind", lambda row: row.kind.replace("-", " "), default=False),
        Column("cadence", "How often", lambda row: row.cadence.replace("-", " "), default=False),
        Column("proved", "Checked here by", lambda row: ", ".join(each.title for each in proving(row.pk))),
        Column("evidence", "Evidence", "evidence", default=False),
        Column("line", "Line of the document", "line", kind="number", default=False),
    ],
    empty=Empty("The Standards are not loaded", "They are loaded when the system is set up. Ask your operator."),
)
