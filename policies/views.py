"""Pages on policies and people: find, do, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER, OWN
from hmislead.directory.models import Person
from hmislead.documents import redline
from hmislead.documents.models import DocumentVersion, PublishedCopy
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import answer_form
from hmislead.web.listing import render_list, selected
from policies import duties, operations, policy
from policies.forms import AcknowledgeForm, SettingForm
from policies.lists import ACKNOWLEDGEMENTS, SETTINGS, SETTINGS_READ, STATUSES, status_rows
from policies.models import Acknowledgement, PolicySetting


@page(OWN)
def my_policies(request: Any) -> HttpResponse:
    return redirect("policies:person-policies", slug=request.implementation.slug, pk=request.access.person_id)


@page(MEMBER)
def person_policies(request: Any, pk: UUID) -> HttpResponse:
    """What one person must acknowledge, and what they did: their own page, and that of who may see their evidence."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    is_self = policy.own_person_id(request.user) == pk
    if not is_self and not Person.objects.reached_by(request.user, "view_evidence").filter(pk=pk).exists():
        raise Http404
    done = Acknowledgement.objects.visible_to(request.user).filter(person=person)
    shown = {
        "person": person,
        "is_self": is_self,
        "duties": duties.of_person(pk),
        "today": settings.today(),
        "done": done.select_related("version__document", "attempt"),
    }
    return render(request, "policies/person_policies.html", shown)


@page(OWN)
def read(request: Any, pk: UUID) -> HttpResponse:
    """The exact text of a version, what changed in it, its quiz, and the reader's own yes."""
    person_id = request.access.person_id
    version = get_object_or_404(DocumentVersion.objects.visible_to(request.user).select_related("document"), pk=pk)
    copies = {copy.language: copy for copy in PublishedCopy.objects.filter(version=version).select_related("pdf")}
    language = request.GET.get("lang", "en") if request.GET.get("lang") in copies else next(iter(sorted(copies)), "en")
    shown_copy = copies.get(language)
    start = {"sha256": shown_copy.sha256 if shown_copy else "", "language": language}
    form = AcknowledgeForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("sha256", "language", "name")}
        try:
            operations.acknowledge(version_id=pk, by=request.user, **given)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"Thank you. You acknowledged {version}.")
            return redirect("policies:my-policies", slug=request.implementation.slug)
    rule = next((each for each in duties.of_person(person_id) if each.current == pk), None)
    shown = {
        "version": version,
        "copy": shown_copy,
        "languages": [code for code in sorted(copies) if code != language],
        "rule": rule,
        "quiz_passed": operations.passed_attempt(rule, person_id, pk) if rule else None,
        "accepted": _accepted_before(person_id, version),
        "form": form,
    }
    return answer_form(request, "policies/read.html", shown)


def _accepted_before(person_id: UUID, version: DocumentVersion) -> DocumentVersion | None:
    """The version of the same document that a person acknowledged last, if it is another one."""
    mine = Acknowledgement.objects.filter(person_id=person_id, version__document_id=version.document_id)
    last = mine.exclude(version=version).select_related("version__document").order_by("-read_at").first()
    return last.version if last else None


@require_POST
@page(OWN)
def quiz_start(request: Any, pk: UUID) -> HttpResponse:
    return redirect(operations.begin_quiz(version_id=pk, by=request.user))


@page(OWN)
def changes(request: Any, pk: UUID) -> HttpResponse:
    """What differs between a version and the one the reader acknowledged last."""
    version = get_object_or_404(DocumentVersion.objects.visible_to(request.user).select_related("document"), pk=pk)
    before = _accepted_before(request.access.person_id, version)
    if before is None:
        raise Http404
    language = "es" if request.GET.get("lang") == "es" else "en"
    shown = {
        "version": version,
        "before": before,
        "language": language,
        "differences": [each for each in redline.compare(before, version, language) if each.kind != redline.SAME],
    }
    return render(request, "policies/changes.html", shown)


@page("view_evidence")
def acknowledgement_list(request: Any) -> HttpResponse:
    rows = Acknowledgement.objects.visible_to(request.user).select_related("person", "version__document", "attempt")
    return render_list(request, ACKNOWLEDGEMENTS, rows)


@page("view_evidence")
def status_list(request: Any) -> HttpResponse:
    return render_list(request, STATUSES, status_rows(request.user))


@require_POST
@page("send_notices")
def status_remind(request: Any) -> HttpResponse:
    rows = selected(request, STATUSES, status_rows(request.user))
    people = rows.exclude(state__in=("met", "waived", "not_applicable")).values_list("subject_id", flat=True).distinct()
    told = operations.remind_people(person_ids=list(people), by=request.user)
    messages.success(request, f"{told} reminded. Who is done, or was reminded today, was left out.")
    return redirect("policies:status-list", slug=request.implementation.slug)


@page("view_documents")
def setting_list(request: Any) -> HttpResponse:
    rows = PolicySetting.objects.visible_to(request.user).select_related("document", "quiz")
    return render_list(request, SETTINGS if policy.can_set(request.user) else SETTINGS_READ, rows)


@page("edit_documents")
def setting_new(request: Any) -> HttpResponseBase:
    form = SettingForm(request.POST or None, by=request.user, initial={"starts_on": settings.today()})
    return _setting_form(request, form, "Add a rule", "Add rule")


@page("edit_documents")
def setting_edit(request: Any, pk: UUID) -> HttpResponseBase:
    found = get_object_or_404(PolicySetting.objects.visible_to(request.user), pk=pk)
    initial = {name: getattr(found, name) for name in SettingForm.base_fields}
    form = SettingForm(request.POST or None, by=request.user, initial=initial)
    form.fields["document"].disabled = True
    return _setting_form(request, form, "Change this rule", "Save changes")


def _setting_form(request: Any, form: SettingForm, title: str, button: str) -> HttpResponseBase:
    back = reverse("policies:setting-list", kwargs={"slug": request.implementation.slug})
    line = "The next night checks everybody by it."
    about = FormPage(title, button, back, line, [("Who acknowledges what", back)])

    def act(data: dict[str, Any]) -> tuple[str, str]:
        operations.set_policy(by=request.user, **form.given())
        return back, "Rule saved. The next night checks everybody by it."

    return answer_sent(request, form, about, act)


@require_POST
@page("edit_documents")
def setting_remove(request: Any, pk: UUID) -> HttpResponse:
    operations.remove_policy(setting_id=pk, by=request.user)
    messages.success(request, "Rule removed. Acknowledgements on record stay.")
    return redirect("policies:setting-list", slug=request.implementation.slug)
