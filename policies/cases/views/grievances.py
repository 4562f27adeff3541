"""Pages of grievances."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from policies.cases import forms, policy
from policies.cases.lists import GRIEVANCES
from policies.cases.models import Grievance
from policies.cases.operations import grievances
from policies.cases.views.moves import Move, answer_move, at, offered

State = Grievance.State


@page("manage_cases")
def grievance_list(request: Any) -> HttpResponse:
    return render_list(request, GRIEVANCES, Grievance.objects.visible_to(request.user).select_related("organization"))


@page(MEMBER)
def grievance_new(request: Any) -> HttpResponseBase:
    back = at(request, "mine")
    line = "Complain about the HMIS or how it is run. You get a decision with its reasons."
    about = FormPage("File a grievance", "File grievance", back, line, [("Report or complain", back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        made, code = grievances.file_grievance(by=request.user, **data)
        if made.reporter_id:
            return made.get_absolute_url(), f"Grievance {made.number} arrived. You can follow it here."
        told = f"Grievance {made.number} arrived without your name."
        return back, f"{told} Its code is {code}: follow and appeal it on the public page."

    return answer_sent(request, forms.GrievanceForm(request.POST or None, by=request.user), about, act)


@page(MEMBER)
def grievance_detail(request: Any, pk: UUID) -> HttpResponse:
    rows = Grievance.objects.visible_to(request.user).select_related("organization", "reporter")
    found = get_object_or_404(rows, pk=pk)
    handles = policy.can_handle(request.user)
    theirs = policy.is_reporter(request.user, found)
    in_time = found.appeal_until is not None and settings.today() <= found.appeal_until
    shown = {
        "case": found,
        "handles": handles,
        "moves": [each for each in offered(MOVES, found) if _fits(each, found)] if handles else [],
        "may_appeal": (handles or theirs) and found.state == State.DECIDED and in_time,
        "may_rate": theirs and found.state in {State.DECIDED, State.CLOSED},
        "notes": found.notes.select_related("by") if handles else [],
    }
    return render(request, "policies/cases/grievance_detail.html", shown)


@page("manage_cases")
def grievance_move(request: Any, pk: UUID, move: str) -> HttpResponseBase:
    return answer_move(request, MOVES, move, get_object_or_404(Grievance.objects.visible_to(request.user), pk=pk))


@page(MEMBER)
def grievance_appeal(request: Any, pk: UUID) -> HttpResponseBase:
    return _own(request, pk, "Appeal the decision", "File appeal", forms.AppealForm, _appeal)


@page(MEMBER)
def grievance_rate(request: Any, pk: UUID) -> HttpResponseBase:
    found = get_object_or_404(Grievance.objects.visible_to(request.user), pk=pk)
    if not policy.is_reporter(request.user, found):
        raise Http404
    return _own(request, pk, "How was it handled?", "Send answer", forms.RateForm, _rate)


def _own(request: Any, pk: UUID, title: str, button: str, form: Any, do: Any) -> HttpResponseBase:
    found = get_object_or_404(Grievance.objects.visible_to(request.user), pk=pk)
    back = found.get_absolute_url()
    about = FormPage(title, button, back, "", [(str(found), back)])
    return answer_sent(request, form(request.POST or None), about, lambda data: (back, do(found, data, request.user)))


def _fits(move: Move, case: Grievance) -> bool:
    """A decision that can still be appealed is not closed by hand."""
    in_time = case.appeal_until is not None and settings.today() <= case.appeal_until
    return not (move.key == "close" and case.state == State.DECIDED and in_time)


def _appeal(case: Grievance, data: dict[str, Any], by: Any) -> str:
    grievances.appeal(grievance_id=case.pk, by=by, **data)
    return "The appeal is filed."


def _rate(case: Grievance, data: dict[str, Any], by: Any) -> str:
    grievances.rate(grievance_id=case.pk, by=by, **data)
    return "Thank you."


def _acknowledge(case: Grievance, data: dict[str, Any], by: Any) -> str:
    grievances.acknowledge(grievance_id=case.pk, by=by, **data)
    return "Acknowledged. Who complains is told."


def _review(case: Grievance, data: dict[str, Any], by: Any) -> str:
    grievances.begin_review(grievance_id=case.pk, by=by, **data)
    return "In review."


def _decide(case: Grievance, data: dict[str, Any], by: Any) -> str:
    grievances.decide(grievance_id=case.pk, by=by, **data)
    return "Decided. Who complains can read the decision."


def _close(case: Grievance, data: dict[str, Any], by: Any) -> str:
    grievances.close(grievance_id=case.pk, by=by, **data)
    return "Closed."


Note = forms.OptionalNoteForm
OPEN_END = (State.APPEALED, State.DECIDED)
MOVES = {
    move.key: move
    for move in (
        Move("acknowledge", "Acknowledge this grievance", "Acknowledge", Note, (State.RECEIVED,), _acknowledge),
        Move("review", "Start the review", "Start review", Note, (State.ACKNOWLEDGED,), _review),
        Move("decide", "Decide this grievance", "Decide grievance", forms.DecideForm, (State.IN_REVIEW,), _decide),
        Move("close", "Close this grievance", "Close grievance", forms.CloseGrievanceForm, OPEN_END, _close),
    )
}  # fmt: skip
