from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"

    def ready(self) -> None:
        from agreements.requirements import register_agreement_requirements, register_agreement_settings

        register_agreement_settings()
        register_agreement_requirements()
