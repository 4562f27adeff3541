from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "hmislead.documents"

    def ready(self) -> None:
        from hmislead.access.permissions import MEMBER
        from hmislead.demo import story
        from hmislead.directory import approvable
        from hmislead.documents import demo, types
        from hmislead.documents.settings import register_document_settings
        from hmislead.documents.webhook_events import register_document_events
        from hmislead.web import navigation

        register_document_settings()
        register_document_events()
        navigation.register(navigation.NavItem("Policies", 10, "Documents", "documents:document-list", MEMBER))
        navigation.register(
            navigation.NavItem("Policies", 40, "How they relate", "documents:document-graph", "view_documents")
        )
        register_endpoints()
        approvable.register(dict(types.CHOICES))
        story.register(80, demo.plan)
        register_approval()


def register_endpoints() -> None:
    """What the API serves of documents. Called once, when the app is ready."""
    from hmislead.web import api_routes

    for prefix, viewset, name in (
        ("documents", "api.DocumentViewSet", "document"),
        ("document-versions", "api.VersionViewSet", "document-version"),
        ("document-blocks", "api.BlockViewSet", "document-block"),
        ("redlines", "api_redlines.RedlineViewSet", "redline"),
        ("contradictions", "api.ContradictionViewSet", "contradiction"),
        ("clauses", "api.ClauseViewSet", "clause"),
        ("comment-periods", "api_comments.CommentPeriodViewSet", "comment-period"),
        ("comments", "api_comments.CommentViewSet", "comment"),
        ("decisions", "api_approval.DecisionViewSet", "decision"),
        ("approval-items", "api_approval.ApprovalItemViewSet", "approval-item"),
        ("decision-votes", "api_approval.VoteViewSet", "decision-vote"),
        ("version-effects", "api_approval.EffectViewSet", "version-effect"),
        ("conditions", "api_approval.ConditionViewSet", "condition"),
        ("review-cycles", "api_approval.ReviewCycleViewSet", "review-cycle"),
        ("legal-reviews", "api_approval.LegalReviewViewSet", "legal-review"),
    ):
        api_routes.register(prefix, f"hmislead.documents.{viewset}", name)


def register_approval() -> None:
    """What governing bodies decide, and the yearly review. Called once, when the app is ready."""
    from hmislead.access.permissions import MEMBER
    from hmislead.compliance import nights
    from hmislead.documents import announcements, comment_notices, panels, publishing, redlines
    from hmislead.documents.operations import approval
    from hmislead.documents.requirements import register_document_requirements
    from hmislead.notices.registry import register as register_notices
    from hmislead.web import home_items, navigation
    from hmislead.web.panels import register as register_panels

    register_notices(*announcements.TYPES)
    register_document_requirements()
    register_panels(*panels.PANELS)
    home_items.register(panels.home_items)
    navigation.register(
        navigation.NavItem("Policies", 20, "Decisions", "approvals:decision-list", MEMBER),
        navigation.NavItem("Policies", 25, "Comments", "approvals:period-list", MEMBER),
        navigation.NavItem("Policies", 30, "Reviews", "approvals:review-list", "view_documents"),
        navigation.NavItem("Policies", 35, "Legal reviews", "documents:legal-review-list", "view_documents"),
    )
    publishing.register_publishing_job()
    redlines.register_redline_job()
    comment_notices.register_comment_job()
    nights.register_after("documents", approval.after_night)
