from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "hmislead.files"
