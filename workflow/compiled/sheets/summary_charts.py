"""The charts of 集計表: a matrix as stacked bars, and the ratings over the years."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from workflow.compiled.sheets.summary_layout import (
    CHART_ROWS,
    FIRST_COUNT_COLUMN,
    SUMMARY_SHEET,
    MatrixLayout,
    TrendLayout,
)
from workflow.excel.style import FONT, OPEN_FILLS, SERIES_FILLS

_FONT = {"name": FONT, "size": 10}
_WIDTH = 770
_LABEL_FORMAT = "0;;;"
"""Of a count, and nothing of a zero."""
_LABEL_FONT = {"name": FONT, "size": 10, "bold": True}
_PATTERNS = (
    "solid_diamond", "light_upward_diagonal", "large_grid", "percent_10", "dark_vertical",
    "wide_downward_diagonal", "percent_25", "horizontal_brick",
)  # fmt: skip
"""What tells one series from another in greyscale."""


def insert_matrix_chart(book: Workbook, sheet: Worksheet, block: MatrixLayout) -> None:
    """Insert a matrix as one bar per row, in the order of the rows."""
    chart = _new_chart(book, "bar", "stacked")
    rows = (block.first_row, block.total_row - 1)
    is_open = [bucket.is_open for bucket in block.matrix.columns]
    _add_series(chart, is_open, block.header_row, rows)
    chart.set_y_axis({"reverse": True, "num_font": _FONT, "crossing": "max"})
    chart.set_x_axis({"num_font": _FONT, "num_format": "0", "major_gridlines": {"visible": True}})
    _insert(sheet, chart, block.matrix.title, block.chart_row or block.total_row + 2)


def insert_trend_chart(book: Workbook, sheet: Worksheet, block: TrendLayout) -> None:
    """Insert the years as columns of equal height, so that shares can be compared."""
    chart = _new_chart(book, "column", "percent_stacked")
    rows = (block.header_row + 1, block.last_row)
    is_open = [*[False] * (len(block.trend.columns) - 1), True]
    _add_series(chart, is_open, block.header_row, rows)
    chart.set_x_axis({"num_font": _FONT})
    chart.set_y_axis({"num_font": _FONT, "num_format": "0%", "major_gridlines": {"visible": True}})
    _insert(sheet, chart, f"{block.trend.field.label}の推移（割合）", block.chart_row)


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


def _insert(sheet: Worksheet, chart: Chart, title: str, row: int) -> None:
    chart.set_title({"name": title, "name_font": {"name": FONT, "size": 12}})
    chart.set_legend({"position": "bottom", "font": _FONT})
    chart.set_size({"width": _WIDTH, "height": 20 * (CHART_ROWS - 1)})
    sheet.insert_chart(row - 1, 1, chart, {"description": title})
