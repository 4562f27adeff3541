"""One table for the reader where WeasyPrint tags one table per page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, String

# WeasyPrint writes text as hexadecimal glyph numbers, so none of these can be a word of the document.
_MARKED = re.compile(rb"/MCID (\d+)\s*>>\s+BDC\b(.*?)\bEMC\b", re.DOTALL)
_GLYPHS = re.compile(rb"<([0-9a-fA-F]+)>")

Heads = list[tuple[str, int, bytes]]  # of each cell: its role, how many columns it spans, its words as glyphs


@dataclass
class Part:
    """What one page holds of a table."""

    element: Any
    page: int  # counted from 0
    follows: bool  # nothing is read between the table before it and this one


def join_tables(pdf: pikepdf.Pdf, tree: Any) -> None:
    """Makes one Table element of a table that goes on over pages: its header is then read once, not on every page.

    A table goes on where it is the first thing read after a table of the page before, without a caption of its own and
    under the same headers. `tree` is the structure tree of `pdf`. The header that is repeated leaves it; whoever calls
    this marks its content as an artifact (ISO 14289-1, 7.1). A table of which this is not certain stays as it is.
    """
    words = _Words()
    first = None  # part of the table the others are joined to
    before = None
    for part in _parts(pdf, tree):
        if first and before and part.follows and part.page == before.page + 1 and words.same_heads(first, part):
            _take_in(first.element, part.element)
        else:
            first = part
        before = part


def kids(element: Any) -> Iterator[Any]:
    """What an element of the structure tree holds: elements, references to objects, numbers of marked content."""
    found = element.get("/K")
    if isinstance(found, Array):
        yield from found
    elif found is not None:
        yield found


def streams(page: Any) -> list[Any]:
    """The content streams of a page."""
    return list(page.Contents) if isinstance(page.Contents, Array) else [page.Contents]


def _parts(pdf: pikepdf.Pdf, tree: Any) -> list[Part]:
    """The tables in reading order. Tables inside a table are not looked for."""
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    parts: list[Part] = []
    follows = False
    waiting = [*kids(tree)]
    while waiting:
        kid = waiting.pop()
        if not (isinstance(kid, Dictionary) and "/S" in kid):
            follows = False
        elif kid.S == "/Table":
            parts.append(Part(kid, pages[kid.Pg.objgen], follows))
            follows = True
        else:
            waiting += reversed([*kids(kid)])
    return parts


class _Words:
    """The words of header cells, to be compared. Each page is read once, and only if a table may go on there."""

    def __init__(self) -> None:
        self._read: dict[tuple[int, int], dict[int, bytes]] = {}

    def same_heads(self, first: Part, part: Part) -> bool:
        if any(kid.S == "/Caption" for kid in kids(part.element)):
            return False
        heads = self._heads(part.element)
        return bool(heads) and heads == self._heads(first.element)

    def _heads(self, table: Any) -> Heads:
        """What the columns of a table are called; nothing where a header holds more than words, such as a link."""
        heads = []
        for cell in _head_cells(table):
            words = b""
            waiting = [cell]
            while waiting:
                element = waiting.pop()
                for kid in kids(element):
                    if not isinstance(kid, Dictionary):
                        words += self._of(element.Pg).get(int(kid), b"")
                    elif "/S" not in kid:
                        return []
                    else:
                        waiting.append(kid)
            heads.append((str(cell.S), int(cell.A.get("/ColSpan", 1)), words))
        return heads

    def _of(self, page: Any) -> dict[int, bytes]:
        """The glyphs of each piece of marked content of a page."""
        if page.objgen not in self._read:
            content = b"\n".join(stream.read_bytes() for stream in streams(page))
            found = {int(number): b" ".join(_GLYPHS.findall(drawn)) for number, drawn in _MARKED.findall(content)}
            self._read[page.objgen] = found
        return self._read[page.objgen]


def _head_cells(table: Any) -> list[Any]:
    return [cell for head in kids(table) if head.S == "/THead" for row in kids(head) for cell in kids(row)]


def _take_in(table: Any, part: Any) -> None:
    """Moves the rows of `part` to the end of `table`, under its headers, and `part` out of the tree."""
    names = {
        bytes(theirs.ID): ours.ID
        for ours, theirs in zip(_head_cells(table), _head_cells(part), strict=True)
        if "/ID" in theirs
    }
    for group in [each for each in kids(part) if each.S != "/THead"]:
        last = [*kids(table)][-1]
        rows = [*kids(group)]
        for cell in (cell for row in rows for cell in kids(row) if "/Headers" in cell.A):
            cell.A.Headers = Array([names.get(bytes(name), String(bytes(name))) for name in cell.A.Headers])
        if last.S == group.S:
            _hand_over(rows, last)
        else:
            _hand_over([group], table)
    _leave(part)


def _hand_over(elements: list[Any], parent: Any) -> None:
    for element in elements:
        element.P = parent
        parent.K.append(element)


def _leave(element: Any) -> None:
    """Takes an element out of the tree, and what it leaves empty."""
    parent = element.P
    parent.K = Array(
        [kid for kid in kids(parent) if not (isinstance(kid, Dictionary) and kid.objgen == element.objgen)]
    )
    if not len(parent.K) and "/P" in parent:
        _leave(parent)
