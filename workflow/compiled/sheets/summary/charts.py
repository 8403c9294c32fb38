"""The charts of 集計表: a matrix as stacked bars, and the ratings over the years."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from workflow.compiled.sheets.summary.layout import (
    FIRST_COUNT_COLUMN,
    SUMMARY_SHEET,
    ChartsLayout,
    MatrixLayout,
    SummaryLayout,
    TrendLayout,
)
from workflow.excel.style import FONT, OPEN_FILLS, SERIES_FILLS

_FONT = {"name": FONT, "size": 10}
_ROW_PIXELS = 25
_GAP = 16
_MATRIX_SHARE = 0.57
"""How much of the room the bars take, whose labels are long, beside the years."""
_MOST_WIDTH = 770
_LABEL_FORMAT = "0;;;"
"""Of a count, and nothing of a zero."""
_LABEL_FONT = {"name": FONT, "size": 10, "bold": True}
_PATTERNS = (
    "solid_diamond", "light_upward_diagonal", "large_grid", "percent_10", "dark_vertical",
    "wide_downward_diagonal", "percent_25", "horizontal_brick",
)  # fmt: skip
"""What tells one series from another in greyscale."""


def insert_charts(book: Workbook, sheet: Worksheet, layout: SummaryLayout, room: int) -> None:
    """Insert the charts beside each other, within so many pixels."""
    charts = layout.charts
    if charts is None:
        return
    has_trend = layout.trend is not None and layout.trend.has_chart
    width = int(room * _MATRIX_SHARE) if has_trend else min(room, _MOST_WIDTH)
    matrix = _matrix_chart(book, layout.matrices[0])
    _insert(sheet, matrix, layout.matrices[0].matrix.title, charts, 0, width)
    if layout.trend and has_trend:
        title = f"{layout.trend.trend.field.label}の推移（割合）"
        left = width + _GAP
        _insert(sheet, _trend_chart(book, layout.trend), title, charts, left, room - left)


def _matrix_chart(book: Workbook, block: MatrixLayout) -> Chart:
    """Return a matrix as one bar per row, in the order of the rows."""
    chart = _new_chart(book, "bar", "stacked")
    rows = (block.first_row, block.total_row - 1)
    is_open = [bucket.is_open for bucket in block.matrix.columns]
    _add_series(chart, is_open, block.header_row, rows)
    chart.set_y_axis({"reverse": True, "num_font": _FONT, "crossing": "max"})
    chart.set_x_axis({"num_font": _FONT, "num_format": "0", "major_gridlines": {"visible": True}})
    return chart


def _trend_chart(book: Workbook, block: TrendLayout) -> Chart:
    """Return the years as columns of equal height, so that shares can be compared."""
    chart = _new_chart(book, "column", "percent_stacked")
    rows = (block.header_row + 1, block.last_row)
    is_open = [*[False] * (len(block.trend.columns) - 1), True]
    _add_series(chart, is_open, block.header_row, rows)
    chart.set_x_axis({"num_font": _FONT})
    chart.set_y_axis({"num_font": _FONT, "num_format": "0%", "major_gridlines": {"visible": True}})
    return chart


def _new_chart(book: Workbook, kind: str, subtype: str) -> Chart:
    chart = book.add_chart({"type": kind, "subtype": subtype})
    assert chart is not None  # None is for kinds XlsxWriter does not know
    return chart


def _add_series(chart: Chart, is_open: Sequence[bool], header: int, rows: tuple[int, int]) -> None:
    """Add a series per column of a table; header and rows are 1-based.

    Is_open says of each column whether it counts what has no answer.
    """
    first, last = rows[0] - 1, rows[1] - 1
    patterns = cycle(_PATTERNS)
    fills = {False: cycle(SERIES_FILLS), True: cycle(OPEN_FILLS)}
    for n, is_grey in enumerate(is_open):
        column = FIRST_COUNT_COLUMN - 1 + n
        chart.add_series(
            {
                "name": [SUMMARY_SHEET, header - 1, column],
                "categories": [SUMMARY_SHEET, first, 1, last, 1],
                "values": [SUMMARY_SHEET, first, column, last, column],
                "pattern": {"bg_color": "#FFFFFF", "fg_color": next(fills[is_grey])}
                | {"pattern": next(patterns)},
                "data_labels": {"value": True, "num_format": _LABEL_FORMAT, "font": _LABEL_FONT},
                "border": {"color": "#FFFFFF"},
                "gap": 50,
            }
        )


def _insert(
    sheet: Worksheet, chart: Chart, title: str, at: ChartsLayout, left: int, width: int
) -> None:
    chart.set_title({"name": title, "name_font": {"name": FONT, "size": 12}})
    chart.set_legend({"position": "bottom", "font": _FONT})
    chart.set_size({"width": width, "height": _ROW_PIXELS * at.rows - _GAP})
    sheet.insert_chart(at.row - 1, 1, chart, {"description": title, "x_offset": left})
