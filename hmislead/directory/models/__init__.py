"""The directory: CoCs, organizations, projects, people, licenses, and what imports found out about them."""

from hmislead.directory.models.coc import BodyMember, CoC, Designation, GoverningBody
from hmislead.directory.models.imports import ImportBatch, ImportChange, ImportProblem, RosterMapping, SourceRecord
from hmislead.directory.models.license import Departure, License
from hmislead.directory.models.merge import Merge
from hmislead.directory.models.organization import (
    ComparableDatabaseAttestation,
    Contact,
    Organization,
    OrganizationRole,
    Participation,
    Signatory,
)
from hmislead.directory.models.person import Person, StaffPosition
from hmislead.directory.models.project import (
    Affiliation,
    CEParticipation,
    Funder,
    HMISParticipation,
    Inventory,
    Project,
    ProjectCoC,
)

__all__ = [
    "Affiliation",
    "BodyMember",
    "CEParticipation",
    "CoC",
    "ComparableDatabaseAttestation",
    "Contact",
    "Departure",
    "Designation",
    "Funder",
    "GoverningBody",
    "HMISParticipation",
    "ImportBatch",
    "ImportChange",
    "ImportProblem",
    "Inventory",
    "License",
    "Merge",
    "Organization",
    "OrganizationRole",
    "Participation",
    "Person",
    "Project",
    "ProjectCoC",
    "RosterMapping",
    "Signatory",
    "SourceRecord",
    "StaffPosition",
]
