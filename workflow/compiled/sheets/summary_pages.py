"""How 集計表 falls into printed pages: no matrix, table or chart is cut where a page ends. Pure.

Excel heeds page breaks only where the scale is fixed, so the scale is computed, not left to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from workflow.compiled.sheets.summary_layout import CHART_ROWS, SummaryLayout

MARGINS = {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.6}
"""In inches."""

_PAGE_WIDTH, _PAGE_HEIGHT = 11.69, 8.27
_POINTS_PER_INCH = 72
_ROW_HEIGHT = 18.75
_CHARACTER = 7.7  # points of a column per character as LibreOffice draws it; Excel needs less
_PADDING = 0.71  # characters


def print_scale(widths: Iterable[float]) -> int:
    """Return the percentage at which columns of so many characters fit across A4 landscape."""
    needed = sum(width + _PADDING for width in widths) * _CHARACTER
    room = (_PAGE_WIDTH - MARGINS["left"] - MARGINS["right"]) * _POINTS_PER_INCH
    return max(10, min(100, math.floor(room / needed * 100)))


def page_breaks(layout: SummaryLayout, scale: int, extra_height: float) -> list[int]:
    """Return the rows after which a page ends; extra_height is what the top has beyond its rows."""
    room = (_PAGE_HEIGHT - MARGINS["top"] - MARGINS["bottom"]) * _POINTS_PER_INCH / scale * 100
    rows_of_page = math.floor(room / _ROW_HEIGHT)
    page_end = rows_of_page - math.ceil(extra_height / _ROW_HEIGHT)
    breaks: list[int] = []
    for first, last in _blocks(layout):
        if last > page_end and (not breaks or breaks[-1] < first - 1):
            breaks.append(first - 1)
            page_end = first - 1 + rows_of_page
    return breaks


def _blocks(layout: SummaryLayout) -> Iterator[tuple[int, int]]:
    """Yield the first and last row of everything that must stand on one page."""
    for place in layout.matrices:
        yield place.title_row, place.total_row
        if place.chart_row:
            yield place.chart_row, place.chart_row + CHART_ROWS - 1
    if layout.trend:
        yield layout.trend.title_row, layout.trend.chart_row - 1
        if layout.trend.has_chart:
            yield layout.trend.chart_row, layout.trend.chart_row + CHART_ROWS - 1
