"""Signing with a personal link: addresses outside any implementation, for the link alone says which it is."""

from django.urls import path

from agreements.views import links

app_name = "signing"
urlpatterns = [
    path("<str:token>/", links.link, name="link"),
    path("<str:token>/code/", links.code, name="code"),
    path("<str:token>/decline/", links.decline, name="decline"),
]
