"""What a Lead may decide about policies and people."""

from __future__ import annotations

from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register

GROUP = "Policies"


def register_policy_settings() -> None:
    """Called once, when the app is ready."""
    register(
        Setting(
            "policies.public_page",
            "Policies are posted on a public page",
            GROUP,
            "boolean",
            True,
            "Anybody may read it without signing in.",
        ),
        Setting(
            "policies.grace_days",
            "Days to acknowledge a new version",
            GROUP,
            "integer",
            14,
            "For people who have access already. New people acknowledge before their first access.",
            standards=("POL-52", "POL-53"),
            minimum=0,
            maximum=90,
            unit="days",
        ),
        Setting(
            "policies.remind_days",
            "Remind people to acknowledge",
            GROUP,
            "integer",
            14,
            "Days before an acknowledgement is due.",
            standards=("POL-54",),
            minimum=1,
            maximum=60,
            unit="days before",
        ),
    )
