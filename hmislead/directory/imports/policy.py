"""Who may bring data in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from hmislead.access import scopes


def require_import(by: Any) -> None:
    """Raise PermissionDenied unless `by` holds `import_data` for the whole implementation."""
    if not scopes.of(by).scopes("import_data").everything:
        raise PermissionDenied("Only HMIS Lead staff may import data.")
