"""What needs somebody today: each room tells the home page about its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HomeItem:
    """One sentence, its date, one button. `weight` orders items of the same day: 1 stops people's work, 9 is good to know."""

    sentence: str
    button: str
    url: str
    due_on: dt.date | None = None
    weight: int = 5
    state: str = "open"


Provider = Callable[[Any], list[HomeItem]]
PROVIDERS: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a room's provider: `provider(request)` gives the items of that reader. Called in `apps.py`."""
    PROVIDERS.append(provider)


def items_for(request: Any, *, limit: int = 50) -> list[HomeItem]:
    """What needs the reader, the most urgent first: what is late or due first, then what stops people's work."""
    items = [item for provider in PROVIDERS for item in provider(request)]
    return sorted(items, key=lambda item: (item.due_on or dt.date.max, item.weight))[:limit]
