from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "hmislead.compliance"

    def ready(self) -> None:
        from hmislead.compliance.compliance_settings import register_compliance_settings

        register_compliance_settings()
