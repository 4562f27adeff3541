from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "hmislead.notices"

    def ready(self) -> None:
        from hmislead.notices.app_parts import register_all

        register_all()
