"""Adding agencies and changing what they are, where they take part, and whether they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.compliance.engine import recheck
from hmislead.directory import policy
from hmislead.directory.models import (
    CoC,
    ComparableDatabaseAttestation,
    Organization,
    OrganizationRole,
    Participation,
    Person,
)
from hmislead.directory.operations import rows
from hmislead.directory.operations.days import past_day
from hmislead.errors import DomainError
from hmislead.files.operations import store_file

FIELDS = frozenset({"name", "common_name", "is_vsp", "is_access_only", "phone", "website"})


@transaction.atomic
def add_organization(
    *,
    name: str,
    by: Any,
    roles: Iterable[str] = ("cho",),
    cocs: Iterable[UUID] = (),
    effective_at: dt.date | None = None,
    **details: Any,
) -> Organization:
    """Add an agency with its roles and the CoCs it takes part in, both from `effective_at` (default today).

    `details` are the other FIELDS. Raises PermissionDenied, ValidationError by field, or DoesNotExist for a CoC out of
    sight.
    """
    policy.require_manage(by)
    day = rows.day_of(effective_at)
    organization = rows.create(Organization(name=_tidy(name), **rows.only(details, FIELDS)))
    for role in dict.fromkeys(roles):
        rows.create(OrganizationRole(organization=organization, role=role, starts_on=day))
    for coc_id in dict.fromkeys(cocs):
        coc = CoC.objects.visible_to(by).get(pk=coc_id)
        rows.create(Participation(organization=organization, coc=coc, starts_on=day))
    recheck(organizations=[organization.pk])
    return organization


@transaction.atomic
def change_organization(*, organization_id: UUID, by: Any, **changes: Any) -> Organization:
    """Change some of FIELDS. Raises PermissionDenied, ValidationError by field, DomainError for a merged agency."""
    organization = lock(organization_id, by)
    policy.require_manage(by)
    if "name" in changes:
        changes["name"] = _tidy(changes["name"])
    if rows.change(organization, rows.only(changes, FIELDS)):
        recheck_with_licenses(organization.pk)
    return organization


@transaction.atomic
def mark_access_only(*, organization_id: UUID, is_access_only: bool, by: Any) -> Organization:
    """Say that an agency uses the HMIS without a project of its own, or that it does not any more."""
    return change_organization(organization_id=organization_id, is_access_only=is_access_only, by=by)


@transaction.atomic
def give_role(*, organization_id: UUID, role: str, by: Any, effective_at: dt.date | None = None) -> OrganizationRole:
    """Record what an agency is, from a day on. Raises ValidationError when it has the role already."""
    organization = lock(organization_id, by)
    policy.require_manage(by)
    given = rows.create(OrganizationRole(organization=organization, role=role, starts_on=rows.day_of(effective_at)))
    recheck_with_licenses(organization.pk)
    return given


@transaction.atomic
def end_role(*, role_id: UUID, by: Any, effective_at: dt.date | None = None) -> OrganizationRole:
    """Give a role of an agency its last day (default today)."""
    role: OrganizationRole = OrganizationRole.objects.visible_to(by).select_for_update(of=("self",)).get(pk=role_id)
    policy.require_manage(by)
    _require_running(role.ends_on, "This role")
    rows.end(role, rows.day_of(effective_at))
    recheck_with_licenses(role.organization_id)
    return role


@transaction.atomic
def join_coc(*, organization_id: UUID, coc_id: UUID, by: Any, effective_at: dt.date | None = None) -> Participation:
    """Record by hand that an agency takes part in a CoC, from a day on. Raises ValidationError when it does already."""
    organization = lock(organization_id, by)
    policy.require_manage(by)
    coc = CoC.objects.visible_to(by).get(pk=coc_id)
    taken = rows.create(Participation(organization=organization, coc=coc, starts_on=rows.day_of(effective_at)))
    recheck(organizations=[organization.pk], cocs=[coc.pk])
    return taken


@transaction.atomic
def leave_coc(*, participation_id: UUID, by: Any, effective_at: dt.date | None = None) -> Participation:
    """Give an agency's part in a CoC its last day (default today)."""
    taken: Participation = Participation.objects.visible_to(by).select_for_update(of=("self",)).get(pk=participation_id)
    policy.require_manage(by)
    _require_running(taken.ends_on, "This part in the CoC")
    rows.end(taken, rows.day_of(effective_at))
    recheck(organizations=[taken.organization_id], cocs=[taken.coc_id])
    return taken


