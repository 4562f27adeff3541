"""How bodies are read and downloads negotiated. No import of DRF generics here: DRF's settings import this module."""

from __future__ import annotations

from typing import Any

from rest_framework import parsers, renderers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON, refused with 400 when it is nested deeper than Python can follow."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error


class DownloadRenderer(renderers.JSONRenderer):
    """For endpoints that answer with a file, whatever type was asked for; what goes wrong is still told in JSON."""

    media_type = "*/*"
    format = ""
