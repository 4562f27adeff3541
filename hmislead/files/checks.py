"""Is this file what its name says, and may it come in? The type is read from the content, never taken on trust."""

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import BinaryIO

from hmislead.errors import RefusedFile
from hmislead.files import clamav

LONGEST_NAME = 150  # characters, as the column that keeps it
_LONGEST_EXTENSION = 10
READ_AT_ONCE = 1 << 20  # bytes
_START = 2048  # bytes looked at for the marks of a type
_MOST_MEMBERS = 2000  # of a zip; a HUD export has 24, a large office file a few hundred
_MOST_UNPACKED = 10_000_000_000  # bytes a zip says it unpacks to; an HMIS export of a whole state is below
_SUSPECT_UNPACKED, _MOST_RATIO = 50_000_000, 200  # above so many bytes, so many times the zip itself is a bomb
_WORDS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "png": "PNG", "jpg": "JPEG", "csv": "CSV", "txt": "text"}
# How a page, picture, script or document under a name of text begins.
_NOT_PLAIN = ("<!", "<html", "<head", "<body", "<svg", "<script", "<?xml", "{\\rtf", "#!", "%pdf-", "pk\x03\x04")
_CONTROL_AND_BAD = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
# Members that make an office file run code or reach outside (ECMA-376 part names).
_ACTIVE = re.compile(r"(^|/)(vbaProject[^/]*\.bin|vbaData\.xml|activeX/.*|macrosheets/.*)$", re.IGNORECASE)
_MACRO_TYPE = b"macroEnabled"


@dataclass(frozen=True)
class CheckedFile:
    """What a file turned out to be. `size` in bytes, `sha256` in hexadecimal, `extension` without its dot."""

    name: str
    content_type: str
    size: int
    sha256: str
    extension: str


@dataclass(frozen=True)
class Kind:
    """One type that may come in: its content type, and a test that reads the content from its start."""

    content_type: str
    is_it: Callable[[BinaryIO], bool]


def check_upload(file: BinaryIO, *, name: str, allowed: Collection[str], max_bytes: int) -> CheckedFile:
    """Reads a file to its end, decides what it is, and leaves it at its start.

    `file` is seekable; `name` is the name it came with; `allowed` are extensions of KINDS; `max_bytes` is the largest
    size in bytes. Raises RefusedFile with a sentence for a name or content that is not allowed, for content that is
    not what the name says, for an empty or too large file, for macros, and for what the virus scanner finds (or when
    a scanner is set up and does not answer).
    """
    cleaned = clean_name(name)
    extension = _extension(cleaned, allowed)
    size, sha256 = _measured(file, max_bytes)
    kind = KINDS[extension]
    file.seek(0)
    if not kind.is_it(file):
        raise RefusedFile(
            f"The name of this file ends in .{extension}, but the file is {_not_a(extension)}. Nothing was kept. "
            "Open it in the program it was made with, save it again and send that."
        )
    file.seek(0)
    clamav.scan(file)
    file.seek(0)
    return CheckedFile(cleaned, kind.content_type, size, sha256, extension)


def clean_name(name: str) -> str:
    """A name without folders, control, reordering and reserved signs, at most 150 characters, its extension kept."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    tidy = " ".join(_CONTROL_AND_BAD.sub("", last).split()).strip(". ")
    stem, dot, extension = tidy.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        return tidy[:LONGEST_NAME]
    return f"{stem.strip()[: LONGEST_NAME - 1 - len(extension)]}.{extension}"


def _extension(name: str, allowed: Collection[str]) -> str:
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    extension = {"jpeg": "jpg"}.get(extension, extension)
    if extension in allowed and extension in KINDS:
        return extension
    if extension in {"docm", "xlsm", "xltm", "dotm", "xlsb"}:
        raise RefusedFile(_HAS_MACROS)
    known = ", ".join(sorted(f".{each}" for each in allowed if each in KINDS))
    raise RefusedFile(f"This kind of file cannot be taken here. Nothing was kept. Send one of these: {known}.")


def _measured(file: BinaryIO, max_bytes: int) -> tuple[int, str]:
    """Size in bytes and SHA-256 of the content, read piece by piece and no further than the limit."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(READ_AT_ONCE):
        size += len(piece)
        if size > max_bytes:
            raise RefusedFile(
                f"This file is larger than {_megabytes(max_bytes)}, the most that can be taken here. "
                "Nothing was kept. Make it smaller or send it in parts."
            )
        digest.update(piece)
    if not size:
        raise RefusedFile("This file is empty. Nothing was kept. Check it on your computer and send it again.")
    return size, digest.hexdigest()


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"


