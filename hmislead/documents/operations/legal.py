"""The log of legal reviews: who looked at which document, for which law, and what they found (POL-55, POL-56)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.documents import policy
from hmislead.documents.models import Document, LegalReview
from hmislead.errors import DomainError
from hmislead.files.operations import store_file
from hmislead.tenancy import settings


@transaction.atomic
def record_legal_review(
    *,
    document_id: UUID,
    reviewer: str,
    reviewed_on: dt.date,
    outcome: str,
    by: Any,
    version_number: int | None = None,
    covers: str = "",
    opinion: str = "",
    file: Any = None,
) -> LegalReview:
    """Record that a lawyer looked at a document, at one version of it or at all, and what they found.

    `covers` names the state and local law that was looked at; `file` is an uploaded opinion. Raises DomainError without a
    reviewer or an outcome, for a day ahead, or for a version that the document has not got. RefusedFile for a bad file.
    """
    policy.require_edit(by)
    document = Document.objects.visible_to(by).get(pk=document_id)
    if not reviewer.strip():
        raise DomainError("Name who reviewed it.")
    if outcome not in LegalReview.Outcome.values:
        raise DomainError("Choose what the review found.")
    if reviewed_on > settings.today():
        raise DomainError("The review lies ahead. Record it once it is done.")
    if version_number and not document.versions.filter(number=version_number).exists():
        raise DomainError(f"{document} has no version {version_number}.")
    return LegalReview.objects.create(
        document=document,
        version_number=version_number,
        reviewer=reviewer.strip()[:150],
        reviewed_on=reviewed_on,
        outcome=outcome,
        covers=covers.strip()[:300],
        opinion=opinion.strip(),
        file=store_file(file=file, permission="view_documents", by=by) if file else None,
        recorded_by=by if getattr(by, "pk", None) else None,
    )
