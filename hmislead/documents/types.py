"""The types of document an HMIS Lead keeps: agreements that are signed, and plans and policies that a CoC approves."""

from __future__ import annotations

from dataclasses import dataclass

AGREEMENT, POLICY = "agreement", "policy"


@dataclass(frozen=True)
class DocumentType:
    """`private`: for the HMIS Lead and the staff of its CoCs alone. `public`: shown without sign-in once it is in effect."""

    code: str
    label: str
    family: str
    private: bool = False
    public: bool = False


TYPES: dict[str, DocumentType] = {
    each.code: each
    for each in (
        DocumentType("coc_lead", "CoC-Lead agreement", AGREEMENT, public=True),
        DocumentType("participation", "Participation agreement", AGREEMENT),
        DocumentType("end_user", "End-user agreement", AGREEMENT),
        DocumentType("vendor", "Vendor contract", AGREEMENT, private=True),
        DocumentType("consultant", "Consultant contract", AGREEMENT, private=True),
        DocumentType("business_associate", "Business associate agreement", AGREEMENT, private=True),
        DocumentType("data_use", "Data use agreement", AGREEMENT, private=True),
        DocumentType("data_sharing", "Data sharing agreement", AGREEMENT),
        DocumentType("pii_access", "PII access agreement", AGREEMENT, private=True),
        DocumentType("integration", "Data integration agreement", AGREEMENT, private=True),
        DocumentType("policies_procedures", "Policies and Procedures", POLICY, public=True),
        DocumentType("privacy_plan", "Privacy plan", POLICY, public=True),
        DocumentType("security_plan", "Security plan", POLICY),
        DocumentType("privacy_security_plan", "Privacy and security plan", POLICY),
        DocumentType("data_quality_plan", "Data quality plan", POLICY, public=True),
        DocumentType("data_analysis_policies", "Data analysis policies", POLICY, public=True),
        DocumentType("monitoring_plan", "Monitoring plan", POLICY, public=True),
        DocumentType("support_policies", "Technical support policies", POLICY, public=True),
        DocumentType("privacy_notice", "Privacy notice", POLICY, public=True),
    )
}
CHOICES = [(each.code, each.label) for each in TYPES.values()]
AGREEMENTS = frozenset(code for code, each in TYPES.items() if each.family == AGREEMENT)
POLICIES = frozenset(code for code, each in TYPES.items() if each.family == POLICY)
PRIVATE = frozenset(code for code, each in TYPES.items() if each.private)
LANGUAGES = [("en", "English"), ("es", "Spanish")]
