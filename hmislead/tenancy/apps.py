from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "hmislead.tenancy"

    def ready(self) -> None:
        from hmislead.tenancy import checks  # noqa: F401 - registers the system checks
        from hmislead.tenancy.ground_settings import register_ground_settings

        register_ground_settings()

        from hmislead.web import api_routes
        from hmislead.web.navigation import NavItem, register

        api_routes.register("settings", "hmislead.tenancy.api.SettingViewSet")
        register(NavItem("Settings", 10, "Settings", "tenancy:setting-list", "view_settings"))
