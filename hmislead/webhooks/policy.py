"""Who may say which systems are told of changes."""

from __future__ import annotations

from typing import Any

from hmislead.access import scopes


def can_manage(user: Any) -> bool:
    return scopes.of(user).scopes("manage_settings").everything
