"""Deviation reports, violations with their sanctions, grievances, and the notes on each."""

from policies.cases.models.ladder import Approval, LadderStep, SanctionKind, ViolationClass
from policies.cases.models.notes import CaseNote
from policies.cases.models.reports import Deviation, Grievance
from policies.cases.models.sanctions import Sanction, Violation

__all__ = [
    "Approval",
    "CaseNote",
    "Deviation",
    "Grievance",
    "LadderStep",
    "Sanction",
    "SanctionKind",
    "Violation",
    "ViolationClass",
]
