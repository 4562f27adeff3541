"""The API's default: an action that declares no access is refused."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission


class DeclaredAccess(BasePermission):
    """Asks for the permission that the view's `access` table names for its action; no entry, no entry."""

    message = "Your roles here, or the scopes of this token, do not include this."

    def has_permission(self, request: Any, view: Any) -> bool:
        access = getattr(view, "access", None)
        if access == "public":
            return True
        if not request.user or not request.user.is_authenticated:
            return False
        if not isinstance(access, dict):
            return False
        action = getattr(view, "action", None) or request.method.lower()
        if action in {"metadata", "options"}:
            return True
        if not hasattr(view, request.method.lower()):
            return True  # there is nothing to be let in to: it is answered with 405
        # More than one permission: each opens the door, and the operation asks for the right one of them.
        wanted = access.get(action, ())
        return any(request.access.has(each) for each in ((wanted,) if isinstance(wanted, str) else wanted))
