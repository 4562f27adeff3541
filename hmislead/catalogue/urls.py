from django.urls import path

from hmislead.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("standards/", views.standard_list, name="standard-list"),
    path("standards/<str:pk>/", views.standard_detail, name="standard-detail"),
]