def _not_a(extension: str) -> str:
    word = _WORDS.get(extension)
    if not word:
        return "not a zip file that can be opened"
    return f"not {'an' if word[0] in 'AE' else 'a'} {word} file"


def _is_pdf(file: BinaryIO) -> bool:
    if not file.read(_START).startswith(b"%PDF-"):
        return False
    # Every PDF says near its end where its table of contents is; a renamed page or a cut-off download does not.
    size = file.seek(0, 2)
    file.seek(max(0, size - _START))
    return b"startxref" in file.read()


def _is_png(file: BinaryIO) -> bool:
    start = file.read(24)
    return start.startswith(b"\x89PNG\r\n\x1a\n") and start[12:16] == b"IHDR"


def _is_jpeg(file: BinaryIO) -> bool:
    return file.read(3) == b"\xff\xd8\xff"


def _is_text(file: BinaryIO) -> bool:
    """Text in UTF-8, UTF-16 or Windows-1252, and not a page or picture that a browser would run."""
    start = file.read(_START)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = start[: len(start) // 2 * 2].decode("utf-16", errors="replace")
    else:
        text = start.decode("utf-8-sig", errors="replace")
        file.seek(0)
        while piece := file.read(READ_AT_ONCE):
            if b"\x00" in piece:
                return False
    begins = text.lstrip("\ufeff \t\r\n").lower()
    return not begins.startswith(_NOT_PLAIN) and not _strange(text)


def _strange(text: str) -> bool:
    """More than a few control signs: a binary file under a name of text."""
    return sum(character < " " and character not in "\t\r\n\f\x1a" for character in text) > 3


def _is_zip(file: BinaryIO) -> bool:
    return bool(_members(file))


def _members(file: BinaryIO) -> list[zipfile.ZipInfo]:
    """What a zip holds; nothing when it is none, or made to harm: too many or large parts, paths out of the folder."""
    if not file.read(4).startswith(b"PK"):
        return []
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return []
    names = [member.filename for member in members]
    leaves = any(name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) for name in names)
    return [] if leaves or _bomb(members) else members


def _bomb(members: list[zipfile.ZipInfo]) -> bool:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    swollen = unpacked > _SUSPECT_UNPACKED and unpacked > packed * _MOST_RATIO
    return len(members) > _MOST_MEMBERS or unpacked > _MOST_UNPACKED or swollen


def _office(main_part: str) -> Callable[[BinaryIO], bool]:
    """A test for an Office Open XML file (ECMA-376) by its main part. One with macros is refused by a sentence."""

    def is_it(file: BinaryIO) -> bool:
        names = [member.filename for member in _members(file)]
        if main_part not in names or "[Content_Types].xml" not in names:
            return False
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            types = archive.open("[Content_Types].xml").read(READ_AT_ONCE)
        if _MACRO_TYPE in types or any(_ACTIVE.search(name) for name in names):
            raise RefusedFile(_HAS_MACROS)
        return True

    return is_it


_HAS_MACROS = (
    "This office file holds macros, small programs that can harm a computer. Nothing was kept. "
    "Save it without macros (as .docx or .xlsx), or as a PDF, and send that."
)
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", _is_pdf),
    "docx": Kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _office("word/document.xml")
    ),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _office("xl/workbook.xml")),
    "csv": Kind("text/csv", _is_text),
    "txt": Kind("text/plain", _is_text),
    "png": Kind("image/png", _is_png),
    "jpg": Kind("image/jpeg", _is_jpeg),
    "zip": Kind("application/zip", _is_zip),
}
# What papers are made of: everything but the zip, which only an HMIS export needs.
PAPERS = frozenset(KINDS) - {"zip"}
