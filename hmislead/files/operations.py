"""Bringing files in, and writing down who opened them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.files import File
from django.db import transaction

from hmislead.audit.models import FileAccess
from hmislead.files.checks import check_upload
from hmislead.files.models import StoredFile

PAPERS = frozenset({"pdf", "docx", "xlsx", "csv", "txt", "png", "jpg"})
MAX_PAPER_BYTES = 25 * 1024 * 1024


@transaction.atomic
def store_file(
    *,
    file: Any,
    permission: str,
    by: Any,
    name: str = "",
    organization: Any = None,
    coc: Any = None,
    person: Any = None,
    own_readable: bool = True,
    allowed: Collection[str] = PAPERS,
    max_bytes: int = MAX_PAPER_BYTES,
) -> StoredFile:
    """Check an uploaded file and keep it. `by` is the user who sends it, or ROBOT.

    The caller has asked whether `by` may add the record the file belongs to. Who may open the file later is
    `permission` at the scope named (an organization, a CoC, else the implementation), and the person it is about if
    `own_readable`. `allowed` are extensions, `max_bytes` the limit in bytes. Raises RefusedFile (422) with a sentence.
    """
    checked = check_upload(file, name=name or file.name or "file", allowed=allowed, max_bytes=max_bytes)
    file.seek(0)
    stored = StoredFile(
        name=checked.name,
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        permission=permission,
        organization=organization,
        coc=coc,
        person=person,
        own_readable=own_readable,
        uploaded_by=by if getattr(by, "pk", None) else None,
    )
    stored.content.save(checked.name, File(file), save=False)
    try:
        stored.save(force_insert=True)
    except BaseException:  # whatever it was: the bytes must not stay behind where nothing points to them
        stored.content.storage.delete(str(stored.content.name))
        raise
    return stored


@transaction.atomic
def open_file(*, file_id: Any, by: Any, how: str = "page") -> StoredFile:
    """The file, for whoever may read it; the look is logged. Raises DoesNotExist for a file out of sight."""
    stored = StoredFile.objects.visible_to(by).get(pk=file_id)
    FileAccess.objects.create(file=stored, user=by if getattr(by, "pk", None) else None, how=how)
    return stored
