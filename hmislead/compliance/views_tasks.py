"""Tasks: what must be done in the HMIS itself. List, one task, and the proof that closes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from hmislead.access.pages import page
from hmislead.audit.timeline import timeline
from hmislead.compliance import task_operations
from hmislead.compliance.models import Task
from hmislead.directory import policy_people as policy
from hmislead.directory.departure_words import clock, late_words
from hmislead.directory.forms_people import ProofForm
from hmislead.directory.models import Departure, Organization
from hmislead.files.models import StoredFile
from hmislead.files.operations import store_file
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Column, Empty, Listing, render_list
from hmislead.web.searching import containing

STATES = (("open", "Open"), ("late", "Late"), ("closed", "Closed"))


class TaskFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Number, agency or person", method="search")
    state = django_filters.ChoiceFilter(empty_label="Any", label="State", choices=STATES, method="in_state")
    kind = django_filters.ChoiceFilter(empty_label="Any", choices=Task.Kind.choices)
    organization = django_filters.ModelChoiceFilter(
        empty_label="Any",
        label="Agency",
        widget=ComboBox,
        queryset=lambda request: Organization.objects.visible_to(request.user).current().only("name"),
    )
    proof_kind = django_filters.ChoiceFilter(empty_label="Any", label="Closed by", choices=Task.Proof.choices)

    class Meta:
        model = Task
        fields = ()

    def search(self, rows: Any, name: str, value: str) -> Any:
        number = value.strip().upper().removeprefix("T-")
        if number.isdecimal() and len(number) < 10:
            return rows.filter(number=int(number))
        return containing(
            rows, value, ("title", "organization__name", "license__person__first_name", "license__person__last_name")
        )

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        late = Q(closed_at=None, due_at__lt=Now())
        return rows.filter({"open": Q(closed_at=None), "late": late, "closed": Q(closed_at__isnull=False)}[value])


def state_of(task: Task) -> str:
    """How a task stands, in the vocabulary of states."""
    if task.closed_at:
        return "proven" if task.proof_kind != Task.Proof.MOOT else "ended"
    return "overdue" if task.is_late else "open"


TASKS = Listing(
    name="compliance.tasks",
    title="Tasks",
    line="What must be done in the HMIS itself. Proof closes a task: your statement, or a roster that shows it.",
    noun=("task", "tasks"),
    filterset=TaskFilter,
    order=("is_closed", "due_at", "number"),
    search_placeholder="Number, agency or person",
    columns=[
        Column("number", "Task", str, link=Task.get_absolute_url, sort="number"),
        Column("kind", "What to do", lambda row: row.get_kind_display(), sort="kind"),
        Column("person", "Person", lambda row: row.license and row.license.person),
        Column(
            "organization", "Agency", lambda row: row.organization and row.organization.name, sort="organization__name"
        ),
        Column("state", "State", state_of, kind="state"),
        Column("due_at", "Due", "due_at", kind="near_day", sort="due_at"),
        Column("created_at", "Opened", "created_at", kind="day", sort="created_at", default=False),
        Column("closed_at", "Closed", "closed_at", kind="moment", sort="closed_at", default=False),
        Column("proof", "Proof", "proof", default=False),
    ],
    empty=Empty(
        "Nothing is to be done in the HMIS",
        "A task comes with each suspension, end or departure while the account may be open.",
    ),
)


@page("view_people")
def task_list(request: Any) -> HttpResponse:
    """The tasks at the agencies whose people the reader may see."""
    rows = Task.objects.visible_to(request.user).select_related("license__person", "organization")
    return render_list(request, TASKS, rows.annotate(is_closed=Q(closed_at__isnull=False)))


@page("view_people")
def task_detail(request: Any, pk: UUID) -> HttpResponse:
    """One task: what to do, by when, for which account, and how it was proved."""
    task = _seen(request, pk)
    departure = (
        Departure.objects.filter(license=task.license_id).order_by("-created_at").first() if task.license_id else None
    )
    context = {
        "task": task,
        "state": state_of(task),
        "departure": departure,
        "may_close": task.closed_at is None and may_close(request.user, task),
        "prove_url": _url(request, "task-prove", pk),
        "list_url": _url(request, "task-list"),
        "clock": clock(departure) if departure else "",
        "late": late_words(departure) if departure else "",
        "file_url": _file_url(request, task),
        "entries": timeline([task], by=request.user),
    }
    return render(request, "compliance/task_detail.html", context)


@page("prove_account_state")
def task_prove(request: Any, pk: UUID) -> HttpResponseBase:
    """State what was done. The statement closes the task."""
    task = _seen(request, pk)
    back = task.get_absolute_url()
    about = FormPage(
        f"Close {task}",
        "Close with this proof",
        back,
        f"{task.get_kind_display()}: {task.license or task.organization or task.title}",
        [("Tasks", _url(request, "task-list")), (str(task), back)],
    )

    def act(data: dict[str, Any]) -> tuple[str, str]:
        paper, where = data.pop("paper", None), task.organization
        stored = paper and store_file(file=paper, permission="view_people", organization=where, by=request.user)
        task_operations.prove_task(task_id=pk, by=request.user, file_id=stored.pk if stored else None, **data)
        return back, f"{task} is closed. Your statement is kept with it."

    form = ProofForm(request.POST or None, request.FILES or None, task=task)
    return answer_sent(request, form, about, act)


def may_close(user: Any, task: Task) -> bool:
    """Whether a button leads to the proof: a decision about a suspension is the Lead's."""
    if task.kind == Task.Kind.DECIDE_SUSPENSION:
        return task.organization_id is not None and policy.may_manage(user, task.organization_id)
    return policy.may_prove(user, task.organization_id)


def _seen(request: Any, pk: UUID) -> Task:
    visible = Task.objects.visible_to(request.user)
    found: Task = visible.select_related(
        "license__person", "license__organization", "organization", "closed_by", "proof_file"
    ).get(pk=pk)
    return found


def _file_url(request: Any, task: Task) -> str:
    """Where the proof's file is read; '' for who may not."""
    if (
        task.proof_file_id is None
        or not StoredFile.objects.visible_to(request.user).filter(pk=task.proof_file_id).exists()
    ):
        return ""
    return reverse("files:file-download", kwargs={"slug": request.implementation.slug, "pk": task.proof_file_id})


def _url(request: Any, name: str, pk: UUID | None = None) -> str:
    return reverse(f"compliance:{name}", kwargs={"slug": request.implementation.slug, **({"pk": pk} if pk else {})})
