"""Frozen copies of versions that have taken effect: one page and one PDF per language, made by a worker, once."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import structlog
from django.template.loader import render_to_string
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.documents import rendering
from hmislead.documents.field_values import read_values
from hmislead.documents.models import DocumentVersion, PublishedCopy
from hmislead.documents.pdf import pdf_from
from hmislead.files.operations import store_file
from hmislead.jobs import operations as jobs
from hmislead.tenancy import context

KIND = "documents.publish"
PAGE, PRINT = "documents/published_page.html", "documents/published.html"
log = structlog.get_logger("hmislead.documents")


def enqueue(version: DocumentVersion) -> None:
    """Have a worker make the copies of a version, once. In the caller's transaction."""
    jobs.enqueue(KIND, subject_id=version.pk, key=f"publish:{version.pk}")


def publish_next(version_id: UUID) -> bool:
    """Make the copy of one language. Returns True while there are more to make."""
    version = DocumentVersion.objects.select_for_update(of=("self",)).select_related("document").get(pk=version_id)
    missing = [code for code in languages(version) if not version.copies.filter(language=code).exists()]
    if missing:
        _publish(version, missing[0])
    return len(missing) > 1


def languages(version: DocumentVersion) -> list[str]:
    """The languages in which a version is published; an uploaded file has the one it came in."""
    if version.source == DocumentVersion.Source.UPLOAD:
        return ["en"]
    return rendering.languages_of(version)


def blocks_of(version: DocumentVersion, language: str) -> list[rendering.RenderedBlock]:
    """The clauses of a version written here as its copy in a language shows them."""
    values = read_values(version, language)
    return rendering.rendered(version, language=language, values=values, draft=True)


def _publish(version: DocumentVersion, language: str) -> None:
    upload = version.file if version.source == DocumentVersion.Source.UPLOAD else None
    blocks = [] if upload else blocks_of(version, language)
    checksum = upload.sha256 if upload else rendering.checksum(blocks)
    shown: dict[str, Any] = {
        "version": version,
        "blocks": blocks,
        "checksum": checksum,
        "implementation_name": context.current().name,
    }
    PublishedCopy.objects.create(
        version=version,
        language=language,
        html="" if upload else render_to_string(PAGE, shown),
        sha256=checksum,
        pdf=upload or _stored(version, shown, language),
        published_at=timezone.now(),
    )


def _stored(version: DocumentVersion, shown: dict[str, Any], language: str) -> Any:
    heading = version.document.title_in(language)
    title = f"{heading}, {'versión' if language == 'es' else 'version'} {version.number}"
    content = pdf_from(PRINT, {**shown, "heading": heading}, title=title, language=language)
    name = f"{version.document.number}-v{version.number}.{language}.pdf"
    return store_file(file=io.BytesIO(content), name=name, permission="view_documents", by=ROBOT)


def register_publishing_job() -> None:
    """Called in `apps.py`, in every process that puts documents into effect or makes their copies."""
    jobs.register(jobs.Handler(kind=KIND, queue="documents", step=publish_next, fail=_fail))


def _fail(version_id: UUID, sentence: str) -> None:
    """The version stays in effect without a copy; who runs the installation finds the job and this line."""
    log.error("published copy could not be made", version=str(version_id), why=sentence)
