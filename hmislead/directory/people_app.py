"""What people, licenses and staff add to the registries at start-up."""

from __future__ import annotations

from hmislead.compliance import nights
from hmislead.directory.people_settings import register_people_settings


def register_people() -> None:
    """Called once, when the directory app is ready."""
    register_people_settings()
    nights.register_after("departures", lambda run: _carry_out_departures())
    nights.register_after("shut gates", lambda run: _act_on_shut_gates())


def _carry_out_departures() -> None:
    from hmislead.directory.operations import departures

    departures.carry_out_departures()


def _act_on_shut_gates() -> None:
    from hmislead.directory.operations import gate_actions

    gate_actions.act_on_shut_gates()
