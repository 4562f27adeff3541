"""What in a version's text stands in the way of somebody who listens to it, tires easily, or reads with effort.

Looks at each clause as it is read, by rules a program can decide. What it finds is told with what to do; what it cannot
judge (whether a table is the right form, whether a link leads where it says) is left to people, and the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from django.core.cache import cache

from hmislead.documents import readability, rendering
from hmislead.documents.models import Block, DocumentVersion, PublishedCopy
from hmislead.documents.pdf import check_pdf

GRADE_MOST = 12  # a clause above it is hard even for people who read contracts
WORDS_MOST = 40  # in one sentence
CAPITALS_MOST = 4  # words in capitals side by side: read letter by letter, and slowly
NO_NAME = {
    "here",
    "click here",
    "this",
    "link",
    "read more",
    "more",
    "aquí",
    "haga clic aquí",
    "este enlace",
    "leer más",
}
ADDRESS = re.compile(r"^(?:https?://|www\.)", re.IGNORECASE)
CAPITALS = re.compile(rf"(?:\b[A-ZÁÉÍÓÚÑ]{{2,}}\b[ ,]*){{{CAPITALS_MOST + 1},}}")


@dataclass(frozen=True)
class Finding:
    """One thing about one clause: what is wrong, and what to do."""

    block: Block
    language: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Output:
    """A published PDF and what the checkable rules of PDF/UA-1 found in it."""

    copy: PublishedCopy
    wrong: list[str]


def findings(version: DocumentVersion) -> list[Finding]:
    """What the rules find in the clauses of a version, in both languages, in their order."""
    blocks = list(version.blocks.all())
    spanish = any(block.body_es.strip() for block in blocks)
    found: list[Finding] = []
    for block in blocks:
        found += [Finding(block, "en", *each) for each in _of(block, "en")]
        if spanish and not block.body_es.strip():
            found.append(
                Finding(block, "es", "It has no Spanish text, though others have.", "Write it, or take the others out.")
            )
        elif spanish:
            found += [Finding(block, "es", *each) for each in _of(block, "es")]
    return found


def outputs(version: DocumentVersion) -> list[Output]:
    """The published PDFs of a version with what is wrong in each. A PDF is checked once; the answer is kept by checksum."""
    copies = version.copies.select_related("pdf").exclude(pdf=None).order_by("language")
    return [Output(copy, _checked(copy)) for copy in copies]


def _checked(copy: PublishedCopy) -> list[str]:
    assert copy.pdf is not None  # those without are left out above
    key = f"documents.pdfua:{copy.pdf.sha256}"
    kept: list[str] | None = cache.get(key)
    if kept is None:
        with copy.pdf.content.open() as file:
            kept = check_pdf(file.read())
        cache.set(key, kept, timeout=None)
    return kept


def _of(block: Block, language: str) -> Iterator[tuple[str, str]]:
    _, body = rendering.text_of(block, language)
    shape = _Shape()
    shape.feed(rendering.rendered_one(block, language)["html"])
    yield from shape.problems()
    if any(len(readability.WORD.findall(each)) > WORDS_MOST for each in readability.sentences(body)):
        yield f"A sentence has more than {WORDS_MOST} words.", "Make two of it, or a list."
    if CAPITALS.search(body):
        yield (
            f"More than {CAPITALS_MOST} words in capitals follow each other.",
            "Write them as usual; bold if they matter.",
        )
    if language == "en" and (grade := readability.grade(body)) > GRADE_MOST:
        yield f"Its reading grade is {grade:.0f}.", "Shorter sentences and everyday words bring it down."


class _Shape(HTMLParser):
    """Headings, links and tables of a clause."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.links: list[str] = []
        self.tables: list[dict[str, int]] = []
        self._in: list[str] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        elif tag == "table":
            self.tables.append({"heads": 0, "empty": 0})
        if tag in {"a", "th"}:
            self._in.append(tag)
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if not self._in or self._in[-1] != tag:
            return
        self._in.pop()
        text = " ".join(self._text.split())
        if tag == "a":
            self.links.append(text)
        elif self.tables:
            self.tables[-1]["heads"] += 1
            self.tables[-1]["empty"] += not text

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with what was read."""
        before = 2  # the clause's own heading
        for level in self.levels:
            if level > before + 1:
                yield "A heading skips a level.", "Begin with # below the clause's heading, then ##."
                break
            before = level
        for link in self.links:
            if not link or link.lower().strip(".!:") in NO_NAME:
                yield f"A link says only “{link}”.", "Say where it leads: links are also read one after the other."
            elif ADDRESS.match(link):
                yield "A link shows its bare address.", "Give it words; an address is read letter by letter."
        for table in self.tables:
            if not table["heads"]:
                yield "A table has no heads.", "Name each column in the first row."
            elif table["empty"]:
                yield "A column of a table has no name.", "Name each column in the first row."
