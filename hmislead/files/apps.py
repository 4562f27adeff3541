from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "hmislead.files"

    def ready(self) -> None:
        from hmislead.web import api_routes

        api_routes.register("files", "hmislead.files.api.FileViewSet")