@transaction.atomic
def attest_comparable_database(
    *,
    organization_id: UUID,
    product: str,
    by: Any,
    attested_by_id: UUID | None = None,
    statement: str = "",
    file: Any = None,
    effective_at: dt.date | None = None,
) -> ComparableDatabaseAttestation:
    """Record a victim service provider's statement about its comparable database (GOV-31 to GOV-36).

    `attested_by_id` is the person who made it, `file` the signed paper. Raises DomainError for any other agency and
    for a day to come.
    """
    organization = lock(organization_id, by)
    policy.require_manage(by)
    if not organization.is_vsp:
        raise DomainError(
            "Only a victim service provider attests to a comparable database. Mark the agency as one first."
        )
    day = past_day(effective_at)
    person = Person.objects.visible_to(by).get(pk=attested_by_id) if attested_by_id else None
    kept = store_file(file=file, permission="view_evidence", by=by, organization=organization) if file else None
    attestation = rows.create(
        ComparableDatabaseAttestation(
            organization=organization,
            product=product.strip(),
            attested_on=day,
            attested_by=person,
            statement=statement.strip(),
            file=kept,
        )
    )
    recheck(organizations=[organization.pk])
    return attestation


@transaction.atomic
def close_organization(*, organization_id: UUID, by: Any, effective_at: dt.date | None = None) -> Organization:
    """Close an agency: its roles, its parts in CoCs, its contacts and signing powers end with it.

    Raises DomainError while anybody still has a license there: ending one asks for proof that its account is shut.
    """
    organization = lock(organization_id, by)
    policy.require_manage(by)
    if organization.closed_on:
        raise DomainError(f"{organization} is closed already.")
    living = organization.licenses.exclude(state="terminated").count()
    if living:
        raise DomainError(
            f"{living} {'license is' if living == 1 else 'licenses are'} still open here. End them first."
        )
    day = rows.day_of(effective_at)
    rows.change(organization, {"closed_on": day})
    for manager in (organization.roles, organization.participations, organization.contacts, organization.signatories):
        for row in manager.filter(ends_on=None):
            rows.end(row, max(day, row.starts_on))
    recheck(organizations=[organization.pk])
    return organization


@transaction.atomic
def reopen_organization(*, organization_id: UUID, by: Any) -> Organization:
    """Take back that an agency closed. Roles and contacts that ended with it are named anew. Raises DomainError."""
    organization = lock(organization_id, by)
    policy.require_manage(by)
    if not organization.closed_on:
        raise DomainError(f"{organization} is not closed.")
    rows.change(organization, {"closed_on": None})
    recheck(organizations=[organization.pk])
    return organization


def lock(organization_id: UUID, by: Any) -> Organization:
    """The agency, for a change by `by`. Raises DoesNotExist out of sight, DomainError when it was merged away."""
    organization: Organization = (
        Organization.objects.visible_to(by).select_for_update(of=("self",)).get(pk=organization_id)
    )
    if organization.merged_into_id:
        raise DomainError(f"{organization} was merged into another agency. Change that one instead.")
    return organization


def recheck_with_licenses(organization_id: UUID) -> None:
    """Re-check an agency and the licenses there: what an agency is decides what they owe."""
    organization = Organization.objects.get(pk=organization_id)
    licenses = organization.licenses.exclude(state="terminated").values_list("pk", flat=True)
    recheck(organizations=[organization.pk], licenses=list(licenses))


def _require_running(ends_on: dt.date | None, what: str) -> None:
    if ends_on:
        raise DomainError(f"{what} has its last day already.")


def _tidy(name: str) -> str:
    return " ".join(name.split())
