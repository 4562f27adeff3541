"""Roles: named bundles of permissions, each granted at one kind of scope object (architecture section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from hmislead.access.permissions import PERMISSIONS

IMPLEMENTATION, COC, ORGANIZATION = "implementation", "coc", "organization"


@dataclass(frozen=True)
class Role:
    """`permissions` None means all. `must_end` asks for an end date with every grant."""

    code: str
    label: str
    scopes: tuple[str, ...]
    summary: str
    permissions: frozenset[str] | None
    must_end: bool = False

    def bundle(self) -> frozenset[str]:
        return frozenset(PERMISSIONS) if self.permissions is None else self.permissions


READ_ALL = frozenset(
    {
        "view_directory",
        "view_people",
        "view_staff",
        "view_evidence",
        "view_compliance",
        "view_documents",
        "view_messages",
        "view_reports",
        "view_settings",
        "view_history",
    }
)
LEAD_STAFF = READ_ALL | {
    "manage_directory",
    "manage_contacts",
    "request_licenses",
    "report_departures",
    "manage_licenses",
    "prove_account_state",
    "manage_staff",
    "import_data",
    "record_evidence",
    "manage_compliance",
    "send_notices",
    "request_reports",
    "record_decisions",
    "edit_documents",
    "send_packets",
    "manage_cases",
}
COC_SHARE = frozenset({"view_directory", "view_compliance", "view_documents", "view_reports"})

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "lead_administrator", "Lead administrator", (IMPLEMENTATION,), "Everything, with roles and settings.", None
        ),
        Role("lead_staff", "Lead staff", (IMPLEMENTATION,), "Works in every room; no roles, no settings.", LEAD_STAFF),
        Role(
            "trainer",
            "Trainer",
            (IMPLEMENTATION,),
            "Keeps training records.",
            READ_ALL | {"record_evidence", "send_notices"},
        ),
        Role(
            "help_desk_agent",
            "Help desk agent",
            (IMPLEMENTATION,),
            "Helps people with their licenses.",
            READ_ALL | {"request_licenses", "report_departures", "manage_licenses", "prove_account_state"},
        ),
        Role(
            "monitor",
            "Monitor",
            (IMPLEMENTATION,),
            "Checks agencies.",
            READ_ALL | {"record_evidence", "request_reports"},
        ),
        Role(
            "analyst", "Analyst", (IMPLEMENTATION,), "Reads and reports.", READ_ALL | {"import_data", "request_reports"}
        ),
        Role(
            "coc_staff",
            "CoC staff",
            (COC,),
            "Reads its CoC's share; records the governing body's decisions.",
            COC_SHARE | {"request_reports", "record_decisions"},
        ),
        Role("body_member", "Body member", (COC,), "Votes where its body is listed.", frozenset({"vote"})),
        Role(
            "cho_lead",
            "CHO lead",
            (ORGANIZATION,),
            "Runs one agency's side.",
            frozenset(
                {
                    "view_directory",
                    "manage_contacts",
                    "view_people",
                    "request_licenses",
                    "report_departures",
                    "prove_account_state",
                    "view_evidence",
                    "view_compliance",
                    "view_reports",
                    "request_reports",
                }
            ),
        ),
        Role(
            "cho_security_officer",
            "CHO security officer",
            (ORGANIZATION,),
            "Security attestations and the departure clock of its agency.",
            frozenset({"view_directory", "view_people", "view_compliance", "report_departures", "prove_account_state"}),
        ),
        Role(
            "auditor",
            "Auditor",
            (IMPLEMENTATION, COC),
            "Reads, never writes.",
            READ_ALL - {"view_messages"},
            must_end=True,
        ),
    )
}
CHOICES = [(role.code, role.label) for role in ROLES.values()]
