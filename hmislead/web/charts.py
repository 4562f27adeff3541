"""Charts drawn on the server as SVG: the same picture on the page and in the PDF, without script and without style.

Each has its finding as title, a description, direct labels, marks that differ by more than colour, and its table.
On a page: `{% include "charts/figure.html" with chart=chart %}`. In a document: `{{ chart.svg }}`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from hmislead.web import states

# Six colours told apart with every common kind of colour blindness, each at least 4:1 on white.
PALETTE = ("#155a94", "#b8500f", "#18786a", "#80479b", "#5f6b7a", "#a02c54")
DASHES = ("", "7 3", "2 3", "10 3 2 3", "5 5", "1 4")
STATE_FILLS = {
    states.GOOD: "#2f8a57",
    states.WARN: "#d99a1c",
    states.BAD: "#b3333b",
    states.WAIT: "#2e74b0",
    states.VIOLET: "#7a5bbf",
    states.QUIET: "#8d97a4",
}
# Two states of one tone are told apart by a pattern: overdue is striped, not met is plain.
STRIPED = {"overdue", "not_applicable", "queued"}
PALE = {
    states.GOOD: "#dcefe3",
    states.WARN: "#fbe8bd",
    states.BAD: "#f8dada",
    states.WAIT: "#dbe9f6",
    states.VIOLET: "#e8e0f7",
    states.QUIET: "#eceff3",
}
LETTER_WIDTH = 6.8  # of 13-pixel text, on the safe side: SVG cannot measure text on the server


@dataclass(frozen=True)
class Series:
    """One line, or one part of every bar. `values` follow the chart's labels; None is "not known" and leaves a gap."""

    name: str
    values: Sequence[float | None]
    state: str = ""  # a state of states.py: its colour and pattern are then used


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
    plot = _Plot(left=48, top=16, width=520, height=200)
    ceiling = top or _round_up(
        max(
            (value for each in series for value in each.values if value is not None),
            default=1,
        )
    )
    lines = [_line(each, index, plot, len(labels), ceiling) for index, each in enumerate(series)]
    _part(lines, plot)
    context = {
        "width": round(plot.left + plot.width + max(_text_width(line["name"]) for line in lines) + 70),
        "height": plot.top + plot.height + 34,
        "plot": plot,
        "ticks": [{"y": plot.y(mark, ceiling), "text": _number(mark) + unit} for mark in _ticks(ceiling)],
        "marks": _sparse(labels, plot),
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
    left = min(max(_text_width(label) for label in labels) + 16, 240)
    plot = _Plot(left=left, top=6, width=700 - left - 60, height=len(labels) * 34)
    totals = [sum(each.values[row] or 0 for each in series) for row in range(len(labels))]
    fills = [_fill(each, index) for index, each in enumerate(series)]
    bars = [
        _bar(
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
    left = min(max((_text_width(row) for row in rows), default=60) + 12, 240)
    longest = min(max((_text_width(column) for column in columns), default=40), 190)
    size, top = 34, 18 + round(0.87 * longest)  # heads stand at 60 degrees
    squares = [
        {
            **_square(state),
            "x": left + x * size,
            "y": top + y * 26,
            "label": f"{rows[y]}, {columns[x]}",
        }
        for y, line in enumerate(cells)
        for x, state in enumerate(line)
    ]
    context = {
        "width": round(left + len(columns) * size + 12 + top * 0.5),
        "height": top + len(rows) * 26 + 6,
        "left": left,
        "rows": [{"text": _short(row, left - 12), "y": top + y * 26 + 17} for y, row in enumerate(rows)],
        "columns": [
            {"text": column, "x": left + x * size + size / 2 + 4, "y": top - 8} for x, column in enumerate(columns)
        ],
        "squares": squares,
    }
    used = sorted({state for line in cells for state in line}, key=list(states.SIGNS).index)
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


MARKS = {
    "met": "✓",
    "due_soon": "!",
    "overdue": "O",
    "not_met": "✕",
    "not_applicable": "–",
    "waived": "W",
}


@dataclass(frozen=True)
class _Plot:
    """The rectangle of the drawing in which values stand."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def x(self, index: int, count: int) -> float:
        return round(
            self.left + (self.width * index / (count - 1) if count > 1 else self.width / 2),
            1,
        )

    def y(self, value: float, ceiling: float) -> float:
        return round(self.bottom - self.height * min(value, ceiling) / ceiling, 1)


def _check(labels: Sequence[str], series: Sequence[Series]) -> None:
    if not labels or not series:
        raise ValueError("A chart needs labels and at least one series.")
    if len(series) > len(PALETTE):
        raise ValueError(f"A chart holds at most {len(PALETTE)} series: more cannot be told apart.")
    if any(len(each.values) != len(labels) for each in series):
        raise ValueError("Every series needs one value for each label.")


def _line(series: Series, index: int, plot: _Plot, count: int, ceiling: float) -> dict[str, Any]:
    """A line as its path (a new stroke after each gap), its points and where its name stands."""
    points = [
        (plot.x(at, count), plot.y(value, ceiling)) for at, value in enumerate(series.values) if value is not None
    ]
    strokes, pen = [], "M"
    for at, value in enumerate(series.values):
        if value is None:
            pen = "M"
            continue
        strokes.append(f"{pen}{plot.x(at, count)} {plot.y(value, ceiling)}")
        pen = "L"
    last = next((value for value in reversed(series.values) if value is not None), None)
    return {
        "name": series.name,
        "path": " ".join(strokes),
        "points": points,
        "end": points[-1] if points else (plot.right, plot.bottom),
        "label_y": points[-1][1] if points else plot.bottom,
        "last": "" if last is None else _number(last),
        "colour": _fill(series, index)["colour"] if series.state else PALETTE[index],
        "dash": DASHES[index],
    }


def _part(lines: list[dict[str, Any]], plot: _Plot) -> None:
    """Push the names at the ends of lines apart, so that none stands on another."""
    lowest = plot.top - 15
    for line in sorted(lines, key=lambda each: each["label_y"]):
        line["label_y"] = lowest = max(line["label_y"], lowest + 16)
    over = lowest - plot.bottom
    if over > 0:
        for line in lines:
            line["label_y"] -= over


def _bar(
    label: str,
    values: list[float],
    fills: list[dict[str, str]],
    plot: _Plot,
    row: int,
    whole: float,
    unit: str,
) -> dict[str, Any]:
    at, parts = plot.left, []
    for value, fill in zip(values, fills, strict=True):
        width = round(plot.width * value / whole, 1) if whole else 0
        text = _number(value) if width >= _text_width(_number(value)) + 8 else ""
        if value:
            parts.append(
                {
                    "x": round(at, 1),
                    "width": width,
                    "middle": round(at + width / 2, 1),
                    "text": text,
                    **fill,
                }
            )
        at += width
    total = _number(sum(values)) + unit
    return {
        "label": _short(label, plot.left - 16),
        "y": plot.top + row * 34 + 4,
        "parts": parts,
        "end": round(at, 1),
        "total": total,
    }


def _fill(series: Series, index: int) -> dict[str, str]:
    """Colour, whether it is striped, and the ink that is read on it."""
    tone = states.sign(series.state).tone if series.state else ""
    colour = STATE_FILLS[tone] if tone else PALETTE[index]
    dark_ink = tone in {states.WARN, states.QUIET}
    striped = series.state in STRIPED if series.state else index % 2 == 1
    return {
        "colour": colour,
        "striped": "yes" if striped else "",
        "ink": "light" if dark_ink else "dark",
        "index": str(index),
    }


def _square(state: str) -> dict[str, str]:
    tone = states.sign(state).tone
    return {
        "fill": PALE[tone],
        "mark": MARKS.get(state, "?"),
        "word": states.sign(state).word,
    }


def _round_up(value: float) -> float:
    """The next round number a scale may end at: 1, 2, 2.5, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1
    power = 10 ** math.floor(math.log10(value))
    return float(next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value))


def _ticks(ceiling: float) -> list[float]:
    return [ceiling * step / 4 for step in range(5)] if ceiling >= 4 else [0, ceiling]


def _sparse(labels: Sequence[str], plot: _Plot) -> list[dict[str, Any]]:
    """The labels there is room for: the last, and every n-th back from it."""
    room = max(1, int(plot.width / (max(_text_width(label) for label in labels) + 18)))
    step = math.ceil(len(labels) / room)
    kept = range(len(labels) - 1, -1, -step)
    return [{"x": plot.x(index, len(labels)), "text": labels[index]} for index in kept]


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _text_width(text: str) -> float:
    return len(text) * LETTER_WIDTH


def _short(text: str, width: float) -> str:
    room = int(width / LETTER_WIDTH) + 1
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"


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
            *("not known" if (value := each.values[at]) is None else _number(value) + unit for each in series),
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
