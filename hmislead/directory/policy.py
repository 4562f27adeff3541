"""Who may change what of CoCs, agencies and projects. Each question raises PermissionDenied with a sentence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from hmislead.access import scopes


def may_manage(by: Any) -> bool:
    """True for HMIS Lead staff, who keep the directory."""
    return scopes.of(by).scopes("manage_directory").everything


def may_manage_contacts(by: Any, organization_id: UUID) -> bool:
    """True for HMIS Lead staff and for the agency's own lead."""
    return may_manage(by) or scopes.of(by).allows("manage_contacts", organization_id=organization_id)


def may_record_decisions(by: Any, coc_id: UUID) -> bool:
    """True for whoever records the decisions of this CoC's governing body."""
    return scopes.of(by).allows("record_decisions", coc_id=coc_id)


def require_manage(by: Any) -> None:
    if not may_manage(by):
        raise PermissionDenied("Only HMIS Lead staff may change the directory.")


def require_manage_contacts(by: Any, organization_id: UUID) -> None:
    if not may_manage_contacts(by, organization_id):
        raise PermissionDenied("Only HMIS Lead staff and the agency's own lead may change its contacts.")


def require_record_decisions(by: Any, coc_id: UUID) -> None:
    if not may_record_decisions(by, coc_id):
        raise PermissionDenied("Only CoC staff and HMIS Lead staff may record the decisions of this CoC.")
