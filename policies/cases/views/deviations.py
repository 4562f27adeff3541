"""Pages of deviation reports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from policies.cases import policy
from policies.cases.forms import CloseReportForm, NoteForm, ReportForm, ReviewForm
from policies.cases.lists import DEVIATIONS
from policies.cases.models import Deviation, Grievance, Sanction
from policies.cases.operations import deviations
from policies.cases.views.moves import Move, answer_move, at, offered

State = Deviation.State


@page("manage_cases")
def deviation_list(request: Any) -> HttpResponse:
    rows = Deviation.objects.visible_to(request.user).select_related("document", "organization", "violation_class")
    return render_list(request, DEVIATIONS, rows)


@page(MEMBER)
def mine(request: Any) -> HttpResponse:
    """Report or complain: the two forms, and what the reader sent signed in."""
    user_id = request.access.user_id
    shown = {
        "deviations": Deviation.objects.visible_to(request.user).filter(reporter_id=user_id)[:50],
        "grievances": Grievance.objects.visible_to(request.user).filter(reporter_id=user_id)[:50],
    }
    return render(request, "policies/cases/mine.html", shown)


@page(MEMBER)
def deviation_new(request: Any) -> HttpResponseBase:
    back = at(request, "mine")
    line = "Tell us that a policy was not kept. Nobody is named in what others read."
    about = FormPage("Report a deviation", "Send report", back, line, [("Report or complain", back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        made, code = deviations.report_deviation(by=request.user, **data)
        if made.reporter_id:
            return made.get_absolute_url(), f"Report {made.number} arrived. You can follow it here."
        return (
            back,
            f"Report {made.number} arrived without your name. Its code is {code}: follow it on the public page.",
        )

    return answer_sent(request, ReportForm(request.POST or None, by=request.user), about, act)


@page(MEMBER)
def deviation_detail(request: Any, pk: UUID) -> HttpResponse:
    """For who sent it, how it stands; for who handles it, everything."""
    rows = Deviation.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("document", "organization", "violation_class", "reporter"), pk=pk)
    handles = policy.can_handle(request.user)
    shown = {
        "case": found,
        "handles": handles,
        "moves": offered(MOVES, found) if handles else [],
        "may_propose": handles and found.violation_class_id and found.state in {State.REVIEWED, State.ACTION},
        "propose_for": f"{at(request, 'sanction-propose')}?report={pk}",
        "sanctions": Sanction.objects.visible_to(request.user).filter(violation__deviation=found) if handles else [],
        "notes": found.notes.select_related("by") if handles else [],
    }
    return render(request, "policies/cases/deviation_detail.html", shown)


@page("manage_cases")
def deviation_move(request: Any, pk: UUID, move: str) -> HttpResponseBase:
    return answer_move(request, MOVES, move, get_object_or_404(Deviation.objects.visible_to(request.user), pk=pk))


def _review(case: Deviation, data: dict[str, Any], by: Any) -> str:
    deviations.review_deviation(deviation_id=case.pk, by=by, **data)
    return "Reviewed. Take action or close it next."


def _act(case: Deviation, data: dict[str, Any], by: Any) -> str:
    deviations.act_on_deviation(deviation_id=case.pk, by=by, **data)
    return "Action recorded."


def _close(case: Deviation, data: dict[str, Any], by: Any) -> str:
    deviations.close_deviation(deviation_id=case.pk, by=by, **data)
    return "Closed. Who reported it can read your answer."


MOVES = {
    move.key: move
    for move in (
        Move("review", "Review this report", "Save review", ReviewForm, (State.RECEIVED,), _review, names_rows=True),
        Move("act", "Record what is done", "Record action", NoteForm, (State.REVIEWED,), _act),
        Move("close", "Close this report", "Close report", CloseReportForm, (State.REVIEWED, State.ACTION), _close),
    )
}
