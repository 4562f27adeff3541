"""A version as one reader gets it: in a language, with the clauses that are for them, with their names filled in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypedDict

from hmislead.documents import merge_fields
from hmislead.documents.markdown import to_html
from hmislead.documents.models import Block, DocumentVersion
from hmislead.errors import DomainError

WORDS = {"en": "English", "es": "Spanish"}


class RenderedBlock(TypedDict):
    """One clause, ready to show. `html` is safe. Kept as it is with what was signed or published."""

    key: str
    heading: str
    html: str
    initials: bool


class NoTranslation(DomainError):
    """The document is not written in this language, or not all of it."""

    status = 422


class EmptyField(DomainError):
    """A merge field has no value."""

    status = 422


def rendered(
    version: DocumentVersion,
    *,
    language: str = "en",
    values: Mapping[str, str] | None = None,
    variants: Collection[str] = (),
    draft: bool = False,
) -> list[RenderedBlock]:
    """The clauses of `version` in a `language` (`en`, `es`), those of `variants` (`vsp`, `hipaa`, `multi_coc`) included.

    With `values` given, every merge field must have one. `draft` shows what is there instead of raising. Raises
    NoTranslation when a clause lacks the language, EmptyField naming the fields without a value.
    """
    blocks = [block for block in version.blocks.all() if not block.variant or block.variant in variants]
    if not draft:
        _require_language(blocks, language)
        if values is not None:
            _require_values(blocks, language, values)
    return [_one(block, language, values or {}) for block in blocks]


def rendered_one(block: Block, language: str) -> RenderedBlock:
    """One clause as it is written, with its merge fields as they stand: for previews."""
    return _one(block, language, {})


def text_of(block: Block, language: str) -> tuple[str, str]:
    """Heading and Markdown of a clause in a language."""
    return (block.heading_es, block.body_es) if language == "es" else (block.heading, block.body)


def checksum(blocks: Iterable[RenderedBlock]) -> str:
    """SHA-256 of the clauses as shown, in hexadecimal digits. The same clauses give the same checksum everywhere."""
    plain = json.dumps(list(blocks), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def languages_of(version: DocumentVersion) -> list[str]:
    """The languages every clause of a version is written in."""
    blocks = list(version.blocks.all())
    return [code for code in WORDS if blocks and all(all(text_of(block, code)) for block in blocks)]


def _one(block: Block, language: str, values: Mapping[str, str]) -> RenderedBlock:
    heading, body = text_of(block, language)
    return {
        "key": block.key,
        "heading": _plain(heading, values),
        "html": merge_fields.fill(str(to_html(body)), values),
        "initials": block.initials,
    }


def _plain(heading: str, values: Mapping[str, str]) -> str:
    """A heading is text, not HTML: its values are not escaped here but where it is shown."""
    return merge_fields.FIELD.sub(lambda found: values.get(found[1]) or found[0], heading)


def _require_language(blocks: list[Block], language: str) -> None:
    missing = [block.heading for block in blocks if not all(text_of(block, language))]
    if missing:
        count = f"{len(missing)} of {len(blocks)} clauses" if len(missing) < len(blocks) else "It"
        verb = "are" if len(missing) < len(blocks) else "is"
        raise NoTranslation(f"{count} {verb} not written in {WORDS[language]} yet. First: “{missing[0]}”.")


def _require_values(blocks: list[Block], language: str, values: Mapping[str, str]) -> None:
    texts: list[Any] = [text for block in blocks for text in text_of(block, language)]
    missing = merge_fields.without_value(texts, values)
    if missing:
        raise EmptyField(f"The document needs what is not known yet: {', '.join(missing)}. Fill it in, then send it.")
