"""The settings of the ground itself: calendar, sign-in, reminders."""

from hmislead.access import roles
from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register

SETTINGS = (
    Setting("hours.opens", "Business hours begin", "Calendar", "time", "08:00", "Mail is sent from this time on."),
    Setting("hours.closes", "Business hours end", "Calendar", "time", "17:00", "No mail is sent after this time."),
    Setting(
        "hours.days",
        "Working days",
        "Calendar",
        "numbers",
        [4, 3, 2, 1, 0],
        "0 is Monday, 6 is Sunday.",
        minimum=0,
        maximum=6,
    ),
    Setting("hours.federal_holidays", "Closed on federal holidays", "Calendar", "boolean", True),
    Setting(
        "hours.closed_on",
        "Other days closed",
        "Calendar",
        "dates",
        [],
        "One day after another, such as 2027-11-26.",
    ),
    Setting(
        "reminders.days_before",
        "Remind this many days before",
        "Reminders",
        "numbers",
        [90, 60, 30, 7],
        minimum=1,
        maximum=365,
    ),
    Setting(
        "reminders.repeat_after",
        "Repeat after a date has passed, every",
        "Reminders",
        "integer",
        7,
        unit="days",
        minimum=1,
        maximum=90,
    ),
    Setting(
        "session.idle_minutes",
        "Sign out after no activity for",
        "Sign-in",
        "integer",
        30,
        unit="minutes",
        minimum=5,
        maximum=240,
    ),
    Setting(
        "mfa.required_roles",
        "Roles that must use a second factor",
        "Sign-in",
        "choices",
        ["lead_administrator"],
        "People with one of these roles set up an authenticator app or a passkey before they go on.",
        choices=tuple(roles.CHOICES),
    ),
    Setting(
        "invitation.valid_days",
        "An invitation is good for",
        "Sign-in",
        "integer",
        14,
        unit="days",
        minimum=1,
        maximum=60,
    ),
)


def register_ground_settings() -> None:
    """Called once, when the tenancy app is ready."""
    register(*SETTINGS)
