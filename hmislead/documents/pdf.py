"""A document is data, a template and bytes, made by one function that can reach nothing outside.

Run it in a task, never in a request: it costs about a tenth of a second per page.
"""

import tempfile
from base64 import b64encode
from typing import Any

import pdfua
from django.template.loader import render_to_string

from hmislead.documents.parts import printable
from hmislead.documents.tagging import finish

# The rule on empty headings stops on how this pikepdf gives numbers; the tests look at the headings themselves.
_RULES_THAT_CANNOT_RUN = {"UA-14-001"}
_LOGO_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def pdf_from(template: str, context: dict[str, Any], *, title: str, language: str = "en") -> bytes:
    """A template and its data as tagged PDF (PDF/UA-1, ISO 14289-1).

    `template` extends `documents/base.html`, whose comment lists what it reads from `context`; `title` is what the
    reader's window shows; `language` is a BCP 47 tag. Returns the file's bytes. Raises whatever the template raises.
    """
    html = printable(render_to_string(template, {**context, "title": title, "language": language}))
    # A quarter of the time in which a process starts, and most processes never draw.
    from hmislead.documents import drawing

    return finish(drawing.draw(html))


def check_pdf(content: bytes) -> list[str]:
    """What is wrong with a PDF by the checkable rules of PDF/UA-1, errors and warnings alike; empty when nothing is.

    The check covers the rules pdfua knows, not all of the standard.
    """
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        report = pdfua.validate(file.name)
    wrong = [found for found in report.findings if found.severity >= pdfua.Severity.WARNING]
    said = [f"{found.rule_id} {found.message} ({found.location.describe()})" for found in wrong]
    skipped = [outcome for outcome in report.skipped if outcome.rule_id not in _RULES_THAT_CANNOT_RUN]
    return said + [f"{outcome.rule_id} could not run: {outcome.skipped_reason}" for outcome in skipped]


def data_uri(content: bytes, content_type: str) -> str:
    """An image, such as an implementation's logo, in the form a document may embed.

    Raises ValueError unless `content_type` is PNG, JPEG, GIF or WebP.
    """
    if content_type not in _LOGO_TYPES:
        raise ValueError("A document embeds PNG, JPEG, GIF and WebP images only.")
    return f"data:{content_type};base64,{b64encode(content).decode()}"
