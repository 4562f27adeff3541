"""The endpoints of the rooms, registered in each room's `apps.py` and mounted below `/api/v1/i/<slug>/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string
from rest_framework.routers import SimpleRouter


@dataclass(frozen=True)
class Route:
    prefix: str
    viewset: Any  # the class, or its dotted path: read only when the addresses are first needed
    basename: str


_routes: dict[str, Route] = {}


def register(prefix: str, viewset: Any, basename: str = "") -> None:
    """Add an endpoint: `organizations` gives `/api/v1/i/<slug>/organizations/`, named `api:<basename>-list` etc.

    `viewset` is the class or its dotted path. Raises ValueError for a prefix that is taken.
    """
    if prefix in _routes:
        raise ValueError(f"The endpoint {prefix} is registered twice.")
    _routes[prefix] = Route(prefix, viewset, basename or prefix.replace("/", "-"))


def router() -> SimpleRouter:
    """A router of every registered endpoint. Called once, by `hmislead.api`."""
    made = SimpleRouter(use_regex_path=False)
    for route in sorted(_routes.values(), key=lambda route: route.prefix):
        viewset = _loaded(route.viewset)
        made.register(route.prefix, viewset, basename=route.basename)
    return made


def _loaded(viewset: Any) -> Any:
    return import_string(viewset) if isinstance(viewset, str) else viewset
