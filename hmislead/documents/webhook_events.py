"""What other systems are told of documents and their versions."""

from __future__ import annotations

from uuid import UUID

from hmislead.documents.models import DocumentVersion
from hmislead.webhooks.events import Event, emit, register


def register_document_events() -> None:
    """Called once, when the documents app is ready."""
    register(
        Event("document.submitted", "A version of a document is handed in for approval"),
        Event("document.approved", "A CoC's governing body has approved a version"),
        Event("document.effective", "A version takes effect in a CoC"),
        Event("document.superseded", "A version is followed by the next in a CoC"),
        Event("document.retired", "A version is taken out of use"),
    )


def version_moved(version: DocumentVersion, what: str, coc_id: UUID | None = None) -> None:
    """Tell what became of a version; `coc_id` is the CoC in which it did."""
    about = {
        "document": version.document_id,
        "type": version.document.type,
        "number": version.number,
        "coc": coc_id,
    }
    emit(f"document.{what}", subject_kind="document-version", subject_id=version.pk, data=about)
