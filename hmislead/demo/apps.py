from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "hmislead.demo"

    def ready(self) -> None:
        from hmislead.demo import agencies, people, story

        story.register(10, agencies.plan)
        story.register(20, people.plan)
