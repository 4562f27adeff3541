"""The pieces of a document that a template cannot write by itself: state chips and the table of contents."""

import datetime as dt
import re
from html import unescape

from django import template
from django.template.base import Parser, Token
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from hmislead.documents.days import in_words
from hmislead.documents.parts import icon_url
from hmislead.web import states

register = template.Library()

_HEADING = re.compile(r'<h([23])[^>]*\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_SIZE = re.compile(r'<svg(?![^>]* width=)[^>]*? viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


@register.simple_tag
def document_chip(state: object, word: str = "") -> SafeString:
    """A state as icon, word and colour, for a document. `word` replaces the vocabulary's word."""
    shown = states.sign(state)
    shape = '<span class="chip chip-{}" style="background-image: url({})">{}</span>'
    return format_html(shape, shown.tone, icon_url(shown.icon, shown.tone), word or shown.word)


@register.filter
def print_size(drawing: SafeString) -> SafeString:
    """A chart's SVG at its own size, one unit a pixel: a small one is not blown up to the width of the page."""
    found = _SIZE.search(drawing)
    if not found:
        return drawing
    size = SafeString(f' width="{found[1]}" height="{found[2]}"')  # two numbers, by the pattern
    return SafeString(drawing[: found.end()]) + size + SafeString(drawing[found.end() :])


@register.tag
def with_contents(parser: Parser, token: Token) -> template.Node:
    """`{% with_contents %}…{% endwith_contents %}`: a table of contents, if `contents` is set, before what it holds.

    It lists the second- and third-level headings that have an id; page numbers come from the style sheet.
    """
    held = parser.parse(("endwith_contents",))
    parser.delete_first_token()
    return _WithContents(held)


class _WithContents(template.Node):
    def __init__(self, held: template.NodeList) -> None:
        self.held = held

    def render(self, context: template.Context) -> SafeString:
        body = self.held.render(context)
        if not context.get("contents"):
            return body
        entries = [
            (level, anchor, unescape(strip_tags(words)).strip()) for level, anchor, words in _HEADING.findall(body)
        ]
        lines = format_html_join("", '<li class="contents-{}"><a href="#{}">{}</a></li>', entries)
        return format_html('<nav class="contents"><h2>Contents</h2><ol>{}</ol></nav>{}', lines, body)


@register.filter
def day_in(value: dt.date, language: str) -> str:
    """A day as people write it in a language: 14 March 2027, 14 de marzo de 2027."""
    return in_words(value, language)
