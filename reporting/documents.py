"""The reports as PDF: facts in, context for the template out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pikepdf
from django.utils import timezone

from hmislead.compliance.models import State
from hmislead.documents.pdf import data_uri, pdf_from
from hmislead.tenancy import context
from hmislead.tenancy.operations import logo_type
from hmislead.web import states
from hmislead.web.charts import Chart, Series, line_chart, stacked_bar
from reporting.facts import agency, implementation, sanctions
from reporting.models import OF_COC, Kind

Facts = dict[str, Any]
# The parts of a bar, what holds first.
PARTS = (State.MET, State.DUE_SOON, State.WAIVED, State.OVERDUE, State.NOT_MET)
GRID_COLUMNS = 11  # requirements side by side on a landscape page; more of them get a second table
LANGUAGE = "en"  # of every word of ours in a report, and so of the report
CONTENTS_OVER = 5  # pages
CONTENTS_FROM = 65  # rows of tables that take about so many pages


def pdf_of(kind: str, facts: Facts) -> bytes:
    """The PDF (PDF/UA-1) of a report's facts. One of more than five pages opens with its contents."""
    template, title, more = _KINDS[kind]
    told = {**_head(facts), "facts": facts, **more(facts)}

    def drawn(contents: bool) -> bytes:
        shown = {**told, "contents": contents}
        return pdf_from(template, shown, title=title(facts), language=LANGUAGE)

    guess = _rows(facts) > CONTENTS_FROM
    first = drawn(guess)
    # Rows tell pages only roughly: near the limit it takes a second drawing to know.
    if not guess:
        return drawn(True) if _pages(first) > CONTENTS_OVER else first
    if _pages(first) > CONTENTS_OVER + 1:
        return first
    second = drawn(False)
    return first if _pages(second) > CONTENTS_OVER else second


def _pages(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as pdf:
        return len(pdf.pages)


def _rows(facts: Facts) -> int:
    """How many rows the tables of a report have, near enough to guess its pages."""
    long = (
        "todo",
        "requirements",
        "access",
        "training_people",
        "exceptions",
        "own",
        "waivers",
        "sanctions",
        "standards",
    )
    told = sum(len(table["rows"]) for table in facts.get("tables", ()))
    return told + facts.get("agencies", 0) + sum(len(facts.get(name) or ()) for name in long)


def title_of(kind: str, facts: Facts) -> str:
    """The title of a report."""
    return _KINDS[kind][1](facts)


def _head(facts: Facts) -> Facts:
    here, head = context.current(), facts["head"]
    logo = bytes(here.logo) if here.logo else b""
    return {
        "implementation_name": here.name,
        "logo": data_uri(logo, logo_type(logo)) if logo else "",
        "asked_by": head["asked_by"],
        "made_at": timezone.now(),
        "data_as_of": head["recorded"] or head["as_of"],
        "head": head,
    }


def _of_agency(facts: Facts) -> Facts:
    failing = agency.failing(facts)
    return {
        "sentence": agency.sentence(facts),
        "failing": failing,
        "trend": trend_chart(facts["trend"], facts["agency"]),
        "may_not_use": [row for row in facts["access"] if not row["may_use"]],
        "may_use": [row for row in facts["access"] if row["may_use"]],
    }


def _of_implementation(facts: Facts) -> Facts:
    return {
        "sentence": implementation.sentence(facts),
        "worst": implementation.worst(facts),
        "trend": trend_chart(facts["trend"], "All requirements"),
        "by_requirement": parts_chart(
            [row["title"] for row in facts["by_requirement"]], [row["counts"] for row in facts["by_requirement"]]
        ),
        "by_coc": parts_chart([row["number"] for row in facts["by_coc"]], [row["counts"] for row in facts["by_coc"]])
        if len(facts["by_coc"]) > 1
        else None,
        "grids": grids(facts["grid"]),
        "own_failing": [row for row in facts["own"] if row["state"] in {"overdue", "not_met"}],
    }


def _of_tables(facts: Facts) -> Facts:
    """A report that is an answer, a picture and tables (`facts.told`)."""
    labels, counts = [label for label, _ in facts["bars"]], [each for _, each in facts["bars"]]
    return {
        "picture": parts_chart(labels, counts),
        "tables": [
            {
                **table,
                "id": f"table-{number}",
                "rows": [list(zip(table["columns"], row, strict=True)) for row in table["rows"]],
            }
            for number, table in enumerate(facts["tables"], start=1)
        ],
        "words": [(word, word in states.SIGNS, meaning) for word, meaning in facts["words"]],
    }


def trend_chart(trend: Facts | None, name: str) -> Chart | None:
    """The line over the year, or None with too little to draw."""
    if trend is None:
        return None
    labels = [f"{day.day} {day:%b %y}" for day in trend["days"]]
    return line_chart(trend["title"], labels, [Series("What holds", trend["values"])], unit="%", top=100)


def parts_chart(labels: list[str], counts: list[dict[str, int]]) -> Chart | None:
    """One bar a label, cut into its states; what does not apply is in none. The title says where most fails."""
    told = [(label, each) for label, each in zip(labels, counts, strict=True) if _asked(each)]
    if not told:
        return None
    series = [
        Series(states.sign(state).word, [each.get(str(state), 0) for _, each in told], state=str(state))
        for state in PARTS
    ]
    drawn = [each for each in series if any(each.values)]
    return stacked_bar(_finding(told), [label for label, _ in told], drawn, share=True)


def _asked(counts: dict[str, int]) -> int:
    return sum(counts.get(str(state), 0) for state in PARTS)


def _failing(counts: dict[str, int]) -> int:
    return counts.get("overdue", 0) + counts.get("not_met", 0)


def _finding(told: list[tuple[str, dict[str, int]]]) -> str:
    label, counts = max(told, key=lambda pair: _failing(pair[1]))
    if not _failing(counts):
        return "Everything that is asked holds"
    return f"{label}: {_failing(counts):,} of {_asked(counts):,} do not hold, more than anywhere else"


def grids(grid: Facts) -> list[Facts]:
    """The grid cut into tables that fit a landscape page, as even as can be."""
    columns = grid["columns"]
    tables = -(-len(columns) // GRID_COLUMNS) or 1
    size = -(-len(columns) // tables) or 1
    return [
        {
            "columns": columns[at : at + size],
            "rows": [{**row, "cells": row["cells"][at : at + size]} for row in grid["rows"]],
            "part": f"{at // size + 1} of {tables}" if tables > 1 else "",
        }
        for at in range(0, len(columns) or 1, size)
    ]


def _about(label: str, facts: Facts) -> str:
    return f"{label}: {facts['about']}"


_KINDS: dict[str, tuple[str, Callable[[Facts], str], Callable[[Facts], Facts]]] = {
    Kind.CHO: (
        "documents/cho_compliance.html",
        lambda facts: f"HMIS compliance of {facts['agency']}",
        _of_agency,
    ),
    Kind.IMPLEMENTATION: (
        "documents/implementation_compliance.html",
        lambda facts: f"HMIS compliance of {facts['about']}",
        _of_implementation,
    ),
    Kind.SANCTIONS: (
        "documents/sanction_register.html",
        lambda facts: f"Register of sanctions: {facts['about']}",
        lambda facts: {"sentence": sanctions.sentence(facts)},
    ),
    **{
        kind: ("documents/report_of_tables.html", partial(_about, Kind(kind).label), _of_tables)
        for kind in OF_COC - {Kind.IMPLEMENTATION}
    },
}
