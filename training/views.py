"""Pages about training: find, do, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER, OWN
from hmislead.audit.timeline import timeline
from hmislead.directory.models import Person
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import answer_form
from hmislead.web.listing import render_list
from training import operations, policy, standing
from training.forms import (
    CertificationForm,
    CertifyForm,
    CorrectionForm,
    CourseCompletionsForm,
    CourseForm,
    PersonCompletionsForm,
)
from training.lists import CERTIFICATIONS, COMPLETIONS, COURSES, course_rows, topics_of
from training.models import Completion, Course, SecurityCertification
from training.operations import CompletionData


@page(MEMBER)
def course_list(request: Any) -> HttpResponse:
    return render_list(request, COURSES, course_rows(request.user))


@page("view_evidence")
def completion_list(request: Any) -> HttpResponse:
    rows = Completion.objects.visible_to(request.user).select_related("person", "course")
    return render_list(request, COMPLETIONS, rows)


@page("view_evidence")
def certification_list(request: Any) -> HttpResponse:
    rows = SecurityCertification.objects.visible_to(request.user).select_related("person")
    return render_list(request, CERTIFICATIONS, rows)


@page(MEMBER)
def course_detail(request: Any, pk: UUID) -> HttpResponse:
    course = get_object_or_404(course_rows(request.user), pk=pk)
    latest = Completion.objects.visible_to(request.user).filter(course=course).select_related("person")
    context = {
        "course": course,
        "topics": topics_of(course),
        "months": course.validity_months or settings.value("training.months"),
        "latest": latest.order_by("-completed_on", "-pk")[:20],
        "history": timeline([course], by=request.user),
        "may_record": policy.can_record(request.user),
        "may_list": request.access.has("view_evidence"),
    }
    return render(request, "training/course_detail.html", context)


@page("record_evidence")
def course_create(request: Any) -> HttpResponse:
    form = CourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            course = operations.add_course(by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Course added.")
            return redirect(course)
    return answer_form(request, "training/course_form.html", {"form": form})


@page("record_evidence")
def course_edit(request: Any, pk: UUID) -> HttpResponse:
    course = get_object_or_404(Course.objects.visible_to(request.user), pk=pk)
    initial = {name: getattr(course, name) for name in CourseForm.base_fields}
    form = CourseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_course(course_id=pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Changes saved. Whoever completed this course was checked again.")
            return redirect(course)
    return answer_form(request, "training/course_form.html", {"form": form, "course": course})


@require_POST
@page("record_evidence")
def course_retire(request: Any, pk: UUID) -> HttpResponse:
    course = operations.retire_course(course_id=pk, by=request.user)
    messages.success(request, "Course retired. Completions on record keep counting.")
    return redirect(course)


@require_POST
@page("record_evidence")
def course_bring_back(request: Any, pk: UUID) -> HttpResponse:
    course = operations.bring_back_course(course_id=pk, by=request.user)
    messages.success(request, "Course brought back.")
    return redirect(course)


@page("record_evidence")
def course_record(request: Any, pk: UUID) -> HttpResponse:
    """Record that many people completed one course."""
    course = get_object_or_404(Course.objects.visible_to(request.user), pk=pk)
    form = CourseCompletionsForm(request.POST or None, by=request.user, initial={"completed_on": settings.today()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["completed_on"]
        items = [CompletionData(course.pk, person_id, day) for person_id in form.cleaned_data["emails"]]
        if _recorded(request, form, items):
            return redirect(course)
    return answer_form(request, "training/course_record.html", {"form": form, "course": course})


@page("record_evidence")
def person_record(request: Any, pk: UUID) -> HttpResponse:
    """Record that one person completed one or more courses."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    form = PersonCompletionsForm(request.POST or None, by=request.user, initial={"completed_on": settings.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        items = [CompletionData(each.pk, person.pk, data["completed_on"], data["score"]) for each in data["courses"]]
        if _recorded(request, form, items):
            return redirect("training:person-training", slug=request.implementation.slug, pk=pk)
    return answer_form(request, "training/person_record.html", {"form": form, "person": person})


def _recorded(request: Any, form: Any, items: list[CompletionData]) -> bool:
    try:
        done = operations.record_completions(
            completions=items, by=request.user, carried_over=form.cleaned_data["carried_over"]
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    words = f"{done.added} recorded." + (f" {done.same} were on record already." if done.same else "")
    messages.success(request, words)
    return True


@page("record_evidence")
def completion_correct(request: Any, pk: UUID) -> HttpResponseBase:
    """Put the day or the course of one completion right."""
    completion = Completion.objects.visible_to(request.user).select_related("person", "course").get(pk=pk)
    person = completion.person
    slug = request.implementation.slug
    back = reverse("training:person-training", kwargs={"slug": slug, "pk": person.pk})
    about = FormPage(
        f"Correct {completion.course}",
        "Save correction",
        back,
        "The history keeps what was recorded before.",
        [(str(person), person.get_absolute_url()), ("Training", back)],
    )

    def act(data: dict[str, Any]) -> tuple[str, str]:
        course_id = data.pop("course").pk
        operations.correct_completion(completion_id=pk, course_id=course_id, by=request.user, **data)
        return back, "The completion is corrected."

    form = CorrectionForm(request.POST or None, by=request.user, completion=completion)
    return answer_sent(request, form, about, act)


@require_POST
@page("record_evidence")
def completion_remove(request: Any, pk: UUID) -> HttpResponse:
    completion = get_object_or_404(Completion.objects.visible_to(request.user), pk=pk)
    operations.remove_completion(completion_id=pk, by=request.user)
    messages.success(request, "Completion removed. History keeps that it was there.")
    return redirect("training:person-training", slug=request.implementation.slug, pk=completion.person_id)


@require_POST
@page("record_evidence")
def certification_remove(request: Any, pk: UUID) -> HttpResponse:
    certification = get_object_or_404(SecurityCertification.objects.visible_to(request.user), pk=pk)
    operations.remove_certification(certification_id=pk, by=request.user)
    messages.success(request, "Certification removed. History keeps that it was there.")
    return redirect("training:person-training", slug=request.implementation.slug, pk=certification.person_id)


@page(MEMBER)
def person_training(request: Any, pk: UUID) -> HttpResponse:
    """One person's training and certification: their own page, and that of who may see them."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    return render(request, "training/person_training.html", standing.of_person(request, person))


@page(OWN)
def my_training(request: Any) -> HttpResponse:
    """The reader's own training and certification."""
    person = Person.objects.get(pk=request.access.person_id)
    return render(request, "training/person_training.html", standing.of_person(request, person))


@page("record_evidence")
def person_certify(request: Any, pk: UUID) -> HttpResponse:
    """Record a person's certification from a paper."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    form = CertificationForm(request.POST or None, request.FILES or None, initial={"certified_on": settings.today()})
    if request.method == "POST" and form.is_valid():
        try:
            operations.record_certification(person_id=pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Certification recorded.")
            return redirect("training:person-training", slug=request.implementation.slug, pk=pk)
    return answer_form(request, "training/person_certify.html", {"form": form, "person": person})


@page(OWN)
def certify_myself(request: Any) -> HttpResponse:
    """The exact words, and a person's own yes to them."""
    words = settings.value("security_certification.statement")
    form = CertifyForm(request.POST or None, initial={"statement": words})
    if request.method == "POST" and form.is_valid():
        try:
            operations.certify_myself(statement=form.cleaned_data["statement"], by=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Thank you. Your certification is recorded for today.")
            return redirect("training:my-training", slug=request.implementation.slug)
    return answer_form(request, "training/certify_myself.html", {"form": form, "words": words})
