"""May they? Questions about quizzes."""

from __future__ import annotations

from typing import Any

from hmislead.access import scopes


def can_write(user: Any) -> bool:
    """Quizzes are written by who writes documents."""
    return bool(scopes.of(user).scopes("edit_documents").everything)
