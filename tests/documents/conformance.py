"""PDF/UA-1 by two checkers: the product's own, and one that knows every rule a machine can decide."""

import re
import subprocess

import page

from hmislead.documents.pdf import check_pdf


def problems(content: bytes) -> list[str]:
    """What is wrong with a PDF by PDF/UA-1 (ISO 14289-1); empty when nothing is.

    `page` holds 104 rules, veraPDF's own for this standard, and is proved on veraPDF's corpus of right and wrong files.
    """
    report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
    return check_pdf(content) + [f"{found.rule_id} {found.message}" for found in report.failures]


def beyond_the_margin(content: bytes) -> list[str]:
    """Words that run over the right margin of one inch."""
    command = ["pdftotext", "-bbox", "-", "-"]
    told = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    found = []
    for sheet in told.split("<page ")[1:]:
        width = float(re.search(r'width="([0-9.]+)"', sheet)[1])  # type: ignore[index]
        words = re.findall(r'xMax="([0-9.]+)" yMax="[0-9.]+">(.*?)</word>', sheet)
        found += [word for right, word in words if float(right) > width - 71]
    return found
