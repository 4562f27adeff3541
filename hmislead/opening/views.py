"""Pages for loading a spreadsheet: what it needs, what it would do, how far it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.directory.models import ImportBatch
from hmislead.directory.views.import_changes import how_far
from hmislead.documents.tables import csv_from
from hmislead.errors import DomainError
from hmislead.opening import operations
from hmislead.opening.forms import ApplyForm, SheetForm
from hmislead.opening.loaders import LOADERS, Loader
from hmislead.web.forms import answer_form


@page("import_data")
def sheet_upload(request: Any, kind: str) -> HttpResponse:
    """The columns, a template to fill in, and the upload."""
    loader = _loader(kind)
    operations.require_load(loader, request.user)
    form = SheetForm(
        request.POST or None,
        request.FILES or None,
        initial={"carried_over": request.implementation.state == "setup"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            batch = operations.read_sheet(kind=kind, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return redirect("opening:sheet-detail", slug=request.implementation.slug, pk=batch.pk)
    batches = ImportBatch.objects.visible_to(request.user).filter(kind=kind).select_related("uploaded_by")[:10]
    return answer_form(request, "opening/sheet_upload.html", {"form": form, "loader": loader, "batches": batches})


@page("import_data")
def sheet_template(request: Any, kind: str) -> HttpResponse:
    """An empty file with the right columns and one example row."""
    loader = _loader(kind)
    names = [column.name for column in loader.columns]
    body = csv_from(names, [[column.example for column in loader.columns]])
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}-template.csv"'
    return response


@page("import_data")
def sheet_detail(request: Any, pk: UUID) -> HttpResponse:
    """How far reading or loading the file is; then what loading it would do, or did."""
    batch = _batch(request, pk)
    loader, slug = LOADERS[batch.kind], request.implementation.slug
    list_url, may_load = reverse(loader.list_url, kwargs={"slug": slug}), loader.may(request.user)
    context = {
        "batch": batch,
        **how_far(batch),
        "loader": loader,
        "may_load": may_load,
        "form": ApplyForm(left_out=batch.summary.get("left_out", 0)),
        "problems": batch.importproblems.all()[:200],
        "problem_count": batch.importproblems.count(),
        "list_url": list_url,
        "above_url": reverse("opening:sheet-upload", kwargs={"slug": slug, "kind": batch.kind})
        if may_load
        else list_url,
    }
    return render(request, "opening/sheet_detail.html", context)


@require_POST
@page("import_data")
def sheet_apply(request: Any, pk: UUID) -> HttpResponse:
    batch = operations.apply_sheet(batch_id=pk, by=request.user, leave_out=bool(request.POST.get("leave_out")))
    if batch.state == ImportBatch.State.APPLIED:
        messages.success(request, f"{batch.summary['added']} loaded. Whoever they are about was checked again.")
    return redirect("opening:sheet-detail", slug=request.implementation.slug, pk=pk)


@require_POST
@page("import_data")
def sheet_discard(request: Any, pk: UUID) -> HttpResponse:
    batch = operations.discard_sheet(batch_id=pk, by=request.user)
    messages.success(request, "The file was put away. Nothing of it was loaded.")
    return redirect("opening:sheet-upload", slug=request.implementation.slug, kind=batch.kind)


def _loader(kind: str) -> Loader:
    if kind not in LOADERS:
        raise Http404
    return LOADERS[kind]


def _batch(request: Any, pk: UUID) -> ImportBatch:
    return get_object_or_404(
        ImportBatch.objects.visible_to(request.user).filter(kind__in=LOADERS).select_related("file", "uploaded_by"),
        pk=pk,
    )
