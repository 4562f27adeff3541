"""Who may decide about an implementation."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied


def require_settings_manager(by: Any) -> None:
    """Raises PermissionDenied unless `by` may change settings at the implementation itself."""
    from hmislead.access import scopes  # access stands on tenancy; asked when called, not when loaded

    if not scopes.of(by).scopes("manage_settings").everything:
        raise PermissionDenied("Only a Lead administrator may change settings.")
