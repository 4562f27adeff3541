from django.urls import path

from hmislead.seals import views

app_name = "seals"
urlpatterns = [
    path("settings/seal/", views.key_list, name="key-list"),
    path("settings/seal/new-key/", views.rotate, name="rotate"),
    path("settings/seal/import/", views.import_key, name="import-key"),
    path("settings/seal/<uuid:pk>/certificate/", views.certificate, name="certificate"),
]
