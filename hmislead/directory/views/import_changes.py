"""What the pages of one import show: its changes, its numbers, what it proposes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import django_filters
from django.db.models import Case, OuterRef, Subquery, When
from django.db.models.functions import Coalesce
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hmislead.compliance.models import Task
from hmislead.directory.imports import preview, words
from hmislead.directory.models import ImportBatch, ImportChange, SourceRecord
from hmislead.jobs import progress
from hmislead.web.listing import Column, Empty, Listing

State, Kind = ImportBatch.State, ImportBatch.Kind
AT_WORK = (State.READING, State.APPLYING)
SHOWN_PROPOSALS = 50


def at(name: str, request: Any, **kwargs: Any) -> str:
    """The address of one of the directory's pages."""
    return reverse(f"directory:{name}", kwargs={"slug": request.implementation.slug, **kwargs})


class ChangeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="label", lookup_expr="icontains", label="Search")
    table = django_filters.ChoiceFilter(choices=list(words.TABLE_WORDS.items()), label="What", empty_label="Any")
    action = django_filters.ChoiceFilter(choices=ImportChange.Action.choices, label="Change", empty_label="Any")

    class Meta:
        model = ImportChange
        fields: tuple[str, ...] = ()


def changes_of(request: Any, batch: ImportBatch) -> Any:
    """The changes of a batch, each with the row it is about: what was added is found by where it came from."""
    sources = SourceRecord.objects.filter(
        source_system=batch.header.get("source", ""), file=OuterRef("table"), external_id=OuterRef("external_id")
    )
    row = Coalesce("object_id", Subquery(sources.values("object_id")[:1]))
    # First what may be a mistake: guesses, ends, changes; what is merely new comes last.
    rank = Case(
        When(fields__has_key=preview.MATCHED, then=0),
        *(When(action=action, then=place) for place, action in enumerate(("end", "change", "propose"), start=1)),
        default=4,
    )
    return ImportChange.objects.visible_to(request.user).filter(batch=batch).annotate(row_id=row, rank=rank)


def changes_listing(request: Any, batch: ImportBatch) -> Listing:
    def shown(change: ImportChange) -> SafeString:
        return format_html("{}{}", shown_fields(change), _apart(request, batch, change))

    return Listing(
        name="directory.import.changes",
        title=f"{batch}: {batch.get_kind_display()}",
        columns=[
            Column("label", "Record", "label", link=lambda row: row_url(request, batch, row), sort="label"),
            Column("table", "What", lambda row: words.table_word(row.table), sort="table"),
            Column("action", "Change", lambda row: row.get_action_display(), sort="action"),
            Column("fields", "Before and after", plain_fields, html=shown),
            Column("applied", "Accepted", lambda row: "Yes" if row.applied else "", default=False),
        ],
        filterset=ChangeFilter,
        order=("rank", "table", "label"),
        noun=("change", "changes"),
        empty=Empty("Nothing would change", "Everything in this file is known already, or newer facts are."),
    )


PAGES = {"Organization": "organization-detail", "Project": "project-detail", "License": "license-detail"}


def row_url(request: Any, batch: ImportBatch, change: Any) -> str | None:
    """The page of the row a change is about, if there is one by now."""
    if change.table not in PAGES or change.row_id is None:
        return None
    is_there = change.object_id is not None or batch.state == State.APPLIED
    return at(PAGES[change.table], request, pk=change.row_id) if is_there else None


def plain_fields(change: ImportChange) -> str:
    return "; ".join(words.tell_changes(change.table, change.fields))


def shown_fields(change: ImportChange) -> SafeString:
    told = [
        format_html("{}: {}{}", label, _was(old), new)
        for label, old, new in words.told_fields(change.table, change.fields)
    ]
    if preview.MATCHED in change.fields:
        told.insert(0, format_html("{}", "Taken for the one of the same name here"))
    rows = format_html_join("", "<li>{}</li>", ((each,) for each in told))
    return format_html('<ul class="plain-list">{}</ul>', rows)


