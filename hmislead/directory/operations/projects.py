"""Projects and their descriptor data, recorded by hand with HUD's own codes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from hmislead.compliance.engine import recheck
from hmislead.directory import policy
from hmislead.directory.hmis_csv import rules
from hmislead.directory.hmis_csv.spec import load_spec
from hmislead.directory.models import (
    Affiliation,
    CEParticipation,
    CoC,
    Funder,
    HMISParticipation,
    Inventory,
    Organization,
    Participation,
    Project,
    ProjectCoC,
)
from hmislead.directory.operations import rows
from hmislead.errors import DomainError

FIELDS = frozenset(
    {
        "name",
        "common_name",
        "project_type",
        "is_continuum",
        "operating_from",
        "operating_until",
        "housing_type",
        "rrh_subtype",
        "residential_affiliation",
        "target_population",
        "hopwa_facility",
        "pit_count",
    }
)
# HUD's list (spec.json) behind each column that holds one of its codes.
CODES = {
    "project_type": "ProjectType",
    "housing_type": "HousingType",
    "rrh_subtype": "RRHSubType",
    "target_population": "TargetPopulation",
    "hopwa_facility": "HOPWAMedAssistedLivingFac",
    "residential_affiliation": "NoYes",
    "funder": "FundingSource",
    "household_type": "HouseholdType",
    "availability": "Availability",
    "es_bed_type": "BedType",
    "geography_type": "GeographyType",
}
PARTS: dict[str, Any] = {
    "location": ProjectCoC,
    "funder": Funder,
    "inventory": Inventory,
    "hmis": HMISParticipation,
    "ce": CEParticipation,
    "affiliation": Affiliation,
}
# The columns of each part that people fill in.
PART_FIELDS: dict[str, tuple[str, ...]] = {
    "location": ("coc_code", "geocode", "address1", "address2", "city", "state", "zip_code", "geography_type"),
    "funder": ("funder", "other_funder", "grant_identifier", "starts_on", "ends_on"),
    "inventory": (
        "coc_code",
        "household_type",
        "availability",
        "units",
        "beds",
        "beds_ch_veteran",
        "beds_youth_veteran",
        "beds_veteran",
        "beds_ch_youth",
        "beds_youth",
        "beds_ch",
        "beds_other",
        "es_bed_type",
        "starts_on",
        "ends_on",
    ),
    "hmis": ("kind", "starts_on", "ends_on"),
    "ce": (
        "is_access_point",
        "prevention_assessment",
        "crisis_assessment",
        "housing_assessment",
        "direct_services",
        "receives_referrals",
        "starts_on",
        "ends_on",
    ),
    "affiliation": ("residential_project_id",),
}


@transaction.atomic
def add_project(*, organization_id: UUID, name: str, by: Any, **details: Any) -> Project:
    """Add a project of an agency that stands. `details` are the other FIELDS.

    Raises PermissionDenied, ValidationError by field, DomainError for an agency that closed or was merged away.
    """
    organization = Organization.objects.visible_to(by).select_for_update(of=("self",)).get(pk=organization_id)
    policy.require_manage(by)
    if organization.merged_into_id or organization.closed_on:
        raise DomainError(f"{organization} does not stand any more. Choose another agency.")
    project = Project(organization=organization, name=name.strip(), **rows.only(details, FIELDS))
    _check_codes(details)
    _check_dates(project.operating_from, project.operating_until, "operating_until")
    rows.create(project)
    recheck(organizations=[organization.pk])
    return project


@transaction.atomic
def change_project(*, project_id: UUID, by: Any, **changes: Any) -> Project:
    """Change some of FIELDS. Raises PermissionDenied, or ValidationError by field."""
    project = _lock(project_id, by)
    rows.only(changes, FIELDS)
    _check_codes(changes)
    first = changes.get("operating_from", project.operating_from)
    _check_dates(first, changes.get("operating_until", project.operating_until), "operating_until")
    if rows.change(project, changes):
        recheck(organizations=[project.organization_id])
    return project


@transaction.atomic
def end_project(*, project_id: UUID, by: Any, effective_at: dt.date | None = None) -> Project:
    """Give a project its last day of operation (default today). Raises DomainError when it has one."""
    project = _lock(project_id, by)
    if project.operating_until:
        raise DomainError(f"{project} has its last day of operation already.")
    return change_project(project_id=project.pk, by=by, operating_until=rows.day_of(effective_at))


@transaction.atomic
def add_part(*, project_id: UUID, part: str, by: Any, **values: Any) -> Any:
    """Add a location, funder, inventory, affiliation, HMIS or Coordinated Entry participation (`part`: a key of PARTS) to a
    project.

    Raises ValidationError by field, DomainError for HMIS participation that overlaps another period and for what cannot be
    affiliated (2.02.C), DoesNotExist for a residential project out of sight.
    """
    project = _lock(project_id, by)
    row = PARTS[part](project=project, **_part_values(part, values, by))
    _check_part(row)
    rows.create(row)
    _follow(row)
    return row


@transaction.atomic
def change_part(*, part: str, part_id: UUID, by: Any, **changes: Any) -> Any:
    """Change a part of a project. Raises as `add_part` does."""
    row = _lock_part(part, part_id, by)
    changes = _part_values(part, changes, by)
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    _check_part(row)
    for name, value in before.items():
        setattr(row, name, value)
    if rows.change(row, changes):
        _follow(row)
    return row


@transaction.atomic
def remove_part(*, part: str, part_id: UUID, by: Any) -> Any:
    """Take out a part recorded by mistake. It stays in the history; what merely ended gets an end date instead."""
    row = _lock_part(part, part_id, by)
    if row.removed_on:
        raise DomainError("This was removed already.")
    rows.change(row, {"removed_on": rows.day_of(None)})
    recheck(organizations=[row.project.organization_id])
    return row


def _part_values(part: str, values: dict[str, Any], by: Any) -> dict[str, Any]:
    values = rows.only(values, frozenset(PART_FIELDS[part]))
    _check_codes(values)
    if "coc_code" in values and part == "location":
        code = values["coc_code"].strip().upper()
        values = {**values, "coc_code": code, "coc": CoC.objects.filter(number=code).first()}
    if "residential_project_id" in values:
        Project.objects.visible_to(by).filter(removed_on=None).get(pk=values["residential_project_id"])
    return values


def _check_part(row: Any) -> None:
    if hasattr(row, "starts_on"):
        _check_dates(row.starts_on, row.ends_on, "ends_on")
    if isinstance(row, HMISParticipation):
        _check_overlap(row)
    if isinstance(row, Affiliation):
        _check_affiliation(row)


def _check_affiliation(row: Affiliation) -> None:
    """A project that offers services only is tied to one with housing, once (HMIS element 2.02.C)."""
    this, other = row.project, Project.objects.get(pk=row.residential_project_id)
    if not _is_of(this, (rules.SERVICES_ONLY,), rules.RRH_SERVICES_ONLY):
        raise DomainError(f"Only a project that offers services alone is affiliated. {this} is of another type.")
    if not _is_of(other, rules.RESIDENTIAL, rules.RRH_HOUSING):
        raise DomainError(f"{other} is of a type without housing. Choose a residential project.")
    same = Affiliation.objects.filter(project=this, residential_project=other, removed_on=None)
    if same.exclude(pk=row.pk).exists():
        raise DomainError(f"The affiliation with {other} is recorded already.")


def _is_of(project: Project, types: tuple[int, ...], rehousing: int) -> bool:
    """One of these types; or rapid re-housing of a subtype."""
    if project.project_type == rules.RAPID_REHOUSING:
        return project.rrh_subtype == rehousing
    return project.project_type in types


def _check_overlap(row: HMISParticipation) -> None:
    """A project is in the HMIS, in a comparable database, or in neither: one on each day (HMIS element 2.08)."""
    others = HMISParticipation.objects.filter(project_id=row.project_id, removed_on=None).exclude(pk=row.pk)
    if row.ends_on:
        others = others.filter(Q(starts_on=None) | Q(starts_on__lte=row.ends_on))
    if row.starts_on:
        others = others.filter(Q(ends_on=None) | Q(ends_on__gte=row.starts_on))
    other = others.first()
    if other:
        raise DomainError(
            f"This overlaps a period that is recorded as “{other.get_kind_display()}”. End that one first."
        )


def _follow(row: Any) -> None:
    """A located project means that its agency takes part in the CoC; then what the agency owes is checked."""
    organization_id = row.project.organization_id
    if isinstance(row, ProjectCoC) and row.coc_id:
        taken = Participation.objects.filter(organization_id=organization_id, coc_id=row.coc_id, ends_on=None)
        if not taken.exists():
            day = row.project.operating_from or rows.day_of(None)
            rows.create(Participation(organization_id=organization_id, coc_id=row.coc_id, starts_on=day))
    recheck(organizations=[organization_id])


def _check_codes(values: dict[str, Any]) -> None:
    spec = load_spec()
    for name, value in values.items():
        if name in CODES and value is not None and int(value) not in dict(spec.choices(CODES[name])):
            raise ValidationError({name: "This is no code of HUD's list."})


def _check_dates(first: dt.date | None, last: dt.date | None, field: str) -> None:
    if first and last and last < first:
        raise ValidationError({field: "It cannot end before it starts."})


def _lock(project_id: UUID, by: Any) -> Project:
    project: Project = Project.objects.visible_to(by).select_for_update(of=("self",)).get(pk=project_id)
    policy.require_manage(by)
    return project


def _lock_part(part: str, part_id: UUID, by: Any) -> Any:
    row = PARTS[part].objects.visible_to(by).select_for_update(of=("self",)).get(pk=part_id)
    policy.require_manage(by)
    return row
