"""Policies and people: who must acknowledge what, and who did. The models of cases are in `policies.cases`."""

from policies.cases.models import (
    CaseNote,
    Deviation,
    Grievance,
    LadderStep,
    Sanction,
    Violation,
    ViolationClass,
)
from policies.models.acknowledgement import Acknowledgement, Audience, PolicySetting

__all__ = [
    "Acknowledgement",
    "Audience",
    "CaseNote",
    "Deviation",
    "Grievance",
    "LadderStep",
    "PolicySetting",
    "Sanction",
    "Violation",
    "ViolationClass",
]
