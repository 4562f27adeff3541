from django.apps import AppConfig


class SealsConfig(AppConfig):
    name = "hmislead.seals"

    def ready(self) -> None:
        from hmislead.web import navigation

        navigation.register(navigation.NavItem("Settings", 45, "Seal", "seals:key-list", "view_settings"))
