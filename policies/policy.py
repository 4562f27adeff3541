"""May they? Questions about policies and people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hmislead.access import scopes


def can_set(user: Any) -> bool:
    """Who must acknowledge what is decided by who puts documents into effect."""
    return bool(scopes.of(user).scopes("edit_documents").everything)


def own_person_id(user: Any) -> UUID | None:
    found: UUID | None = scopes.of(user).person_id
    return found
