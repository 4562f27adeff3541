"""What a finished PDF costs beside WeasyPrint alone, on the nine-page document of the tests.

Run: `bin/manage shell -c "from benchmarks.pdf import main; main()"`.
The budget (architecture, section 10) is 1.15 times the bare call.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from hmislead.documents import pdf
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


def _calls() -> dict[str, Callable[[], object]]:
    data = samples.report()
    title = "Compliance of every agency"
    html = render_to_string("report.html", {**data, "title": title, "language": "en"})
    sheet = (ROOT / pdf.STYLE).read_text(encoding="utf-8")
    outside = pdf.NothingOutside()

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
