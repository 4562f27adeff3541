"""PDFs as a reader and a screen reader meet them: pages, words, tags."""

import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.template import engines
from django.template.loaders.locmem import Loader

from hmislead.documents.pdf import check_pdf, data_uri, pdf_from
from tests.documents import samples
from tests.documents.conformance import problems

TITLE = "Compliance of every agency"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def report() -> bytes:
    return pdf_from("report.html", samples.report(), title=TITLE)


@pytest.fixture(scope="module")
def letter() -> bytes:
    return pdf_from("letter.html", samples.letter(), title="How your agency stands")


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(content))


def words(content: bytes, *options: str) -> str:
    command = ["pdftotext", *options, "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def elements(node: Any) -> Iterator[Any]:
    """Every element under a node of the structure tree, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def of_role(pdf: pikepdf.Pdf, *roles: str) -> list[Any]:
    return [element for element in elements(pdf.Root.StructTreeRoot) if str(element.S) in roles]


def numbers_read(element: Any) -> list[int]:
    """The marked content an element and those below it hold."""
    kids = element.get("/K", [])
    kids = kids if isinstance(kids, pikepdf.Array) else [kids]
    own = [int(kid) for kid in kids if not isinstance(kid, pikepdf.Dictionary)]
    return own + [number for below in elements(element) for number in numbers_read(below)]


def test_both_documents_pass_every_rule_of_the_check(report: bytes, letter: bytes) -> None:
    assert problems(report) == []
    assert problems(letter) == []


def test_the_check_sees_what_weasyprint_alone_leaves_out(report: bytes) -> None:
    with opened(report) as pdf:
        for cell in of_role(pdf, "/TH"):
            del cell.A["/Scope"]
        del pdf.Root.Lang
        broken = BytesIO()
        pdf.save(broken)
    found = " ".join(check_pdf(broken.getvalue()))
    assert "Scope" in found
    assert "Lang" in found


def test_lengths(report: bytes, letter: bytes) -> None:
    with opened(letter) as pdf:
        assert len(pdf.pages) == 1
    with opened(report) as pdf:
        assert len(pdf.pages) == 9


def test_a_reader_is_told_title_language_and_that_it_is_tagged(report: bytes) -> None:
    with opened(report) as pdf:
        assert str(pdf.docinfo.Title) == TITLE
        assert str(pdf.docinfo.Author) == "Three Rivers HMIS"
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.MarkInfo.Marked) is True
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle) is True
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_the_language_asked_for_is_the_documents() -> None:
    with opened(pdf_from("letter.html", samples.letter(), title="Su agencia", language="es-US")) as pdf:
        assert str(pdf.Root.Lang) == "es-US"


def test_cells_find_their_headers_by_name(report: bytes) -> None:
    with opened(report) as pdf:
        named = pdf.Root.StructTreeRoot.IDTree.Kids[0].Names
        keys = [bytes(named[at]) for at in range(0, len(named), 2)]
        assert keys == sorted(set(keys)), "a reader searches the tree by halves"
        asked = {bytes(name) for cell in of_role(pdf, "/TD") for name in cell.A.get("/Headers", [])}
        assert asked
        assert asked <= set(keys)
        scopes = {(str(cell.A.Scope), str(cell.P.P.S)) for cell in of_role(pdf, "/TH")}
    assert scopes == {("/Column", "/THead"), ("/Row", "/TBody")}


def test_headings_hold_text_and_skip_no_level(report: bytes) -> None:
    with opened(report) as pdf:
        headings = of_role(pdf, "/H1", "/H2", "/H3", "/H4")
        assert all(numbers_read(heading) for heading in headings)
        levels = [int(str(heading.S)[2:]) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_page_numbers_and_running_headers_are_not_read_aloud(report: bytes) -> None:
    with opened(report) as pdf:
        for page in pdf.pages:
            content = page.Contents.read_bytes()
            assert content.count(b"/Artifact <</Type /Pagination>> BDC") >= 2
            marked = {int(number) for number in re.findall(rb"/MCID (\d+)", content)}
            slots = pdf.Root.StructTreeRoot.ParentTree.Nums[2 * int(page.StructParents) + 1]
            assert marked == {number for number, owner in enumerate(slots) if owner is not None}


def test_pictures_say_their_finding(report: bytes) -> None:
    with opened(report) as pdf:
        said = [str(figure.Alt) for figure in of_role(pdf, "/Figure")]
    assert said == [
        "Security training is where most agencies fall short",
        "The Balance of State lost 8 points in October",
        "9 agencies lack something",
    ]


def test_links_print_and_say_where_they_go(report: bytes) -> None:
    with opened(report) as pdf:
        links = [link for page in pdf.pages for link in page.get("/Annots", [])]
        assert all(int(link.F) & 4 for link in links)
        inner = {str(link.Contents) for link in links if "/Dest" in link}
        outer = {str(link.A.URI) for link in links if "/A" in link}
    assert "Go to where things stand" in inner
    assert "https://example.org/agencies/1" in outer


@pytest.mark.pdftotext
def test_first_page_has_the_facts_and_the_answer(report: bytes) -> None:
    first = " ".join(words(report, "-l", "1").split())
    for said in ("Three Rivers HMIS", TITLE, "1 October to 31 October 2026", "Dana Whitfield, HMIS Lead"):
        assert said in first
    assert "31 of 40 agencies meet everything asked of them." in first
    assert "Page 1 of 9" in first
    assert first.index("31 of 40") < first.index("Contents")


@pytest.mark.pdftotext
def test_contents_name_the_page_a_heading_is_on(report: bytes) -> None:
    first = words(report, "-layout", "-l", "1")
    listed = dict(re.findall(r"^ *(\S.*?)[ .]*\. (\d+)$", first, re.MULTILINE))
    assert listed.keys() >= {"Where things stand", "Agencies", "What changed in October", "How this was made"}
    for heading, number in listed.items():
        assert heading in words(report, "-f", number, "-l", number)


@pytest.mark.pdftotext
def test_a_table_over_pages_repeats_its_header_and_keeps_its_rows_whole(report: bytes) -> None:
    pages = words(report, "-layout").split("\f")
    grid = [page for page in pages if re.search(r"^ *L-10\d\d ", page, re.MULTILINE)]
    assert len(grid) > 1
    for page in grid:
        assert re.search(r"License +Agency +State +Reason +Since", page)
    rows = [line for page in grid for line in page.splitlines() if re.match(r" *L-10\d\d ", line)]
    assert len(rows) == 40
    assert all(re.search(r"(blocked|suspended) .* October 2026$", row) for row in rows)


def test_a_table_over_pages_is_one_table_to_who_listens(report: bytes) -> None:
    with opened(report) as pdf:
        tables = of_role(pdf, "/Table")
        rows = [[row for row in elements(table) if row.S == "/TR"] for table in tables]
        long = [table for table, held in zip(tables, rows, strict=True) if len(held) > 40]
        assert [len(held) for held in rows if len(held) > 40] == [41, 41], "40 rows under one header"
        for table in long:
            assert [str(part.S) for part in table.K] == ["/THead", "/TBody"]
            assert len({row.Pg.objgen for row in table.K[1].K}) == 2, "on two pages"
            heads = [bytes(cell.ID) for cell in table.K[0].K[0].K]
            for row in table.K[1].K:
                own = bytes(row.K[0].ID)
                assert [[bytes(name) for name in cell.A.Headers] for cell in row.K[1:]] == [
                    [own, head] for head in heads[1:]
                ]


def test_tables_that_are_not_one_stay_two() -> None:
    """Two tables that meet at the turn of a page: other headers, the same headers, the same with a caption."""

    def table(head: str, caption: str = "") -> str:
        return f"<table>{caption}<thead><tr><th>{head}</th></tr></thead><tbody><tr><td>x</td></tr></tbody></table>"

    def tables(first: str, second: str, between: str = "") -> int:
        turn = "<div style='break-after: page'></div>"
        content = finished(f"<html lang='en'><head><title>T</title></head><body>{first}{between}{turn}{second}</body>")
        assert problems(content) == []
        with opened(content) as pdf:
            return len(of_role(pdf, "/Table"))

    same = table("Agency")
    assert tables(same, same) == 1
    assert tables(same, table("Person")) == 2
    assert tables(same, table("Agency", "<caption>Others</caption>")) == 2
    assert tables(same, same, "<p>Other agencies</p>") == 2


def test_wide_tables_turn_the_page_and_the_rest_turns_it_back(report: bytes) -> None:
    with opened(report) as pdf:
        sizes = [(float(page.mediabox[2]), float(page.mediabox[3])) for page in pdf.pages]
    assert set(sizes) == {(612, 792), (792, 612)}
    assert sizes[0] == sizes[-1] == (612, 792)


def test_a_short_document_has_no_contents(letter: bytes) -> None:
    with opened(letter) as pdf:
        assert not [link for page in pdf.pages for link in page.get("/Annots", []) if "/Dest" in link]


def test_the_same_data_makes_the_same_file() -> None:
    made = [pdf_from("letter.html", samples.letter(), title="Twice") for _ in range(2)]
    assert made[0] == made[1]


def test_a_logo_is_embedded_with_the_name_as_its_words() -> None:
    data = {**samples.letter(), "logo": data_uri(PIXEL, "image/png")}
    content = pdf_from("letter.html", data, title="With a logo")
    assert problems(content) == []
    with opened(content) as pdf:
        assert [str(figure.Alt) for figure in of_role(pdf, "/Figure")] == ["Three Rivers HMIS"]


def test_only_pictures_without_script_become_data_uris() -> None:
    with pytest.raises(ValueError, match="PNG, JPEG"):
        data_uri(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")


class _Visited(http.server.BaseHTTPRequestHandler):
    paths: list[str] = []

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def website() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Visited)
    _Visited.paths.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


SLY = """<html lang='en'><head><title>Sly</title><link rel='stylesheet' href='NET/style.css'>
<style>@import 'NET/more.css'; @font-face { font-family: F; src: url(NET/font.woff2) }
p { font-family: F; background: url(NET/back.png) }</style></head><body><p>Sly</p>
<img alt='net' src='NET/picture.png'><img alt='disk' src='DISK'><img alt='part' src='document:font/../x'>
<img alt='inner' src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'
 xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='NET/nested.png'/></svg>">
<object data='NET/object'></object></body></html>"""


def test_a_document_reaches_neither_network_nor_disk(website: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(PIXEL)
    sly = SLY.replace("NET", website).replace("DISK", secret.as_uri())
    content = finished(sly)
    assert _Visited.paths == []
    with opened(content) as pdf:
        assert not [name for page in pdf.pages for name in page.get_images()], "the picture on disk was read"


def finished(html: str) -> bytes:
    """`html` through pdf_from, as a template whose text is given."""
    template = samples.TEMPLATES / "sly.html"
    engine = engines["django"].engine
    kept = engine.template_loaders
    engine.template_loaders = [Loader(engine, {template.name: html})]
    try:
        return pdf_from(template.name, {}, title="Sly")
    finally:
        engine.template_loaders = kept


NAMES = "Nguyễn Łódź Привет Αθήνα سلام שלום 你好 한국 ክፍል 😀 🧑🏽‍🚒 ⚠️ →≥✓"
_ONE_LETTER = """
import sys
sys.path.insert(0, {root!r})
import django
from django.conf import settings
settings.configure(
    BASE_DIR={root!r}, USE_TZ=True, STATIC_URL="/static/", INSTALLED_APPS=[],
    TEMPLATES=[{{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [{root!r} + "/templates", {root!r} + "/tests/documents/templates"],
        "OPTIONS": {{"libraries": {{
            "web": "hmislead.web.templatetags.web",
            "documents": "hmislead.documents.templatetags.documents",
        }}}},
    }}],
)
django.setup()
from hmislead.documents.pdf import check_pdf, pdf_from
from tests.documents import samples
content = pdf_from("letter.html", samples.letter() | {{"agency": {names!r}}}, title={names!r})
assert check_pdf(content) == [], check_pdf(content)
sys.stdout.buffer.write(content)
"""


@pytest.mark.slow
@pytest.mark.parametrize("with_fc_list", [True, False])
def test_any_name_can_be_printed_on_a_machine_without_fonts(tmp_path: Path, with_fc_list: bool) -> None:
    """In a process of its own: text layout without a font has ended the whole process, which no exception shows."""
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(f"<fontconfig><cachedir>{tmp_path}</cachedir></fontconfig>")
    # The product's own environment without its fonts; PATH decides whether the fc-list command is found.
    environment = {**os.environ, "FONTCONFIG_FILE": str(configuration)}
    if not with_fc_list:
        environment["PATH"] = str(tmp_path)
    code = _ONE_LETTER.format(root=str(settings.BASE_DIR), names=NAMES)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    with opened(done.stdout) as pdf:
        fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
    assert all("Source-Sans" in font or "Fallback" in font for font in fonts)
    if shutil.which("pdftotext"):
        text = words(done.stdout)
        assert "Nguyễn Łódź Привет Αθήνα" in text
        assert "你" not in text
        assert "\N{REPLACEMENT CHARACTER}" in text
