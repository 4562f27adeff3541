"""Who may ask for which report."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from hmislead.access import scopes
from hmislead.access.scopes import Scopes
from hmislead.directory.models import CoC, Organization
from hmislead.directory.querysets import within
from reporting.querysets import NAMED_NEEDS

# A report tells results: whoever asks for it may see reports and results.
NEEDED = ("request_reports", "view_reports", "view_compliance")
REFUSED = "Your roles do not let you make this report."


def reaches(held: Scopes, *, organization: Organization | None, coc: CoC | None) -> bool:
    """True if the agency, the CoC's share or (neither named) everything lies inside scopes."""
    if held.everything:
        return True
    if organization is not None:
        return bool(held) and Organization.objects.filter(within(held, "pk"), pk=organization.pk).exists()
    return coc is not None and coc.pk in held.cocs


def may_request(user: Any, *, organization: Organization | None = None, coc: CoC | None = None) -> bool:
    """May they make the report about this agency, this CoC's share or (neither named) everything?"""
    access = scopes.of(user)
    return all(reaches(access.scopes(code), organization=organization, coc=coc) for code in NEEDED)


def require_request(user: Any, *, organization: Organization | None = None, coc: CoC | None = None) -> None:
    """Raises PermissionDenied unless `may_request`."""
    if not may_request(user, organization=organization, coc=coc):
        raise PermissionDenied(REFUSED)


def may_name_people(user: Any, *, organization: Organization | None = None, coc: CoC | None = None) -> bool:
    """May the report they ask for name people? CoC staff read numbers only."""
    access = scopes.of(user)
    return all(reaches(access.scopes(code), organization=organization, coc=coc) for code in NAMED_NEEDS)


def requestable_organizations(user: Any) -> Any:
    """The standing agencies about which the user may ask for a report."""
    access = scopes.of(user)
    found = Organization.objects.visible_to(user).current()
    for code in NEEDED:
        held = access.scopes(code)
        found = found.filter(within(held, "pk")) if held else found.none()
    return found


def requestable_cocs(user: Any) -> Any:
    """The CoCs for whose share the user may ask for an implementation report."""
    access = scopes.of(user)
    found = CoC.objects.visible_to(user)
    for code in NEEDED:
        held = access.scopes(code)
        found = found if held.everything else found.filter(pk__in=held.cocs)
    return found