def _was(old: str) -> SafeString | str:
    """The value before. A dash says that there was none."""
    return "" if old == "–" else format_html('<del><span class="usa-sr-only">was </span>{}</del> ', old)


def _apart(request: Any, batch: ImportBatch, change: ImportChange) -> SafeString | str:
    """The way to refuse a match: the record is then added anew."""
    if preview.MATCHED not in change.fields or batch.state != State.PREVIEWED:
        return ""
    return format_html(
        '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="button button-quiet" type="submit">Not the same: add it anew'
        '<span class="usa-sr-only">: {}</span></button></form>',
        at("import-keep-apart", request, pk=batch.pk, change=change.pk),
        get_token(request),
        change.label,
    )


def how_far(batch: ImportBatch) -> dict[str, Any]:
    """What the progress bar of a batch shows."""
    at_work = batch.state in AT_WORK
    return {"at_work": at_work, "progress": progress.of(batch.pk) if at_work else None}


def about(request: Any, batch: ImportBatch) -> dict[str, Any]:
    """What the pages of one batch show around their list."""
    applied = batch.state == State.APPLIED
    proposals = ImportChange.objects.visible_to(request.user).filter(batch=batch, action="propose", applied=False)
    people = proposals.filter(table="User") if applied else proposals.none()
    problems = at("import-problems", request, pk=batch.pk)
    return {
        "batch": batch,
        **how_far(batch),
        "summary": summary_of(batch),
        "by_table": by_table(batch),
        "unmatched": batch.summary.get("unmatched", {}) if batch.state == State.PREVIEWED else {},
        "unknown_cocs": sorted(batch.summary.get("unknown_cocs", {})),
        "people_count": people.count(),
        "people": list(people[:SHOWN_PROPOSALS]),
        "accounts": list(proposals.filter(table="Account")[:SHOWN_PROPOSALS]) if applied else [],
        "may_request": request.access.has("request_licenses"),
        "tabs": [
            {
                "label": "Changes",
                "url": at("import-detail", request, pk=batch.pk),
                "current": request.path != problems,
                "count": batch.summary.get("changes", 0) + batch.summary.get("proposals", 0),
            },
            {
                "label": "Problems",
                "url": problems,
                "current": request.path == problems,
                "count": sum(batch.summary.get("problems", {}).values()),
            },
        ],
    }


ROSTER_WORDS = {
    "accounts": "Accounts in the roster",
    "observed": "Accounts of licenses here",
    "unknown": "Accounts nobody here knows",
    "created": "Licenses to make",
    "closed": "Tasks this proves done",
}
EXPORT_WORDS = {
    "add": "To add",
    "change": "To change",
    "end": "To end",
    "same": "The same",
    "older": "Older than known",
}


def summary_of(batch: ImportBatch) -> list[tuple[str, int]]:
    """The few numbers people come for."""
    if batch.kind == Kind.ROSTER:
        return [(label, batch.summary[key]) for key, label in ROSTER_WORDS.items() if key in batch.summary]
    totals: Counter[str] = sum((Counter(each) for each in batch.summary.get("tables", {}).values()), Counter())
    return [(label, totals[key]) for key, label in EXPORT_WORDS.items()] if batch.summary else []


def by_table(batch: ImportBatch) -> list[tuple[str, str]]:
    """What is said of each table or, for a roster, of each kind of difference."""
    kinds = dict(Task.Kind.choices)
    differences = [(str(kinds[kind]), f"{n:,}") for kind, n in batch.summary.get("differences", {}).items()]
    excluded = [(f"Left out by {pattern}", f"{n:,}") for pattern, n in batch.summary.get("excluded", {}).items()]
    tables = [
        (words.table_word(table), ", ".join(f"{n:,} {words.action_word(what)}" for what, n in counts.items() if n))
        for table, counts in batch.summary.get("tables", {}).items()
    ]
    return [(label, told) for label, told in (*tables, *differences, *excluded) if told]
