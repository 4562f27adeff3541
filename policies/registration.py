"""What this room tells the ground about itself, when the app is ready."""

from __future__ import annotations

from hmislead.access.permissions import OWN
from hmislead.web import api_routes, navigation


def register_policies() -> None:
    """Called once."""
    from hmislead.compliance import nights
    from hmislead.demo import story
    from hmislead.notices.registry import register as register_notices
    from hmislead.quizzes import uses
    from policies import announcements, demo
    from policies.cases.registration import register_cases
    from policies.quiz_use import way_on
    from policies.requirements import register_policy_requirements
    from policies.room_settings import register_policy_settings
    from policies.webhook_events import register_policy_events

    register_policy_settings()
    register_policy_events()
    register_policy_requirements()
    register_notices(*announcements.TYPES)
    uses.register(way_on)
    story.register(96, demo.plan)
    nights.register_after("policies", announcements.after_night)
    api_routes.register("acknowledgements", "policies.api.AcknowledgementViewSet", "acknowledgement")
    api_routes.register("policy-settings", "policies.api.PolicySettingViewSet", "policy-setting")
    api_routes.register("quizzes", "policies.api.QuizViewSet", "quiz")
    api_routes.register("quiz-attempts", "policies.api.AttemptViewSet", "quiz-attempt")
    navigation.register(
        navigation.NavItem("Policies", 10, "My policies", "policies:my-policies", OWN),
        navigation.NavItem("Policies", 20, "Acknowledgements", "policies:acknowledgement-list", "view_evidence"),
        navigation.NavItem("Policies", 30, "Who acknowledges what", "policies:setting-list", "view_documents"),
        navigation.NavItem("Policies", 40, "Quizzes", "quizzes:quiz-list", "view_documents"),
    )
    register_cases()
