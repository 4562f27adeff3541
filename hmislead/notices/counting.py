"""How many messages came to each state, counted in the broker's memory by whichever process sends or hears of them."""

from __future__ import annotations

from django.core.cache import cache


def count(state: str) -> None:
    """Count one message that came to `state`. Called once its transaction has ended well."""
    cache.add(_key(state), 0, timeout=None)
    cache.incr(_key(state))


def counts(states: list[str]) -> dict[str, int]:
    """How many came to each of these states since the memory was last emptied, 0 included."""
    found = cache.get_many([_key(state) for state in states])
    return {state: found.get(_key(state), 0) for state in states}


def _key(state: str) -> str:
    return f"notices.messages.{state}"
