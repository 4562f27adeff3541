"""Pages of what governing bodies decided, and the form that records it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.audit.timeline import timeline
from hmislead.directory.models import GoverningBody
from hmislead.documents import policy
from hmislead.documents.announcements import approval_path, path
from hmislead.documents.forms_approval import DecisionForm, MinutesForm, WithdrawForm
from hmislead.documents.lists_approval import DECISIONS, decision_url, decisions_for
from hmislead.documents.models import ApprovalItem, Decision, DecisionVote
from hmislead.documents.operations import corrections, decisions
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list


@page(MEMBER)
def decision_list(request: Any) -> HttpResponse:
    """Decisions of the bodies a reader belongs to, or works for."""
    return render_list(request, DECISIONS, decisions_for(request.user))


@page(MEMBER)
def decision_detail(request: Any, pk: UUID) -> HttpResponse:
    """One decision: the motion, who voted how, what became of each version."""
    decision = decisions_for(request.user).select_related("mover__person", "seconder__person", "minutes").get(pk=pk)
    votes = list(decision.votes.select_related("member__person").order_by("pk"))
    items = [(item, approval_path(item.version)) for item in decision.items.all()]
    related: Any = {DecisionVote: {"decision_id": pk}, ApprovalItem: {"decision_id": pk}}
    context = {
        "decision": decision,
        "votes": votes,
        "counts": [(label, sum(vote.vote == value for vote in votes)) for value, label in DecisionVote.Vote.choices],
        "items": items,
        "may_record": policy.can_record(request.user, decision.body.coc_id),
        "may_withdraw": policy.can_record(request.user, decision.body.coc_id) and not decision.withdrawn_on,
        "history": timeline([decision], related=related, by=request.user),
    }
    return render(request, "documents/approval/decision_detail.html", context)


@page("record_decisions")
def decision_new(request: Any) -> HttpResponse:
    """Which body met?"""
    bodies = GoverningBody.objects.visible_to(request.user).select_related("coc").order_by("coc__number", "name")
    mine = [body for body in bodies if policy.can_record(request.user, body.coc_id)]
    return render(request, "documents/approval/decision_new.html", {"bodies": mine})


@page("record_decisions")
def decision_create(request: Any, pk: UUID) -> HttpResponseBase:
    """The meeting, the motion, the votes."""
    body = GoverningBody.objects.visible_to(request.user).select_related("coc").get(pk=pk)
    policy.require_record(request.user, body.coc_id)
    form = DecisionForm(request.POST or None, request.FILES or None, body=body, by=request.user)
    shown = FormPage(
        f"Record a decision of {body}",
        "Record the decision",
        path("approvals:decision-list"),
        f"{body.coc}. One that was recorded wrong can be withdrawn until something rests on it.",
        [("Decisions", path("approvals:decision-list"))],
        template="documents/approval/decision_form.html",
        context={"body": body},
    )

    def act(data: dict[str, Any]) -> tuple[str, str]:
        decision = decisions.record_decision(body_id=pk, by=request.user, **form.decision())
        return decision_url(decision), f"Decision {decision.number} is recorded."

    return answer_sent(request, form, shown, act)


@page("record_decisions")
def decision_minutes(request: Any, pk: UUID) -> HttpResponseBase:
    """Keep the minutes of the meeting."""
    decision = Decision.objects.visible_to(request.user).select_related("body").get(pk=pk)
    policy.require_record(request.user, decision.body.coc_id)
    back = decision_url(decision)
    shown = FormPage("Keep the minutes", "Keep the minutes", back, crumbs=[(decision.number, back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        decisions.add_minutes(decision_id=pk, file=data["file"], by=request.user)
        return back, "The minutes are kept with the decision."

    return answer_sent(request, MinutesForm(request.POST or None, request.FILES or None), shown, act)


@page("record_decisions")
def decision_withdraw(request: Any, pk: UUID) -> HttpResponseBase:
    """Withdraw a decision that was recorded wrong."""
    decision = Decision.objects.visible_to(request.user).select_related("body__coc").get(pk=pk)
    policy.require_record(request.user, decision.body.coc_id)
    back = decision_url(decision)
    line = "Its documents wait for a decision again. Record the right one then. This record stays, marked as withdrawn."
    shown = FormPage("Withdraw the decision", "Withdraw it", back, line, [(decision.number, back)], danger=True)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        corrections.withdraw_decision(decision_id=pk, by=request.user, **data)
        return back, "The decision is withdrawn. Its documents wait for a decision again."

    return answer_sent(request, WithdrawForm(request.POST or None), shown, act)
