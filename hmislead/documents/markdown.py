"""Markdown in, safe HTML out: no raw HTML, no script, no address that runs something, no picture from elsewhere."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4", "h5",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
HEADING = re.compile(r"(</?h)([1-6])")
BELOW, DEEPEST = 2, 5  # a clause has its own heading, at the second level
ATTRIBUTES = {"a": {"href"}, "th": {"scope"}, "ol": {"start"}}


@cache
def _reader() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": False, "breaks": False}).enable(["table", "strikethrough"]).disable("image")
    )


@lru_cache(maxsize=1024)  # a campaign shows the same clauses thousands of times
def to_html(text: str) -> SafeString:
    """The HTML of a clause's Markdown. Headings begin at the third level, for the clause has its own above them."""
    html = _reader().render(text)
    html = HEADING.sub(lambda found: f"{found[1]}{min(int(found[2]) + BELOW, DEEPEST)}", html)
    html = html.replace("<th>", '<th scope="col">')
    cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "http", "mailto", "tel"})
    return mark_safe(cleaned)  # noqa: S308 - what nh3 lets through is safe by the lists above


def to_text(text: str) -> str:
    """The words alone, for counting, comparing and reading aloud."""
    return " ".join(nh3.clean(_reader().render(text), tags=set()).split())
