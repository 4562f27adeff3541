"""The API's addresses: what it offers (the schema), pages to try it on, and the endpoints of every room."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import include, path
from drf_spectacular import renderers
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer

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


class _Kept(BaseRenderer):
    """Writes the schema out once in a process: anybody may ask for it, and writing takes longer than most pages do."""

    written: dict[str, Any] = {}

    def render(self, data: Any, *arguments: Any, **names: Any) -> Any:
        if data is not schema():  # a problem
            return super().render(data, *arguments, **names)
        if self.media_type not in self.written:
            self.written[self.media_type] = super().render(data, *arguments, **names)
        return self.written[self.media_type]


class Json(_Kept, renderers.OpenApiJsonRenderer):
    pass


class PlainJson(_Kept, renderers.OpenApiJsonRenderer2):
    pass


class Yaml(_Kept, renderers.OpenApiYamlRenderer):
    pass


class PlainYaml(_Kept, renderers.OpenApiYamlRenderer2):
    pass


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 of this installation, for anybody: it holds no data. JSON, or YAML with `?format=yaml`."""

    access = "public"
    generator_class = KeptSchema
    renderer_classes = [Json, PlainJson, Yaml, PlainYaml]


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
