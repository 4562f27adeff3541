"""Requirements about the directory itself. What each one asks is in `requirement_queries.py`."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.urls import reverse

from hmislead.compliance.registry import Requirement, register
from hmislead.directory import requirement_queries as queries
from hmislead.directory.models import Contact
from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register as register_settings


def coc_link(slug: str, subject_id: UUID) -> str:
    return reverse("directory:coc-detail", kwargs={"slug": slug, "pk": subject_id})


def organization_link(slug: str, subject_id: UUID) -> str:
    return reverse("directory:organization-detail", kwargs={"slug": slug, "pk": subject_id})


def license_link(slug: str, subject_id: UUID) -> str:
    return reverse("directory:license-detail", kwargs={"slug": slug, "pk": subject_id})


def return_link(slug: str, subject_id: UUID) -> str:
    """The part of the license's page that says what its holder and the HMIS Lead do next."""
    return f"{license_link(slug, subject_id)}#return"


def imports_link(slug: str, subject_id: UUID) -> str:
    return reverse("directory:import-list", kwargs={"slug": slug})


def staff_link(slug: str, subject_id: UUID) -> str:
    return reverse("directory:staff-list", kwargs={"slug": slug})


REQUIREMENTS = (
    Requirement(
        "hmis-lead-designated",
        "HMIS Lead designated",
        "coc",
        ("INTRO-01",),
        partial(queries.designated, kind="lead"),
        coc_link,
        "Record the designation",
        order=10,
        fixed_by=("record_decisions",),
    ),
    Requirement(
        "software-designated",
        "HMIS software designated",
        "coc",
        ("INTRO-04",),
        partial(queries.designated, kind="software"),
        coc_link,
        "Record the designation",
        order=11,
        fixed_by=("record_decisions",),
    ),
    Requirement(
        "active-project",
        "Has an active HMIS project",
        "organization",
        ("PAR-01", "SEC-44"),
        queries.active_project,
        organization_link,
        "Check its projects",
        order=40,
        plain="Your agency has a project in the HMIS",
    ),
    Requirement(
        "comparable-database",
        "Comparable database attested",
        "organization",
        ("GOV-31", "GOV-33", "GOV-34"),
        queries.comparable_database,
        organization_link,
        "Record the attestation",
        order=41,
        plain="Your statement about your comparable database",
        fixed_by=("manage_directory",),
    ),
    Requirement(
        "contacts",
        "Agency contacts named and re-affirmed",
        "organization",
        ("SEC-44",),
        queries.contacts,
        organization_link,
        "Name or re-affirm contacts",
        order=42,
        plain="Your agency's contacts are named and up to date",
        fixed_by=("manage_contacts",),
    ),
    Requirement(
        "vsp-license",
        "Victims' data kept out of the HMIS",
        "license",
        ("GOV-32",),
        queries.vsp_license,
        license_link,
        "Change or end the license",
        blocks=True,
        order=50,
        fixed_by=("manage_licenses",),
    ),
    Requirement(
        "recent-use",
        "HMIS used recently",
        "license",
        ("SEC-04", "SEC-45"),
        queries.recent_use,
        return_link,
        "See what it takes to return",
        blocks=True,
        order=60,
    ),
    Requirement(
        "roster-fresh",
        "User roster compared with the HMIS",
        "implementation",
        ("SEC-50", "ADM-10"),
        queries.roster_fresh,
        imports_link,
        "Import a roster",
        order=70,
    ),
    Requirement(
        "administrator-ratio",
        "Enough system administrators for the users",
        "implementation",
        ("MGT-21", "MGT-22"),
        queries.administrator_ratio,
        staff_link,
        "See staffing",
        order=71,
    ),
)


def register_directory_requirements() -> None:
    """Called once, when the directory app is ready."""
    register(*REQUIREMENTS)


SETTINGS = (
    Setting(
        "contacts.required",
        "Contacts every agency names",
        "Agencies",
        "choices",
        list(Contact.Function.values),
        choices=tuple(Contact.Function.choices),
    ),
    Setting(
        "contacts.months",
        "Contacts are re-affirmed every",
        "Agencies",
        "integer",
        12,
        unit="months",
        minimum=1,
        maximum=36,
    ),
    Setting(
        "comparable_database.months",
        "A comparable database is attested every",
        "Agencies",
        "integer",
        12,
        unit="months",
        standards=("GOV-34",),
        minimum=1,
        maximum=36,
    ),
    Setting(
        "vsp.licenses",
        "Licenses of victim service providers",
        "Access gate",
        "choice",
        "none",
        standards=("GOV-32",),
        choices=(("none", "None"), ("read_only", "Without entering data")),
    ),
    Setting(
        "inactivity.unit",
        "Inactivity is counted in",
        "Access gate",
        "choice",
        "days",
        choices=(("days", "Days"), ("months", "Calendar months")),
    ),
    Setting(
        "inactivity.lock",
        "Lock after no sign-in for",
        "Access gate",
        "integer",
        60,
        "In the unit above.",
        minimum=1,
        maximum=730,
    ),
    Setting(
        "inactivity.refresher",
        "Refresher training after",
        "Access gate",
        "integer",
        90,
        "In the unit above.",
        minimum=1,
        maximum=730,
    ),
    Setting(
        "inactivity.full",
        "Full training after",
        "Access gate",
        "integer",
        180,
        "In the unit above.",
        minimum=1,
        maximum=1095,
    ),
    Setting(
        "roster.fresh_days",
        "A roster is fresh for",
        "Access gate",
        "integer",
        35,
        "With an older roster nobody's inactivity is judged.",
        standards=("SEC-50",),
        unit="days",
        minimum=1,
        maximum=365,
    ),
    Setting(
        "ratio.users_per_administrator",
        "Users per full-time system administrator, at most",
        "Staffing",
        "integer",
        75,
        standards=("MGT-21",),
        minimum=1,
        maximum=1000,
    ),
)


def register_directory_settings() -> None:
    """Called once, when the directory app is ready."""
    register_settings(*SETTINGS)
