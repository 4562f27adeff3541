"""What a finished PDF costs beside WeasyPrint alone: the nine-page document of the tests, and both compliance reports.

    bin/manage shell -c "import benchmarks.pdf; benchmarks.pdf.main()"
    bin/manage shell -c "import benchmarks.pdf; benchmarks.pdf.reports()"

The second wants the demonstration. The budget (architecture, section 10) is 1.15 times the bare call. "Bare" is kind to
WeasyPrint: it is handed the finished page, and fonts and style sheet that were read before.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from hmislead.access.scopes import ROBOT
from hmislead.directory.models import Organization
from hmislead.documents import drawing, pdf
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from hmislead.tenancy.settings import today
from reporting import documents
from reporting.facts import agency, implementation
from reporting.facts.results import Day
from reporting.models import Kind
from tests.documents import samples

ROOT = Path(__file__).resolve().parent.parent
BUDGET = 1.15
ROUNDS = 7


def main() -> None:
    """Prints three medians in seconds and two ratios."""
    settings.TEMPLATES[0]["DIRS"].append(ROOT / "tests" / "documents" / "templates")
    calls = _calls()
    medians = _medians(calls)
    for name, seconds in medians.items():
        print(f"{name:<46} {seconds:.3f} s")
    ours = medians["pdf_from, template to finished bytes"]
    bare, reused = medians["WeasyPrint alone"], medians["WeasyPrint alone, fonts and style kept"]
    print(f"ratio to WeasyPrint alone                      {ours / bare:.2f}  (budget {BUDGET})")
    print(f"ratio to WeasyPrint with fonts and style kept  {ours / reused:.2f}")


def reports(agencies: int = 12) -> None:
    """The compliance reports of so many agencies and of the implementation. Prints seconds, drawings and ratios."""
    with use(Implementation.objects.get(slug="demo")):
        day = Day(today(), None)
        head = {"number": "R-1", "as_of": day.on, "recorded": None, "asked_by": "Benchmark"}
        some = Organization.objects.filter(roles__role="cho").order_by("name")[:agencies]
        of_agencies = [{**agency.collect(each, day, by=ROBOT, named=True), "head": head} for each in some]
        _compare("agency", Kind.CHO, of_agencies)
        everything = {**implementation.collect(None, day, by=ROBOT, named=True), "head": head}
        _compare("implementation", Kind.IMPLEMENTATION, [everything] * 3)


def _compare(name: str, kind: str, told: list[dict[str, Any]]) -> None:
    """Each report as it is made, then its last drawing by WeasyPrint alone."""
    sheet, fonts = (ROOT / drawing.STYLE).read_text(encoding="utf-8"), FontConfiguration()
    style = CSS(string=sheet, font_config=fonts, url_fetcher=drawing.NothingOutside())
    ours, bare, drawn = [], [], []
    for facts in [told[0], *told]:  # the first warms caches
        pages: list[str] = []
        with mock.patch.object(pdf, "printable", side_effect=_keeping(pages)):
            ours.append(_busy(lambda facts=facts: documents.pdf_of(kind, facts)))
        page = HTML(string=pages[-1], url_fetcher=drawing.NothingOutside())
        bare.append(
            _busy(lambda page=page: page.write_pdf(font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1"))
        )
        drawn.append(len(pages))
    ratios = sorted(mine / alone for mine, alone in zip(ours[1:], bare[1:], strict=True))
    print(f"{name}: {len(told)} reports, {sum(drawn[1:])} drawings, median {statistics.median(ours[1:]):.3f} s busy")
    print(f"WeasyPrint alone {statistics.median(bare[1:]):.3f} s; all together {sum(ours[1:]) / sum(bare[1:]):.2f}")
    print("ratios " + " ".join(f"{ratio:.2f}" for ratio in ratios))


def _keeping(pages: list[str]) -> Callable[[str], str]:
    real = pdf.printable

    def keep(html: str) -> str:
        pages.append(real(html))
        return pages[-1]

    return keep


def _busy(do: Callable[[], object]) -> float:
    """Seconds this process was busy: nothing here waits, and other programs do not count."""
    start = time.process_time()
    do()
    return time.process_time() - start


def _calls() -> dict[str, Callable[[], object]]:
    data = samples.report()
    title = "Compliance of every agency"
    html = render_to_string("report.html", {**data, "title": title, "language": "en"})
    sheet = (ROOT / drawing.STYLE).read_text(encoding="utf-8")
    outside = drawing.NothingOutside()

    def bare(fonts: FontConfiguration, style: CSS) -> bytes:
        page = HTML(string=html, url_fetcher=outside)
        return page.write_pdf(font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1")

    def bare_and_fresh() -> bytes:
        fonts = FontConfiguration()
        return bare(fonts, CSS(string=sheet, font_config=fonts, url_fetcher=outside))

    kept = FontConfiguration()
    style = CSS(string=sheet, font_config=kept, url_fetcher=outside)
    return {
        "WeasyPrint alone": bare_and_fresh,
        "WeasyPrint alone, fonts and style kept": lambda: bare(kept, style),
        "pdf_from, template to finished bytes": lambda: pdf.pdf_from("report.html", data, title=title),
    }


def _medians(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each call. The calls take turns, so that a busy moment of the machine hits them alike."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(ROUNDS + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if turn:  # the first turn warms caches
                taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}
