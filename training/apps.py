from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from training.requirements import register_training_requirements
        from training.training_settings import register_training_settings

        register_training_settings()
        register_training_requirements()
