from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"

    def ready(self) -> None:
        from agreements import announcements, demo, demo_packets, opening, panels
        from agreements.operations import nightly
        from agreements.requirements import register_agreement_requirements, register_agreement_settings
        from agreements.requirements_contracts import register_contract_requirement
        from agreements.requirements_packets import register_packet_requirements, register_packet_settings
        from agreements.sealing import register_sealing_job
        from agreements.webhook_events import register_agreement_events
        from hmislead.access.permissions import OWN
        from hmislead.compliance import nights
        from hmislead.demo import story
        from hmislead.notices.registry import register as register_notices
        from hmislead.opening import loaders
        from hmislead.opening.jobs import register_loading_job
        from hmislead.web import api_routes, home_items, navigation
        from hmislead.web.panels import register as register_panels

        register_notices(*announcements.TYPES)
        register_agreement_settings()
        register_agreement_events()
        register_agreement_requirements()
        register_contract_requirement()
        register_packet_settings()
        register_packet_requirements()
        register_panels(*panels.PANELS)
        home_items.register(panels.home_items)
        home_items.register(panels.to_sign_items)
        loaders.register(opening.LOADER)
        register_loading_job()
        register_sealing_job()
        api_routes.register("agreements", "agreements.api.AgreementViewSet", "agreement")
        api_routes.register("packets", "agreements.api_packets.PacketViewSet", "packet")
        api_routes.register("signers", "agreements.api_packets.SignerViewSet", "signer")
        api_routes.register("campaigns", "agreements.api_packets.CampaignViewSet", "campaign")
        navigation.register(
            navigation.NavItem("Agreements", 10, "Agreements", "agreements:agreement-list", "view_evidence"),
            navigation.NavItem("Agreements", 20, "Signatures", "agreements:packet-list", "view_evidence"),
            navigation.NavItem("Agreements", 30, "Campaigns", "agreements:campaign-list", "view_documents"),
            navigation.NavItem("Agreements", 40, "To sign", "agreements:to-sign", OWN),
        )
        register_campaigns()
        nights.register_after("agreements", nightly.after_night)
        story.register(40, demo.plan)
        story.register(90, demo_packets.plan)


def register_campaigns() -> None:
    """The long work of campaigns. Called once, when the app is ready."""
    from agreements.operations import campaigns as work
    from hmislead.jobs.operations import Handler, register

    register(Handler(work.SEND, queue="imports", step=work.send_step, fail=work.fail_step))
    register(Handler(work.REMIND, queue="imports", step=work.remind_step, fail=work.leave_as_it_is))
    register(Handler(work.WITHDRAW, queue="imports", step=work.withdraw_step, fail=work.leave_as_it_is))
