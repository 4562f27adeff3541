"""What a version changes: the redline on its page, and the same as PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.documents import redline, redlines, types
from hmislead.documents.models import DocumentVersion, RedlineCopy
from hmislead.errors import DomainError
from hmislead.files.views import as_download

LANGUAGES = dict(types.LANGUAGES)


def changes_of(request: Any, version: DocumentVersion) -> dict[str, Any]:
    """The redline against the version chosen, else the one before, in the language chosen."""
    others = DocumentVersion.objects.visible_to(request.user).filter(document=version.document).exclude(pk=version.pk)
    others = others.prefetch_related("blocks")
    wanted = request.GET.get("against", "")
    old = others.filter(number=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 9 else None
    old = old or others.filter(number__lt=version.number).first()
    language = request.GET.get("language") if request.GET.get("language") in LANGUAGES else "en"
    shown = {"others": others, "old": old, "language": language, "languages": types.LANGUAGES}
    if old is None:
        return shown
    return {
        **shown,
        "differences": redline.compare(old, version, language),
        "copy": redlines.current_copy(old, version, language),
        "wanted": {"version": version.pk, "against": old.number, "language": language},
        "may_print": DocumentVersion.Source.UPLOAD not in {old.source, version.source},
    }


@page(MEMBER)
@require_POST
def redline_ask(request: Any, pk: UUID) -> HttpResponse:
    """Have the PDF made of what the tab shows."""
    wanted = request.POST.get("against", "")
    if not (wanted.isdecimal() and len(wanted) < 9):
        raise DomainError("Compare with: choose a version.")
    copy = redlines.ask_redline(
        version_id=pk, against=int(wanted), language=request.POST.get("language", ""), by=request.user
    )
    return redirect(_tab(copy))


@page(MEMBER)
@require_safe
def redline_progress(request: Any, pk: UUID) -> HttpResponse:
    """What became of the PDF, asked for by the tab while it is made; without script, the tab itself."""
    copy = get_object_or_404(RedlineCopy.objects.visible_to(request.user).select_related("version", "against"), pk=pk)
    if not request.htmx:
        return redirect(_tab(copy))
    wanted = {"version": copy.version_id, "against": copy.against.number, "language": copy.language}
    context = {"copy": copy, "may_print": True, "wanted": wanted}
    return render(request, "documents/studio/_redline_pdf.html", context)


@page(MEMBER)
@require_safe
def redline_file(request: Any, pk: UUID) -> FileResponse:
    """The PDF as a download. 404 for who may not read both versions; each download is logged."""
    return as_download(redlines.open_redline(copy_id=pk, by=request.user))


def _tab(copy: RedlineCopy) -> str:
    chosen = f"tab=changes&against={copy.against.number}&language={copy.language}"
    return f"{copy.version.get_absolute_url()}?{chosen}#redline-pdf"
