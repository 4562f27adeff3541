"""What a Lead may decide about departures."""

from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register


def register_people_settings() -> None:
    """Called once, when the directory app is ready."""
    register(
        Setting(
            "departure.hours",
            "After a departure the account is shut within",
            "Access gate",
            "integer",
            24,
            "Counted day and night, weekends too.",
            unit="hours",
            minimum=1,
            maximum=720,
        ),
    )
