"""The API's addresses: what it offers (the schema), pages to try it on, and the endpoints of every room."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from hmislead.web import api_routes


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 of this installation, for anybody: it holds no data."""

    access = "public"


class DocsView(SpectacularSwaggerSplitView):
    """Pages to read and try the API. Its script comes from an address of its own, as the content policy wants."""

    access = "public"
    template_name = "web/api_docs.html"
    url_name = "api:schema"


app_name = "api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    path("i/<slug:slug>/", include(api_routes.router().urls)),
]
