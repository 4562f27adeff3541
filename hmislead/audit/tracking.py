"""History of a model: database triggers write every insert, update and delete to an append-only table."""

from __future__ import annotations

from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models
from pghistory import trigger

M = TypeVar("M", bound=type[models.Model])
#: What is the same for every row a statement inserts, as pghistory writes it into each: a variable reads it once.
ONCE = {
    "_context": ("JSONB", "COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB"),
    "_context_id": ("UUID", "COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_id', TRUE), ''), NULL)::UUID"),
}


def tracked(model: M) -> M:
    """Keep the history of every row of `model` (architecture section 6). The event table is policed like the model's."""
    return pghistory.track(_Inserted(), pghistory.UpdateEvent(), pghistory.DeleteEvent())(model)


class _Together(trigger.Event):
    """Writes the events of all rows of a statement by one statement: many rows take a third less time than row by row."""

    level = pgtrigger.Statement

    def get_declare(self, model: Any) -> list[tuple[str, str]]:
        """The variables, with what each is set to."""
        return [(name, f"{kind} := {value}") for name, (kind, value) in ONCE.items()]

    def get_func(self, model: Any) -> pgtrigger.Func:
        """pghistory's own statement, without its table of contexts: ours stand in the events, which are policed."""
        sql: str = super().get_func(model).func  # type: ignore[no-untyped-call]
        for name, (_, value) in ONCE.items():
            sql = sql.replace(value, name)
        return pgtrigger.Func(sql[sql.index("INSERT INTO") :].replace(", _pgh_attached_context", ""))  # type: ignore[no-untyped-call]


class _Inserted(pghistory.InsertEvent):
    def add_event_trigger(self, event_model: Any) -> None:
        """Our trigger in place of the one for each row, under the same name."""
        ours = _Together(  # type: ignore[no-untyped-call]
            event_model=event_model, label=self.label, name=self.trigger_name, row="NEW", operation=pgtrigger.Insert
        )
        pgtrigger.register(ours)(event_model.pgh_tracked_model)
