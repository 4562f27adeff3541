"""The shape of reports that are an answer, a picture and tables: plain facts, drawn the same in the PDF and the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hmislead.catalogue.models import Standard
from hmislead.directory.models import CoC
from hmislead.tenancy import context
from reporting.facts.results import Day

Facts = dict[str, Any]
# What a column holds: words, a state of the one vocabulary, a day, or a number.
TEXT, STATE, DAY, NUMBER = "text", "state", "day", "number"
PAST = "This day is over: it is told as it is known today, with what was entered since."


def column(label: str, kind: str = TEXT, *, width: str = "") -> Facts:
    """A column's head and what it holds. `width` is `quarter`, `third`, or nothing: as wide as its words ask for."""
    return {"label": label, "kind": kind, "width": width}


def table(
    title: str,
    columns: Sequence[Facts | str],
    rows: Iterable[Sequence[Any]],
    *,
    lead: str = "",
    empty: str,
    wide: bool = False,
) -> Facts:
    """One table: `rows` have a value a column, `empty` is said in place of a table without rows, a `wide` one turns the
    page of the PDF."""
    heads = [column(each) if isinstance(each, str) else each for each in columns]
    return {
        "title": title,
        "columns": heads,
        "rows": [list(row) for row in rows],
        "lead": lead,
        "empty": empty,
        "wide": wide,
    }


def facts(
    *,
    coc: CoC | None,
    day: Day,
    answer: str,
    tables: Sequence[Facts],
    method: Sequence[str],
    words: Sequence[tuple[str, str]],
    standards: Sequence[str],
    more: Sequence[str] = (),
    bars: Sequence[tuple[str, dict[str, int]]] = (),
    past: str = PAST,
) -> Facts:
    """The facts of a report. `bars` are (label, how many by state) of its picture; `words` are states and what they mean;
    `standards` are ids of the catalogue; `past` says of a day that is over what is told as it is today."""
    return {
        "about": str(coc) if coc else context.current().name,
        "answer": answer,
        "more": [*more, past] if day.is_past else list(more),
        "bars": [list(each) for each in bars],
        "tables": list(tables),
        "method": list(method),
        "words": [list(each) for each in words],
        "standards": _standards(standards),
    }


def _standards(codes: Sequence[str]) -> list[Facts]:
    known = Standard.objects.filter(pk__in=codes)
    return [{"id": row.pk, "label": row.label, "requirements": []} for row in known]
