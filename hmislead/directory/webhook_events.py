"""What other systems are told of licenses."""

from __future__ import annotations

from hmislead.directory.models import License
from hmislead.webhooks.events import Event, emit, register


def register_license_events() -> None:
    """Called once, when the directory app is ready."""
    register(
        Event("license.requested", "A license is requested"),
        Event("license.blocked", "A requested license is held"),
        Event("license.active", "A license is active: its holder may use the HMIS"),
        Event("license.suspended", "A license is suspended: its account must not be used"),
        Event("license.terminated", "A license is ended: its account must be shut"),
    )


def license_moved(license: License) -> None:
    """Tell the state a license has now. Call after the change, inside its transaction."""
    about = {"organization": license.organization_id, "person": license.person_id}
    emit(f"license.{license.state}", subject_kind="license", subject_id=license.pk, data=about)
