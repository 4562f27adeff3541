"""Which column of which HUD file becomes which field of which of our tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from hmislead.directory.hmis_csv.records import Record
from hmislead.directory.models import (
    Affiliation,
    CEParticipation,
    Funder,
    HMISParticipation,
    Inventory,
    Organization,
    Project,
    ProjectCoC,
)


@dataclass(frozen=True)
class HmisTable:
    """One HUD file and its table. `columns` maps columns to fields; `parents` maps fields to (column, file)."""

    file: str
    model: type[models.Model]
    columns: dict[str, str]
    parents: dict[str, tuple[str, str]]
    needed: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Every database column this table may write, parents and the end by deletion included."""
        own = [self.model._meta.get_field(name).attname for name in (*self.parents, *self.columns.values())]  # type: ignore[union-attr]
        return (*own, self.ended_field)

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """The columns that tell us something. Who made a row, when, and in which export is none of it."""
        return (*self.columns, *(column for column, _ in self.parents.values()), "DateDeleted")

    @property
    def ended_field(self) -> str:
        """Where a deletion in the HMIS is written. An agency is closed, all else is marked as removed."""
        return "closed_on" if self.model is Organization else "removed_on"


OF_PROJECT = {"project": ("ProjectID", "Project")}
TABLES: tuple[HmisTable, ...] = (
    HmisTable(
        "Organization",
        Organization,
        {"OrganizationName": "name", "OrganizationCommonName": "common_name", "VictimServiceProvider": "is_vsp"},
        {},
        ("name",),
    ),
    HmisTable(
        "Project",
        Project,
        {
            "ProjectName": "name",
            "ProjectCommonName": "common_name",
            "OperatingStartDate": "operating_from",
            "OperatingEndDate": "operating_until",
            "ContinuumProject": "is_continuum",
            "ProjectType": "project_type",
            "HousingType": "housing_type",
            "RRHSubType": "rrh_subtype",
            "ResidentialAffiliation": "residential_affiliation",
            "TargetPopulation": "target_population",
            "HOPWAMedAssistedLivingFac": "hopwa_facility",
            "PITCount": "pit_count",
        },
        {"organization": ("OrganizationID", "Organization")},
        ("name",),
    ),
    HmisTable(
        "ProjectCoC",
        ProjectCoC,
        {
            "CoCCode": "coc_code",
            "Geocode": "geocode",
            "Address1": "address1",
            "Address2": "address2",
            "City": "city",
            "State": "state",
            "ZIP": "zip_code",
            "GeographyType": "geography_type",
        },
        OF_PROJECT,
        ("coc_code",),
    ),
    HmisTable(
        "Funder",
        Funder,
        {
            "Funder": "funder",
            "OtherFunder": "other_funder",
            "GrantID": "grant_identifier",
            "StartDate": "starts_on",
            "EndDate": "ends_on",
        },
        OF_PROJECT,
        ("funder",),
    ),
    HmisTable(
        "Inventory",
        Inventory,
        {
            "CoCCode": "coc_code",
            "HouseholdType": "household_type",
            "Availability": "availability",
            "UnitInventory": "units",
            "BedInventory": "beds",
            "CHVetBedInventory": "beds_ch_veteran",
            "YouthVetBedInventory": "beds_youth_veteran",
            "VetBedInventory": "beds_veteran",
            "CHYouthBedInventory": "beds_ch_youth",
            "YouthBedInventory": "beds_youth",
            "CHBedInventory": "beds_ch",
            "OtherBedInventory": "beds_other",
            "ESBedType": "es_bed_type",
            "InventoryStartDate": "starts_on",
            "InventoryEndDate": "ends_on",
        },
        OF_PROJECT,
    ),
    HmisTable(
        "HMISParticipation",
        HMISParticipation,
        {
            "HMISParticipationType": "kind",
            "HMISParticipationStatusStartDate": "starts_on",
            "HMISParticipationStatusEndDate": "ends_on",
        },
        OF_PROJECT,
        ("kind",),
    ),
    HmisTable(
        "CEParticipation",
        CEParticipation,
        {
            "AccessPoint": "is_access_point",
            "PreventionAssessment": "prevention_assessment",
            "CrisisAssessment": "crisis_assessment",
            "HousingAssessment": "housing_assessment",
            "DirectServices": "direct_services",
            "ReceivesReferrals": "receives_referrals",
            "CEParticipationStatusStartDate": "starts_on",
            "CEParticipationStatusEndDate": "ends_on",
        },
        OF_PROJECT,
    ),
    HmisTable("Affiliation", Affiliation, {}, {**OF_PROJECT, "residential_project": ("ResProjectID", "Project")}),
)
BY_FILE = {table.file: table for table in TABLES}


def own_values(table: HmisTable, record: Record) -> dict[str, Any]:
    """What a row says of our fields. A field the row is silent about, or whose blank says nothing, is left out."""
    found: dict[str, Any] = {}
    for column, name, convert, blank in _converters(table):
        if column not in record.values:
            continue
        value = record.values[column]
        if value is not None:
            found[name] = convert(value)
        elif blank is not NO_BLANK:
            found[name] = blank
    return found


NO_BLANK = object()
Converter = tuple[str, str, Callable[[Any], Any], Any]
_known: dict[str, list[Converter]] = {}


def _converters(table: HmisTable) -> list[Converter]:
    if table.file not in _known:
        _known[table.file] = [
            (column, name, *_converter(table.model._meta.get_field(name), column))
            for column, name in table.columns.items()
        ]
    return _known[table.file]


def _converter(field: Any, column: str) -> tuple[Callable[[Any], Any], Any]:
    """How a value becomes the field's, and what a blank says there."""
    if isinstance(field, models.BooleanField):
        return (lambda value: value == 1), (None if field.null else NO_BLANK)
    if isinstance(field, models.CharField):
        if column in ("CoCCode", "State"):
            return (lambda value: str(value).upper()), ("" if field.blank else NO_BLANK)
        return str, ("" if field.blank else NO_BLANK)
    return (lambda value: value), (None if field.null else NO_BLANK)
