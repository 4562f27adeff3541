"""Signing with a personal link: addresses outside any implementation, for the link alone says which it is."""

from django.urls import path

from agreements.views import copies, links

app_name = "signing"
urlpatterns = [
    path("<str:token>/", links.link, name="link"),
    path("<str:token>/code/", links.code, name="code"),
    path("<str:token>/copy/", copies.link_copy, name="copy"),
    path("<str:token>/copy/file/", copies.link_copy_file, name="copy-file"),
    path("<str:token>/decline/", links.decline, name="decline"),
]
