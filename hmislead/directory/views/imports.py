"""Imports: bring a file, map a roster's columns, look at the preview, apply or put aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.directory import forms_imports as forms
from hmislead.directory.imports import operations, roster_operations
from hmislead.directory.imports.hmis_people import accept_people
from hmislead.directory.imports.policy import may_create
from hmislead.directory.models import ImportBatch, ImportProblem
from hmislead.directory.views.import_changes import about, at, changes_listing, changes_of, how_far
from hmislead.tenancy.models import as_uuid
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import Action, Column, Empty, Listing, render_list

State, Kind = ImportBatch.State, ImportBatch.Kind
GRADES = {"file_not_loaded": "File not loaded", "row_left_out": "Row left out", "row_flagged": "Row kept and flagged"}


class ImportFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Kind", empty_label="Any")
    state = django_filters.ChoiceFilter(choices=State.choices, label="State", empty_label="Any")

    class Meta:
        model = ImportBatch
        fields: tuple[str, ...] = ()


class ProblemFilter(django_filters.FilterSet):
    grade = django_filters.ChoiceFilter(choices=list(GRADES.items()), label="Grade", empty_label="Any")
    file_name = django_filters.CharFilter(lookup_expr="icontains", label="File")

    class Meta:
        model = ImportProblem
        fields: tuple[str, ...] = ()


def find(request: Any, pk: UUID) -> ImportBatch:
    batch: ImportBatch = get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("file"), pk=pk)
    return batch


@page("import_data")
def import_list(request: Any) -> HttpResponse:
    listing = Listing(
        name="directory.imports",
        title="Imports",
        line="HMIS exports, rosters and opening papers that were brought in.",
        columns=[
            Column("number", "Import", str, link=lambda row: row.get_absolute_url(), sort="number"),
            Column("kind", "Kind", lambda row: row.get_kind_display(), sort="kind"),
            Column("state", "State", "state", "state", sort="state"),
            Column("file", "File", "file.name"),
            Column("facts_on", "Speaks of", "facts_on", "day", sort="facts_on"),
            Column("by", "Brought by", "uploaded_by"),
            Column("created_at", "Brought", "created_at", "moment", sort="created_at"),
            Column("applied_at", "Applied", "applied_at", "moment", sort="applied_at"),
        ],
        filterset=ImportFilter,
        order=("-created_at",),
        noun=("import", "imports"),
        primary=Action("Import a file", at("import-upload", request), "import_data", "file_upload"),
        empty=Empty(
            "Nothing was imported yet",
            "Start with an HMIS CSV export: it brings your agencies and projects. Then a roster brings your people.",
            "Import a file",
            at("import-upload", request),
        ),
    )
    return render_list(
        request, listing, ImportBatch.objects.visible_to(request.user).select_related("file", "uploaded_by")
    )


@page("import_data")
def import_upload(request: Any) -> HttpResponseBase:
    def take_in(data: dict[str, Any]) -> tuple[str, str]:
        upload = operations.upload_roster if data["kind"] == Kind.ROSTER else operations.upload_export
        batch = upload(file=data["file"], name=data["file"].name, by=request.user)
        return batch.get_absolute_url(), "The file is in. Nothing is written before you apply it."

    form = forms.UploadForm(request.POST or None, request.FILES or None, initial={"kind": Kind.HMIS_CSV})
    crumbs = [("Imports", at("import-list", request))]
    shown = FormPage("Import a file", "Bring it in", at("import-list", request), crumbs=crumbs)
    return answer_sent(request, form, shown, take_in)


@page("import_data")
def import_detail(request: Any, pk: UUID) -> HttpResponseBase:
    batch = find(request, pk)
    if batch.kind not in operations.OURS:
        return redirect(reverse("opening:sheet-detail", kwargs={"slug": request.implementation.slug, "pk": pk}))
    if batch.state == State.MAPPING:
        return redirect(at("roster-mapping", request, pk=pk))
    return render_list(
        request,
        changes_listing(request, batch),
        changes_of(request, batch),
        "directory/import_detail.html",
        about(request, batch),
    )


@page("import_data")
def import_problems(request: Any, pk: UUID) -> HttpResponse:
    batch = find(request, pk)
    listing = Listing(
        name="directory.import.problems",
        title=f"Problems of {batch}",
        columns=[
            Column("file_name", "File", "file_name", sort="file_name"),
            Column("line", "Line", "line", "number", sort="line"),
            Column("column", "Column", "column", sort="column"),
            Column("value_kind", "Holds", "value_kind"),
            Column("grade", "Grade", lambda row: GRADES.get(row.grade, row.grade), sort="grade"),
            Column("message", "Problem", "message"),
            Column("fix", "What to do", "fix"),
        ],
        filterset=ProblemFilter,
        order=("file_name", "line"),
        noun=("problem", "problems"),
        empty=Empty("No problems", "Everything in the file could be read."),
    )
    rows = ImportProblem.objects.visible_to(request.user).filter(batch=batch)
    return render_list(request, listing, rows, "directory/import_problems.html", about(request, batch))


@page("import_data")
def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = find(request, pk)
    shown = how_far(batch)
    response = render(request, "directory/_import_progress.html", {"batch": batch, **shown})
    if not shown["at_work"]:
        response["HX-Refresh"] = "true"  # the preview, or what was done, takes the place of the bar
    return response


def _complete_before(batch: ImportBatch) -> str | None:
    """What was said of this list before; nothing while nobody has."""
    if "complete" not in batch.options:
        return None
    return forms.EVERYBODY if batch.options["complete"] else forms.SOME


@page("import_data")
def roster_mapping(request: Any, pk: UUID) -> HttpResponseBase:
    batch = find(request, pk)
    mapping, kept_as = roster_operations.mapping_for(batch, request.user)
    form = forms.RosterMappingForm(
        request.POST or None,
        columns=batch.header.get("columns", []),
        mapping=mapping,
        words=roster_operations.state_words(batch, mapping.account_state),
        may_create=may_create(request.user),
        initial={
            "name": kept_as,
            "facts_on": batch.facts_on,
            "complete": _complete_before(batch),
            "create": batch.options.get("create", False),
        },
    )

    def keep(data: dict[str, Any]) -> tuple[str, str]:
        roster_operations.map_roster(
            batch_id=pk,
            mapping=form.mapping(),
            facts_on=data["facts_on"],
            name=data["name"],
            complete=data["complete"],
            create=data.get("create", False),
            by=request.user,
        )
        return at("import-detail", request, pk=pk), "The roster is being compared. You can leave this page."

    line = (
        batch.refusal
        or "We guessed what each column holds. Correct what is wrong; you can keep it for the next roster."
    )
    crumbs = [("Imports", at("import-list", request)), (str(batch), at("import-detail", request, pk=pk))]
    shown = FormPage(
        "What the columns mean",
        "Compare with what we know",
        at("import-list", request),
        line=line,
        crumbs=crumbs,
        template="directory/import_mapping.html",
        context={"batch": batch},
    )
    return answer_sent(request, form, shown, keep)


@page("import_data")
def roster_names(request: Any, pk: UUID) -> HttpResponseBase:
    """Say which agency each name is that the roster has and the directory has not."""
    batch = find(request, pk)
    form = forms.AgencyNamesForm(request.POST or None, names=batch.summary.get("unmatched", {}), by=request.user)

    def match(data: dict[str, Any]) -> tuple[str, str]:
        roster_operations.match_organizations(batch_id=pk, chosen=form.chosen(), by=request.user)
        return at("import-detail", request, pk=pk), "Kept. The roster is being compared again."

    shown = FormPage(
        "Which agency is it?",
        "Compare again",
        at("import-detail", request, pk=pk),
        line="What you choose is kept with the columns, for the next roster too.",
        crumbs=[("Imports", at("import-list", request)), (str(batch), at("import-detail", request, pk=pk))],
    )
    return answer_sent(request, form, shown, match)


@page("import_data")
@require_POST
def import_apply(request: Any, pk: UUID) -> HttpResponse:
    operations.apply_import(batch_id=pk, by=request.user)
    messages.success(request, "It is being applied. You can leave this page.")
    return redirect(at("import-detail", request, pk=pk))


@page("import_data")
@require_POST
def import_discard(request: Any, pk: UUID) -> HttpResponse:
    operations.discard_import(batch_id=pk, by=request.user)
    messages.success(request, "Put aside. Nothing was written.")
    return redirect(at("import-list", request))


@page("import_data")
@require_POST
def import_accept_people(request: Any, pk: UUID) -> HttpResponse:
    """Add one of the proposed people, or all."""
    one = as_uuid(request.POST.get("change", ""))
    if request.POST.get("change") and one is None:
        raise Http404
    added = accept_people(batch_id=pk, by=request.user, change_ids=[one] if one else None)
    told = "1 person was added." if added == 1 else f"{added:,} people were added."
    messages.success(request, f"{told} Nobody got a license.")
    return redirect(at("import-detail", request, pk=pk))


@page("import_data")
@require_POST
def import_keep_apart(request: Any, pk: UUID, change: UUID) -> HttpResponse:
    operations.keep_apart(batch_id=pk, change_id=change, by=request.user)
    return redirect(at("import-detail", request, pk=pk))


@page("import_data")
@require_POST
def import_accept_account(request: Any, pk: UUID, change: UUID) -> HttpResponse:
    license = roster_operations.accept_account(change_id=change, by=request.user)
    messages.success(request, "The person is known now, and a license was requested.")
    return redirect(license.get_absolute_url())
