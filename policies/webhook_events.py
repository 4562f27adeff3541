"""What other systems are told of acknowledgements and sanctions."""

from __future__ import annotations

from hmislead.webhooks.events import Event, emit, register
from policies.models import Acknowledgement, Sanction


def register_policy_events() -> None:
    """Called once, when the policies app is ready."""
    register(
        Event("acknowledgement.made", "Somebody acknowledges a version of a document"),
        Event("sanction.moved", "A sanction begins, changes or ends"),
    )


def acknowledged(acknowledgement: Acknowledgement) -> None:
    """Tell that somebody acknowledged a version."""
    about = {"person": acknowledgement.person_id, "version": acknowledgement.version_id}
    emit("acknowledgement.made", subject_kind="acknowledgement", subject_id=acknowledgement.pk, data=about)


def sanction_moved(sanction: Sanction) -> None:
    """Tell that a sanction was notified, began, was appealed or ended."""
    about = {
        "number": sanction.number,
        "kind": sanction.kind,
        "state": sanction.state,
        "organization": sanction.organization_id,
        "person": sanction.person_id,
        "license": sanction.license_id,
        "starts_on": sanction.starts_on,
        "ends_on": sanction.ends_on,
    }
    emit("sanction.moved", subject_kind="sanction", subject_id=sanction.pk, data=about)
