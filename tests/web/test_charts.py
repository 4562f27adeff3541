"""Charts: valid, legible without colour, the same twice."""

import itertools
import re
from xml.etree import ElementTree

import pytest
from django.utils import translation

from hmislead.web import chart_parts, charts, gallery

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("chart", gallery.example_charts(), ids=["line", "stacked", "grid"])
class TestEveryChart:
    def test_is_valid_and_has_its_finding_as_title(self, chart):
        drawing = ElementTree.fromstring(chart.svg)
        assert drawing.get("role") == "img"
        title, desc = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")
        assert title.text == chart.title
        assert drawing.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]

    def test_uses_no_style_and_no_script(self, chart):
        # The page's policy allows neither, and the PDF would lose them.
        assert not re.search(r"<style|style=|<script|\son\w+=|href=", chart.svg)

    def test_has_every_row_in_its_table(self, chart):
        assert all(len(row) == len(chart.heads) for row in chart.rows)

    def test_writes_numbers_with_a_point_whatever_the_language(self, chart):
        with translation.override("es"):
            again = gallery.example_charts()
        assert chart.svg in [each.svg for each in again]


def test_two_charts_on_one_page_do_not_share_ids():
    ids = re.findall(r'id="([^"]+)"', "".join(chart.svg for chart in gallery.example_charts()))
    assert len(ids) == len(set(ids))


def test_a_gap_breaks_the_line_and_is_told_in_the_table():
    chart = charts.line_chart("t", ["a", "b", "c", "d"], [charts.Series("s", [1, None, 3, 4])])
    path = re.search(r'class="chart-line" d="([^"]+)"', chart.svg).group(1)
    assert path.count("M") == 2
    assert [row[1] for row in chart.rows] == ["1", "not known", "3", "4"]


def test_lines_differ_by_dash_as_well_as_colour():
    series = [charts.Series(str(index), [index, index]) for index in range(6)]
    chart = charts.line_chart("t", ["a", "b"], series)
    lines = re.findall(r'stroke="(#\w+)" stroke-width="2.5"[^>]*?(?:stroke-dasharray="([^"]*)")?/>', chart.svg)
    assert len(set(lines)) == len({dash for _, dash in lines}) == 6


def test_names_at_the_ends_of_lines_never_overlap():
    series = [charts.Series(str(index), [50, 50]) for index in range(6)]
    chart = charts.line_chart("t", ["a", "b"], series, top=100)
    heights = sorted(float(y) for y in re.findall(r'class="chart-label" x="[^"]+" dx="12" y="([^"]+)"', chart.svg))
    assert all(below - above >= 15.9 for above, below in itertools.pairwise(heights))


def test_bars_of_parts_add_up_to_their_total():
    chart = charts.stacked_bar("t", ["a"], [charts.Series("x", [3], "met"), charts.Series("y", [1], "overdue")])
    widths = [float(width) for width in re.findall(r'class="chart-gap"[^>]*? width="([^"]+)"', chart.svg)]
    assert widths[0] == pytest.approx(3 * widths[1], abs=0.2)


def test_overdue_is_striped_beside_not_met():
    series = [charts.Series("overdue", [5], "overdue"), charts.Series("not met", [5], "not_met")]
    chart = charts.stacked_bar("t", ["a"], series)
    assert [key["striped"] for key in chart.keys] == ["yes", ""]
    assert len(re.findall(r'fill="url\(#', chart.svg)) == 1


def test_a_grid_marks_each_state_with_a_sign_and_names_it():
    chart = charts.heat_grid("t", ["Harbor <House>"], ["Training", "Agreement"], [["met", "overdue"]])
    assert "Harbor &lt;House&gt;, Training: met" in chart.svg
    assert chart.rows == [["Harbor <House>", "met", "overdue"]]


@pytest.mark.parametrize(
    ("labels", "series"),
    [
        ([], [charts.Series("s", [])]),
        (["a"], []),
        (["a", "b"], [charts.Series("s", [1])]),
        (["a"], [charts.Series(str(index), [1]) for index in range(7)]),
    ],
)
def test_what_cannot_be_drawn_is_refused(labels, series):
    with pytest.raises(ValueError, match=r"chart|series"):
        charts.line_chart("t", labels, series)


def test_zeros_alone_can_be_drawn():
    assert "<svg" in charts.line_chart("t", ["a"], [charts.Series("s", [0])]).svg
    assert "<svg" in charts.stacked_bar("t", ["a"], [charts.Series("s", [0])]).svg


@pytest.mark.parametrize(("value", "top"), [(0, 1), (3, 5), (71, 100), (130, 200), (0.4, 0.5), (240, 250)])
def test_scales_end_at_round_numbers(value, top):
    assert chart_parts.round_up(value) == pytest.approx(top)


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", chart_parts.PALETTE)
def test_lines_stand_out_from_paper(colour):
    # WCAG 1.4.11 asks 3:1 of graphics.
    assert 1.05 / (luminance(colour) + 0.05) >= 4
