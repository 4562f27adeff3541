"""Does a text hold what could tell who a client is? Reports, grievances and notes must not, and are refused if so.

It finds shapes, not meanings: a refusal asks to rephrase, and no refused text is kept. False alarms are cheaper than a
client's name in a place that is no client record system.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|"
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
)
_DATE = (
    rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}|(?:{_MONTH})\s+\d{{1,2}},?\s+\d{{4}}|"
    rf"\d{{1,2}}\s+(?:de\s+)?(?:{_MONTH})\s+(?:de\s+)?\d{{4}})"
)
_BIRTH = (
    r"(?:\bdob\b|d\.o\.b|date of birth|birth\s?date|birthday|\bborn\b|fecha de nacimiento|\bnaci[óo]\b|\bnacid[oa]\b)"
)
# Somebody alive before 2015 was hardly the date of a recent event.
_OLD_YEAR = r"(?:19\d\d|200\d|201[0-4])"
_WHO = (
    r"(?:[Cc]lients?|[Gg]uest|[Pp]atient|[Rr]esident|[Pp]articipant|[Tt]enant|[Cc]onsumer|"
    r"[Cc]lientes?|[Rr]esidente|[Hh]u[ée]sped)"
)
_NOT_NAMES = (
    "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|"
    "September|October|November|December|Data|Records?|Files?|Notes?|Privacy|Services?|Information|Management|System|"
    "The|Their|When|Then|That|This|And|But|Who|Was|Were|Is|Has|Had"
)

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a Social Security number", re.compile(r"(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])|(?<![\d-])\d{9}(?![\d-])")),
    (
        "a Social Security number",
        re.compile(r"(?:\bssn\b|social security|seguro social)[^.\n]{0,30}?\d{4,}", re.IGNORECASE),
    ),
    ("a date of birth", re.compile(rf"{_BIRTH}[^.\n]{{0,30}}?(?:{_DATE}|\d{{4}})", re.IGNORECASE)),
    ("a date of birth", re.compile(rf"(?<!\d)\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:{_OLD_YEAR})(?!\d)")),
    ("a date of birth", re.compile(rf"(?<!\d){_OLD_YEAR}-\d{{2}}-\d{{2}}(?!\d)")),
    ("a date of birth", re.compile(rf"(?:{_MONTH})\s+\d{{1,2}},?\s+{_OLD_YEAR}(?!\d)", re.IGNORECASE)),
    ("a telephone number", re.compile(r"(?<![\d-])(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}(?![\d-])")),
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (
        "a name after the word client",
        re.compile(
            rf"\b{_WHO}(?:'s name is|,? (?:[Nn]amed|[Cc]alled|[Ll]lamad[oa])|:|,)?\s+"
            rf"(?!(?:{_NOT_NAMES})\b)(?:(?:Mr|Mrs|Ms|Sr|Sra)\.?\s+)?[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+"
        ),
    ),
    (
        "an HMIS number",
        re.compile(
            r"\b(?:hmis|client|personal|unique|enrollment|household)[\s_-]*(?:id|identifier|number|no\.?|#)"
            r"\s*(?:is|was|:|#|=)?\s*[a-z-]{0,4}\d{2,}",
            re.IGNORECASE,
        ),
    ),
    (
        "an HMIS number",
        re.compile(r"(?<!\w)#\s?\d{4,}|\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b", re.IGNORECASE),
    ),
)


def found_in(text: str) -> list[str]:
    """What a text seems to hold of a client, in words; each once. Empty: nothing was found."""
    return list(dict.fromkeys(words for words, pattern in PATTERNS if pattern.search(text)))


def refuse(**texts: str) -> None:
    """Raises ValidationError by field where a text seems to hold client data. Nothing of it is repeated in the error."""
    errors = {name: _sentence(found) for name, text in texts.items() if (found := found_in(text or ""))}
    if errors:
        raise ValidationError(errors)


def _sentence(found: list[str]) -> str:
    return (
        f"This seems to hold {_listed(found)}. Nothing was kept. Say the same without anything that tells who a client "
        "is: write “a client” and leave out names, dates of birth and numbers."
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
