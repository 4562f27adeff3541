from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "hmislead.documents"

    def ready(self) -> None:
        from hmislead.documents.settings import register_document_settings

        register_document_settings()
