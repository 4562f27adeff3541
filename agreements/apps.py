from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"

    def ready(self) -> None:
        from agreements import announcements, demo, opening, panels
        from agreements.requirements import register_agreement_requirements, register_agreement_settings
        from agreements.sealing import register_sealing_job
        from hmislead.access.permissions import OWN
        from hmislead.demo import story
        from hmislead.notices.registry import register as register_notices
        from hmislead.opening import loaders
        from hmislead.opening.jobs import register_loading_job
        from hmislead.web import api_routes, home_items, navigation
        from hmislead.web.panels import register as register_panels

        register_notices(*announcements.TYPES)
        register_agreement_settings()
        register_agreement_requirements()
        register_panels(*panels.PANELS)
        home_items.register(panels.home_items)
        home_items.register(panels.to_sign_items)
        loaders.register(opening.LOADER)
        register_loading_job()
        register_sealing_job()
        api_routes.register("agreements", "agreements.api.AgreementViewSet", "agreement")
        navigation.register(
            navigation.NavItem("Agreements", 10, "Agreements", "agreements:agreement-list", "view_evidence"),
            navigation.NavItem("Agreements", 20, "Signatures", "agreements:packet-list", "view_evidence"),
            navigation.NavItem("Agreements", 40, "To sign", "agreements:to-sign", OWN),
        )
        story.register(40, demo.plan)
