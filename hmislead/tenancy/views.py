"""The settings of an implementation, and the operator's page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hmislead.access.pages import operator, page, public
from hmislead.errors import DomainError
from hmislead.tenancy import forms, operations, settings
from hmislead.tenancy.models import Crossing, Implementation, SettingValue
from hmislead.web.forms import answer_form

# What each state does, said before it is chosen.
MEANINGS = {
    "setup": "People and papers are loaded in peace: nothing suspends a license and no notice is mailed.",
    "live": "Checks run every night. From now on a missing paper can suspend a license, and notices are mailed.",
    "transition": "The HMIS is moving to another Lead or vendor. Checks, suspensions and notices go on as when live.",
    "closed": "Everything can be read, nothing is mailed or suspended any more. This cannot be undone.",
}


@require_GET
@page("view_settings")
def setting_list(request: Any) -> HttpResponse:
    """Every setting by group: its value, since when, and what is coming."""
    context = {
        "groups": _groups(),
        "meaning": MEANINGS[request.implementation.state],
        "may_change": request.access.has("manage_settings"),
    }
    return render(request, "tenancy/setting_list.html", context)


def _groups() -> list[tuple[str, list[dict[str, Any]]]]:
    today = settings.today()
    decided: dict[str, SettingValue] = {}
    coming: dict[str, list[SettingValue]] = {}
    for row in SettingValue.objects.select_related("changed_by").order_by("effective_from"):
        if row.effective_from <= today:
            decided[row.key] = row
        else:
            coming.setdefault(row.key, []).append(row)
    return [
        (group, [_shown(each, decided.get(each.key), coming.get(each.key, [])) for each in definitions])
        for group, definitions in settings.groups().items()
    ]


def _shown(definition: Any, row: SettingValue | None, coming: list[SettingValue]) -> dict[str, Any]:
    value = row.value if row else definition.default
    return {
        "definition": definition,
        "value": settings.words(definition, value),
        "row": row,
        "coming": [(later, settings.words(definition, later.value)) for later in coming],
    }


@require_http_methods(["GET", "POST"])
@page("view_settings")
def setting_detail(request: Any, key: str) -> HttpResponse:
    """One setting: its value, its history, and (for who may) a form to decide another."""
    definition = settings.DEFINITIONS.get(key)
    if definition is None:
        raise Http404
    rows = list(SettingValue.objects.select_related("changed_by").filter(key=key).order_by("-effective_from"))
    now = settings.value(key)
    form = None
    if request.access.scopes("manage_settings").everything:
        form = forms.SettingForm(request.POST or None, definition=definition, now=now)
    if form is not None and form.is_valid() and _decided(request, form, key):
        messages.success(request, f"{definition.label}: decided. Results follow with tonight's check.")
        return redirect("tenancy:setting-detail", slug=request.implementation.slug, key=key)
    today = settings.today()
    history = [(row, settings.words(definition, row.value), row.effective_from > today) for row in rows]
    context = {
        "form": form,
        "definition": definition,
        "value": settings.words(definition, now),
        "default": settings.words(definition, definition.default),
        "history": history,
    }
    return answer_form(request, "tenancy/setting_detail.html", context)


def _decided(request: Any, form: forms.SettingForm, key: str) -> bool:
    """Carry the form out; what the operation refuses becomes the field's error."""
    given = form.cleaned_data
    try:
        operations.change_setting(
            key=key, value=given["value"], effective_from=given["effective_from"], note=given["note"], by=request.user
        )
    except DomainError as error:
        form.add_error("effective_from" if "holds from today" in error.message else "value", error.message)
        return False
    return True


@require_POST
@page("manage_settings")
def setting_withdraw(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Take back a decision whose day has not come."""
    key = get_object_or_404(SettingValue, pk=pk).key
    operations.withdraw_setting(value_id=pk, by=request.user)
    messages.success(request, "The coming value was taken back.")
    return redirect("tenancy:setting-detail", slug=request.implementation.slug, key=key)


@require_http_methods(["GET", "POST"])
@page("manage_settings")
def implementation_edit(request: Any) -> HttpResponse:
    """Name, time zone and logo."""
    now = request.implementation
    initial = {"name": now.name, "timezone": now.timezone}
    form = forms.ImplementationForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid() and _implementation_changed(request, form):
        messages.success(request, "Saved.")
        return redirect("tenancy:setting-list", slug=now.slug)
    return answer_form(request, "tenancy/implementation_form.html", {"form": form})


def _implementation_changed(request: Any, form: forms.ImplementationForm) -> bool:
    given = form.cleaned_data
    try:
        operations.change_implementation(name=given["name"], timezone=given["timezone"], by=request.user)
        if given["logo"]:
            operations.change_logo(content=given["logo"].read(operations.SENT_LOGO_BYTES + 1), by=request.user)
        elif given["no_logo"]:
            operations.change_logo(content=None, by=request.user)
    except DomainError as error:
        form.add_error("logo", error.message)
        return False
    return True


@require_http_methods(["GET", "POST"])
@page("manage_settings")
def implementation_state(request: Any) -> HttpResponse:
    """Where the implementation is in its life, and the steps it can take from there."""
    here = request.implementation
    form = forms.StateForm(request.POST or None)
    if form.is_valid():
        moved = operations.move_implementation(to=form.cleaned_data["to"], by=request.user)
        messages.success(request, f"{moved.name} is now {moved.get_state_display().lower()}.")
        return redirect("tenancy:setting-list", slug=here.slug)
    steps = [(state, state.label, MEANINGS[state]) for state in Implementation.State if state in here.NEXT[here.state]]
    context = {"form": form, "steps": steps, "meaning": MEANINGS[here.state]}
    return answer_form(request, "tenancy/implementation_state.html", context)


@require_GET
@public
@cache_control(public=True, max_age=86_400)
def implementation_logo(request: Any, slug: str) -> HttpResponse:
    """The logo, for anybody: it stands on the sign-in page and in mail."""
    logo = Implementation.objects.filter(slug=slug).values_list("logo", flat=True).first()
    if not logo:
        raise Http404
    content = bytes(logo)
    return HttpResponse(content, content_type=operations.logo_type(content))


@require_http_methods(["GET", "POST"])
@operator
def operator_page(request: Any) -> HttpResponse:
    """The implementations of this installation and their states (nothing from inside), and a form for a new one."""
    form = forms.NewImplementationForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        made = operations.create_implementation(**given, operator=request.user)
        messages.success(request, f"{made.name} is made. An invitation is on its way to {given['admin_email']}.")
        return redirect("tenancy:operator")
    context = {"form": form, "listed": Implementation.objects.defer("logo")}
    return answer_form(request, "tenancy/operator.html", context)


@require_http_methods(["GET", "POST"])
@operator
def operator_implementation(request: Any, pk: uuid.UUID) -> HttpResponse:
    """One implementation as the operator may know it: its state, and every crossing into it."""
    subject = get_object_or_404(Implementation.objects.defer("logo"), pk=pk)
    form = forms.AdministratorForm(request.POST or None)
    if form.is_valid() and _administrator_invited(request, subject, form):
        messages.success(request, "The invitation is on its way.")
        return redirect("tenancy:operator-implementation", pk=pk)
    crossings = Crossing.objects.select_related("user").filter(implementation=subject)[:200]
    context = {"form": form, "subject": subject, "crossings": crossings}
    return answer_form(request, "tenancy/operator_implementation.html", context)


def _administrator_invited(request: Any, subject: Implementation, form: forms.AdministratorForm) -> bool:
    try:
        operations.invite_first_administrator(implementation=subject, **form.cleaned_data, operator=request.user)
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    return True
