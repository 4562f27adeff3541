"""What a Lead may decide about reminders and mail, besides the ground's own calendar and reminder days."""

from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register


def register_notices_settings() -> None:
    """Called once, when the notices app is ready."""
    register(
        Setting(
            "reminders.only_when_due_soon",
            "No early reminders for these requirements",
            "Reminders",
            "text",
            "recent-use, roster-fresh",
            "Their dates move with everyday work, so people hear of them only once they are due soon. "
            "Codes, with commas between them.",
        ),
        Setting(
            "reminders.bulk_pause_days",
            "Between two reminders by hand to one agency, wait at least",
            "Reminders",
            "integer",
            3,
            "An agency that got one sooner is left out of the next.",
            unit="days",
            minimum=0,
            maximum=30,
        ),
        Setting(
            "keep.messages_years",
            "Keep the message log for",
            "Keeping records",
            "integer",
            7,
            "Each night, messages written longer ago are deleted. What still waits to be sent is not.",
            standards=("SEC-54",),
            unit="years",
            minimum=1,
            maximum=50,
        ),
        Setting(
            "keep.read_notices_months",
            "Keep notices after they were read for",
            "Keeping records",
            "integer",
            12,
            "Each night, notices read longer ago are deleted. A notice nobody opened stays.",
            standards=("SEC-54",),
            unit="months",
            minimum=1,
            maximum=120,
        ),
    )
