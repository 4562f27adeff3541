"""Requirements: the list, one with all its subjects, what changed, and waivers."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.access.scopes import Access
from hmislead.catalogue.models import Standard
from hmislead.compliance import registry, subjects, waivers
from hmislead.compliance.filters import ChangeFilter, StatusFilter, WaiverFilter
from hmislead.compliance.forms import WaiverForm
from hmislead.compliance.models import FAILING, Change, State, Status, Waiver
from hmislead.web.listing import Action, Column, Empty, Listing, render_list

# What a requirement is asked of, in words.
EACH = {
    "coc": "CoC",
    "organization": "Agency",
    "person": "Person",
    "license": "License",
    "implementation": "The HMIS itself",
}


@page("view_compliance")
def requirement_list(request: HttpRequest) -> HttpResponse:
    """Every requirement with how many of the reader's subjects stand where."""
    rows = Status.objects.visible_to(request.user).order_by().values("requirement")
    counted = rows.annotate(
        total=Count("pk"),
        failing=Count("pk", filter=Q(state__in=FAILING)),
        soon=Count("pk", filter=Q(state=State.DUE_SOON)),
        outside=Count("pk", filter=Q(state__in=(State.WAIVED, State.NOT_APPLICABLE))),
    )
    counts = {row["requirement"]: row for row in counted}
    # Who sees a share is shown what is asked of that share.
    everything = request.access.scopes("view_compliance").everything  # type: ignore[attr-defined]
    shown = [
        (each, EACH[each.subject], counts.get(each.code))
        for each in registry.ordered()
        if everything or each.code in counts
    ]
    return render(request, "compliance/requirement_list.html", {"requirements": shown})


def subject_listing(requirement: registry.Requirement, slug: str, access: Access) -> Listing:
    """All subjects of one requirement, with what a reader can do about each."""
    lead = cache(partial(requirement.lead, access, slug))  # its words stand in one column with its address
    return Listing(
        name=f"compliance.requirement.{requirement.code}",
        title=requirement.title,
        columns=[
            Column("subject", "About", subjects.name_of, link=lambda row: subjects.page_of(row, slug)),
            Column("state", "State", "state", "state", sort="state"),
            Column("due_on", "Due", "due_on", "near_day", sort="due_on"),
            Column("since", "Since", "since", "day", sort="since"),
            Column("note", "Evidence or reason", "note"),
            Column(
                "fix",
                "What to do",
                lambda row: lead(row.subject_id)[0] if row.state in FAILING else "",
                link=lambda row: lead(row.subject_id)[1],
            ),
        ],
        filterset=StatusFilter,
        order=("due_on",),
        noun=("subject", "subjects"),
        search_placeholder="Search names and notes",
        empty=Empty("Nothing is subject to this yet", "It is checked every night, and at once when something changes."),
    )


@page("view_compliance")
def requirement_detail(request: Any, code: str) -> HttpResponse:
    requirement = registry.REQUIREMENTS.get(code)
    if requirement is None:
        raise Http404
    slug = request.implementation.slug
    rows = subjects.with_names(Status.objects.visible_to(request.user).filter(requirement=code))
    context = {"requirement": requirement, "standards": Standard.objects.filter(pk__in=requirement.standards)}
    listing = subject_listing(requirement, slug, request.access)
    return render_list(request, listing, rows, "compliance/requirement_detail.html", context)


def change_listing(slug: str) -> Listing:
    """Changes of state, the latest first."""
    return Listing(
        name="compliance.changes",
        title="What changed",
        line="Every change of a result, with the day for which it was recorded.",
        columns=[
            Column("as_of", "Day", "as_of", "day", sort="as_of"),
            Column("requirement", "Requirement", subjects.title_of),
            Column("subject", "About", subjects.name_of, link=lambda row: subjects.page_of(row, slug)),
            Column("old_state", "Was", "old_state", "state", sort="old_state"),
            Column("new_state", "Is", "new_state", "state", sort="new_state"),
            Column("due_on", "Due", "due_on", "day", sort="due_on"),
            Column("note", "Evidence or reason", "note"),
        ],
        filterset=ChangeFilter,
        order=("-as_of", "requirement"),
        noun=("change", "changes"),
        empty=Empty("Nothing has changed yet", "Changes appear after the first nightly run."),
    )


@page("view_compliance")
def change_list(request: Any) -> HttpResponse:
    return render_list(request, change_listing(request.implementation.slug), visible_changes(request.user))


def visible_changes(user: Any) -> QuerySet[Any]:
    """Changes the reader may see whose subject still stands."""
    return subjects.with_names(Change.objects.visible_to(user))


@page("view_compliance")
def waiver_list(request: Any) -> HttpResponse:
    listing = Listing(
        name="compliance.waivers",
        title="Waivers",
        line="Requirements that are waived for somebody, or do not apply to them.",
        columns=[
            Column(
                "requirement",
                "Requirement",
                subjects.title_of,
                link=lambda row: reverse(
                    "compliance:waiver-detail", kwargs={"slug": request.implementation.slug, "pk": row.pk}
                ),
            ),
            Column("about", "About", lambda row: str(row.person or row.organization or "The implementation or a CoC")),
            Column("kind", "Kind", "kind", "state", sort="kind"),
            Column("reason", "Reason", "reason"),
            Column("starts_on", "From", "starts_on", "day", sort="starts_on"),
            Column("ends_on", "Until", "ends_on", "near_day", sort="ends_on"),
            Column("withdrawn_on", "Withdrawn", "withdrawn_on", "day", sort="withdrawn_on"),
        ],
        filterset=WaiverFilter,
        order=("-starts_on",),
        noun=("waiver", "waivers"),
        empty=Empty("Nothing is waived", "Waive a requirement from the page of the requirement, next to its subject."),
    )
    return render_list(
        request, listing, Waiver.objects.visible_to(request.user).select_related("organization", "person")
    )


@page("view_compliance")
def waiver_detail(request: Any, pk: Any) -> HttpResponse:
    waiver = get_object_or_404(Waiver.objects.visible_to(request.user).select_related("organization", "person"), pk=pk)
    return render(request, "compliance/waiver_detail.html", {"waiver": waiver, "title": subjects.title_of(waiver)})


@page("manage_compliance")
def waiver_new(request: Any, pk: Any) -> HttpResponse:
    """Waive the requirement of one status row for its subject."""
    status = get_object_or_404(subjects.with_names(Status.objects.visible_to(request.user)), pk=pk)
    form = WaiverForm(request.POST or None)
    if form.is_valid():
        waivers.grant_waiver(
            requirement=status.requirement, subject_id=status.subject_id, by=request.user, **form.cleaned_data
        )
        messages.success(request, "Saved. The result shows it from now on.")
        return redirect("compliance:requirement-detail", slug=request.implementation.slug, code=status.requirement)
    context = {"form": form, "status": status, "subject": subjects.name_of(status), "title": subjects.title_of(status)}
    return render(request, "compliance/waiver_form.html", context, status=422 if form.is_bound else 200)


@page("manage_compliance")
@require_POST
def waiver_withdraw(request: Any, pk: Any) -> HttpResponse:
    waivers.withdraw_waiver(waiver_id=pk, by=request.user)
    messages.success(request, "Withdrawn from today on.")
    return redirect("compliance:waiver-list", slug=request.implementation.slug)


def waive_action(status: Status, slug: str) -> Action:
    """The link beside a status that waives it."""
    return Action(
        "Waive or mark not applicable",
        reverse("compliance:waiver-new", kwargs={"slug": slug, "pk": status.pk}),
        "manage_compliance",
    )
