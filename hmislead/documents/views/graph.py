"""The graph of documents: citations, contradictions, and the library of clauses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.documents import graph, policy
from hmislead.documents.forms_graph import CitationForm, ContradictionForm, InsertForm, KeepForm, ResolutionForm
from hmislead.documents.models import Block, Citation, Contradiction, DocumentVersion
from hmislead.documents.operations import relations, writing
from hmislead.documents.views import crumbs
from hmislead.web.form_pages import FormPage, answer_sent


@page("view_documents")
def document_graph(request: Any) -> HttpResponse:
    contradictions = Contradiction.objects.visible_to(request.user).select_related("first", "second")
    context = {
        "links": graph.links(request.user),
        "uncited": graph.uncited(request.user),
        "contradictions": contradictions,
        "may_edit": policy.can_edit(request.user),
    }
    return render(request, "documents/studio/graph.html", context)


@page("edit_documents")
def citation_new(request: Any, pk: UUID) -> HttpResponseBase:
    version = _version(request, pk)
    form = CitationForm(request.POST or None, version=version, by=request.user)
    back = _url(request, "document-graph")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        cited = given.pop("cited")
        writing.cite(version_id=pk, cited_id=cited.pk if cited else None, by=request.user, **given)
        return back, "The citation is noted."

    shown = FormPage("Cite a document", "Cite it", back, str(version), crumbs.to_version(version))
    return answer_sent(request, form, shown, act)


@page("edit_documents")
@require_POST
def citation_remove(request: Any, pk: UUID) -> HttpResponse:
    get_object_or_404(Citation.objects.visible_to(request.user), pk=pk)
    writing.uncite(citation_id=pk, by=request.user)
    messages.success(request, "The citation is taken out of the draft.")
    return redirect(_url(request, "document-graph"))


@page("edit_documents")
def contradiction_new(request: Any) -> HttpResponseBase:
    form = ContradictionForm(request.POST or None, by=request.user)
    back = _url(request, "document-graph")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        relations.note_contradiction(
            first_id=given["first"].pk, second_id=given["second"].pk, conflict=given["conflict"], by=request.user
        )
        return back, "The contradiction is noted. Settle it when you know which document holds."

    return answer_sent(request, form, FormPage("Note a contradiction", "Note it", back, crumbs=crumbs.to_graph()), act)


@page("edit_documents")
def contradiction_resolve(request: Any, pk: UUID) -> HttpResponseBase:
    found = get_object_or_404(Contradiction.objects.visible_to(request.user).select_related("first", "second"), pk=pk)
    back = _url(request, "document-graph")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        relations.resolve_contradiction(contradiction_id=pk, resolution=given["resolution"], by=request.user)
        return back, "The contradiction is settled."

    shown = FormPage("Settle a contradiction", "Settle it", back, f"{found}: {found.conflict}", crumbs.to_graph())
    return answer_sent(request, ResolutionForm(request.POST or None), shown, act)


@page("edit_documents")
def clause_insert(request: Any, pk: UUID) -> HttpResponseBase:
    version = _version(request, pk)
    back = version.get_absolute_url()

    def act(given: dict[str, Any]) -> tuple[str, str]:
        block = relations.insert_clause(version_id=pk, clause_id=given["clause"].pk, by=request.user)
        return f"{back}#clause-{block.key}", "The clause is added. Change its words as this document needs."

    form = InsertForm(request.POST or None, version=version, by=request.user)
    shown = FormPage("Add a clause from the library", "Add it", back, str(version), crumbs.to_version(version))
    return answer_sent(request, form, shown, act)


@page("edit_documents")
def clause_keep(request: Any, pk: UUID) -> HttpResponseBase:
    block = get_object_or_404(Block.objects.visible_to(request.user).select_related("version__document"), pk=pk)
    back = f"{block.version.get_absolute_url()}#clause-{block.key}"

    def act(given: dict[str, Any]) -> tuple[str, str]:
        relations.keep_clause(block_id=pk, name=given["name"], by=request.user)
        return back, "The library holds a copy of this clause."

    form = KeepForm(request.POST or None, initial={"name": block.heading[:120]})
    way = crumbs.to_version(block.version)
    shown = FormPage("Keep in the clause library", "Keep it", back, block.heading, way)
    return answer_sent(request, form, shown, act)


def _version(request: Any, pk: UUID) -> DocumentVersion:
    found: DocumentVersion = get_object_or_404(
        DocumentVersion.objects.visible_to(request.user).select_related("document"), pk=pk
    )
    return found


def _url(request: Any, name: str) -> str:
    return reverse(f"documents:{name}", kwargs={"slug": request.implementation.slug})
