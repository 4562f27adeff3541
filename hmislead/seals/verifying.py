"""Is a file one we sealed, and as we sealed it? Answered from checksums alone; the file is neither parsed nor kept."""

from __future__ import annotations

import hashlib
import re

from asn1crypto import cms, core  # type: ignore[import-untyped]

from hmislead.seals.models import SealMark

OURS, CHANGED, NOT_OURS = "ours", "changed", "not_ours"
MAX_BYTES = 25 * 1024 * 1024
MOST_SIGNATURES = 10
# The value of a signature stands in hexadecimal digits, never compressed (ISO 32000-1, 12.8.1).
_SIGNATURE = re.compile(rb"/Contents\s*<([0-9A-Fa-f]{512,131072})>")


def look_up(content: bytes) -> str:
    """OURS: byte for byte a file we sealed. CHANGED: it bears our certificate, but is no such file. Else NOT_OURS."""
    if _known(SealMark.Kind.FILE, [hashlib.sha256(content).hexdigest()]):
        return OURS
    return CHANGED if _known(SealMark.Kind.CERTIFICATE, _fingerprints(content)) else NOT_OURS


def _known(kind: str, checksums: list[str]) -> bool:
    return bool(checksums) and SealMark.objects.filter(kind=kind, sha256__in=checksums).exists()


def _fingerprints(content: bytes) -> list[str]:
    """SHA-256 of the certificates that the signatures in a file carry."""
    found: list[str] = []
    for number, match in enumerate(_SIGNATURE.finditer(content)):
        if number == MOST_SIGNATURES:
            break
        found += _certificates(match[1])
    return found


def _certificates(digits: bytes) -> list[str]:
    try:
        info = cms.ContentInfo.load(bytes.fromhex(digits.decode()[: len(digits) // 2 * 2]))
        certificates = info["content"]["certificates"]
        if isinstance(certificates, core.Void):
            return []
        return [hashlib.sha256(each.chosen.dump()).hexdigest() for each in certificates]
    except (ValueError, TypeError, KeyError, AttributeError):  # no signature, whatever it looks like
        return []
