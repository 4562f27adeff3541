"""The page anybody may ask, outside any implementation."""

from django.urls import path

from hmislead.seals import views

app_name = "verify"
urlpatterns = [path("verify/", views.verify, name="verify")]
