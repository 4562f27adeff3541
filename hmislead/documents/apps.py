from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "hmislead.documents"

    def ready(self) -> None:
        from hmislead.access.permissions import MEMBER
        from hmislead.directory import approvable
        from hmislead.documents import types
        from hmislead.documents.settings import register_document_settings
        from hmislead.web import navigation

        register_document_settings()
        navigation.register(navigation.NavItem("Policies", 10, "Documents", "documents:document-list", MEMBER))
        approvable.register(dict(types.CHOICES))
        register_approval()


def register_approval() -> None:
    """What governing bodies decide, and the yearly review. Called once, when the app is ready."""
    from hmislead.compliance import nights
    from hmislead.documents import announcements, publishing
    from hmislead.documents.operations import approval
    from hmislead.notices.registry import register as register_notices

    register_notices(*announcements.TYPES)
    publishing.register_publishing_job()
    nights.register_after("documents", approval.after_night)
