"""The sealed copy of what was signed, for those who signed it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.views.decorators.http import require_safe

from agreements.operations import copies
from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.files.views import as_download


@require_safe
@page(MEMBER)
def packet_copy(request: Any, pk: UUID) -> FileResponse:
    """The sealed copy, for whoever may see the packet. 404 for a packet of others."""
    return as_download(copies.open_copy(packet_id=pk, by=request.user))
