"""Two documents of the kind the product makes, fictional and the same every time: one page, and nine."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

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
    """What report.html reads: 40 agencies and 84 licenses, contents in front."""
    return {
        **_HEAD,
        "contents": True,
        "bars": [_bar(at, *pair) for at, pair in enumerate(_COUNTS)],
        "agencies": [_agency(at) for at in range(40)],
        "people": [_person(at) for at in range(84)],
        "changes": [f"{_name(at)} renewed its participation agreement on {at + 1} October." for at in range(14)],
    }


_COUNTS = [("Participation agreement", 40), ("Security officer", 36), ("Security training", 31), ("Fees paid", 38)]


def _bar(at: int, what: str, count: int) -> dict[str, Any]:
    met = count * 9
    y = 14 + at * 48
    place = {"y": y, "text_y": y + 17, "met": met, "rest_x": 190 + met, "rest": 360 - met}
    return {"what": what, "count": count, "short": 40 - count, **place}


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
