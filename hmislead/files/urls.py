from django.urls import path

from hmislead.files import views

app_name = "files"
urlpatterns = [path("files/<uuid:pk>/", views.file_download, name="file-download")]
