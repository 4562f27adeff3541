"""What cases tell the ground about themselves, when the app is ready."""

from __future__ import annotations

from hmislead.web import api_routes, home_items, navigation


def register_cases() -> None:
    """Called once."""
    from hmislead.compliance import nights
    from hmislead.demo import story
    from hmislead.notices.registry import register as register_notices
    from hmislead.web.panels import register as register_panels
    from policies.cases import announcements, demo, panels
    from policies.cases.case_settings import register_case_settings
    from policies.cases.operations import nightly
    from policies.cases.requirements import register_case_requirements

    register_case_settings()
    register_case_requirements()
    register_notices(*announcements.TYPES)
    register_panels(*panels.PANELS)
    home_items.register(panels.home_items)
    nights.register_after("cases", nightly.after_night)
    story.register(95, demo.plan)
    api_routes.register("deviations", "policies.cases.api.DeviationViewSet", "deviation")
    api_routes.register("sanctions", "policies.cases.api.SanctionViewSet", "sanction")
    api_routes.register("grievances", "policies.cases.api_grievances.GrievanceViewSet", "grievance")
    api_routes.register("violation-classes", "policies.cases.api.ViolationClassViewSet", "violation-class")
    api_routes.register("ladder-steps", "policies.cases.api.LadderStepViewSet", "ladder-step")
    navigation.register(
        navigation.NavItem("Policies", 50, "Deviation reports", "cases:deviation-list", "manage_cases"),
        navigation.NavItem("Policies", 51, "Sanctions", "cases:sanction-list", "view_evidence"),
        navigation.NavItem("Policies", 52, "Grievances", "cases:grievance-list", "manage_cases"),
        navigation.NavItem("Policies", 53, "Offense ladder", "cases:ladder", "view_evidence"),
        navigation.NavItem("Policies", 60, "Report or complain", "cases:mine"),
    )
