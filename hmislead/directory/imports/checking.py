"""Re-checks after an import: subject by subject when few are touched, everything at once when many are."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from hmislead.compliance import engine, gate, registry
from hmislead.compliance.registry import Evaluation
from hmislead.tenancy import settings

FEW = 50


def recheck(*, organizations: Iterable[UUID] = (), people: Iterable[UUID] = ()) -> None:
    """Check these subjects anew, in the caller's transaction."""
    agencies, persons = set(organizations), set(people)
    if len(agencies) + len(persons) > FEW:
        check_all()
    elif agencies or persons:
        engine.recheck(organizations=agencies, people=persons)


def check_all() -> None:
    """Check everything as of today, and answer the gate anew for every license."""
    if engine.is_paused():
        return
    evaluation = Evaluation(as_of=settings.today())
    for requirement in registry.ordered():
        engine.evaluate(requirement, evaluation)
    gate.refresh_all()
