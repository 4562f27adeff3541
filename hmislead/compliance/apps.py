from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "hmislead.compliance"

    def ready(self) -> None:
        from hmislead.compliance import metrics as night_metrics
        from hmislead.compliance import nights
        from hmislead.compliance.compliance_settings import register_compliance_settings
        from hmislead.compliance.panels import register_panels, register_routes
        from hmislead.jobs.operations import Handler, register
        from hmislead.web import metrics

        register_compliance_settings()
        register_panels()
        register_routes()
        register(Handler("compliance.run", queue="checks", step=nights.step, fail=nights.fail))
        metrics.register(night_metrics.figures)
