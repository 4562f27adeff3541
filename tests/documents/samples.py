"""Two documents of the kind the product makes, fictional and the same every time: one page, and nine."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hmislead.web import charts, states

TEMPLATES = Path(__file__).parent / "templates"

_HEAD: dict[str, Any] = {
    "implementation_name": "Three Rivers HMIS",
    "period": "1 October to 31 October 2026",
    "asked_by": "Dana Whitfield, HMIS Lead",
    "made_at": datetime(2026, 11, 2, 14, 5, tzinfo=UTC),
    "data_as_of": date(2026, 10, 31),
}
_NAMES = ["Harbor House", "Northside Shelter", "Maple Street Family Center", "County of Alder, Human Services"]
_STATES = ["met", "met", "met", "due_soon", "met", "overdue", "met", "not_applicable", "waived", "not_met"]


def letter() -> dict[str, Any]:
    """What letter.html reads: one agency, on one page."""
    rows = [
        ("Participation agreement", "met", "30 June 2027"),
        ("Security officer named", "met", "no end"),
        ("Annual security training", "due_soon", "30 November 2026"),
        ("Comparable database attestation", "not_applicable", "–"),
    ]
    asked = [{"what": what, "state": state, "until": until} for what, state, until in rows]
    return {**_HEAD, "agency": "Harbor House", "rows": asked}


def report() -> dict[str, Any]:
    """What report.html reads: 40 agencies, 3 pictures and 40 licenses, contents in front."""
    return {
        **_HEAD,
        "contents": True,
        "standing": _standing(),
        "trend": _trend(),
        "grid": _grid(),
        "agencies": [_agency(at) for at in range(40)],
        "people": [_person(at) for at in range(40)],
        "changes": [f"{_name(at)} renewed its participation agreement on {at + 1} October." for at in range(14)],
    }


_ASKED = ["Participation agreement", "Security officer", "Security training", "Fees paid"]


def _standing() -> charts.Chart:
    parts = {"met": [40, 36, 31, 38], "due_soon": [0, 2, 3, 0], "overdue": [0, 0, 4, 2], "not_met": [0, 2, 2, 0]}
    series = [charts.Series(states.sign(state).word, values, state) for state, values in parts.items()]
    return charts.stacked_bar("Security training is where most agencies fall short", _ASKED, series)


def _trend() -> charts.Chart:
    months = ["May", "June", "July", "August", "September", "October"]
    series = [
        charts.Series("Alder County", [82, 84, 84, 88, 91, 90]),
        charts.Series("Balance of State", [74, 73, None, 80, 79, 71]),
    ]
    return charts.line_chart("The Balance of State lost 8 points in October", months, series, unit="%", top=100)


def _grid() -> charts.Chart:
    cells = [[_STATES[(row * 3 + column) % 10] for column in range(4)] for row in range(12)]
    return charts.heat_grid("9 agencies lack something", [_name(row) for row in range(12)], _ASKED, cells)


def _name(at: int) -> str:
    return f"{_NAMES[at % 4]} {at // 4 + 1}"


def _agency(at: int) -> dict[str, Any]:
    states = {"agreement": _STATES[at % 3], "training": _STATES[at % 10], "officer": _STATES[(at * 3) % 8]}
    return {"name": _name(at), "people": 3 + at % 7 * 5, **states}


def _person(at: int) -> dict[str, Any]:
    reason = "Annual security training ended; the refresher course is open to them until the end of November."
    return {
        "number": f"L-{1040 + at}",
        "agency": _name(at % 40),
        "state": "blocked" if at % 3 else "suspended",
        "reason": reason if at % 4 else "The agency’s participation agreement has ended.",
        "since": f"{at % 28 + 1} October 2026",
    }
