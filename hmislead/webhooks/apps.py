from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "hmislead.webhooks"

    def ready(self) -> None:
        from hmislead.webhooks.app_parts import register_all

        register_all()
