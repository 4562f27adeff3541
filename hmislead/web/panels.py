"""Panels that rooms add to the agency, person and license pages without those pages knowing the rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Panel:
    """`context(request, subject)` gives what `template` needs; None hides the panel.

    `subject` is organization, person, license or coc."""

    subject: str
    key: str
    title: str
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    permission: str
    order: int = 100


PANELS: list[Panel] = []


def register(*panels: Panel) -> None:
    """Add panels. Called in a room's `apps.py`."""
    PANELS.extend(panels)


def panels_for(request: Any, kind: str, subject: Any) -> list[dict[str, Any]]:
    """The panels of one page for one reader, in order, each as {key, title, template, data}."""
    found = []
    for panel in sorted(PANELS, key=lambda panel: panel.order):
        if panel.subject == kind and request.access.has(panel.permission):
            data = panel.context(request, subject)
            if data is not None:
                found.append({"key": panel.key, "title": panel.title, "template": panel.template, "data": data})
    return found
