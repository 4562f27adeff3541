"""The types of notices the ground itself sends."""

from __future__ import annotations

from hmislead.notices import moot
from hmislead.notices.models import How
from hmislead.notices.registry import NoticeType, register

DIGEST, REQUIREMENT_DUE, BULK, INVITATION = "digest", "requirement_due", "bulk_reminder", "invitation"


TYPES = (
    NoticeType(
        REQUIREMENT_DUE,
        "Something is due or late",
        "You, for your own papers and training; leads and contacts of an agency, for theirs.",
        "it is yours, or your agency's, to keep up to date",
        button="See what to do",
    ),
    NoticeType(
        BULK,
        "Reminders the HMIS Lead writes",
        "Leads and contacts of agencies.",
        "the HMIS Lead wrote to the leads and contacts of agencies",
        default=How.AT_ONCE,
        fixed=True,
        button="See what to do",
    ),
    NoticeType(
        "license_state",
        "A license is suspended, blocked or open again",
        "The person who holds it and the lead of its agency.",
        "you hold this license or lead its agency",
        default=How.AT_ONCE,
        button="Open the license",
    ),
    NoticeType(
        "departure",
        "Somebody leaves and the clock runs",
        "HMIS Lead staff; lead and security officer of the agency.",
        "you look after the HMIS accounts of this agency",
        default=How.AT_ONCE,
        permission="prove_account_state",
        button="Open the license",
        is_moot=moot.departure_is_proved,
    ),
    NoticeType(
        "task_opened",
        "New tasks",
        "HMIS Lead staff; lead and security officer of the agency.",
        "you look after the HMIS accounts of this agency",
        permission="prove_account_state",
        button="See the tasks",
    ),
    NoticeType(
        "task_overdue",
        "Late tasks",
        "HMIS Lead staff; lead and security officer of the agency.",
        "you look after the HMIS accounts of this agency",
        permission="prove_account_state",
        button="See the tasks",
    ),
    NoticeType(
        "import_finished",
        "An import is ready or done",
        "The person who started it.",
        "you started it",
        default=How.OFF,
        permission="import_data",
        button="Open the import",
    ),
    NoticeType(
        "report_ready",
        "A report is ready",
        "The person who asked for it.",
        "you asked for it",
        default=How.OFF,
        permission="request_reports",
        button="Open the report",
    ),
    NoticeType(
        INVITATION,
        "Invitations",
        "The person who is invited.",
        "somebody entered your address",
        default=How.AT_ONCE,
        fixed=True,
        again="The log does not know the link that was in it. Open the invitation and send it again there.",
    ),
    NoticeType(
        DIGEST,
        "One mail with everything",
        "Everybody who chose it.",
        "you get one mail instead of many",
        fixed=True,
        button="See what needs you",
    ),
)


def register_ground_types() -> None:
    """Called once, when the notices app is ready."""
    register(*TYPES)
