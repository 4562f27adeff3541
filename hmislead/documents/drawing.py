"""The drawing of documents, in a module of its own: WeasyPrint takes half a second to load, and `pdf_from` loads it."""

import os
import threading
from functools import cache
from pathlib import Path

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from hmislead.documents.parts import SCHEME, part
from hmislead.jobs import garbage

STYLE = "templates/documents/document.css"
# WeasyPrint's font map belongs to one thread at a time; documents of one process queue here.
_drawing = threading.Lock()


class NothingOutside(URLFetcher):
    """Lets a document embed `data:` URIs and our own parts. Network, disk and every other scheme are refused."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith(f"{SCHEME}:"):
            content, content_type = part(url)
            return URLFetcherResponse(url, content, {"Content-Type": content_type})
        return super().fetch(url, headers)


def draw(html: str) -> bytes:
    """A printable page of HTML as the PDF that WeasyPrint makes of it, tagged as it can."""
    with _drawing, garbage.put_off():
        fonts, style = _prepared(os.getpid())
        page = HTML(string=html, url_fetcher=NothingOutside())
        return page.write_pdf(font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1")


@cache
def _prepared(process: int) -> tuple[FontConfiguration, CSS]:
    """Fonts and style sheet, read once per process: reading them anew for each document makes letters 7 times slower.

    `process` keeps a forked worker from sharing its parent's: fonts are temporary files their owner deletes.
    """
    fonts = FontConfiguration()
    text = (Path(settings.BASE_DIR) / STYLE).read_text(encoding="utf-8")
    return fonts, CSS(string=text, font_config=fonts, url_fetcher=NothingOutside())
