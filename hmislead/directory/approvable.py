"""What governing bodies can be asked to approve. The app that keeps those things names them; the directory knows none."""

from __future__ import annotations

KINDS: dict[str, str] = {}


def register(kinds: dict[str, str]) -> None:
    """Add kinds, each a short code and the words people read. Called in `apps.py`."""
    KINDS.update(kinds)


def words(codes: list[str]) -> str:
    """The kinds in words, in the order they were named, with commas."""
    return ", ".join(label for code, label in KINDS.items() if code in codes)
