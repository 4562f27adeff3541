from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        from hmislead.demo import story
        from hmislead.jobs.operations import Handler, register
        from reporting import demo
        from reporting.operations import making, reports, schedules
        from reporting.places import register_places

        register(Handler(reports.MAKE, queue="documents", step=making.step, fail=making.fail))
        register(Handler(schedules.START, queue="documents", step=schedules.start_month, fail=schedules.fail_month))
        register_places()
        story.register(90, demo.plan)
