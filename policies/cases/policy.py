"""May they? Questions about cases."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from hmislead.access import scopes
from policies.cases.models import Approval, Grievance, Sanction

NOT_YOURS = "Only the HMIS Lead's staff may handle deviation reports, sanctions and grievances."


def can_handle(user: Any) -> bool:
    """Cases are handled by who holds `manage_cases` at the implementation."""
    return bool(scopes.of(user).scopes("manage_cases").everything)


def require_handle(user: Any) -> None:
    if not can_handle(user):
        raise PermissionDenied(NOT_YOURS)


def can_approve(user: Any, sanction: Sanction) -> bool:
    """A Lead administrator approves, or whoever handles cases records what the governing body decided."""
    if sanction.approval == Approval.ADMINISTRATOR:
        return bool(scopes.of(user).scopes("manage_settings").everything)
    return can_handle(user)


def can_appeal(user: Any, sanction: Sanction) -> bool:
    """The person it is about, the agency's lead, and who handles cases and writes down what came on paper."""
    access = scopes.of(user)
    if can_handle(user):
        return True
    if sanction.person_id is not None and sanction.person_id == access.person_id:
        return True
    return sanction.organization_id in access.scopes("request_licenses").organizations


def is_reporter(user: Any, grievance: Grievance) -> bool:
    """Who sent a grievance signed in may appeal its decision and say how content they are."""
    user_id = scopes.of(user).user_id
    return user_id is not None and grievance.reporter_id == user_id
