from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "hmislead.files"

    def ready(self) -> None:
        from hmislead.files import sweeping
        from hmislead.jobs.operations import Handler, register
        from hmislead.web import api_routes

        register(Handler(sweeping.SWEEP, queue="checks", step=sweeping.sweep_step, fail=sweeping.give_up))
        api_routes.register("files", "hmislead.files.api.FileViewSet")
