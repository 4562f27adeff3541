"""Pages of sanctions."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.directory.models import License, Organization
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from hmislead.web.templatetags.web import long_date
from policies.cases import forms, policy
from policies.cases.lists import SANCTIONS
from policies.cases.models import Deviation, Sanction
from policies.cases.operations import appeals, sanctions
from policies.cases.querysets import covering
from policies.cases.views.moves import Move, answer_move, at, offered

State = Sanction.State


@page("view_evidence")
def sanction_list(request: Any) -> HttpResponse:
    return render_list(request, SANCTIONS, Sanction.objects.visible_to(request.user).for_list())


@page(MEMBER)
def license_sanctions(request: Any, pk: UUID) -> HttpResponse:
    """The sanctions on one license, its agency's own included."""
    license = get_object_or_404(
        License.objects.visible_to(request.user).select_related("person", "organization"), pk=pk
    )
    rows = Sanction.objects.visible_to(request.user).filter(covering(license)).for_list()
    return render(request, "policies/cases/license_sanctions.html", {"license": license, "sanctions": rows})


@page(MEMBER)
def sanction_detail(request: Any, pk: UUID) -> HttpResponse:
    rows = Sanction.objects.visible_to(request.user).select_related("violation__deviation", "license", "approved_by")
    found = get_object_or_404(rows.for_list(), pk=pk)
    handles = policy.can_handle(request.user)
    shown = {
        "case": found,
        "violation": found.violation,
        "others": Sanction.objects.visible_to(request.user).filter(violation=found.violation).exclude(pk=pk),
        "handles": handles,
        "may_list": request.access.has("view_evidence"),
        "moves": [move for move in offered(MOVES, found) if _fits(move, found, request.user)] if handles else [],
        "may_appeal": _may_appeal(found, request.user),
        "notes": found.notes.select_related("by") if handles else [],
    }
    return render(request, "policies/cases/sanction_detail.html", shown)


def _fits(move: Move, case: Sanction, user: Any) -> bool:
    """An approval is asked for once and of who may give it; notice waits for it."""
    if move.key == "approve":
        return case.needs_approval and policy.can_approve(user, case)
    return move.key != "notify" or not case.needs_approval


def _may_appeal(case: Sanction, user: Any) -> bool:
    if case.state not in {State.NOTIFIED, State.IN_EFFECT} or case.appealed_on:
        return False
    in_time = case.appeal_until is None or settings.today() <= case.appeal_until
    return in_time and policy.can_appeal(user, case)


@page("manage_cases")
def sanction_propose(request: Any) -> HttpResponseBase:
    """From a deviation report (`?report=`), or for a violation that was found otherwise; the agency is chosen first."""
    report = _report(request)
    agency = _agency(request, report)
    back = report.get_absolute_url() if report else at(request, "sanction-list")
    line = "The offense is counted, and the ladder says which sanctions follow. Nobody is told yet."
    crumbs = [("Sanctions", at(request, "sanction-list"))]
    if agency is None and request.method != "POST":
        about = FormPage("Propose a sanction", "Continue", back, "Choose the agency it is about.", crumbs)
        shown = {"form": forms.AgencyForm(by=request.user), "page": about, "report": report}
        return render(request, "policies/cases/propose_agency.html", shown)
    about = FormPage(
        "Propose a sanction", "Propose sanction", back, line, crumbs,
        template="policies/cases/propose.html", context={"report": report},
    )  # fmt: skip
    start: dict[str, Any] = {"happened_on": settings.today(), "organization": agency}
    if report:
        start["happened_on"] = report.happened_on or report.received_on
        start["violation_class"] = report.violation_class_id

    def act(data: dict[str, Any]) -> tuple[str, str]:
        made = sanctions.propose(by=request.user, deviation_id=report.pk if report else None, **data)
        offense = made[0].violation.offense
        words = " and ".join(each.get_kind_display().lower() for each in made)
        return made[0].get_absolute_url(), f"Offense {offense}. By the ladder: {words}. Look it over, then give notice."

    form = forms.ProposeForm(request.POST or None, by=request.user, agency=agency, initial=start)
    return answer_sent(request, form, about, act)


