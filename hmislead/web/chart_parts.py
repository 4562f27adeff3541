"""The geometry, colours and marks charts are made of: plain numbers for the templates in templates/charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

MARKS = {
    "met": "✓",
    "due_soon": "!",
    "overdue": "O",
    "not_met": "✕",
    "not_applicable": "–",
    "waived": "W",
}


@dataclass(frozen=True)
class Series:
    """One line, or one part of every bar. `values` follow the chart's labels; None is "not known" and leaves a gap."""

    name: str
    values: Sequence[float | None]
    state: str = ""  # a state of states.py: its colour and pattern are then used


@dataclass(frozen=True)
class Plot:
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


def line_parts(series: Series, index: int, plot: Plot, count: int, ceiling: float) -> dict[str, Any]:
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
        "last": "" if last is None else number(last),
        "colour": fill_of(series, index)["colour"] if series.state else PALETTE[index],
        "dash": DASHES[index],
    }


def part_names(lines: list[dict[str, Any]], plot: Plot) -> None:
    """Push the names at the ends of lines apart, so that none stands on another."""
    lowest = plot.top - 15
    for line in sorted(lines, key=lambda each: each["label_y"]):
        line["label_y"] = lowest = max(line["label_y"], lowest + 16)
    over = lowest - plot.bottom
    if over > 0:
        for line in lines:
            line["label_y"] -= over


def bar_parts(
    label: str,
    values: list[float],
    fills: list[dict[str, str]],
    plot: Plot,
    row: int,
    whole: float,
    unit: str,
) -> dict[str, Any]:
    at, parts = plot.left, []
    for value, fill in zip(values, fills, strict=True):
        width = round(plot.width * value / whole, 1) if whole else 0
        text = number(value) if width >= text_width(number(value)) + 8 else ""
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
    total = number(sum(values)) + unit
    return {
        "label": short(label, plot.left - 16),
        "y": plot.top + row * 34 + 4,
        "parts": parts,
        "end": round(at, 1),
        "total": total,
    }


def fill_of(series: Series, index: int) -> dict[str, str]:
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


def square(state: str) -> dict[str, str]:
    tone = states.sign(state).tone
    return {
        "fill": PALE[tone],
        "mark": MARKS.get(state, "?"),
        "word": states.sign(state).word,
    }


def round_up(value: float) -> float:
    """The next round number a scale may end at: 1, 2, 2.5, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1
    power = 10 ** math.floor(math.log10(value))
    return float(next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value))


def ticks(ceiling: float) -> list[float]:
    return [ceiling * step / 4 for step in range(5)] if ceiling >= 4 else [0, ceiling]


def sparse(labels: Sequence[str], plot: Plot) -> list[dict[str, Any]]:
    """The labels there is room for: the last, and every n-th back from it."""
    room = max(1, int(plot.width / (max(text_width(label) for label in labels) + 18)))
    step = math.ceil(len(labels) / room)
    kept = range(len(labels) - 1, -1, -step)
    return [{"x": plot.x(index, len(labels)), "text": labels[index]} for index in kept]


def number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def text_width(text: str) -> float:
    return len(text) * LETTER_WIDTH


def short(text: str, width: float) -> str:
    room = int(width / LETTER_WIDTH) + 1
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"
