"""The redline of two versions as PDF: asked for on a page, made by a worker, kept for who may read both versions."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.access.scopes import ROBOT
from hmislead.audit.models import FileAccess
from hmislead.documents import redline, rendering, types
from hmislead.documents.models import DocumentVersion, RedlineCopy
from hmislead.documents.pdf import pdf_from
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from hmislead.files.operations import store_file
from hmislead.jobs import operations as jobs
from hmislead.tenancy import context

KIND = "documents.redline"
PRINT = "documents/redline.html"


@transaction.atomic
def ask_redline(*, version_id: UUID, against: int, language: str, by: Any) -> RedlineCopy:
    """Have the redline of a version against another one of its document made as PDF, once for the texts as they are.

    `against` is the other version's number, `language` is `en` or `es`. One that failed is tried again.
    Raises DoesNotExist for a version out of sight, DomainError for one that was uploaded, whose words nobody knows.
    """
    seen = DocumentVersion.objects.visible_to(by).prefetch_related("blocks")
    version = seen.get(pk=version_id)
    other = seen.exclude(pk=version_id).get(document=version.document_id, number=against)
    if language not in dict(types.LANGUAGES):
        raise DomainError("Language: choose English or Spanish.")
    if DocumentVersion.Source.UPLOAD in {version.source, other.source}:
        raise DomainError("One of the two versions is an uploaded file. Only texts written here can be compared.")
    copy, _ = RedlineCopy.objects.get_or_create(
        version=version,
        against=other,
        language=language,
        sha256=checksum(other, version, language),
        defaults={"asked_by": by},
    )
    copy = RedlineCopy.objects.select_for_update(of=("self",)).get(pk=copy.pk)
    if copy.failure:
        copy.failure, copy.attempt = "", copy.attempt + 1
        copy.save(update_fields=["failure", "attempt", "updated_at"])
    if copy.is_under_way:
        jobs.enqueue(KIND, subject_id=copy.pk, key=f"redline:{copy.pk}:{copy.attempt}")
    return copy


def current_copy(old: DocumentVersion, new: DocumentVersion, language: str) -> RedlineCopy | None:
    """The copy made of both texts as they are now, or one that is being made."""
    return RedlineCopy.objects.filter(
        version=new, against=old, language=language, sha256=checksum(old, new, language)
    ).first()


@transaction.atomic
def open_redline(*, copy_id: UUID, by: Any, how: str = "page") -> StoredFile:
    """The PDF, for who may read both versions; the look is logged. `how` is page or api. Raises DoesNotExist."""
    found = RedlineCopy.objects.visible_to(by).filter(pdf__isnull=False).select_related("pdf")
    stored: StoredFile = found.get(pk=copy_id).pdf
    FileAccess.objects.create(file=stored, user=by, how=how)
    return stored


def checksum(old: DocumentVersion, new: DocumentVersion, language: str) -> str:
    """SHA-256 of what a redline is made from, in hexadecimal digits."""
    texts = [[[block.key, *rendering.text_of(block, language)] for block in each.blocks.all()] for each in (old, new)]
    return hashlib.sha256(json.dumps([new.changes, *texts]).encode()).hexdigest()


def make_redline(copy_id: UUID) -> bool:
    """Draw the PDF of one copy. Returns False: there is nothing more to make."""
    copy = (
        RedlineCopy.objects.select_for_update(of=("self",))
        .select_related("version__document", "against")
        .get(pk=copy_id)
    )
    if not copy.is_under_way:
        return False
    if checksum(copy.against, copy.version, copy.language) != copy.sha256:
        raise DomainError("The text was changed before the PDF was made. Ask for it again.")
    content = pdf_from(PRINT, _shown(copy), title=_title(copy), language=copy.language)
    name = f"{copy.version.document.number}-v{copy.against.number}-v{copy.version.number}-redline.{copy.language}.pdf"
    copy.pdf = store_file(file=io.BytesIO(content), name=name, permission="view_documents", by=ROBOT)
    copy.save(update_fields=["pdf", "updated_at"])
    return False


def register_redline_job() -> None:
    """Called in `apps.py`, in every process that asks for redlines or makes them."""
    jobs.register(jobs.Handler(kind=KIND, queue="documents", step=make_redline, fail=_fail))


def _fail(copy_id: UUID, sentence: str) -> None:
    RedlineCopy.objects.filter(pk=copy_id, pdf=None).update(failure=sentence[:300])


def _title(copy: RedlineCopy) -> str:
    new, old = copy.version.number, copy.against.number
    if copy.language == "es":
        return f"{copy.version.document.title_in('es')}: versión {new} comparada con la versión {old}"
    return f"{copy.version.document.title}: version {new} against version {old}"


def _shown(copy: RedlineCopy) -> dict[str, Any]:
    found = redline.compare(copy.against, copy.version, copy.language, redline.IN_PRINT)
    return {
        "copy": copy,
        "version": copy.version,
        "differences": [each for each in found if each.kind != redline.SAME],
        "counts": Counter(each.kind for each in found),
        "implementation_name": context.current().name,
    }