def _agency(request: Any, report: Deviation | None) -> Organization | None:
    """The agency that was chosen (`?organization=`), else the one the report names."""
    chosen = request.GET.get("organization", report.organization_id if report else "")
    try:
        return Organization.objects.visible_to(request.user).current().filter(pk=UUID(str(chosen))).first()
    except ValueError:
        return None  # none chosen yet: the page asks


def _report(request: Any) -> Deviation | None:
    key = request.GET.get("report", "")
    rows = Deviation.objects.visible_to(request.user)
    try:
        return get_object_or_404(rows, pk=UUID(key)) if key else None
    except ValueError:
        return None  # no key of a report: the page proposes without one


@page("manage_cases")
def sanction_move(request: Any, pk: UUID, move: str) -> HttpResponseBase:
    return answer_move(request, MOVES, move, get_object_or_404(Sanction.objects.visible_to(request.user), pk=pk))


@page(MEMBER)
def sanction_appeal(request: Any, pk: UUID) -> HttpResponseBase:
    found = get_object_or_404(Sanction.objects.visible_to(request.user), pk=pk)
    back = found.get_absolute_url()
    holds = settings.value("cases.appeal_suspends")
    line = "The sanction waits until the appeal is decided." if holds else "The sanction goes on until it is decided."
    about = FormPage("Appeal this sanction", "File appeal", back, line, [(str(found), back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        appeals.appeal(sanction_id=pk, by=request.user, **data)
        return back, "Your appeal is filed. You are told when it is decided."

    return answer_sent(request, forms.AppealForm(request.POST or None), about, act)


def _told(sentence: str, stay: list[str]) -> str:
    """What was done, and why some licenses stay suspended."""
    return " ".join([sentence, *dict.fromkeys(stay)])


def _approve(case: Sanction, data: dict[str, Any], by: Any) -> str:
    sanctions.approve(sanction_id=case.pk, by=by, **data)
    return "Approval recorded."


def _notify(case: Sanction, data: dict[str, Any], by: Any) -> str:
    done = sanctions.notify(sanction_id=case.pk, by=by)
    return "Notice given. It is in effect." if done.state == State.IN_EFFECT else "Notice given."


def _change(case: Sanction, data: dict[str, Any], by: Any) -> str:
    sanctions.change(sanction_id=case.pk, by=by, **data)
    return "Changed. The reason is on record."


def _withdraw(case: Sanction, data: dict[str, Any], by: Any) -> str:
    sanctions.withdraw(sanction_id=case.pk, by=by, **data)
    return "Withdrawn. It counts as no offense."


def _lift(case: Sanction, data: dict[str, Any], by: Any) -> str:
    return _told("Lifted.", sanctions.lift(sanction_id=case.pk, by=by, **data))


def _rule(case: Sanction, data: dict[str, Any], by: Any) -> str:
    return _told("The appeal is decided.", appeals.rule(sanction_id=case.pk, by=by, **data))


def _as_it_is(case: Sanction) -> dict[str, Any]:
    return {name: getattr(case, name) for name in ("kind", "length_days", "notice_days", "amount", "terms")}


def _notice(case: Sanction) -> str:
    """Whom the notice goes to, and the first day."""
    whom = f"{case.license.person} and the agency's leads are" if case.license else "The agency's leads are"
    first = settings.today() + dt.timedelta(days=case.notice_days)
    return f"{whom} told by mail. It takes effect {f'on {long_date(first)}' if case.notice_days else 'at once'}."


MOVES = {
    move.key: move
    for move in (
        Move("approve", "Record the approval", "Record approval", forms.ApproveForm, (State.PROPOSED,), _approve),
        Move("notify", "Give notice of this sanction", "Give notice", forms.ConfirmForm, (State.PROPOSED,), _notify, _notice),
        Move("change", "Propose something else", "Save change", forms.ChangeForm, (State.PROPOSED,), _change, start=_as_it_is),
        Move("withdraw", "Withdraw this proposal", "Withdraw proposal", forms.ReasonForm, (State.PROPOSED,), _withdraw),
        Move("rule", "Decide the appeal", "Decide appeal", forms.RuleForm, (State.APPEALED,), _rule),
        Move("lift", "Lift this sanction", "Lift sanction", forms.ReasonForm, (State.NOTIFIED, State.IN_EFFECT), _lift),
    )
}  # fmt: skip
