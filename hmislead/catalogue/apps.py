from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogueConfig(AppConfig):
    name = "hmislead.catalogue"

    def ready(self) -> None:
        from hmislead.catalogue.loading import load_standards
        from hmislead.web import api_routes, navigation

        post_migrate.connect(load_standards, sender=self, dispatch_uid="catalogue.standards")
        api_routes.register("standards", "hmislead.catalogue.api.StandardViewSet", "standard")
        navigation.register(navigation.NavItem("Standards", 10, "HMIS Lead Standards", "catalogue:standard-list"))
