"""What a Lead may decide about documents."""

from __future__ import annotations

from hmislead.documents.clause_map import CONDITIONS, setting_of
from hmislead.documents.types import CHOICES
from hmislead.tenancy.settings import SettingDefinition, register

# Common enough that a Lead who never opens these settings gets the longer list of clauses.
TRUE_AT_FIRST = {"coc_help_desk", "coordinated_entry"}
APPROVED_AT_FIRST = ["coc_lead", "participation", "end_user", "policies_procedures", "privacy_plan", "security_plan",
                     "privacy_security_plan", "data_quality_plan", "data_analysis_policies", "monitoring_plan",
                     "support_policies", "privacy_notice"]  # fmt: skip


# setting, label, kind, default, help: what our texts leave to the Lead
WORDS = (
    ("lead_email", "E-mail address for questions", "text", "", "Stands in agreements and policies."),
    ("help_url", "Where to ask for help", "text", "", "An address of your website."),
    ("fee_per_license", "Yearly fee for one license", "text", "", "Such as $120, or no fee."),
    ("fee_schedule", "Schedule of fees", "text", "", "Such as: billed each July."),
    ("retention_electronic_years", "Years electronic documents are kept", "integer", 7, "SEC-54"),
    ("retention_paper_years", "Years paper documents are kept", "integer", 7, "SEC-55"),
    ("disposal_method", "How paper is destroyed", "text", "cross-cut shredding", "SEC-56"),
)
APPROVAL = (
    SettingDefinition(
        "documents.approved_by_body",
        "A governing body approves",
        "Documents",
        "choices",
        APPROVED_AT_FIRST,
        "Other types take effect when the HMIS Lead says so.",
        standards=("POL-15", "GOV-02"),
        choices=tuple(CHOICES),
    ),
    SettingDefinition(
        "documents.review_months",
        "Plans and policies are reviewed every",
        "Documents",
        "integer",
        12,
        "Counted from the last approval or reaffirmation by each CoC.",
        standards=("POL-10", "POL-16"),
        minimum=1,
        maximum=36,
        unit="months",
    ),
    SettingDefinition(
        "documents.review_opens_days",
        "A review opens",
        "Documents",
        "integer",
        90,
        "Days before it is due.",
        standards=("POL-10",),
        minimum=7,
        maximum=365,
        unit="days before",
    ),
    SettingDefinition(
        "documents.several_cocs",
        "An agency in several CoCs signs",
        "Documents",
        "choice",
        "newest",
        "Which version of a template goes to an agency whose CoCs have different versions in effect.",
        choices=(
            ("newest", "The newest version in effect in any of its CoCs"),
            ("all", "Only a version in effect in all of its CoCs"),
        ),
    ),
)
COMMENTS = (
    SettingDefinition(
        "documents.comment_types",
        "People comment before submission on",
        "Documents: comments",
        "choices",
        [],
        "A version of these types is submitted only after a comment period.",
        standards=("POL-42",),
        choices=tuple(CHOICES),
    ),
    SettingDefinition(
        "documents.comment_days",
        "A comment period is proposed for",
        "Documents: comments",
        "integer",
        14,
        "Days, counted from the day it opens. Each period may be set to end on another day.",
        standards=("POL-42",),
        minimum=1,
        maximum=120,
        unit="days",
    ),
    SettingDefinition(
        "documents.comments_answered",
        "Every comment is answered before submission",
        "Documents: comments",
        "boolean",
        True,
        "Accepted, accepted in part or not accepted, with the reason.",
        standards=("POL-46",),
    ),
)


def register_document_settings() -> None:
    """Called once, when the app is ready."""
    register(*(_applies(condition, question) for condition, question in CONDITIONS.items()))
    register(*APPROVAL, *COMMENTS)
    register(
        *(
            SettingDefinition(f"fields.{key}", label, "Documents: words filled in", kind, default, help)
            for key, label, kind, default, help in WORDS
        )
    )


def _applies(condition: str, question: str) -> SettingDefinition:
    return SettingDefinition(
        setting_of(condition),
        question,
        "Documents: what applies",
        "boolean",
        condition in TRUE_AT_FIRST,
        "Decides which clauses your documents owe.",
    )
