"""Pages on which a case moves on: each move is one form, taken to one operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponseBase
from django.urls import reverse

from hmislead.web.form_pages import FormPage, answer_sent


@dataclass(frozen=True)
class Move:
    """One way on. `states`: from which states it is offered; `act(case, data, by)` does it and gives the sentence shown."""

    key: str
    title: str
    button: str
    form: Callable[..., forms.Form]
    states: tuple[str, ...]
    act: Callable[[Any, dict[str, Any], Any], str]
    line: str | Callable[[Any], str] = ""
    danger: bool = False
    names_rows: bool = False  # its form offers rows that the reader may see
    start: Callable[[Any], dict[str, Any]] | None = None


def offered(moves: dict[str, Move], case: Any) -> list[Move]:
    """The moves a case can make from its state, in the order of the table."""
    return [move for move in moves.values() if case.state in move.states]


def answer_move(request: Any, moves: dict[str, Move], key: str, case: Any) -> HttpResponseBase:
    """The page of one move. A move that its state does not know is told by the operation, in a sentence."""
    if key not in moves:
        raise Http404
    move = moves[key]
    given = {"by": request.user} if move.names_rows else {}
    initial = move.start(case) if move.start else {}
    form = move.form(request.POST if request.method == "POST" else None, initial=initial, **given)
    back = case.get_absolute_url()
    line = move.line(case) if callable(move.line) else move.line
    page = FormPage(move.title, move.button, back, line, [(str(case), back)], danger=move.danger)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        return back, move.act(case, data, request.user)

    return answer_sent(request, form, page, act)


def at(request: Any, name: str, **kwargs: Any) -> str:
    """The address of a page of cases."""
    return reverse(f"cases:{name}", kwargs={"slug": request.implementation.slug, **kwargs})
