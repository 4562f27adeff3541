"""Opens a zip that a stranger sent: everything is checked before a byte is unpacked, and unpacking is counted."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import PurePosixPath
from typing import BinaryIO

from hmislead.directory.hmis_csv.spec import FILES
from hmislead.errors import RefusedFile

MEGABYTE = 1024 * 1024
CHUNK = MEGABYTE
ARCHIVE_ENDINGS = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".jar", ".iso")
READABLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: Everything the standard library raises for a damaged or forged zip.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    RuntimeError,
)

END_RECORD = b"PK\x05\x06"
END_RECORD_64 = b"PK\x06\x06"
#: The end record is 22 bytes plus a comment of at most 65,535; the 64-bit one sits just before it.
END_RECORD_REACH = 22 + 65_535 + 20 + 56


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a zip may be, in bytes unless said otherwise. The defaults leave room for a statewide export."""

    max_members: int = 500
    max_directory_bytes: int = 2 * MEGABYTE
    max_total_bytes: int = 8 * 1024 * MEGABYTE
    max_file_bytes: int = 128 * MEGABYTE
    #: Times a member may grow. Real exports grow 5 to 40 times; blanks grow 1,000 times.
    max_ratio: int = 200
    ratio_checked_from_bytes: int = MEGABYTE


DEFAULT_LIMITS = Limits()


class Archive:
    """A checked zip. Holds the HUD files found in it, by name without ".csv"; reads one at a time."""

    def __init__(self, opened: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], limits: Limits) -> None:
        self._zip = opened
        self._members = members
        self._limits = limits

    @property
    def names(self) -> tuple[str, ...]:
        """Return the project-level HUD files that are here, in the order of HUD's format."""
        return tuple(name for name in FILES if name in self._members)

    def read(self, name: str) -> bytes:
        """Return the unpacked bytes of one HUD file. Raises KeyError if it is not here, RefusedFile if hostile."""
        return read_member(self._zip, self._members[name], self._limits)


@contextmanager
def open_archive(file: str | PathLike[str] | BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[Archive]:
    """Open an HMIS CSV zip and check all of it without unpacking anything.

    Client-level files may be in the zip; they are counted by name and size and never opened.
    Raises RefusedFile, with a sentence for people, for anything but a plain zip of CSV files within the limits.
    """
    with open_zip(file, limits) as opened:
        yield Archive(opened, _hud_members(opened.infolist()), limits)


@contextmanager
def open_zip(file: str | PathLike[str] | BinaryIO, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open any zip whose directory passes the checks of this module. Raises RefusedFile."""
    with _binary(file) as stream:
        try:
            _check_directory_size(stream, limits)
            opened = zipfile.ZipFile(stream)
        except DAMAGED as error:
            raise RefusedFile("This file is not a zip, or it is damaged. Make it again and upload it.") from error
        with opened:
            _check_members(opened.infolist(), limits)
            yield opened


@contextmanager
def _binary(file: str | PathLike[str] | BinaryIO) -> Iterator[BinaryIO]:
    """Open a path, or use an open file and leave it open. A path that cannot be opened raises OSError as usual."""
    if isinstance(file, str | PathLike):
        with open(file, "rb") as stream:
            yield stream
    else:
        yield file


def read_member(opened: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """Return the unpacked bytes of one member, counting them as they come: a forged size is found out here.

    Raises RefusedFile when it is larger than the limits allow or damaged.
    """
    pieces: list[bytes] = []
    total = 0
    allowed = max(info.compress_size * limits.max_ratio, limits.ratio_checked_from_bytes)
    try:
        with opened.open(info) as stream:
            while piece := stream.read(CHUNK):
                total += len(piece)
                if total > min(limits.max_file_bytes, allowed):
                    raise _too_large()
                pieces.append(piece)
    except (*DAMAGED, NotImplementedError) as error:
        raise RefusedFile("Part of the zip is damaged. Nothing was loaded. Make the export again.") from error
    return b"".join(pieces)


def _check_directory_size(stream: BinaryIO, limits: Limits) -> None:
    """Refuse a huge table of contents before the standard library loads it into memory."""
    head, tail = _ends(stream)
    if not head.startswith((b"PK\x03\x04", END_RECORD)):
        raise RefusedFile("This file is not a zip. Upload the zip that your HMIS made.")
    if max(_directory_sizes(tail), default=0) > limits.max_directory_bytes:
        raise RefusedFile("This zip lists too many files. Upload the zip that your HMIS made, unchanged.")


def _ends(stream: BinaryIO) -> tuple[bytes, bytes]:
    stream.seek(0)
    head = stream.read(4)
    size = stream.seek(0, 2)
    stream.seek(max(0, size - END_RECORD_REACH))
    tail = stream.read(END_RECORD_REACH)
    stream.seek(0)
    return head, tail


def _directory_sizes(tail: bytes) -> Iterator[int]:
    """Yield every size of the table of contents that any end record in these bytes declares."""
    for mark, offset, form in ((END_RECORD, 12, "<L"), (END_RECORD_64, 40, "<Q")):
        at = tail.find(mark)
        while at >= 0:
            field = tail[at + offset : at + offset + struct.calcsize(form)]
            size = struct.unpack(form, field)[0] if len(field) == struct.calcsize(form) else 0
            # All ones in the short record means "see the long one".
            yield 0 if (form, size) == ("<L", 0xFFFFFFFF) else size
            at = tail.find(mark, at + 1)


def _check_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.max_members:
        raise RefusedFile("This zip holds too many files. Upload the zip that your HMIS made, unchanged.")
    for info in members:
        _check_name(info)
        _check_kind(info)
        _check_size(info, limits)
    if sum(info.file_size for info in members) > limits.max_total_bytes:
        raise _too_large()


def _check_name(info: zipfile.ZipInfo) -> None:
    # orig_filename still has what the standard library cuts off or turns round.
    path = PurePosixPath(info.orig_filename.replace("\\", "/"))
    drive = path.parts[:1] and ":" in path.parts[0]
    if path.is_absolute() or ".." in path.parts or drive or "\0" in info.orig_filename:
        raise RefusedFile("A file in this zip points outside the zip. Nothing was loaded. Make the export again.")
    if path.name.lower().endswith(ARCHIVE_ENDINGS):
        raise RefusedFile("This zip holds another zip. Upload the inner one, or a zip of the CSV files alone.")


def _check_kind(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise RefusedFile("This zip has a password. Make the zip again without one.")
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise RefusedFile("This zip holds a link instead of a file. Nothing was loaded. Make the export again.")
    if info.compress_type not in READABLE_METHODS:
        raise RefusedFile("This zip is packed in an unusual way. Make an ordinary zip of the CSV files.")


def _check_size(info: zipfile.ZipInfo, limits: Limits) -> None:
    if info.file_size < limits.ratio_checked_from_bytes:
        return
    if info.file_size > info.compress_size * limits.max_ratio:
        raise _too_large()


def _hud_members(members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the project-level files by HUD's name, whatever their case and the folder they are in."""
    names = {f"{name}.csv".lower(): name for name in FILES}
    found: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        path = PurePosixPath(info.orig_filename.replace("\\", "/"))
        name = names.get(path.name.lower())
        # macOS adds a shadow copy of each file in a folder of its own.
        if name is None or "__MACOSX" in path.parts or info.is_dir():
            continue
        if name in found:
            raise RefusedFile(f"This zip holds {name}.csv twice. Upload a zip with one export in it.")
        found[name] = info
    return found


def _too_large() -> RefusedFile:
    return RefusedFile("This zip unpacks to far more than an export should. Nothing was loaded. Make the export again.")
