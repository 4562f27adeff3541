"""What a quiz is taken for. Rooms register; the result page links back to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Given an attempt: (label, address) of where its taker goes on, or None when this room does not use the quiz.
Use = Callable[[Any], tuple[str, str] | None]
USES: list[Use] = []


def register(use: Use) -> None:
    """Add a room's answer. Called when the room's app is ready."""
    USES.append(use)


def ways_on(attempt: Any) -> list[tuple[str, str]]:
    """Where the taker of an attempt goes on."""
    return [way for use in USES if (way := use(attempt))]
