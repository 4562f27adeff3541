from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "hmislead.jobs"

    def ready(self) -> None:
        # Every process that sends work, the web too, must send it through our application and so to our broker.
        import hmislead.celery  # noqa: F401
        from hmislead.jobs import metrics as job_metrics
        from hmislead.web import metrics

        metrics.register(job_metrics.figures)
