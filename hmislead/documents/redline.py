"""What differs between two versions, clause by clause and word by word."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hmislead.documents.models import Block, DocumentVersion

ADDED, REMOVED, CHANGED, MOVED, SAME = "added", "removed", "changed", "moved", "same"


class Marks(NamedTuple):
    """How words that went and words that came are shown; `{}` stands for the words."""

    removed: str
    added: str


ON_PAGE = {
    "en": Marks(
        '<del><span class="usa-sr-only">removed: </span>{}</del>',
        '<ins><span class="usa-sr-only">added: </span>{}</ins>',
    ),
    "es": Marks(
        '<del><span class="usa-sr-only">eliminado: </span>{}</del>',
        '<ins><span class="usa-sr-only">agregado: </span>{}</ins>',
    ),
}
# A PDF has no tags for these, and is printed without colour: signs say it to every reader.
IN_PRINT = Marks("<del>[− {} −]</del>", "<ins>[+ {} +]</ins>")


@dataclass(frozen=True)
class Difference:
    """One clause in both versions. `html` marks words that went and came, by sign and by element, not by colour alone."""

    kind: str
    heading: SafeString | str
    html: SafeString


def compare(
    old: DocumentVersion, new: DocumentVersion, language: str = "en", marks: Marks | None = None
) -> list[Difference]:
    """Every clause of two versions in the order of the newer one, those that went at the place where they stood.

    Clauses are matched by their key. `language` is `en` or `es`; `marks` are those for a page unless given.
    """
    marks = marks or ON_PAGE[language]
    before = {block.key: block for block in old.blocks.all()}
    after = {block.key: block for block in new.blocks.all()}
    stayed = [key for key in before if key in after]
    moved = _moved(stayed, [key for key in after if key in before])
    found: list[Difference] = []
    for key in _order(list(before), list(after)):
        found.append(_one(before.get(key), after.get(key), language, marks, was_moved=key in moved))
    return found


def words(old: str, new: str, marks: Marks = ON_PAGE["en"]) -> SafeString:
    """Two texts as one, with what went in <del> and what came in <ins>."""
    a, b = _tokens(old), _tokens(new)
    parts: list[SafeString] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(format_html("{}", "".join(a[i:j])))
            continue
        if i < j:
            parts.append(format_html(marks.removed, "".join(a[i:j])))
        if k < m:
            parts.append(format_html(marks.added, "".join(b[k:m])))
    return format_html_join("", "{}", ((part,) for part in parts))


def _one(old: Block | None, new: Block | None, language: str, marks: Marks, *, was_moved: bool) -> Difference:
    (old_heading, old_body), (new_heading, new_body) = _text(old, language), _text(new, language)
    kind = ADDED if old is None else REMOVED if new is None else CHANGED
    if old is not None and new is not None and (old_heading, old_body) == (new_heading, new_body):
        kind = MOVED if was_moved else SAME
    return Difference(kind, words(old_heading, new_heading, marks), words(old_body, new_body, marks))


def _text(block: Block | None, language: str) -> tuple[str, str]:
    if block is None:
        return "", ""
    return (block.heading_es, block.body_es) if language == "es" else (block.heading, block.body)


def _tokens(text: str) -> list[str]:
    """Words and the space between them, so that joining them gives the text back."""
    return re.findall(r"\s+|[^\s]+", text)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Keys that stand at another place among those that stayed."""
    same = difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_matching_blocks()
    kept = {key for match in same for key in before[match.a : match.a + match.size]}
    return set(before) - kept


def _order(before: list[str], after: list[str]) -> list[str]:
    """The keys of the newer version, each removed one behind the clause it followed."""
    order = list(after)
    for place, key in enumerate(before):
        if key in after:
            continue
        neighbour = next((each for each in reversed(before[:place]) if each in order), None)
        order.insert(order.index(neighbour) + 1 if neighbour else 0, key)
    return order
