"""The search box of a list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q


def containing(rows: Any, text: str, fields: tuple[str, ...]) -> Any:
    """Rows in which each word of `text` stands in one of `fields`, whatever its case and whichever the order."""
    for word in text.split()[:6]:
        found = Q()
        for name in fields:
            found |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(found)
    return rows
