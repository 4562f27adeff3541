"""Who may bring data in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from hmislead.access import scopes


def may_create(by: Any) -> bool:
    """A roster that makes active licenses needs the right to activate them."""
    return bool(scopes.of(by).scopes("manage_licenses").everything)


def require_create(by: Any) -> None:
    """Raise PermissionDenied unless `by` may have people and active licenses made from a roster."""
    if not may_create(by):
        raise PermissionDenied("Your role may import a roster, but not make licenses from it. Leave that box empty.")


def require_import(by: Any) -> None:
    """Raise PermissionDenied unless `by` holds `import_data` for the whole implementation."""
    if not scopes.of(by).scopes("import_data").everything:
        raise PermissionDenied("Only HMIS Lead staff may import data.")
