"""What comes in is what it says it is; what harms stays out, each time with a sentence that says what to do."""

import hashlib
import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from hmislead.errors import RefusedFile
from hmislead.files.checks import KINDS, LONGEST_NAME, PAPERS, check_upload, clean_name

MEGABYTE = 1_000_000
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
TYPES = '<Types><Override PartName="/word/document.xml" ContentType="application/{}+xml"/></Types>'


def zipped(members: dict[str, bytes | str]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def word(kind: str = "vnd.ms.document.main", **more: bytes | str) -> bytes:
    return zipped({"[Content_Types].xml": TYPES.format(kind), "word/document.xml": "<w:document/>", **more})


def excel() -> bytes:
    file = BytesIO()
    Workbook().save(file)
    return file.getvalue()


def picture(kind: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, kind)
    return file.getvalue()


GOOD = {
    "pdf": PDF,
    "docx": word(),
    "xlsx": excel(),
    "csv": "PersonalID,Name\n1,Łódź\n".encode(),
    "txt": b"Minutes of 2 March.\r\n",
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "zip": zipped({"Export.csv": "ExportID\n1\n"}),
}


def checked(content: bytes, name: str, allowed: Any = KINDS, max_bytes: int = MEGABYTE) -> Any:
    return check_upload(BytesIO(content), name=name, allowed=allowed, max_bytes=max_bytes)


@pytest.mark.parametrize("extension", KINDS)
def test_each_kind_comes_in_under_its_own_name(extension: str) -> None:
    content = GOOD[extension]
    file = BytesIO(content)
    file.seek(3)
    found = check_upload(file, name=f"Agreement.{extension.upper()}", allowed=[extension], max_bytes=len(content))
    assert (found.extension, found.size) == (extension, len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.content_type == KINDS[extension].content_type
    assert file.tell() == 0, "whoever stores it reads from the start"


@pytest.mark.parametrize("extension", KINDS)
@pytest.mark.parametrize("really", KINDS)
def test_no_kind_comes_in_under_another_name(extension: str, really: str) -> None:
    # Text is text, and a document is also a zip: those pairs are no disguise.
    if (
        extension == really
        or {extension, really} == {"csv", "txt"}
        or (extension == "zip" and really in {"docx", "xlsx"})
    ):
        assert checked(GOOD[really], f"a.{extension}").extension == extension
        return
    with pytest.raises(RefusedFile, match=rf"ends in \.{extension}, but the file is not"):
        checked(GOOD[really], f"a.{extension}")


def test_jpeg_has_two_spellings() -> None:
    assert checked(GOOD["jpg"], "logo.jpeg", allowed=["jpg"]).extension == "jpg"


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.pdf.exe", "a", ".pdf", "a.zip", ""])
def test_what_is_not_on_the_list_stays_out(name: str) -> None:
    with pytest.raises(RefusedFile, match=r"Send one of these: \.csv, \.docx, \.jpg, \.pdf, \.png, \.txt, \.xlsx\."):
        checked(PDF, name, allowed=PAPERS)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"\xef\xbb\xbf \n<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        b"<!-- --><script>x</script>",
        '<html lang="en">'.encode("utf-16"),
        b"{\\rtf1 hello}",
        b"\x7fELF\x02\x01\x01\x00\x00",
        b"a,b\n1,\x00\n",
        bytes(range(1, 32)),
    ],
)
@pytest.mark.parametrize("extension", ["csv", "txt"])
def test_pages_pictures_and_programs_do_not_come_in_as_text(content: bytes, extension: str) -> None:
    with pytest.raises(RefusedFile, match=r"but the file is not a (CSV|text) file"):
        checked(content, f"a.{extension}")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_comes_in_as_people_save_it(encoding: str) -> None:
    content = "Name,Città\r\nJosé,“x”\r\n".encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    assert checked(content, "roster.csv").extension == "csv"


def test_a_pdf_cut_off_on_its_way_stays_out() -> None:
    with pytest.raises(RefusedFile, match="not a PDF file"):
        checked(PDF[:40], "a.pdf")


@pytest.mark.parametrize(
    "content",
    [
        word(**{"word/vbaProject.bin": b"x"}),
        word("vnd.ms-word.document.macroEnabled.main"),
        word(**{"word/activeX/activeX1.bin": b"x"}),
    ],
)
def test_macros_stay_out_whatever_the_name(content: bytes) -> None:
    with pytest.raises(RefusedFile, match="macros"):
        checked(content, "a.docx")


@pytest.mark.parametrize("name", ["a.docm", "a.xlsm", "a.XLSB"])
def test_files_made_for_macros_are_named_as_such(name: str) -> None:
    with pytest.raises(RefusedFile, match="macros"):
        checked(word(), name)


