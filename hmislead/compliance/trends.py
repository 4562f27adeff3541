"""Compliance over time, by CoC and by requirement: the numbers behind the pictures, from the tallies."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from hmislead.compliance import registry
from hmislead.compliance.models import State, Tally
from hmislead.directory.models import CoC, Participation
from hmislead.web.charts import Chart, Series, line_chart, stacked_bar

HOLDS = (State.MET, State.DUE_SOON, State.WAIVED)
COUNTS = (*HOLDS, State.OVERDUE, State.NOT_MET)  # what does not apply is in no share


@dataclass(frozen=True)
class Share:
    """How many of the counted results hold."""

    holds: int
    counted: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.holds / self.counted, 1) if self.counted else None


def shares_by_day(tallies: QuerySet[Any]) -> dict[dt.date, Share]:
    """The share that holds, for each day that was evaluated, oldest first."""
    rows = tallies.filter(state__in=COUNTS).order_by("as_of").values("as_of")
    found = rows.annotate(n=Sum("count"), good=Sum("count", filter=Q(state__in=HOLDS)))
    return {row["as_of"]: Share(row["good"] or 0, row["n"]) for row in found}


def weekly(days: dict[dt.date, Share], *, most: int = 53) -> list[tuple[dt.date, Share]]:
    """One day a week, the last of each, at most the last `most`."""
    by_week = {day.isocalendar()[:2]: (day, share) for day, share in days.items()}
    return list(by_week.values())[-most:]


def over_time(user: Any, *, agencies: QuerySet[Any] | None = None) -> Chart | None:
    """The line of compliance over the year; None before the second evaluated week."""
    tallies = Tally.objects.visible_to(user)
    if agencies is not None:
        tallies = tallies.filter(organization__in=agencies.order_by().values("pk"))
    weeks = weekly(shares_by_day(tallies))
    if len(weeks) < 2:
        return None
    first, last = weeks[0][1].percent, weeks[-1][1].percent
    return line_chart(
        _finding(first, last, weeks[0][0]),
        [f"{day:%-d %b %y}" for day, _ in weeks],
        [Series("All requirements", [share.percent for _, share in weeks])],
        unit="%",
        top=100,
    )


def _finding(first: float | None, last: float | None, since: dt.date) -> str:
    if first is None or last is None:
        return "Too little was evaluated to compare"
    change = round(last - first)
    if abs(change) < 1:
        return f"{last:.0f}% of requirements hold, as on {since.day} {since:%B %Y}"
    way = "up" if change > 0 else "down"
    return f"{last:.0f}% of requirements hold, {way} from {first:.0f}% on {since.day} {since:%B %Y}"


def latest_day(user: Any) -> dt.date | None:
    """The last evaluated day."""
    return Tally.objects.visible_to(user).order_by("-as_of").values_list("as_of", flat=True).first()


def by_requirement(user: Any) -> Chart | None:
    """Parts in each state by requirement, on the last evaluated day."""
    day = latest_day(user)
    if day is None:
        return None
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in (
        Tally.objects.visible_to(user)
        .filter(as_of=day)
        .order_by()
        .values("requirement", "state")
        .annotate(n=Sum("count"))
    ):
        counts[row["requirement"]][row["state"]] = row["n"]
    shown = [each for each in registry.ordered() if each.code in counts]
    return _state_bars(
        _worst_finding({each.title: counts[each.code] for each in shown}),
        [each.title for each in shown],
        [counts[each.code] for each in shown],
    )


def by_coc(user: Any) -> Chart | None:
    """Parts in each state by CoC, on the last evaluated day: its own requirements and its agencies'."""
    day = latest_day(user)
    cocs = list(CoC.objects.visible_to(user))
    if day is None or not cocs:
        return None
    rows = Tally.objects.visible_to(user).filter(as_of=day).order_by()
    counts = []
    for coc in cocs:  # a handful: an implementation serves few CoCs
        agencies = Participation.objects.filter(coc=coc, ends_on=None).values("organization")
        share = rows.filter(Q(coc=coc) | Q(organization__in=agencies)).values("state").annotate(n=Sum("count"))
        counts.append({row["state"]: row["n"] for row in share})
    labels = [coc.number for coc in cocs]
    return _state_bars(_worst_finding(dict(zip(labels, counts, strict=True))), labels, counts)


def _state_bars(title: str, labels: list[str], counts: list[dict[str, int]]) -> Chart | None:
    groups = {
        "Hold": (HOLDS, "met"),
        "Overdue": ((State.OVERDUE,), "overdue"),
        "Not met": ((State.NOT_MET,), "due_soon"),
        "Not applicable": ((State.NOT_APPLICABLE,), "not_applicable"),
    }
    if not labels:
        return None
    series = [
        Series(name, [sum(each.get(state, 0) for state in states) for each in counts], tone)
        for name, (states, tone) in groups.items()
    ]
    return stacked_bar(title, labels, [each for each in series if any(each.values)] or series[:1], share=True)


def _worst_finding(counts: dict[str, dict[str, int]]) -> str:
    """The finding as a sentence: where the most fail."""
    failing = {
        name: sum(each.get(state, 0) for state in (State.OVERDUE, State.NOT_MET)) for name, each in counts.items()
    }
    name, most = max(failing.items(), key=lambda item: item[1], default=("", 0))
    if most == 0:
        return "Everything that applies holds"
    counted = sum(counts[name].get(state, 0) for state in COUNTS)
    return f"{name}: {most} of {counted} do not hold, the most of all"
