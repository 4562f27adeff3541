"""May they? Questions about training records."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hmislead.access import scopes


def can_record(user: Any) -> bool:
    """Courses, completions and certifications of others are recorded by who works for the HMIS Lead."""
    return scopes.of(user).allows("record_evidence")


def can_load(user: Any) -> bool:
    """Loading many at once needs the right to import as well."""
    return can_record(user) and scopes.of(user).allows("import_data")


def is_self(user: Any, person_id: UUID) -> bool:
    """True when the person is the user: only they certify for themselves."""
    return scopes.of(user).person_id == person_id
