"""Rows of a list, written in Python: a template costs ten times as much for each of a thousand cells."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_CHECK = (
    '<td class="check" role="cell"><input type="checkbox" name="selected" value="{0}" data-row id="row-{0}"'
    ' aria-label="Select {1}"></td>'
)
_HEAD = '<th scope="row" role="rowheader"><span class="cell-value">{}</span></th>'


@register.simple_tag
def list_row(key: object, cells: list[tuple[Any, SafeString | str]], selectable: bool = False) -> SafeString:
    """One row of a list's table. `cells` are (column, HTML) pairs, the first the row's head; plain text is escaped.

    `selectable` puts a box before them that sends `key` as `selected`.
    """
    first = conditional_escape(cells[0][1])
    check = format_html(_CHECK, str(key), mark_safe(strip_tags(first))) if selectable else ""  # noqa: S308 - escaped above
    return format_html(
        '<tr role="row">\n    {}\n    {}{}\n  </tr>', check, format_html(_HEAD, first), _joined(cells[1:])
    )


def _joined(cells: Iterable[tuple[Any, SafeString | str]]) -> SafeString:
    # Written without `format_html`, which costs more than all that stands in the cells.
    parts = [
        f'<td role="cell"{_kind(column)}><span class="cell-label">{escape(column.label)}</span>'
        f'<span class="cell-value">{conditional_escape(html)}</span></td>'
        for column, html in cells
    ]
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


def _kind(column: Any) -> str:
    return ' class="is-number"' if column.kind == "number" else ""
