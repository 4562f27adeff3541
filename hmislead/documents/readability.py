"""How hard a text is to read: the Flesch-Kincaid grade (Kincaid and others, 1975), the measure of federal plain language.

Syllables are counted by the letters, as every program does it: a few words are counted one too many or too few. The grade
is a measure for English alone.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
FIELD = re.compile(r"\{\{\s*[a-z_.]+\s*\}\}")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
RULE = re.compile(r"^[\s|:-]*$")
SENTENCE_END = re.compile(r"[.!?](?:\s+|$)")
VOWELS = re.compile(r"[aeiouy]+")
# Letters side by side that are two syllables: "material", not "social".
SPLIT = re.compile(
    r"(?<![tcgs])ia|(?<![tcgs])io|(?<![qg])ua|iu|creat|cli(?=e)|qui(?=e)|sci(?=e)|soci(?=e)|[aeouy]ing|yee"
    r"|(?<=ar|id)ea$|(?<=o)ee"
)
# An "e" that is written and not heard: at the end, in -es and -ed, before -ly, -ment, -ful and -less.
SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l)e(?=$|ly$|ments?$|ful|less)|[^aeiouylsxzcgh]es$|[aeiouy]les$|(?<![cs])hes$"
    r"|(?:[^aeiouytdl]|[aeiouy]l)ed$"
)
KNOWN = {
    "business": 2,
    "element": 3,
    "elements": 3,
    "every": 2,
    "everyone": 3,
    "people": 2,
    "rely": 2,
    "someone": 2,
    "the": 1,
}


def grade(markdown: str) -> float:
    """The U.S. school grade whose pupils read this English text with ease; 0 for a text without words.

    `markdown` may hold lists, tables, links and merge fields. List items, headings and table cells
    count as sentences of their own; a merge field counts as one word of three syllables.
    """
    parts = sentences(markdown)
    words = [word for part in parts for word in WORD.findall(part)]
    if not words:
        return 0.0
    return round(0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59, 1)


def sentences(markdown: str) -> list[str]:
    """The sentences of a Markdown text without its marks; those without a word are left out."""
    chunks: list[list[str]] = [[]]
    for line in LINK.sub(r"\1", FIELD.sub("agency", markdown)).splitlines():
        if not line.strip() or RULE.match(line):
            chunks.append([])
        elif line.lstrip().startswith("|"):
            chunks.extend([cell] for cell in line.split("|"))
        elif BULLET.match(line) or line.startswith("#"):
            chunks.append([BULLET.sub("", line).lstrip("# ")])
        else:
            chunks[-1].append(line.strip())
    found = (part for chunk in chunks for part in SENTENCE_END.split(" ".join(chunk).replace("*", "")))
    return [part for part in found if WORD.search(part)]


def syllables(word: str) -> int:
    """The syllables of an English word, by its letters; at least one. HMIS and its like are read letter by letter."""
    if word.isupper() and not VOWELS.search(word[:2].lower()):
        return len(word)
    small = re.sub(r"['’]s?", "", word.lower())
    if small in KNOWN:
        return KNOWN[small]
    return max(len(VOWELS.findall(small)) + len(SPLIT.findall(small)) - len(SILENT.findall(small)), 1)
