"""The API's addresses: what it offers (the schema), pages to try it on, and the endpoints of every room."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from hmislead.web import api_routes


@cache
def schema() -> dict[str, Any]:
    """The description of the API. Working it out takes seconds and it changes only with the code."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


class KeptSchema(SchemaGenerator):
    """A generator that works the schema out once in a process."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return schema()


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 of this installation, for anybody: it holds no data."""

    access = "public"
    generator_class = KeptSchema


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
