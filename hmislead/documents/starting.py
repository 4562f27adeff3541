"""The starting templates we ship: a text for every type of document, to be made one's own.

One Markdown file per type and language under `starting/`. It begins with `# Title` and one paragraph that says what the
document is for. Each block begins with a heading and a brace: `## Heading {#key GOV-18 variant=vsp initials}`. The brace
holds the key, the Standards (and items of the 2004 crosswalk) the block satisfies, and options. A translation has the same
keys in the same order and nothing but the key in its braces: all else is the English file's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from hmislead.documents.types import LANGUAGES, TYPES

FOLDER = Path(__file__).with_name("starting")
JOINT = "privacy_security_plan"
JOINT_PARTS = (("privacy", "privacy_plan"), ("security", "security_plan"))
JOINT_WORDS = {
    "en": (
        "Privacy and security plan",
        "One plan for how HMIS keeps personal information private and its systems safe.",
        {"privacy": "Privacy", "security": "Security"},
    ),
    "es": (
        "Plan de privacidad y seguridad",
        "Un solo plan sobre cómo HMIS mantiene privada la información personal y seguros sus sistemas.",
        {"privacy": "Privacidad", "security": "Seguridad"},
    ),
}
VARIANTS = frozenset({"vsp", "hipaa", "multi_coc"})

HEADING = re.compile(r"## (?P<heading>.+?) \{#(?P<key>[a-z0-9]+(?:-[a-z0-9]+)*)(?P<rest>(?: [^{}]+)?)\}")
STANDARD = re.compile(r"[A-Z]{2,5}-(?:\d\.\d-)?\d{2}")


class BadStartingText(ValueError):
    """A shipped file that is not in the format. The message names the file and the line."""

    def __init__(self, file: Path, line: int, problem: str) -> None:
        super().__init__(f"{file.name}, line {line}: {problem}")


class NoStartingText(LookupError):
    """We ship no text of that type in that language."""


@dataclass(frozen=True)
class StartingBlock:
    """`body` is Markdown with merge fields in double braces. `variant` is empty for a block that is for everybody."""

    key: str
    heading: str
    body: str
    standards: tuple[str, ...] = ()
    variant: str = ""
    initials: bool = False


@dataclass(frozen=True)
class StartingDocument:
    """A whole starting text; `purpose` is one sentence that says what the document is for."""

    title: str
    purpose: str
    blocks: tuple[StartingBlock, ...]


def languages(code: str) -> tuple[str, ...]:
    """The languages we ship a type in: `("en",)` or `("en", "es")`. `code` is a key of `types.TYPES`."""
    parts = [part for _, part in JOINT_PARTS] if code == JOINT else [code]
    return tuple(language for language, _ in LANGUAGES if all(_file(part, language).exists() for part in parts))


@cache
def starting(code: str, language: str = "en") -> StartingDocument:
    """The starting text of a type (a key of `types.TYPES`) in a language (`en` or `es`).

    The joint plan is made of the blocks of the privacy plan and of the security plan: the Standards (Privacy, Security)
    let one plan stand for both. Raises NoStartingText if we ship none, BadStartingText if a file is not in the format.
    """
    if code not in TYPES or language not in languages(code):
        raise NoStartingText(f"There is no starting text of {code!r} in {language!r}.")
    if code == JOINT:
        return _joint(language)
    document = read(_file(code, language))
    return document if language == "en" else _translated(starting(code), document, _file(code, language))


def read(file: Path) -> StartingDocument:
    """One file as it stands. Raises BadStartingText naming the file and the line."""
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].startswith("# "):
        raise BadStartingText(file, 1, "the file begins with '# ' and the title.")
    starts = [number for number, line in enumerate(lines) if line.startswith("## ")]
    if not starts:
        raise BadStartingText(file, 1, "there is no block: a block begins with '## '.")
    purpose = " ".join(line.strip() for line in lines[1 : starts[0]] if line.strip())
    if not purpose:
        raise BadStartingText(file, 2, "a sentence under the title says what the document is for.")
    blocks: list[StartingBlock] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        block = _block(file, start + 1, lines[start], "\n".join(lines[start + 1 : end]).strip())
        if block.key in {each.key for each in blocks}:
            raise BadStartingText(file, start + 1, f"the key {block.key!r} is there twice.")
        blocks.append(block)
    return StartingDocument(title=lines[0][2:].strip(), purpose=purpose, blocks=tuple(blocks))


def _block(file: Path, line: int, heading: str, body: str) -> StartingBlock:
    found = HEADING.fullmatch(heading.rstrip())
    if not found:
        raise BadStartingText(file, line, "a block's heading ends with {#key …}, the key in small letters and hyphens.")
    if not body:
        raise BadStartingText(file, line, "the block says nothing.")
    block = StartingBlock(key=found["key"], heading=found["heading"], body=body)
    for word in found["rest"].split():
        block = _with(block, word, file, line)
    return block


def _with(block: StartingBlock, word: str, file: Path, line: int) -> StartingBlock:
    """The block with one more word of its brace."""
    if word == "initials":
        return replace(block, initials=True)
    if word.startswith("variant=") and word.removeprefix("variant=") in VARIANTS:
        return replace(block, variant=word.removeprefix("variant="))
    if not STANDARD.fullmatch(word):
        raise BadStartingText(file, line, f"{word!r} is no Standard, variant or option.")
    if word in block.standards:
        raise BadStartingText(file, line, f"{word} is there twice.")
    return replace(block, standards=(*block.standards, word))


def _translated(english: StartingDocument, document: StartingDocument, file: Path) -> StartingDocument:
    """The translation with what the English braces say. Its keys must be the English ones, in their order."""
    ours, theirs = [each.key for each in english.blocks], [each.key for each in document.blocks]
    if ours != theirs:
        odd = sorted(set(ours) ^ set(theirs)) or ["another order"]
        raise BadStartingText(file, 1, f"its keys differ from the English ones: {', '.join(odd)}.")
    if any(each.standards or each.variant or each.initials for each in document.blocks):
        raise BadStartingText(file, 1, "a brace of a translation holds the key alone.")
    blocks = (
        replace(source, heading=block.heading, body=block.body)
        for source, block in zip(english.blocks, document.blocks, strict=True)
    )
    return replace(document, blocks=tuple(blocks))


def _joint(language: str) -> StartingDocument:
    """Both plans in one. Keys and headings say which plan a block came from: both plans may have a block of one name."""
    title, purpose, words = JOINT_WORDS[language]
    blocks = (
        replace(block, key=f"{prefix}-{block.key}", heading=f"{words[prefix]}: {block.heading}")
        for prefix, part in JOINT_PARTS
        for block in starting(part, language).blocks
    )
    return StartingDocument(title=title, purpose=purpose, blocks=tuple(blocks))


def _file(code: str, language: str) -> Path:
    return FOLDER / f"{code}.{language}.md"
