"""What a document may embed: our own fonts and icons, by name, and nothing else on this machine or any other."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont

SCHEME = "document"

# name in the style sheet: file under static/vendor
FONTS = {
    "text": "source-sans/SourceSans3-Regular.ttf.woff2",
    "text-italic": "source-sans/SourceSans3-It.ttf.woff2",
    "text-semibold": "source-sans/SourceSans3-Semibold.ttf.woff2",
    "text-bold": "source-sans/SourceSans3-Bold.ttf.woff2",
    "fallback": "dejavu/DejaVuSans.ttf",
}
# The tones of hmislead.web.states, dark enough for text on white and on their own pale ground (7:1 on white).
TONES = {
    "good": "#17663a",
    "warn": "#7a4a00",
    "bad": "#a3232b",
    "wait": "#1a5690",
    "violet": "#593a98",
    "quiet": "#4c5869",
}
_SYMBOL = re.compile(r'<symbol id="([a-z0-9_]+)" viewBox="([0-9. ]+)">(.*?)</symbol>', re.DOTALL)
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def part(url: str) -> tuple[bytes, str]:
    """The bytes and content type of one part.

    `url` is `document:font/<name>` or `document:icon/<tone>/<icon>`. Raises ValueError for anything else.
    """
    kind, _, name = url.removeprefix(f"{SCHEME}:").partition("/")
    if kind == "font" and name in FONTS:
        return _font(name), "font/ttf" if FONTS[name].endswith(".ttf") else "font/woff2"
    tone, _, icon = name.partition("/")
    if kind == "icon" and tone in TONES and icon in _icons():
        return _drawn(icon, TONES[tone]), "image/svg+xml"
    raise ValueError("This part is not on the list of what a document may embed.")


def icon_url(icon: str, tone: str) -> str:
    """Where a template finds an icon of the USWDS sprite in the colour of a tone; an unknown icon is a label."""
    known = icon if icon in _icons() else "label"
    return f"{SCHEME}:icon/{tone}/{known}"


def printable(html: str) -> str:
    """`html` with every character that no font can draw replaced by the replacement character.

    A glyph that is not there must not be drawn in PDF/UA-1 (ISO 14289-1, 7.21.8), and text layout with neither a
    system font nor a glyph of ours has been seen to end the process.
    """
    strange = {ord(character) for character in set(html) if not _drawable(ord(character))}
    return html.translate(dict.fromkeys(strange, _REPLACEMENT)) if strange else html


def _drawable(point: int) -> bool:
    return point in _own_characters() or any(low <= point <= high for low, high in _system_characters())


def _vendor(path: str) -> Path:
    return Path(settings.BASE_DIR) / "static" / "vendor" / path


@cache
def _font(name: str) -> bytes:
    return _vendor(FONTS[name]).read_bytes()


@cache
def _own_characters() -> frozenset[int]:
    """What our text font and its fallback can draw, and the marks without a shape (joiners, variation selectors)."""
    shapeless = {
        0x09,
        0x0A,
        0x0C,
        0x0D,
        0xAD,
        0x2028,
        0x2029,
        0x2060,
        0xFEFF,
        *range(0x200B, 0x2010),
        *range(0xFE00, 0xFE10),
    }
    points: set[int] = set(shapeless)
    for name in ("text", "fallback"):
        with TTFont(_vendor(FONTS[name]), lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


@cache
def _system_characters() -> tuple[tuple[int, int], ...]:
    """Ranges of characters that fonts installed on this machine can draw, asked from fontconfig once per process.

    Chinese, Japanese, Korean, Amharic and others need a font of the system; without the `fc-list` command no system
    font is counted on.
    """
    command = shutil.which("fc-list")
    if not command:
        return ()
    answer = subprocess.run(
        [command, "--format", "%{charset}\n"], capture_output=True, text=True, timeout=20, check=False
    )
    ranges: set[tuple[int, int]] = set()
    for word in set(answer.stdout.split()):
        low, _, high = word.partition("-")
        ranges.add((int(low, 16), int(high or low, 16)))
    return tuple(sorted(ranges, key=lambda pair: pair[0] - pair[1]))  # widest first: found soonest


@cache
def _icons() -> dict[str, tuple[str, str]]:
    sprite = _vendor("uswds/img/sprite.svg").read_text(encoding="utf-8")
    return {name: (box, shape) for name, box, shape in _SYMBOL.findall(sprite)}


def _drawn(icon: str, colour: str) -> bytes:
    box, shape = _icons()[icon]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" fill="{colour}">{shape}</svg>'.encode()
