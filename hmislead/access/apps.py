from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "hmislead.access"

    def ready(self) -> None:
        from hmislead.access.operations import create_permission_rows, keep_what_began
        from hmislead.access.permissions import register_ground_permissions
        from hmislead.tenancy.operations import day_moved_back

        register_ground_permissions()
        day_moved_back.connect(keep_what_began, dispatch_uid="access.day_moved_back")
        post_migrate.connect(create_permission_rows, sender=self, dispatch_uid="access.permissions")

        from hmislead.web import api_routes
        from hmislead.web.navigation import NavItem, register

        api_routes.register("role-grants", "hmislead.access.api_roles.RoleGrantViewSet")
        api_routes.register("invitations", "hmislead.access.api_roles.InvitationViewSet")
        register(
            NavItem("Settings", 20, "People with access", "access:member-list", "view_settings"),
            NavItem("Settings", 30, "Invitations", "access:invitation-list", "manage_roles"),
            NavItem("Settings", 40, "Single sign-on", "access:provider-edit", "manage_settings"),
        )
