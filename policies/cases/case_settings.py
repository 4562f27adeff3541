"""What a Lead may decide about deviation reports, sanctions and grievances."""

from __future__ import annotations

from hmislead.tenancy.settings import SettingDefinition as Setting
from hmislead.tenancy.settings import register

GROUP = "Cases"
_CLOCKS = (
    (
        "cases.review_days",
        "Review a deviation report within",
        5,
        "Counted from the day after it came in.",
        ("GOV-29", "POL-35"),
    ),
    ("cases.acknowledge_days", "Acknowledge a grievance within", 2, "Counted from the day after.", ("POL-33",)),
    ("cases.decide_days", "Decide a grievance within", 15, "Counted from the day after it came in.", ("POL-33",)),
    ("cases.appeal_days", "A decision on a grievance may be appealed for", 10, "Then it closes.", ("POL-33",)),
    ("cases.decide_appeal_days", "Decide the appeal of a grievance within", 10, "", ("POL-33",)),
    ("cases.sanction_appeal_days", "A sanction may be appealed for", 10, "From its notice on.", ("GOV-20",)),
)
_OTHERS = (
    Setting(
        "cases.lookback_months",
        "An offense counts for",
        GROUP,
        "integer",
        24,
        "Older ones no longer raise the next offense.",
        standards=("POL-35",),
        minimum=1,
        maximum=120,
        unit="months",
    ),
    Setting(
        "cases.offenses_of",
        "Offenses are counted",
        GROUP,
        "choice",
        "any",
        "What the next offense of a person or an agency is.",
        standards=("POL-35",),
        choices=(("any", "Of any class"), ("same", "Of the same class only")),
    ),
    Setting(
        "cases.departed_login_offense",
        "A login shared after somebody left counts as offense",
        GROUP,
        "integer",
        2,
        "Or as a later one, if there were others before.",
        standards=("POL-35",),
        minimum=1,
        maximum=9,
    ),
    Setting(
        "cases.appeal_suspends",
        "An appeal suspends the sanction",
        GROUP,
        "boolean",
        False,
        "Until it is decided. The days are added at the end.",
        standards=("GOV-20",),
    ),
    Setting(
        "cases.public_per_hour",
        "Reports and grievances from one internet address",
        GROUP,
        "integer",
        5,
        "More than these are asked to wait.",
        minimum=1,
        maximum=100,
        unit="an hour",
    ),
)


def register_case_settings() -> None:
    """Called once, when the app is ready."""
    for key, label, default, told, standards in _CLOCKS:
        register(
            Setting(
                key, label, GROUP, "integer", default, told, standards, minimum=1, maximum=120, unit="business days"
            )
        )
    register(*_OTHERS)
