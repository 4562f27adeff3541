"""Opening a stored file: only after `visible_to`, always as a download, and never without a line in the log."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import FileResponse
from django.views.decorators.http import require_safe

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.files import operations
from hmislead.files.models import StoredFile


@require_safe
@page(MEMBER)
def file_download(request: Any, pk: uuid.UUID) -> FileResponse:
    """The file's bytes. 404 for a file the reader may not know of."""
    return as_download(operations.open_file(file_id=pk, by=request.user))


def as_download(stored: StoredFile) -> FileResponse:
    """A response that a browser saves and never runs."""
    response = FileResponse(
        stored.content.open("rb"), as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
