"""May they? Questions about people, licenses, departures and staff.

Each `require_…` raises PermissionDenied with a sentence.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from hmislead.access import scopes
from hmislead.directory.models import License, Person

NAMES = frozenset({"first_name", "last_name", "phone", "job_title"})
ALL_FIELDS = NAMES | {"email"}


def works_for_lead(by: Any, permission: str) -> bool:
    """True if `by` holds `permission` at the implementation itself."""
    return scopes.of(by).scopes(permission).everything


def may_request(by: Any, organization_id: UUID) -> bool:
    return scopes.of(by).allows("request_licenses", organization_id=organization_id)


def may_report(by: Any, organization_id: UUID) -> bool:
    return scopes.of(by).allows("report_departures", organization_id=organization_id)


def may_manage(by: Any, organization_id: UUID) -> bool:
    return scopes.of(by).allows("manage_licenses", organization_id=organization_id)


def may_prove(by: Any, organization_id: UUID | None) -> bool:
    """An account that no agency is known for may be anybody's: the Lead's alone."""
    return scopes.of(by).allows("prove_account_state", organization_id=organization_id)


def may_terminate(by: Any, license: License) -> bool:
    """An agency takes back what it asked for; ending a license that was in use is the Lead's, or a departure's."""
    if license.state in {License.State.REQUESTED, License.State.BLOCKED}:
        return may_request(by, license.organization_id)
    return may_manage(by, license.organization_id)


def changeable_fields(by: Any, person: Person) -> frozenset[str]:
    """The fields of `person` that `by` may change.

    The Lead all. An agency those of people who are its own alone; the e-mail address only until the person signs in,
    for an invitation goes there. Everybody their own telephone number.
    """
    access = scopes.of(by)
    if access.scopes("request_licenses").everything:
        return ALL_FIELDS
    own = frozenset({"phone"}) if access.person_id == person.pk else frozenset()
    held = access.scopes("request_licenses").organizations
    agencies = set(person.licenses.living().values_list("organization_id", flat=True))
    agencies |= set(person.contact_functions.filter(ends_on=None).values_list("organization_id", flat=True))
    if not agencies or not agencies <= held:
        return own
    return own | (NAMES if person.user_id else ALL_FIELDS)


def require_add_person(by: Any) -> None:
    if not works_for_lead(by, "request_licenses"):
        raise PermissionDenied(
            "Only HMIS Lead staff add people without a license. Request a license for the person instead."
        )


def require_request(by: Any, organization_id: UUID) -> None:
    if not may_request(by, organization_id):
        raise PermissionDenied("You may request licenses for your own agency only.")


def require_report(by: Any, organization_id: UUID) -> None:
    if not may_report(by, organization_id):
        raise PermissionDenied("You may report departures from your own agency only.")


def require_manage(by: Any, organization_id: UUID) -> None:
    if not may_manage(by, organization_id):
        raise PermissionDenied("Only HMIS Lead staff may change the state of a license.")


def require_terminate(by: Any, license: License) -> None:
    if not may_terminate(by, license):
        raise PermissionDenied("Only HMIS Lead staff may end a license. Report a departure if the person has left.")


def require_prove(by: Any, organization_id: UUID | None) -> None:
    if not may_prove(by, organization_id):
        raise PermissionDenied("You may vouch for accounts of your own agency only.")


def require_staff(by: Any) -> None:
    if not works_for_lead(by, "manage_staff"):
        raise PermissionDenied("Only HMIS Lead staff may change staffing.")
