"""Charts drawn on the server as SVG: the same picture on the page and in the PDF, without script and without style.

Each has its finding as title, a description, direct labels, marks that differ by more than colour, and its table.
On a page: `{% include "charts/figure.html" with chart=chart %}`. In a document: `{{ chart.svg }}`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from hmislead.web import states
from hmislead.web.chart_parts import (
    MARKS,
    PALE,
    PALETTE,
    Plot,
    Series,
    bar_parts,
    fill_of,
    line_parts,
    number,
    part_names,
    round_up,
    short,
    sparse,
    square,
    text_width,
    ticks,
)

SQUARE, ROW = 34, 26  # pixels of a cell of the grid, as templates/charts/heat_grid.svg draws it

__all__ = ["Chart", "Series", "heat_grid", "line_chart", "stacked_bar"]


@dataclass(frozen=True)
class Chart:
    """A drawing with the same facts as a table. `title` is the finding in one sentence."""

    title: str
    svg: SafeString
    heads: list[str]
    rows: list[list[str]]
    keys: list[dict[str, str]] = field(default_factory=list)
    wide: bool = False


def line_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    top: float | None = None,
    summary: str = "",
) -> Chart:
    """Trends: one line a series, named at its end. `unit` follows numbers; `top` fixes the scale, as 100 for percent.

    Raises ValueError without labels, with more than six series, or when a series is not as long as the labels.
    """
    _check(labels, series)
    plot = Plot(left=48, top=16, width=520, height=200)
    ceiling = top or round_up(
        max(
            (value for each in series for value in each.values if value is not None),
            default=1,
        )
    )
    lines = [line_parts(each, index, plot, len(labels), ceiling) for index, each in enumerate(series)]
    part_names(lines, plot)
    context = {
        "width": round(plot.left + plot.width + max(text_width(line["name"]) for line in lines) + 70),
        "height": plot.top + plot.height + 34,
        "plot": plot,
        "ticks": [{"y": plot.y(mark, ceiling), "text": number(mark) + unit} for mark in ticks(ceiling)],
        "marks": sparse(labels, plot),
        "lines": lines,
        "unit": unit,
    }
    return _chart("charts/line.svg", title, summary, context, "", labels, series, unit)


def stacked_bar(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    summary: str = "",
    share: bool = False,
) -> Chart:
    """Parts: one horizontal bar a label, cut into the series. `share` draws every bar at full length, in percent.

    Raises ValueError as `line_chart` does.
    """
    _check(labels, series)
    left = min(max(text_width(label) for label in labels) + 16, 310)
    plot = Plot(left=left, top=6, width=700 - left - 60, height=len(labels) * 34)
    totals = [sum(each.values[row] or 0 for each in series) for row in range(len(labels))]
    fills = [fill_of(each, index) for index, each in enumerate(series)]
    bars = [
        bar_parts(
            label,
            [each.values[row] or 0 for each in series],
            fills,
            plot,
            row,
            totals[row] if share else max(totals),
            unit,
        )
        for row, label in enumerate(labels)
    ]
    context = {
        "width": 700,
        "height": plot.height + 14,
        "bars": bars,
        "fills": fills,
        "plot": plot,
    }
    keys = [
        {"name": each.name, "fill": fill["colour"], "striped": fill["striped"]}
        for each, fill in zip(series, fills, strict=True)
    ]
    return _chart(
        "charts/stacked_bar.svg",
        title,
        summary,
        context,
        "",
        labels,
        series,
        unit,
        keys=keys,
    )


def heat_grid(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    summary: str = "",
) -> Chart:
    """Subjects against requirements: `cells` holds a state for each row and column, drawn as a letter on a pale colour.

    Raises ValueError when the cells do not fit the rows and columns.
    """
    if len(cells) != len(rows) or any(len(line) != len(columns) for line in cells):
        raise ValueError("A grid needs one cell for each row and column.")
    left = min(max((text_width(row) for row in rows), default=60) + 12, 240)
    longest = min(max((text_width(column) for column in columns), default=40), 190)
    top = 18 + round(0.87 * longest)  # heads stand at 60 degrees
    context = {
        "width": round(left + len(columns) * SQUARE + 12 + top * 0.5),
        "height": top + len(rows) * ROW + 6,
        "left": left,
        "rows": [{"text": short(row, left - 12), "y": top + y * ROW + 17} for y, row in enumerate(rows)],
        "columns": [
            {"text": column, "x": left + x * SQUARE + SQUARE / 2 + 4, "y": top - 8} for x, column in enumerate(columns)
        ],
        "squares": _squares(rows, columns, cells, left, top),
    }
    order = list(states.SIGNS)
    used = sorted(
        {state for line in cells for state in line}, key=lambda each: order.index(each) if each in order else 99
    )
    keys = [
        {
            "name": states.sign(state).word,
            "mark": MARKS.get(state, "?"),
            "fill": PALE[states.sign(state).tone],
        }
        for state in used
    ]
    words = [Series(column, []) for column in columns]
    table = [[row, *(states.sign(state).word for state in line)] for row, line in zip(rows, cells, strict=True)]
    return _chart(
        "charts/heat_grid.svg",
        title,
        summary,
        context,
        "",
        rows,
        words,
        "",
        keys=keys,
        table=table,
    )


def _squares(
    rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[str]], left: float, top: float
) -> list[dict[str, Any]]:
    return [
        {**square(state), "x": left + x * SQUARE, "y": top + y * ROW, "label": f"{rows[y]}, {columns[x]}"}
        for y, line in enumerate(cells)
        for x, state in enumerate(line)
    ]


def _check(labels: Sequence[str], series: Sequence[Series]) -> None:
    if not labels or not series:
        raise ValueError("A chart needs labels and at least one series.")
    if len(series) > len(PALETTE):
        raise ValueError(f"A chart holds at most {len(PALETTE)} series: more cannot be told apart.")
    if any(len(each.values) != len(labels) for each in series):
        raise ValueError("Every series needs one value for each label.")


def _chart(
    template: str,
    title: str,
    summary: str,
    context: dict[str, Any],
    corner: str,
    labels: Sequence[str],
    series: Sequence[Series],
    unit: str,
    *,
    keys: list[dict[str, str]] | None = None,
    table: list[list[str]] | None = None,
) -> Chart:
    """The chart: drawing, table and key. The same facts draw the same bytes, so documents can be compared."""
    rows = table or [
        [
            label,
            *("not known" if (value := each.values[at]) is None else number(value) + unit for each in series),
        ]
        for at, label in enumerate(labels)
    ]
    mark = hashlib.sha256(repr((title, rows)).encode()).hexdigest()[:8]
    context |= {"title": title, "summary": summary or title, "id": f"chart-{mark}"}
    svg = SafeString(render_to_string(template, context).strip())
    return Chart(
        title,
        svg,
        [corner, *(each.name for each in series)],
        rows,
        keys or [],
        context["width"] > 560,
    )
