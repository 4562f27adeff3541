"""What a Lead may decide about training and certification."""

from __future__ import annotations

from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register

MODES = (("rolling", "From each person's completion"), ("window", "In a fixed window each year"))
STATEMENT = (
    "I have read the HMIS security rules and I keep them. I sign in with my own account only. I tell nobody "
    "my password. I look up only what my work needs. I lock my screen when I leave it. I tell "
    "my agency's security officer at once about anything that could put client data at risk."
)
GROUP = "Training"


def register_training_settings() -> None:
    """Called once, when the app is ready."""
    register(*_modes(), *_periods(), *_window(), *_certification())


def _modes() -> list[Setting]:
    topics = {"software": ("TRN-14", "TRN-17"), "privacy": ("TRN-15", "TRN-18"), "security": ("TRN-16", "TRN-19")}
    return [
        Setting(
            f"training.{topic}.mode",
            f"{topic.capitalize()} training falls due",
            GROUP,
            "choice",
            "rolling",
            "Before first access it is always needed.",
            standards=standards,
            choices=MODES,
        )
        for topic, standards in topics.items()
    ]


def _periods() -> list[Setting]:
    return [
        Setting(
            "training.months",
            "A completion counts for",
            GROUP,
            "integer",
            12,
            "From each person's completion, unless the course says otherwise.",
            standards=("TRN-17", "TRN-18", "TRN-19", "TRN-21"),
            unit="months",
            minimum=1,
            maximum=36,
        )
    ]


def _window() -> list[Setting]:
    return [
        Setting("training.window.opens", "The yearly window opens", GROUP, "month_day", "09-01", "Month and day."),
        Setting(
            "training.window.closes",
            "The yearly window closes",
            GROUP,
            "month_day",
            "10-31",
            "Month and day, the last day included. Before the opening in the calendar means in the next year.",
        ),
        Setting(
            "training.window.grace_days",
            "Grace after the window closes",
            GROUP,
            "integer",
            0,
            "Access ends when these days are over.",
            unit="days",
            minimum=0,
            maximum=90,
        ),
        Setting(
            "training.window.cutoff",
            "Licensed on or after this day: wait for the next window",
            GROUP,
            "month_day",
            "07-01",
            "Their first training holds until then.",
        ),
    ]


def _certification() -> list[Setting]:
    return [
        Setting(
            "security_certification.months",
            "The security rules are certified every",
            GROUP,
            "integer",
            12,
            standards=("SEC-40", "SEC-41"),
            unit="months",
            minimum=1,
            maximum=24,
        ),
        Setting(
            "security_certification.statement",
            "The words people certify",
            GROUP,
            "text",
            STATEMENT,
            "Shown to each person and kept with each certification. At most 500 letters.",
            standards=("SEC-40", "SEC-41"),
        ),
    ]