@pytest.mark.parametrize(
    "content",
    [
        zipped({"../../etc/passwd": "x"}),
        zipped({"/etc/passwd": "x"}),
        zipped({"a\\..\\..\\b": "x"}),
        zipped({f"{number}.csv": "" for number in range(2001)}),
        zipped({"Export.csv": bytes(60 * MEGABYTE)}),
        zipped({}),
        b"PK\x03\x04 and nothing more",
    ],
)
def test_zips_made_to_harm_stay_out(content: bytes) -> None:
    with pytest.raises(RefusedFile, match="not a zip file that can be opened"):
        checked(content, "export.zip")


def test_an_office_file_that_swells_stays_out() -> None:
    with pytest.raises(RefusedFile, match="not a Word file"):
        checked(word(**{"word/media/x.png": bytes(60 * MEGABYTE)}), "a.docx")


def test_size_is_limited_and_the_limit_is_said() -> None:
    assert checked(b"x" * 1000, "a.txt", max_bytes=1000).size == 1000
    with pytest.raises(RefusedFile, match="larger than 1 kB"):
        checked(b"x" * 1001, "a.txt", max_bytes=1000)
    with pytest.raises(RefusedFile, match="larger than 25 MB"):
        checked(b"x" * (25 * MEGABYTE + 1), "a.txt", max_bytes=25 * MEGABYTE)


def test_a_large_file_is_not_read_past_the_limit() -> None:
    class Endless(BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            self.taken += size or 0
            return b"x" * (size or 0)

    file = Endless()
    with pytest.raises(RefusedFile, match="larger than"):
        check_upload(file, name="a.txt", allowed=KINDS, max_bytes=3 * MEGABYTE)
    assert file.taken < 5 * MEGABYTE


def test_an_empty_file_is_named_as_such() -> None:
    with pytest.raises(RefusedFile, match="empty"):
        checked(b"", "a.txt")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("C:\\Users\\dana\\Agreement 2026.pdf", "Agreement 2026.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\x00b\r\nc\x9f.pdf", "abc.pdf"),
        ("annex\u202efdp.txt", "annexfdp.txt"),
        ('<b>"x"</b>?.pdf', "b.pdf"),
        ("  two   spaces .pdf ", "two spaces.pdf"),
        ("Re\u0301sume\u0301.docx", "Résumé.docx"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("...", ""),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=400))
def test_no_name_is_long_or_leads_out_of_a_folder(name: str) -> None:
    kept = clean_name(name)
    assert len(kept) <= LONGEST_NAME
    assert not set(kept) & set('/\\\0\r\n"<>')
    assert not kept.startswith(".")


class Clamd(threading.Thread):
    """The part of clamd the product talks to (INSTREAM), on a real socket. It finds whatever holds EICAR."""

    def __init__(self, listener: socket.socket, answer: bytes | None = None) -> None:
        super().__init__(daemon=True)
        self.listener, self.answer, self.received = listener, answer, b""

    def run(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while (length := struct.unpack("!L", stream.read(4))[0]) > 0:
                self.received += stream.read(length)
            found = b"Eicar-Signature FOUND" if b"EICAR" in self.received else b"OK"
            connection.sendall(b"stream: %b\0" % found if self.answer is None else self.answer)


@pytest.fixture(params=["tcp", "unix"])
def listener(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[socket.socket]:
    if request.param == "unix":
        path = str(tmp_path / "clamd.ctl")
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path)
            opened.listen()
            settings.CLAMAV_ADDRESS = path
            yield opened
    else:
        with socket.create_server(("127.0.0.1", 0)) as opened:
            settings.CLAMAV_ADDRESS = f"127.0.0.1:{opened.getsockname()[1]}"
            yield opened


def test_a_clean_file_is_sent_whole_and_comes_in(listener: socket.socket) -> None:
    scanner = Clamd(listener)
    scanner.start()
    content = b"Minutes. " * 50_000
    assert checked(content, "a.txt").size == len(content)
    scanner.join(5)
    assert scanner.received == content


def test_what_the_scanner_finds_stays_out(listener: socket.socket) -> None:
    Clamd(listener).start()
    with pytest.raises(RefusedFile, match="found something harmful"):
        checked(b"X5O EICAR", "a.txt")


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OKAY\0"])
def test_an_answer_that_is_not_clean_keeps_the_file_out(listener: socket.socket, answer: bytes) -> None:
    Clamd(listener, answer).start()
    with pytest.raises(RefusedFile, match="could not be checked"):
        checked(b"Minutes", "a.txt")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.ctl", "nonsense", "host:port"])
def test_a_scanner_that_is_not_there_keeps_every_file_out(settings: Any, address: str) -> None:
    settings.CLAMAV_ADDRESS = address
    with pytest.raises(RefusedFile, match="could not be checked"):
        checked(b"Minutes", "a.txt")
