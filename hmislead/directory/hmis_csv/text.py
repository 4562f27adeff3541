"""Bytes to text: which encoding a vendor used, what is not text at all, and how to name a value without showing it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from hmislead.errors import RefusedFile

#: First bytes of files that people rename, or hide, under the name of a CSV.
NOT_TEXT_STARTS = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xfd7zXZ",
    b"%PDF",
    b"MZ\x90",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"SQLite format",
)
#: Characters that no one types and a database or a PDF refuses: C0 controls but tab and line breaks, and delete.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LOOKED_AT = 65_536
#: A hidden character here and there happens; in bytes that are not text at least one in ten is hidden.
MOST_HIDDEN = 0.05
#: A file with more lines than this is not an export of projects.
MOST_LINES = 3_000_000

#: Stands for a record that cannot be taken apart. One cell, so that no header fits it.
BROKEN = [""]

WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
DECIMAL = re.compile(r"[+-]?[0-9]*\.[0-9]+", re.ASCII)
DATE = re.compile(r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})|([0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4})", re.ASCII)
DATE_TIME = re.compile(rf"({DATE.pattern})[ T][0-9]{{1,2}}:[0-9]{{2}}\S*( ?[AaPp][Mm])?", re.ASCII)


def decode(data: bytes, name: str) -> tuple[str, bool]:
    """Return the text of a CSV and whether every byte of it could be read.

    Reads UTF-8 with or without mark, UTF-16 with mark, UTF-16LE without, and Windows-1252, in that order.
    Raises RefusedFile when the bytes are not text; `name` is the file's name for the sentence.
    """
    if data.startswith(NOT_TEXT_STARTS):
        raise _not_text(name)
    text, complete = _decoded(data)
    start = text[:LOOKED_AT]
    if len(HIDDEN.findall(start)) > max(8, len(start) * MOST_HIDDEN):
        raise _not_text(name)
    if text.count("\n") + text.count("\r") > 2 * MOST_LINES:
        raise RefusedFile(f"{name} has too many lines for this kind of file. Nothing was loaded.")
    return text, complete


def _decoded(data: bytes) -> tuple[str, bool]:
    for encoding in _likely_encodings(data):
        try:
            return data.decode(encoding), True
        except UnicodeDecodeError:
            continue
    # Neither encoding fits every byte: keep what can be read and say so, rather than lose the file.
    return data.decode(_likely_encodings(data)[0], errors="replace"), False


def _likely_encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    # Latin text in UTF-16LE without its mark has a zero in every second byte.
    start = data[:400]
    if len(start) >= 4 and start[1::2].count(0) > len(start) * 0.4 and start[0::2].count(0) < len(start) * 0.1:
        return ("utf-16-le",)
    return ("utf-8", "cp1252")


def _not_text(name: str) -> RefusedFile:
    return RefusedFile(f"{name} is not a text file. Nothing was loaded. Make the export again, as CSV.")


def kind_of_value(text: str) -> str:
    """Return what kind of value a text is, without any part of it: "blank", "whole number", "text of 12 characters"."""
    text = text.strip()
    if not text:
        return "blank"
    for pattern, kind in (
        (WHOLE, "whole number"),
        (DECIMAL, "number with decimals"),
        (DATE, "date"),
        (DATE_TIME, "date and time"),
    ):
        if pattern.fullmatch(text):
            return kind
    return "text of 1 character" if len(text) == 1 else f"text of {len(text):,} characters"


def csv_rows(text: str, delimiter: str = ",") -> Iterator[tuple[int, list[str] | None]]:
    """Yield (physical line on which the record starts, its cells).

    A record whose quotation marks do not match comes as the list BROKEN itself. A quotation mark that is never closed
    has swallowed the rest of the file: that yields None and ends.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = rows.line_num + 1
        try:
            yield line, next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                yield line, None
                return
            yield line, BROKEN
