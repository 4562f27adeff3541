from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from hmislead.access.permissions import OWN
        from hmislead.demo import story
        from hmislead.opening import loaders
        from hmislead.opening.jobs import register_loading_job
        from hmislead.web import api_routes, navigation
        from hmislead.web.panels import register as register_panels
        from training import demo, opening, panels
        from training.requirements import register_training_requirements
        from training.training_settings import register_training_settings

        register_training_settings()
        register_training_requirements()
        register_panels(*panels.PANELS)
        loaders.register(opening.LOADER)
        register_loading_job()
        api_routes.register("courses", "training.api.CourseViewSet", "course")
        api_routes.register("training-completions", "training.api.CompletionViewSet", "completion")
        api_routes.register("security-certifications", "training.api.CertificationViewSet", "certification")
        navigation.register(
            navigation.NavItem("Training", 10, "My training", "training:my-training", OWN),
            navigation.NavItem("Training", 20, "Courses", "training:course-list"),
            navigation.NavItem("Training", 30, "Completions", "training:completion-list", "view_evidence"),
            navigation.NavItem(
                "Training", 40, "Security certifications", "training:certification-list", "view_evidence"
            ),
        )
        story.register(30, demo.plan)
