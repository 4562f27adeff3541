"""The third net: a view that declares no access is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

# Other people's views that need no declaration of ours: signing in and out, and static files.
TRUSTED_MODULES = ("allauth.", "whitenoise.", "django.contrib.staticfiles.")


def declared_access(view: Callable[..., Any]) -> object:
    """What a view says about who may use it: its own `access`, that of its class, or None."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        access = getattr(holder, "access", None)
        if access:
            return access
    if view.__module__.startswith(TRUSTED_MODULES):
        return "trusted"
    return None


class DefaultDenyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if declared_access(view) is None:
            raise PermissionDenied("This page does not say who may use it, so nobody may.")
