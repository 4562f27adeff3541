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
    )
