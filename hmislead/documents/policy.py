"""May they? Questions about documents."""

from __future__ import annotations

from typing import Any

from hmislead.access import scopes


def can_edit(user: Any) -> bool:
    """Documents are written, submitted and put into effect by who works for the HMIS Lead."""
    return bool(scopes.of(user).scopes("edit_documents").everything)
