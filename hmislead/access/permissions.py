"""Permissions by name. Rooms register theirs in `apps.py`; roles bundle them."""

from __future__ import annotations

from dataclasses import dataclass

PERMISSIONS: dict[str, str] = {}

# Answers to "who may open this page" that are no permission at a scope object.
MEMBER = "member"  # anybody who belongs to the implementation
OWN = "own"  # a person, about themselves


@dataclass(frozen=True)
class Permission:
    code: str
    label: str


def register(*permissions: Permission) -> None:
    """Add permissions to the registry. Raises ValueError for a code that is taken."""
    for permission in permissions:
        if permission.code in PERMISSIONS:
            raise ValueError(f"The permission {permission.code} is registered twice.")
        PERMISSIONS[permission.code] = permission.label


def register_ground_permissions() -> None:
    """What the ground knows how to ask. Called once, when the access app is ready."""
    register(
        Permission("view_directory", "See CoCs, agencies, projects and contacts"),
        Permission("manage_directory", "Add and change CoCs, agencies, projects and contacts"),
        Permission("manage_contacts", "Name and re-affirm an agency's contacts"),
        Permission("view_people", "See people and licenses"),
        Permission("request_licenses", "Add people, request licenses"),
        Permission("report_departures", "Report that somebody leaves"),
        Permission("manage_licenses", "Activate, suspend and end licenses"),
        Permission("prove_account_state", "State that an account was locked or deactivated"),
        Permission("view_staff", "See the HMIS Lead's staffing"),
        Permission("manage_staff", "Record the HMIS Lead's staffing"),
        Permission("import_data", "Import HMIS exports, rosters and opening evidence"),
        Permission("view_evidence", "See agreements, training and certifications"),
        Permission("record_evidence", "Record agreements, training and certifications"),
        Permission("view_compliance", "See requirements and their results"),
        Permission("manage_compliance", "Waive requirements, mark them not applicable, start checks"),
        Permission("send_notices", "Send reminders to many people at once"),
        Permission("view_messages", "See the message log"),
        Permission("view_reports", "See generated reports"),
        Permission("request_reports", "Generate and schedule reports"),
        Permission("record_decisions", "Record the decisions of a governing body"),
        Permission("vote", "Vote in a governing body"),
        Permission("view_documents", "See documents in work: drafts, approvals, comments"),
        Permission("edit_documents", "Write documents, submit them, put them into effect"),
        Permission("send_packets", "Send agreements for signature, correct and withdraw them"),
        Permission("manage_cases", "Handle deviation reports, sanctions and grievances"),
        Permission("view_settings", "See settings"),
        Permission("manage_settings", "Change settings"),
        Permission("manage_roles", "Invite people and grant roles"),
        Permission("view_history", "See who changed what"),
    )
