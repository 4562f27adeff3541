"""The document studio: find a document, write its clauses, see what is missing, hand it in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.audit.timeline import timeline
from hmislead.documents import accessibility, completeness, field_values, policy, readability, rendering
from hmislead.documents.forms import AttestForm, BlockForm, NewDocumentForm, SubmitForm, TitlesForm
from hmislead.documents.lists import DOCUMENTS, document_rows
from hmislead.documents.models import Block, Document, DocumentVersion
from hmislead.documents.operations import comments, versions, writing
from hmislead.documents.views import crumbs
from hmislead.documents.views.changes import changes_of
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list
from hmislead.web.panels import panels_for

TABS = (
    ("text", "Text"),
    ("completeness", "Completeness"),
    ("accessibility", "Accessibility"),
    ("changes", "Changes"),
    ("history", "What happened"),
)


@page(MEMBER)
def document_list(request: Any) -> HttpResponse:
    return render_list(request, DOCUMENTS, document_rows(request.user))


@page("edit_documents")
def document_new(request: Any) -> HttpResponseBase:
    form = NewDocumentForm(request.POST or None, request.FILES or None, initial={"type": request.GET.get("type", "")})
    shown = FormPage("New document", "Begin the document", _url(request, "document-list"), crumbs=crumbs.to_documents())

    def act(given: dict[str, Any]) -> tuple[str, str]:
        document = writing.create_document(
            type=given["type"],
            title=given["title"],
            title_es=given["title_es"],
            from_starting=given["way"] == "starting",
            file=given["file"] if given["way"] == "upload" else None,
            by=request.user,
        )
        return document.versions.get().get_absolute_url(), f"{document} is begun as a draft."

    return answer_sent(request, form, shown, act)


@page(MEMBER)
def document_detail(request: Any, pk: UUID) -> HttpResponse:
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    found = DocumentVersion.objects.visible_to(request.user).filter(document=document).prefetch_related("effects__coc")
    in_work = [each for each in found if each.state in {"draft", "in_comment", "submitted", "approved"}]
    context = {
        "document": document,
        "versions": found,
        "may_edit": policy.can_edit(request.user),
        "may_begin": policy.can_edit(request.user) and not in_work and not document.retired_on,
        "in_work": in_work,
        "may_retire": policy.can_edit(request.user) and not document.retired_on,
        "panels": panels_for(request, "document", document),
    }
    return render(request, "documents/studio/document_detail.html", context)


@page("edit_documents")
def document_rename(request: Any, pk: UUID) -> HttpResponseBase:
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    back = document.get_absolute_url()
    form = TitlesForm(request.POST or None, initial={"title": document.title, "title_es": document.title_es})
    line = "What was published or sent keeps the title it had."
    shown = FormPage("Change the title", "Save the title", back, line, crumbs.to_document(document))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        writing.rename_document(document_id=pk, by=request.user, **given)
        return back, "The title is saved."

    return answer_sent(request, form, shown, act)


@page("edit_documents")
def document_retire(request: Any, pk: UUID) -> HttpResponseBase:
    """Take a document out of use with all its versions."""
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    back = document.get_absolute_url()
    line = f"{document}. Nobody goes by any of its versions after today. This cannot be taken back."
    way = crumbs.to_document(document)
    shown = FormPage("Retire the document", "Retire it for good", back, line, way, danger=True)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        versions.retire_document(document_id=pk, by=request.user)
        return back, "The document is retired."

    return answer_sent(request, Form(request.POST or None), shown, act)


@page("edit_documents")
@require_POST
def version_new(request: Any, pk: UUID) -> HttpResponse:
    version = writing.new_version(document_id=pk, by=request.user)
    messages.success(request, f"Version {version.number} is begun with the text of the one before.")
    return redirect(version)


@page(MEMBER)
def version_detail(request: Any, pk: UUID) -> HttpResponse:
    version = _version(request, pk)
    may_edit = policy.can_edit(request.user)
    # Who only reads a document has no use for how it is made, nor for the names of its reviewers.
    offered = {"text", "changes"} | (set(_TAB) if may_edit or request.access.has("view_documents") else set())
    tab = request.GET.get("tab", "text") if request.GET.get("tab") in offered else "text"
    context = {
        "version": version,
        "document": version.document,
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"{version.get_absolute_url()}?tab={key}", "current": key == tab}
            for key, label in TABS
            if key in offered
        ],
        "may_edit": may_edit and version.is_writable,
        "may_submit": may_edit and version.is_writable,
        "may_take_back": may_edit and version.state in {"in_comment", "submitted"},
        "panel": completeness.panel(version),
        "panels": panels_for(request, "document_version", version),
        **_TAB.get(tab, _text)(request, version),
    }
    return render(request, "documents/studio/version_detail.html", context)


@page("edit_documents")
def block_edit(request: Any, pk: UUID) -> HttpResponseBase:
    block = get_object_or_404(Block.objects.visible_to(request.user).select_related("version__document"), pk=pk)
    form = BlockForm(request.POST or None, version=block.version, block=block)
    if _asks_for_preview(request):
        return _live_preview(request, form, block.version)
    back = f"{block.version.get_absolute_url()}#clause-{block.key}"
    shown = _block_page(request, form, block.version, f"Edit “{block.heading}”", "Save the clause", back)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        writing.change_block(block_id=pk, data=form.data_of(), by=request.user)
        return back, "The clause is saved."

    return answer_sent(request, form, shown, act)


@page("edit_documents")
def block_new(request: Any, pk: UUID) -> HttpResponseBase:
    version = _version(request, pk)
    form = BlockForm(request.POST or None, version=version, initial=_proposed(version, request.GET.get("for", "")))
    if _asks_for_preview(request):
        return _live_preview(request, form, version)
    back = version.get_absolute_url()
    shown = _block_page(request, form, version, "Add a clause", "Add the clause", back)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        block = writing.add_block(version_id=pk, data=form.data_of(), by=request.user)
        return f"{back}#clause-{block.key}", "The clause is added."

    return answer_sent(request, form, shown, act)


@page("edit_documents")
@require_POST
def block_move(request: Any, pk: UUID) -> HttpResponse:
    block = writing.move_block(block_id=pk, up="up" in request.POST, by=request.user)
    return redirect(f"{block.version.get_absolute_url()}#clause-{block.key}")


@page("edit_documents")
@require_POST
def block_remove(request: Any, pk: UUID) -> HttpResponse:
    block = get_object_or_404(Block.objects.visible_to(request.user).select_related("version"), pk=pk)
    writing.remove_block(block_id=pk, by=request.user)
    messages.success(request, f"“{block.heading}” is taken out of this draft. What happened shows its text.")
    return redirect(block.version)


@page("edit_documents")
def version_attest(request: Any, pk: UUID, standard: str) -> HttpResponseBase:
    version = _version(request, pk)
    row = next((each for each in completeness.panel(version).rows if each.standard == standard), None)
    if row is None:
        raise Http404
    form = AttestForm(request.POST or None, version=version, standard=standard)
    back = f"{version.get_absolute_url()}?tab=completeness"
    shown = FormPage(f"Confirm {standard}", "Confirm it under my name", back, row.label, crumbs.to_version(version))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        block = given.get("block")
        writing.attest(
            version_id=pk, standard=standard, block_id=block.pk if block else None, pages=given.get("pages", ""),
            note=given["note"], by=request.user,
        )  # fmt: skip
        return back, f"{standard} is confirmed under your name."

    return answer_sent(request, form, shown, act)


@page("edit_documents")
def version_submit(request: Any, pk: UUID) -> HttpResponseBase:
    version = _version(request, pk)
    back = version.get_absolute_url()
    line = f"{version}. From now on its text does not change."
    shown = FormPage("Submit for approval", "Submit", back, line, crumbs.to_version(version))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        versions.submit_version(version_id=pk, changes=given["changes"], by=request.user)
        return back, "Submitted. Approval can be asked for and recorded now."

    return answer_sent(request, SubmitForm(request.POST or None, initial={"changes": version.changes}), shown, act)


@page("edit_documents")
@require_POST
def version_take_back(request: Any, pk: UUID) -> HttpResponse:
    version = versions.take_back(version_id=pk, by=request.user)
    messages.success(request, "It is a draft again.")
    return redirect(version)


@page("edit_documents")
@require_POST
def version_retire(request: Any, pk: UUID) -> HttpResponse:
    version = versions.retire_version(version_id=pk, by=request.user)
    messages.success(request, f"{version} is out of use.")
    return redirect(version)


def _text(request: Any, version: DocumentVersion) -> dict[str, Any]:
    """The clauses as people read them, English and Spanish beside each other where both are there."""
    english, spanish = (_as_read(request, version, language) for language in ("en", "es"))
    rows = zip(version.blocks.all(), english, spanish, strict=True)
    in_comment = version.state == DocumentVersion.State.IN_COMMENT
    return {
        "comment_period": comments.open_on(version, settings.today()) if in_comment else None,
        "rows": [
            (block, one, two if two["html"] else None, completeness.unfinished(block)) for block, one, two in rows
        ],
        "grade": readability.grade("\n\n".join(block.body for block in version.blocks.all())) if english else None,
    }


def _as_read(request: Any, version: DocumentVersion, language: str) -> list[rendering.RenderedBlock]:
    """All clauses; merge fields as they are written for who writes them, in words for everybody else."""
    values = None if policy.can_edit(request.user) else field_values.read_values(version, language)
    return rendering.rendered(
        version, draft=True, variants={"vsp", "hipaa", "multi_coc"}, language=language, values=values
    )


def _completeness(request: Any, version: DocumentVersion) -> dict[str, Any]:
    return {}


def _accessibility(request: Any, version: DocumentVersion) -> dict[str, Any]:
    return {
        "findings": accessibility.findings(version),
        "outputs": accessibility.outputs(version),
        "words_most": accessibility.WORDS_MOST,
        "grade_most": accessibility.GRADE_MOST,
    }


def _history(request: Any, version: DocumentVersion) -> dict[str, Any]:
    return {"history": timeline([version], related={Block: {"version_id": version.pk}}, by=request.user)}


_TAB = {
    "text": _text,
    "completeness": _completeness,
    "accessibility": _accessibility,
    "changes": changes_of,
    "history": _history,
}


def _version(request: Any, pk: UUID) -> DocumentVersion:
    found = DocumentVersion.objects.visible_to(request.user).select_related("document").prefetch_related("blocks")
    return get_object_or_404(found, pk=pk)


def _asks_for_preview(request: Any) -> bool:
    """True while somebody types: the text is drawn beside the form and nothing is saved."""
    return bool(request.htmx) and "preview" in request.POST


def _live_preview(request: Any, form: BlockForm, version: DocumentVersion) -> HttpResponse:
    """What has been typed so far, as it will be read. It may not be complete yet, so nothing of it is refused here."""
    written = {name: str(form.data.get(name, "")) for name in ("heading", "body", "heading_es", "body_es")}
    return render(request, "documents/studio/_preview.html", {"preview": _both(Block(version=version, **written))})


def _both(block: Block) -> tuple[Any, Any]:
    return rendering.rendered_one(block, "en"), rendering.rendered_one(block, "es")


def _block_page(
    request: Any, form: BlockForm, version: DocumentVersion, title: str, button: str, back: str
) -> FormPage:
    preview = None
    if form.is_bound and "preview" in request.POST and form.is_valid():
        preview = _both(Block(version=version, **vars(form.data_of())))
        form.add_error(None, "This is a preview: nothing is saved yet.")
    return FormPage(
        title, button, back, str(version), crumbs.to_version(version), template="documents/studio/block_form.html",
        context={"preview": preview, "version": version},
    )  # fmt: skip


def _proposed(version: DocumentVersion, standard: str) -> dict[str, Any]:
    """The clause of our starting text that satisfies a Standard, to begin with."""
    from hmislead.documents.starting import NoStartingText, starting

    try:
        blocks = starting(version.document.type).blocks
    except NoStartingText:
        blocks = ()
    found = next((block for block in blocks if standard in block.standards), None)
    if found is None:
        return {"standards": [standard]} if standard else {}
    return {
        "heading": found.heading,
        "body": found.body,
        "standards": list(found.standards),
        "initials": found.initials,
    }


def _url(request: Any, name: str, **kwargs: Any) -> str:
    return reverse(f"documents:{name}", kwargs={"slug": request.implementation.slug, **kwargs})
