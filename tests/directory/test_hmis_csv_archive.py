"""Zips that strangers send: ordinary ones open, hostile ones are refused with a sentence, before they cost anything."""

import io
import stat
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmislead.directory.hmis_csv.archive import Limits, open_archive
from hmislead.directory.hmis_csv.reader import read_export
from hmislead.errors import RefusedFile
from tests.directory.hmis_samples import export, export_zip, members, zip_of


def forged_zip(
    name: bytes, packed: bytes, size: int, *, method: int = 8, flags: int = 0, mode: int = 0, ending: bytes = b""
) -> io.BytesIO:
    """Return a zip of one member whose headers say whatever the test wants."""
    sizes = struct.pack("<LLL", zlib.crc32(b""), len(packed), size)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, flags, method, 0, 0) + sizes + struct.pack("<HH", len(name), 0) + name
    central = b"PK\1\2" + struct.pack("<HHHHHH", 20 | 3 << 8, 20, flags, method, 0, 0) + sizes
    central += struct.pack("<HHHHHLL", len(name), 0, 0, 0, 0, mode << 16, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    return io.BytesIO(local + packed + central + (ending or end))


def refusal(file: io.BytesIO, limits: Limits | None = None) -> str:
    with pytest.raises(RefusedFile) as refused:
        read_export(file, limits or Limits())
    # A person reads it: a sentence, with what to do next.
    assert refused.value.message.endswith(".")
    return refused.value.message


def test_a_folder_inside_the_zip_other_case_and_shadow_copies_are_fine() -> None:
    files = {f"exports\\2026/{name.upper()}": data for name, data in members(export()).items()}
    files["__MACOSX/exports/._Project.csv"] = b"\0\5\x16\7"
    files["__MACOSX/exports/Project.csv"] = b"\0\5\x16\7"
    files["exports/readme.txt"] = b"hello"
    read = read_export(zip_of(files))
    assert read.usable
    assert len(read.records["Project"]) == 2


def test_client_files_are_never_opened() -> None:
    made = export_zip()
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("Client.csv", b"poison that may not be read " * 100)
        at = opened.getinfo("Client.csv").header_offset
    # Spoil the packed bytes: whoever opens the file gets an error instead of text.
    spoiled = bytearray(made.getvalue())
    spoiled[at + 40 : at + 80] = b"\xff" * 40
    with zipfile.ZipFile(io.BytesIO(spoiled)) as opened, pytest.raises((zipfile.BadZipFile, zlib.error)):
        opened.read("Client.csv")
    read = read_export(io.BytesIO(spoiled))
    assert read.usable
    assert read.problems == []


def test_ten_gigabytes_of_blanks_are_refused_at_once() -> None:
    blanks = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = blanks.compress(b" " * 10_000_000) + blanks.flush(zlib.Z_FULL_FLUSH)
    bomb = forged_zip(b"Export.csv", block * 1_000, 4_294_967_294)
    started = time.monotonic()
    assert "unpacks to far more" in refusal(bomb)
    assert time.monotonic() - started < 2


def test_a_bomb_in_a_client_file_is_refused_though_it_would_not_be_opened() -> None:
    assert "unpacks to far more" in refusal(zip_of(members(export()) | {"Client.csv": b" " * 30_000_000}))


def test_declared_sizes_are_added_up() -> None:
    made = zip_of({"a.csv": b"abc" * 100, "b.csv": b"def" * 100}, zipfile.ZIP_STORED)
    assert "unpacks to far more" in refusal(made, Limits(max_total_bytes=599))


def test_bytes_are_counted_while_unpacking() -> None:
    made = export_zip()
    assert "unpacks to far more" in refusal(made, Limits(max_file_bytes=100))


def test_a_size_that_is_declared_too_small_is_found_out() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b" " * 50_000_000) + packer.flush()
    assert "damaged" in refusal(forged_zip(b"Export.csv", packed, 50))


@pytest.mark.parametrize(
    "name",
    ["../Export.csv", "a/../../Export.csv", "/etc/Export.csv", "..\\Export.csv", "C:\\Export.csv", "C:Export.csv"],
)
def test_names_that_point_outside_are_refused(name: str) -> None:
    assert "points outside" in refusal(forged_zip(name.encode(), b"x", 1, method=0))


def test_a_name_with_a_null_is_refused() -> None:
    assert "points outside" in refusal(forged_zip(b"Export.csv\0.exe", b"x", 1, method=0))


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFCHR | 0o600, stat.S_IFIFO | 0o600])
def test_links_and_devices_are_refused(mode: int) -> None:
    assert "link" in refusal(forged_zip(b"Export.csv", b"/etc/passwd", 11, method=0, mode=mode))


def test_a_password_is_refused() -> None:
    assert "password" in refusal(forged_zip(b"Export.csv", b"x" * 20, 8, method=0, flags=1))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(compression: int) -> None:
    assert "ordinary zip" in refusal(zip_of(members(export()), compression))


@pytest.mark.parametrize("name", ["more.zip", "deep/Client.csv.gz", "x.7Z", "old.tar"])
def test_archives_in_the_archive_are_refused(name: str) -> None:
    assert "another zip" in refusal(zip_of(members(export()) | {name: b"x"}))


def test_the_same_file_twice_is_refused() -> None:
    assert "Project.csv twice" in refusal(zip_of(members(export()) | {"old/project.csv": b"x"}))


@pytest.mark.parametrize(
    "content",
    [zip_of({"a": b"b"}).getvalue(), b"%PDF-1.7\n", b"\x1f\x8b\x08\0", b"\xd0\xcf\x11\xe0\xa1", bytes(range(32)) * 20],
)
def test_a_csv_that_is_no_text_is_refused(content: bytes) -> None:
    assert "Funder.csv is not a text file" in refusal(zip_of(members(export()) | {"Funder.csv": content}))


def test_too_many_files_are_refused() -> None:
    assert "too many files" in refusal(zip_of({f"{n}.csv": b"" for n in range(20)}), Limits(max_members=19))


def test_a_long_table_of_contents_is_refused_before_it_is_read() -> None:
    end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 1, 1, 3_000_000_000, 0, 0)
    assert "lists too many files" in refusal(forged_zip(b"Export.csv", b"x", 1, ending=end))


def test_a_zip_without_export_csv_is_refused() -> None:
    files = members(export())
    del files["Export.csv"]
    assert "no Export.csv" in refusal(zip_of(files))


def test_a_path_that_is_not_there_is_not_called_a_bad_zip() -> None:
    with pytest.raises(FileNotFoundError), open_archive("no-such-file.zip"):
        pass


def test_a_cut_off_zip_is_refused() -> None:
    whole = export_zip().getvalue()
    for length in (0, 1, 4, 30, len(whole) // 2, len(whole) - 1):
        refusal(io.BytesIO(whole[:length]))


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for start in (b"", b"PK\3\4", b"PK\5\6"):
        with pytest.raises(RefusedFile):
            read_export(io.BytesIO(start + data))


@settings(deadline=None)
@given(st.data())
def test_a_zip_with_spoiled_bytes_is_read_or_refused(data: st.DataObject) -> None:
    spoiled = bytearray(export_zip().getvalue())
    places = data.draw(st.lists(st.integers(0, len(spoiled) - 1), min_size=1, max_size=8))
    for place in places:
        spoiled[place] = data.draw(st.integers(0, 255))
    try:
        read = read_export(io.BytesIO(spoiled))
    except RefusedFile:
        return
    assert read.counts.total() >= 0
