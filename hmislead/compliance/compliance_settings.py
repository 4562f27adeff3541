"""What a Lead may decide about checks and the gate."""

from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register


def register_compliance_settings() -> None:
    """Called once, when the compliance app is ready."""
    register(
        Setting(
            "requirements.due_soon_days",
            "Due soon, this long before",
            "Checks",
            "integer",
            30,
            "From then on a requirement that still holds shows as due soon.",
            unit="days",
            minimum=1,
            maximum=180,
        ),
        Setting(
            "gate.action",
            "When the access gate shuts for an active license",
            "Access gate",
            "choice",
            "ask",
            "A block can suspend by itself or ask first.",
            choices=(("suspend", "Suspend the license"), ("ask", "Ask the HMIS Lead first")),
        ),
    )
