from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "hmislead.access"

    def ready(self) -> None:
        from hmislead.access.operations import create_permission_rows
        from hmislead.access.permissions import register_ground_permissions

        register_ground_permissions()
        post_migrate.connect(create_permission_rows, sender=self, dispatch_uid="access.permissions")
