"""What WeasyPrint leaves out of a tagged PDF, added to its bytes so that the file conforms to PDF/UA-1."""

import re
from collections import defaultdict
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from hmislead.documents.joining import join_tables, kids, streams

PRINT = 4  # the Print flag of an annotation (ISO 32000-1, 12.5.3)
# WeasyPrint writes text as hexadecimal glyph numbers, so this can only be an operator, never a word of the document.
_MARKED = re.compile(rb"/\w+\s+<<\s*/MCID (\d+)\s*>>\s+BDC\b")
_PAGINATION = b"/Artifact <</Type /Pagination>> BDC"


def finish(raw: bytes) -> bytes:
    """`raw`, a PDF as WeasyPrint tags it, with the structure PDF/UA-1 (ISO 14289-1) asks for beyond that.

    Header cells say what they head, cells find them by name, running headers and page numbers are artifacts instead
    of text read on every page, a table over several pages is one table, and links print and say where they go.
    """
    with pikepdf.open(BytesIO(raw)) as pdf:
        tree = pdf.Root.StructTreeRoot
        join_tables(pdf, tree)
        content = _walk(tree)
        _name_header_cells(pdf, tree, content.named)
        slots = {
            int(tree.ParentTree.Nums[at]): tree.ParentTree.Nums[at + 1] for at in range(0, len(tree.ParentTree.Nums), 2)
        }
        tree.ParentTreeNextKey = max(slots, default=-1) + 1
        for page in pdf.pages:
            page.obj.Tabs = Name.S
            _describe_links(page.obj)
            _hide_margins(page.obj, content.read[page.obj.objgen], slots)
        finished = BytesIO()
        pdf.save(finished, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return finished.getvalue()


class _Content:
    """What the walk over the structure tree found."""

    def __init__(self) -> None:
        self.named: list[tuple[bytes, Any]] = []  # header cells by their ID
        self.read: dict[tuple[int, int], set[int]] = defaultdict(set)  # marked content read aloud, by page


def _walk(tree: Any) -> _Content:
    """Visits every element once, gives header cells their scope, and notes which marked content is reachable."""
    content = _Content()
    waiting: list[tuple[Any, str]] = [(kid, "") for kid in kids(tree)]
    while waiting:
        element, above = waiting.pop()
        role = str(element.S)
        if role == "/TH":
            element.A.Scope = Name.Column if above == "/THead" else Name.Row
            if "/ID" in element:
                content.named.append((bytes(element.ID), element))
        # A cell sits in a row: what tells a column's header from a row's is what the row sits in.
        passed_on = above if role == "/TR" else role
        for kid in kids(element):
            if isinstance(kid, Dictionary):
                if "/S" in kid:
                    waiting.append((kid, passed_on))
            else:
                content.read[element.Pg.objgen].add(int(kid))
    return content


def _slots(numbers: Any) -> dict[int, Any]:
    """The parent tree, a flat list of key and value, as a dictionary."""
    flat = list(numbers)
    return {int(key): value for key, value in zip(flat[::2], flat[1::2], strict=True)}


def _name_header_cells(pdf: pikepdf.Pdf, tree: Any, named: list[tuple[bytes, Any]]) -> None:
    """The tree of names through which cells find their headers (ISO 32000-1, 14.7.2: names in byte order)."""
    if not named:
        return
    names: list[Any] = []
    for name, element in sorted(named, key=lambda pair: pair[0]):
        names += [String(name), element]
    limits = Array([names[0], names[-2]])
    leaf = pdf.make_indirect(Dictionary(Names=Array(names), Limits=limits))
    tree.IDTree = pdf.make_indirect(Dictionary(Kids=Array([leaf])))


def _describe_links(page: Any) -> None:
    """Links print with the page (7.18.1) and inner links say where they go in words, not as an anchor (7.18.5)."""
    for annotation in page.get("/Annots", []):
        if annotation.Subtype != Name.Link:
            continue
        annotation.F = int(annotation.get("/F", 0)) | PRINT
        if "/Dest" in annotation:
            annotation.Contents = String("Go to " + str(annotation.Dest).replace("-", " "))


def _hide_margins(page: Any, read: set[int], slots: dict[int, Any]) -> None:
    """Marks content outside the structure tree (page margins, headers that are repeated) as artifacts (7.1)."""
    hidden: set[int] = set()

    def replaced(match: re.Match[bytes]) -> bytes:
        number = int(match[1])
        if number in read:
            return match[0]
        hidden.add(number)
        return _PAGINATION

    for stream in streams(page):
        stream.write(_MARKED.sub(replaced, stream.read_bytes()))
    slot = slots[int(page.StructParents)]
    for number in hidden:
        slot[number] = None
