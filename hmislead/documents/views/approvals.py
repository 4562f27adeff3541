"""Pages about where a version stands with every CoC: asked, decided, held back by conditions, in effect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.directory.models import CoC
from hmislead.documents import field_values, policy
from hmislead.documents.announcements import approval_path, path
from hmislead.documents.effective import needs_body
from hmislead.documents.forms_approval import AskForm, ClearForm, EffectForm
from hmislead.documents.lists_approval import REVIEWS
from hmislead.documents.models import Condition, DocumentVersion, ReviewCycle, VersionEffect
from hmislead.documents.operations import approval
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list


@page(MEMBER)
def version_approval(request: Any, pk: UUID) -> HttpResponse:
    """One version with every CoC a reader may know of."""
    version = DocumentVersion.objects.visible_to(request.user).select_related("document").get(pk=pk)
    context = {"version": version, "standing": standing(request, version)}
    return render(request, "documents/approval/version_approval.html", context)


def standing(request: Any, version: DocumentVersion) -> dict[str, Any]:
    """The rows of a version by CoC, with what the reader may do next; for the page and for the panel."""
    effects = VersionEffect.objects.visible_to(request.user).filter(version=version).order_by("coc__number")
    rows = [
        {"effect": effect, "conditions": list(effect.conditions.all()), "may_record": _may(request, effect)}
        for effect in effects.select_related("coc", "decision").prefetch_related("conditions")
    ]
    may_edit = policy.can_edit(request.user)
    open_state = version.state in approval.MAY_BE_ASKED
    by_body = needs_body(version.document)
    return {
        "version": version,
        "rows": rows,
        "may_edit": may_edit,
        "may_ask": may_edit and open_state and by_body,
        "without_body": _left(request, version) if may_edit and open_state and not by_body else [],
        "approval_url": approval_path(version),
    }


def _may(request: Any, effect: VersionEffect) -> bool:
    return policy.can_record(request.user, effect.coc_id)


def _left(request: Any, version: DocumentVersion) -> list[CoC]:
    """CoCs in which a version that no body approves is not in effect yet."""
    return list(CoC.objects.visible_to(request.user).exclude(version_effects__version=version))


@page("edit_documents")
def approval_request(request: Any, pk: UUID) -> HttpResponseBase:
    """Ask governing bodies to approve a version."""
    version = DocumentVersion.objects.visible_to(request.user).select_related("document").get(pk=pk)
    policy.require_edit(request.user)
    form = AskForm(request.POST or None, version=version, by=request.user)
    shown = _form_page(version, "Ask for approval", "Ask for approval")

    def act(data: dict[str, Any]) -> tuple[str, str]:
        approval.request_approval(version_id=pk, coc_ids=[coc.pk for coc in data["cocs"]], by=request.user)
        return shown.back, "The CoCs were asked. Their staff put it on the agenda."

    return answer_sent(request, form, shown, act)


@page("edit_documents")
def effect_start(request: Any, pk: UUID, coc: UUID) -> HttpResponseBase:
    """Put a version into effect in a CoC."""
    version = DocumentVersion.objects.visible_to(request.user).select_related("document").get(pk=pk)
    policy.require_edit(request.user)
    where = CoC.objects.visible_to(request.user).get(pk=coc)
    form = EffectForm(request.POST or None, version=version)
    line = f"{version} in {where}. The version before it there ends the day before."
    if missing := field_values.lacking(version):
        line += f" Readers find gaps where these stand: {', '.join(missing)}. Fill them in under Settings first."
    shown = _form_page(version, "Put it into effect", "Put it into effect", line)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        effect = approval.make_effective(version_id=pk, coc_id=coc, by=request.user, **data)
        now = effect.state == VersionEffect.State.EFFECTIVE
        return shown.back, "It is in effect." if now else "It takes effect in the night of that day."

    return answer_sent(request, form, shown, act)


@page("record_decisions")
def condition_clear(request: Any, pk: UUID) -> HttpResponseBase:
    """Record that a condition of a governing body was met."""
    condition = (
        Condition.objects.visible_to(request.user).select_related("effect__version__document", "effect__coc").get(pk=pk)
    )
    policy.require_record(request.user, condition.effect.coc_id)
    shown = _form_page(condition.effect.version, "Clear a condition", "Clear the condition", condition.text)

    def act(data: dict[str, Any]) -> tuple[str, str]:
        approval.clear_condition(condition_id=pk, by=request.user, **data)
        return shown.back, "The condition is cleared."

    return answer_sent(request, ClearForm(request.POST or None), shown, act)


@page("view_documents")
def review_list(request: Any) -> HttpResponse:
    """The yearly reviews, the next one due first."""
    rows = ReviewCycle.objects.visible_to(request.user).select_related("document", "coc", "decision__body")
    return render_list(request, REVIEWS, rows)


def _form_page(version: DocumentVersion, title: str, button: str, line: str = "") -> FormPage:
    back = approval_path(version)
    crumbs = [("Documents", path("documents:document-list")), (str(version), back)]
    return FormPage(title, button, back, line or str(version), crumbs)
