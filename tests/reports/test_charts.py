"""Charts can be read by eye and by ear, whatever the figures and the names are."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bot.reports.charts import RED, Bar, Column, Series, draw_bars, draw_columns

NS = {"s": "http://www.w3.org/2000/svg"}
FIGURES = st.integers(min_value=0, max_value=10**9)
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF), max_size=30)


@given(st.lists(st.tuples(NAMES, FIGURES), max_size=60), NAMES)
def test_bars_stand_in_proportion_inside_the_picture(
    rows: list[tuple[str, int]], title: str
) -> None:
    root = ET.fromstring(draw_bars(title, "Một câu.", [Bar(*row) for row in rows]))
    assert root.find("s:title", NS) is not None
    assert root.findtext("s:desc", namespaces=NS) == "Một câu."
    widths = [float(rect.attrib["width"]) for rect in root.findall("s:rect", NS)]
    assert len(widths) == len(rows)
    assert all(0 < width <= 480 - 150 - 56 for width in widths)
    by_value = sorted(zip((value for _, value in rows), widths, strict=True))
    assert [width for _, width in by_value] == sorted(widths)


@given(st.lists(st.tuples(NAMES, st.tuples(FIGURES, FIGURES)), max_size=400))
def test_columns_never_leave_the_picture(rows: list[tuple[str, tuple[int, int]]]) -> None:
    series = (Series("a", RED), Series("b", "#000000"))
    svg = draw_columns("t", "d", [Column(*row) for row in rows], series)
    root = ET.fromstring(svg)
    for rect in root.findall("s:rect", NS):
        assert float(rect.attrib["y"]) >= 0
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= 720 + 41
        assert float(rect.attrib["y"]) + float(rect.attrib["height"]) <= 261


def test_two_charts_of_a_page_share_no_id() -> None:
    first, second = (ET.fromstring(draw_bars("t", "d", [])) for _ in range(2))
    ids = {node.attrib["id"] for root in (first, second) for node in root if "id" in node.attrib}
    assert len(ids) == 4
    assert set(first.attrib["aria-labelledby"].split()) <= ids


def test_no_style_is_needed_that_a_strict_page_forbids() -> None:
    assert "style" not in draw_bars("t", "d", [Bar("xã A", 3)])
