"""May they? Questions about documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from hmislead.access import scopes
from hmislead.documents.querysets import documents_for


def can_edit(user: Any) -> bool:
    """Documents are written, submitted and put into effect by who works for the HMIS Lead."""
    return bool(scopes.of(user).scopes("edit_documents").everything)


def can_record(user: Any, coc_id: UUID | None) -> bool:
    """Decisions of a CoC's bodies are recorded by that CoC's staff, and by who works for the HMIS Lead."""
    return scopes.of(user).allows("record_decisions", coc_id=coc_id)


def sees_comments(user: Any, document_id: UUID) -> bool:
    """Comments of others are read by who works on documents, and by the staff of CoCs that a document is for."""
    held = scopes.of(user).scopes("view_documents")
    return held.everything or (
        bool(held.cocs) and documents_for(held.cocs).filter(version__document=document_id).exists()
    )


def opens_files(user: Any) -> bool:
    """Files of documents are opened by who sees every document."""
    return bool(scopes.of(user).scopes("view_documents").everything)


def require_edit(user: Any) -> None:
    """Raises PermissionDenied unless `user` may write documents."""
    if not can_edit(user):
        raise PermissionDenied("Only the HMIS Lead's staff may do this with documents.")


def require_record(user: Any, coc_id: UUID | None) -> None:
    """Raises PermissionDenied unless `user` may record what bodies of this CoC decide."""
    if not can_record(user, coc_id):
        raise PermissionDenied("Only staff of this CoC, or of the HMIS Lead, may record its decisions.")
