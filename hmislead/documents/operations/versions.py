"""The life of a version until a governing body has it: submitted, taken back, retired."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory.models import CoC
from hmislead.documents import completeness, policy
from hmislead.documents.models import Document, DocumentVersion
from hmislead.documents.operations import comments
from hmislead.documents.operations.writing import NOT_YOURS
from hmislead.documents.webhook_events import version_moved
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date


@transaction.atomic
def submit_version(*, version_id: UUID, changes: str, by: Any) -> DocumentVersion:
    """Hand a finished draft in for approval (POL-14). `changes` says in plain words what is new since the last version.

    Raises DomainError while clauses that the type owes are missing, while people may comment, while comments that the
    settings ask for were not taken or answered, or without `changes` for a second version.
    """
    version = _locked(version_id, by)
    missing = completeness.panel(version).missing
    if missing:
        first = ", ".join(row.standard for row in missing[:5]) + (" …" if len(missing) > 5 else "")
        raise DomainError(f"{len(missing)} clauses are missing or not confirmed: {first}. Finish them, then submit.")
    if version.number > 1 and not changes.strip():
        raise DomainError("Say in plain words what changed since the last version.")
    comments.require_commented(version)
    version.become(DocumentVersion.State.SUBMITTED, changes=changes.strip())
    version_moved(version, "submitted")
    return version


@transaction.atomic
def take_back(*, version_id: UUID, by: Any) -> DocumentVersion:
    """Make a submitted version, or one in comment, a draft again, to go on writing.

    Raises DomainError once a body has approved it somewhere: from then on the text never changes.
    """
    version = _locked(version_id, by)
    if version.effects.exclude(state__in=("requested", "rejected")).exists():
        raise DomainError("A governing body has approved this text, so it stays. Begin a new version instead.")
    version.become(DocumentVersion.State.DRAFT)
    comments.end_open(version)
    version.effects.all().delete()
    return version


@transaction.atomic
def retire_version(*, version_id: UUID, by: Any) -> DocumentVersion:
    """Take a version out of use. Packets that are out with it are signed no more."""
    version = _locked(version_id, by)
    _retire(version)
    return version


@transaction.atomic
def retire_document(*, document_id: UUID, by: Any) -> Document:
    """Take a document out of use with all its versions. Its open reviews end; nothing of it is reviewed any more.

    Raises DomainError for one that is retired already. It stays readable for who may see it, with its history.
    """
    policy.require_edit(by)
    document: Document = Document.objects.visible_to(by).select_for_update(of=("self",)).get(pk=document_id)
    if document.retired_on:
        raise DomainError(f"This document was retired on {long_date(document.retired_on)}.")
    for pk in (
        document.versions.exclude(state__in=("superseded", "retired")).order_by("pk").values_list("pk", flat=True)
    ):
        _retire(_locked(pk, by))
    document.retired_on = settings.today()
    document.save(update_fields=["retired_on", "updated_at"])
    for cycle in document.review_cycles.filter(closed_on=None):
        cycle.closed_on = settings.today()
        cycle.save(update_fields=["closed_on", "updated_at"])
    recheck(cocs=CoC.objects.values_list("pk", flat=True), implementation=True)
    return document


def _retire(version: DocumentVersion) -> None:
    """Nobody goes by a locked version after today."""
    version.become(DocumentVersion.State.RETIRED)
    version_moved(version, "retired")
    comments.end_open(version)
    for effect in version.effects.filter(state="effective"):
        effect.become("superseded", effective_until=settings.today())
    recheck(cocs=set(version.effects.values_list("coc_id", flat=True)))


def _locked(version_id: UUID, by: Any) -> DocumentVersion:
    if not policy.can_edit(by):
        raise PermissionDenied(NOT_YOURS)
    version: DocumentVersion = (
        DocumentVersion.objects.visible_to(by)
        .select_related("document")
        .select_for_update(of=("self",))
        .get(pk=version_id)
    )
    return version
