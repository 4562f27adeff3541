"""Days in the words of a document's language."""

from __future__ import annotations

import datetime as dt

from hmislead.web.templatetags.web import long_date

MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip


def in_words(day: dt.date, language: str) -> str:
    """A day as people write it: 14 March 2027, 14 de marzo de 2027."""
    if language == "es":
        return f"{day.day} de {MONTHS_ES[day.month - 1]} de {day.year}"
    return long_date(day)
