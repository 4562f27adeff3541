"""How a row moves from state to state."""

from __future__ import annotations

from typing import Any, ClassVar

from hmislead.errors import WrongState


class LifeCycle:
    """For a model with a `state` and NEXT, which says for each state what it may become."""

    NEXT: ClassVar[dict[str, set[str]]]

    @property
    def next_states(self: Any) -> list[str]:
        return sorted(self.NEXT[self.state])

    def become(self: Any, state: str, **changes: object) -> None:
        """Move along NEXT and save that alone, with `changes` of other columns. Raises WrongState."""
        if state not in self.NEXT[self.state]:
            raise WrongState(self, self.State(state).label)
        self.state = state
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *changes, "updated_at"])
