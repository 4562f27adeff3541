from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "hmislead.directory"

    def ready(self) -> None:
        from hmislead.directory.imports_app import register_imports
        from hmislead.directory.people_app import register_people
        from hmislead.directory.places_app import register_places
        from hmislead.directory.requirements import register_directory_requirements, register_directory_settings

        register_directory_settings()
        register_directory_requirements()
        register_people()
        register_places()
        register_imports()
