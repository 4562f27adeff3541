"""Pages of the offense ladder."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from policies.cases import policy
from policies.cases.forms import ClassForm, ConfirmForm, StepForm
from policies.cases.lists import CLASSES, CLASSES_READ, STEPS, STEPS_READ
from policies.cases.models import LadderStep, ViolationClass
from policies.cases.operations import ladder
from policies.cases.views.moves import at

LADDER, CLASS_LIST = "The offense ladder", "Classes of violations"


@page(MEMBER)
def ladder_list(request: Any) -> HttpResponse:
    """What a breach leads to. Every member may read it; who handles cases changes it here."""
    listing = STEPS if policy.can_handle(request.user) else STEPS_READ
    return render_list(request, listing, LadderStep.objects.visible_to(request.user).select_related("violation_class"))


@page(MEMBER)
def class_list(request: Any) -> HttpResponse:
    listing = CLASSES if policy.can_handle(request.user) else CLASSES_READ
    return render_list(request, listing, ViolationClass.objects.visible_to(request.user))


@page("manage_cases")
def ladder_start(request: Any) -> HttpResponseBase:
    back = at(request, "ladder")
    line = "Three classes, minor, major and severe, with their sanctions. You can change all of it afterwards."
    about = FormPage("Start from the shipped ladder", "Use this ladder", back, line, [(LADDER, back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        ladder.load_shipped(by=request.user)
        return back, "The ladder is there. Look it over with your CoC."

    return answer_sent(request, ConfirmForm(request.POST if request.method == "POST" else None), about, act)


@page("manage_cases")
def class_new(request: Any) -> HttpResponseBase:
    return _class_form(request, "Add a class", None)


@page("manage_cases")
def class_edit(request: Any, pk: UUID) -> HttpResponseBase:
    row = get_object_or_404(ViolationClass.objects.visible_to(request.user), pk=pk)
    return _class_form(request, "Change this class", row)


def _class_form(request: Any, title: str, row: ViolationClass | None) -> HttpResponseBase:
    back = at(request, "class-list")
    shown = {"retire_url": at(request, "class-retire", pk=row.pk) if row and not row.retired_on else ""}
    about = FormPage(
        title, "Save class", back, "", [(CLASS_LIST, back)], template="policies/cases/class_form.html", context=shown
    )
    initial = {name: getattr(row, name) for name in ClassForm.base_fields} if row else {}

    def act(data: dict[str, Any]) -> tuple[str, str]:
        ladder.save_class(by=request.user, class_id=row.pk if row else None, **data)
        return back, "Class saved."

    return answer_sent(request, ClassForm(request.POST or None, initial=initial), about, act)


@require_POST
@page("manage_cases")
def class_retire(request: Any, pk: UUID) -> HttpResponse:
    ladder.retire_class(class_id=pk, by=request.user)
    messages.success(request, "Class taken out of use. What was decided by it stays.")
    return redirect(at(request, "class-list"))


@page("manage_cases")
def step_new(request: Any) -> HttpResponseBase:
    return _step_form(request, "Add a step", None)


@page("manage_cases")
def step_edit(request: Any, pk: UUID) -> HttpResponseBase:
    row = get_object_or_404(LadderStep.objects.visible_to(request.user), pk=pk)
    return _step_form(request, "Change this step", row)


def _step_form(request: Any, title: str, row: LadderStep | None) -> HttpResponseBase:
    back = at(request, "ladder")
    shown = {"retire_url": at(request, "step-end", pk=row.pk) if row and not row.ends_on else ""}
    line = "From the day it holds; what was decided before stays as it was." if row else ""
    about = FormPage(
        title, "Save step", back, line, [(LADDER, back)], template="policies/cases/step_form.html", context=shown
    )
    initial: dict[str, Any] = {"starts_on": settings.today()}
    if row:
        names = ("violation_class", "offense", "kind", "length_days", "notice_days", "approval")
        initial |= {name: getattr(row, name) for name in names}

    def act(data: dict[str, Any]) -> tuple[str, str]:
        ladder.save_step(by=request.user, step_id=row.pk if row else None, **data)
        return back, "Step saved."

    return answer_sent(request, StepForm(request.POST or None, by=request.user, initial=initial), about, act)


@require_POST
@page("manage_cases")
def step_end(request: Any, pk: UUID) -> HttpResponse:
    ladder.end_step(step_id=pk, by=request.user)
    messages.success(request, "Today is the last day of this step. What was decided by it stays.")
    return redirect(at(request, "ladder"))
