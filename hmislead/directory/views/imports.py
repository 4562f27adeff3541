"""Imports: bring a file, map a roster's columns, look at the preview, apply or put aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.directory import forms_imports as forms
from hmislead.directory.imports import operations, roster_operations, words
from hmislead.directory.imports.hmis_people import accept_people
from hmislead.directory.models import ImportBatch, ImportChange, ImportProblem
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import Action, Column, Empty, Listing, render_list

State, Kind = ImportBatch.State, ImportBatch.Kind
AT_WORK = (State.READING, State.APPLYING)
GRADES = {"file_not_loaded": "File not loaded", "row_left_out": "Row left out", "row_flagged": "Row kept and flagged"}


class ImportFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Kind", empty_label="Any")
    state = django_filters.ChoiceFilter(choices=State.choices, label="State", empty_label="Any")

    class Meta:
        model = ImportBatch
        fields: tuple[str, ...] = ()


class ChangeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="label", lookup_expr="icontains", label="Search")
    table = django_filters.ChoiceFilter(choices=list(words.TABLE_WORDS.items()), label="What", empty_label="Any")
    action = django_filters.ChoiceFilter(choices=ImportChange.Action.choices, label="Would", empty_label="Any")

    class Meta:
        model = ImportChange
        fields: tuple[str, ...] = ()


class ProblemFilter(django_filters.FilterSet):
    grade = django_filters.ChoiceFilter(choices=list(GRADES.items()), label="Grade", empty_label="Any")
    file_name = django_filters.CharFilter(lookup_expr="icontains", label="File")

    class Meta:
        model = ImportProblem
        fields: tuple[str, ...] = ()


def at(name: str, request: Any, **kwargs: Any) -> str:
    return reverse(f"directory:{name}", kwargs={"slug": request.implementation.slug, **kwargs})


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
    if batch.state == State.MAPPING:
        return redirect(at("roster-mapping", request, pk=pk))
    return render_list(
        request,
        changes_listing(batch),
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


def changes_of(request: Any, batch: ImportBatch) -> Any:
    return ImportChange.objects.visible_to(request.user).filter(batch=batch)


def changes_listing(batch: ImportBatch) -> Listing:
    return Listing(
        name="directory.import.changes",
        title=f"{batch}: {batch.get_kind_display()}",
        columns=[
            Column("label", "Record", "label", sort="label"),
            Column("table", "What", lambda row: words.table_word(row.table), sort="table"),
            Column("action", "Would", lambda row: words.action_word(row.action), sort="action"),
            Column("fields", "Old and new", plain_fields, html=shown_fields),
            Column("applied", "Accepted", lambda row: "Yes" if row.applied else "", default=False),
        ],
        filterset=ChangeFilter,
        order=("table", "action", "label"),
        noun=("change", "changes"),
        empty=Empty("Nothing would change", "Everything in this file is known already, or newer facts are."),
    )


def plain_fields(change: ImportChange) -> str:
    return "; ".join(words.tell_changes(change.table, change.fields))


def shown_fields(change: ImportChange) -> SafeString:
    told = words.told_fields(change.table, change.fields)
    return format_html(
        '<ul class="plain-list">{}</ul>',
        format_html_join("", "<li>{}: {}{}</li>", ((label, _was(old), new or "–") for label, old, new in told)),
    )


def _was(old: str) -> SafeString | str:
    return format_html('<del><span class="usa-sr-only">was </span>{}</del> ', old) if old else ""


def about(request: Any, batch: ImportBatch) -> dict[str, Any]:
    """What the pages of one batch show around their list."""
    proposals = changes_of(request, batch).filter(action="propose", applied=False)
    return {
        "batch": batch,
        "at_work": batch.state in AT_WORK,
        "summary": summary_of(batch),
        "unmatched": batch.summary.get("unmatched", {}) if batch.state == State.PREVIEWED else {},
        "open_people": proposals.filter(table="User").count() if batch.state == State.APPLIED else 0,
        "open_accounts": list(proposals.filter(table="Account")[:50]) if batch.state == State.APPLIED else [],
        "tabs": [
            {
                "label": "Changes",
                "url": at("import-detail", request, pk=batch.pk),
                "current": "problems" not in request.path,
            },
            {
                "label": "Problems",
                "url": at("import-problems", request, pk=batch.pk),
                "current": "problems" in request.path,
                "count": sum(batch.summary.get("problems", {}).values()),
            },
        ],
    }


SUMMARY_WORDS = {
    "accounts": "Accounts read",
    "observed": "Accounts observed",
    "unknown": "Accounts nobody here knows",
    "created": "People and licenses to make",
    "closed": "Tasks this proves done",
    "changes": "Changes",
    "proposals": "Proposals",
}


def summary_of(batch: ImportBatch) -> list[tuple[str, int]]:
    """The few numbers people come for."""
    return [
        (label, batch.summary[key]) for key, label in SUMMARY_WORDS.items() if isinstance(batch.summary.get(key), int)
    ][:5]


@page("import_data")
def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = find(request, pk)
    response = render(request, "directory/_import_progress.html", {"batch": batch, "at_work": batch.state in AT_WORK})
    if batch.state not in AT_WORK:
        response["HX-Refresh"] = "true"  # the preview, or what was done, takes the place of the bar
    return response


@page("import_data")
def roster_mapping(request: Any, pk: UUID) -> HttpResponseBase:
    batch = find(request, pk)
    if batch.state == State.PREVIEWED and request.method == "GET":
        batch = roster_operations.reopen_mapping(batch_id=pk, by=request.user)
    mapping, kept_as = roster_operations.mapping_for(batch, request.user)
    form = forms.RosterMappingForm(
        request.POST or None,
        columns=batch.header.get("columns", []),
        mapping=mapping,
        words=roster_operations.state_words(batch, mapping.account_state),
        initial={"name": kept_as},
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
        "What the columns mean", "Compare with what we know", at("import-list", request), line=line, crumbs=crumbs
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

    shown = FormPage("Which agency is it?", "Compare again", at("import-detail", request, pk=pk))
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
    added = accept_people(batch_id=pk, by=request.user)
    messages.success(request, f"{added} people were added. Nobody got a license.")
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
