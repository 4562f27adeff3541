"""Pages about agreements: find, do, answer."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from agreements import operations, policy
from agreements.forms import AgreementForm, PaperForm, TerminateForm, initial_of
from agreements.lists import AGREEMENTS, OLDER, standing_rows
from agreements.models import Agreement, AgreementParty
from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.audit.timeline import timeline
from hmislead.directory.models import CoC, License, Organization
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.forms import answer_form
from hmislead.web.listing import render_list

ABOUT = {
    Agreement.Type.COC_LEAD: "A CoC and its HMIS Lead: who does what.",
    Agreement.Type.PARTICIPATION: "An agency and the HMIS Lead. Without it nobody at the agency may use the HMIS.",
    Agreement.Type.END_USER: "A person at an agency. Without it this person may not use the HMIS.",
    Agreement.Type.VENDOR: "The HMIS Lead and the vendor of the software, or another contractor.",
    Agreement.Type.CONSULTANT: "The HMIS Lead and somebody who works for it on contract.",
    Agreement.Type.BUSINESS_ASSOCIATE: "What the HMIS Lead promises an agency that is covered by HIPAA.",
    Agreement.Type.DATA_USE: "Somebody who receives, sends or may see client data.",
    Agreement.Type.DATA_SHARING: "An agency that shares client data with the other agencies in the HMIS.",
    Agreement.Type.PII_ACCESS: "Somebody who may see what identifies clients.",
    Agreement.Type.INTEGRATION: "A system that sends data to the HMIS or takes data from it.",
}
SUBJECTS = {"organization": Organization, "coc": CoC, "license": License}


@page("view_evidence")
def agreement_list(request: Any) -> HttpResponse:
    return render_list(request, AGREEMENTS, standing_rows(request.user).for_list())


@page("view_evidence")
def agreement_older(request: Any) -> HttpResponse:
    """Who signed an older version than the current one, and whether that matters."""
    return render_list(request, OLDER, standing_rows(request.user).outdated(settings.today()).for_list())


@page(MEMBER)
def agreement_detail(request: Any, pk: UUID) -> HttpResponse:
    agreement = get_object_or_404(standing_rows(request.user).for_list(), pk=pk)
    history = timeline([agreement], related={AgreementParty: {"agreement_id": agreement.pk}}, by=request.user)
    context = {
        "agreement": agreement,
        "parties": sorted(agreement.parties.all(), key=lambda party: party.role == "lead"),
        "history": history,
        "may_record": policy.can_record(request.user),
        "may_send": policy.can_send(request.user),
        "may_list": request.access.has("view_evidence"),
    }
    return render(request, "agreements/agreement_detail.html", context)


@page("record_evidence")
def agreement_new(request: Any) -> HttpResponse:
    """Which kind of agreement is it?"""
    kinds = [(kind, kind.label, words) for kind, words in ABOUT.items()]
    return render(request, "agreements/agreement_new.html", {"kinds": kinds})


@page("record_evidence")
def agreement_create(request: Any, type: str) -> HttpResponse:
    kind = _type(type)
    initial = {name: request.GET[name] for name in ("coc", "organization", "person") if name in request.GET}
    form = AgreementForm(request.POST or None, request.FILES or None, by=request.user, type=type, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            agreement = operations.record_agreement(
                type=type,
                parties=form.parties(),
                by=request.user,
                file=form.cleaned_data["file"],
                carried_over=form.cleaned_data["carried_over"],
                **form.dates(),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{kind.label} recorded.")
            return redirect(agreement)
    context = {"form": form, "kind": kind, "about": ABOUT[kind]}
    return answer_form(request, "agreements/agreement_form.html", context)


@page("record_evidence")
def agreement_edit(request: Any, pk: UUID) -> HttpResponse:
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), pk=pk)
    form = AgreementForm(
        request.POST or None, by=request.user, type=agreement.type, agreement=agreement, initial=initial_of(agreement)
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_agreement(agreement_id=pk, parties=form.parties(), by=request.user, **form.dates())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Changes saved.")
            return redirect(agreement)
    context = {"form": form, "agreement": agreement, "kind": Agreement.Type(agreement.type)}
    return answer_form(request, "agreements/agreement_form.html", context)


@page("record_evidence")
def agreement_terminate(request: Any, pk: UUID) -> HttpResponse:
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), pk=pk)
    first = settings.today() + dt.timedelta(days=agreement.notice_days or 0)
    form = TerminateForm(request.POST or None, initial={"terminated_on": first})
    if request.method == "POST" and form.is_valid():
        try:
            operations.terminate_agreement(agreement_id=pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The agreement ends on that day. Whoever depends on it was checked again.")
            return redirect(agreement)
    return answer_form(request, "agreements/agreement_terminate.html", {"form": form, "agreement": agreement})


@require_POST
@page("record_evidence")
def agreement_undo_termination(request: Any, pk: UUID) -> HttpResponse:
    agreement = operations.undo_termination(agreement_id=pk, by=request.user)
    messages.success(request, "The ending was taken back.")
    return redirect(agreement)


@page("record_evidence")
def agreement_paper(request: Any, pk: UUID) -> HttpResponse:
    """Keep the signed paper, or a better copy of it."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), pk=pk)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.attach_file(agreement_id=pk, file=form.cleaned_data["file"], by=request.user)
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, "The paper is kept with the agreement.")
            return redirect(agreement)
    return answer_form(request, "agreements/agreement_paper.html", {"form": form, "agreement": agreement})


@page(MEMBER)
def subject_agreements(request: Any, kind: str, pk: UUID) -> HttpResponse:
    """One agency's, CoC's or license's agreements, and what is missing: where a requirement sends its reader."""
    if kind not in SUBJECTS:
        raise Http404
    subject = get_object_or_404(SUBJECTS[kind].objects.visible_to(request.user), pk=pk)
    kind_of, party = subject_party(kind, subject)
    rows = standing_rows(request.user).filter(type=kind_of).with_party(**party).for_list()
    context = {
        "subject": subject,
        "agreements": rows.order_by("-effective_on"),
        "kind": kind_of,
        "covered": any(row.standing in {"in_force", "ending_soon"} for row in rows),
        "record_url": record_url(request.implementation.slug, kind_of, party)
        if policy.can_record(request.user)
        else "",
    }
    return render(request, "agreements/subject_agreements.html", context)


def subject_party(kind: str, subject: Any) -> tuple[Agreement.Type, dict[str, Any]]:
    """The type of agreement that a subject needs, and its party in it."""
    if kind == "license":
        party = {"role": "end_user", "person_id": subject.person_id}
        if settings.value("end_user_agreement.per") == "license":
            party["organization_id"] = subject.organization_id
        return Agreement.Type.END_USER, party
    if kind == "coc":
        return Agreement.Type.COC_LEAD, {"role": "coc", "coc_id": subject.pk}
    return Agreement.Type.PARTICIPATION, {"role": "cho", "organization_id": subject.pk}


def record_url(slug: str, kind: str, party: dict[str, Any]) -> str:
    """The form for a new agreement, with the party filled in."""
    query = "&".join(f"{name.removesuffix('_id')}={key}" for name, key in party.items() if name != "role")
    return reverse("agreements:agreement-create", kwargs={"slug": slug, "type": kind}) + f"?{query}"


def _type(value: str) -> Agreement.Type:
    if value not in Agreement.Type.values:
        raise Http404
    return Agreement.Type(value)
