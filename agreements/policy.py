"""May they? Questions about agreements."""

from __future__ import annotations

from typing import Any

from hmislead.access import scopes


def can_record(user: Any) -> bool:
    """Agreements are recorded, changed and ended by who works for the HMIS Lead."""
    return scopes.of(user).allows("record_evidence")


def can_load(user: Any) -> bool:
    """Loading many at once needs the right to import as well."""
    return can_record(user) and scopes.of(user).allows("import_data")


def can_send(user: Any) -> bool:
    """Packets are prepared, sent, corrected and withdrawn by who works for the HMIS Lead."""
    return bool(scopes.of(user).scopes("send_packets").everything)


def own_person_id(user: Any) -> Any:
    """The person of the directory that a user is, or None."""
    return scopes.of(user).person_id
