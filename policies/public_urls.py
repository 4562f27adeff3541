"""The public page of an implementation: read without signing in."""

from django.urls import path

from policies import public

app_name = "public_policies"
urlpatterns = [
    path("", public.index, name="index"),
    path("<uuid:pk>/", public.copy_page, name="copy"),
    path("<uuid:pk>/pdf/", public.copy_pdf, name="copy-pdf"),
]
