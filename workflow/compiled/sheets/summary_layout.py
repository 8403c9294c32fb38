"""Where everything stands on 集計表: the writer and verify share it. Rows are 1-based. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflow.compiled.summaries.matrix import CountedMatrix
from workflow.compiled.years.trend import Trend
from workflow.excel.page import Page

SUMMARY_SHEET = "集計表"
LABEL_COLUMN, FIRST_COUNT_COLUMN = 2, 3
TITLE_ROW, STAGE_ROW, HEADLINE_ROW, LINKS_ROW = 1, 2, 4, 5
CHART_ROWS = 15
_FIRST_BLOCK_ROW = 7


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """Where a matrix stands: its title, its header, and the first of its rows; totals below."""

    matrix: CountedMatrix
    title_row: int
    chart_row: int | None = None

    @property
    def header_row(self) -> int:
        """The row of the column headings."""
        return self.title_row + 1

    @property
    def first_row(self) -> int:
        """The first row of counts."""
        return self.title_row + 2

    @property
    def total_row(self) -> int:
        """The row of totals, just below the last row of counts."""
        return self.first_row + len(self.matrix.rows)

    @property
    def total_column(self) -> int:
        """The column of totals, just right of the last column of counts."""
        return FIRST_COUNT_COLUMN + len(self.matrix.columns)


@dataclass(frozen=True, slots=True)
class TrendLayout:
    """Where the trend stands: its title, a header, one row per year, and its chart."""

    trend: Trend
    title_row: int

    @property
    def header_row(self) -> int:
        """The row of the column headings."""
        return self.title_row + 1

    @property
    def last_row(self) -> int:
        """The row of this year."""
        return self.header_row + len(self.trend.rows)

    @property
    def notes_row(self) -> int:
        """The first row of the sentences on what is left out."""
        return self.last_row + 1

    @property
    def chart_row(self) -> int:
        """The row at which the chart begins."""
        return self.notes_row + len(self.trend.left_out) + 1

    @property
    def has_chart(self) -> bool:
        """Whether there is more than one year to draw."""
        return len(self.trend.rows) > 1


@dataclass(frozen=True, slots=True)
class SummaryLayout:
    """All cells the sheet uses, block by block; last_row is the last one that is printed."""

    matrices: tuple[MatrixLayout, ...]
    trend: TrendLayout | None
    last_row: int
    last_column: int


def lay_out_summary(matrices: Sequence[CountedMatrix], trend: Trend | None) -> SummaryLayout:
    """Return the blocks of a round's matrices, the chart of the first, and the trend."""
    row = _FIRST_BLOCK_ROW
    blocks = []
    for number, matrix in enumerate(matrices):
        block = MatrixLayout(matrix, row)
        row = block.total_row + 2
        if number == 0:
            block = MatrixLayout(matrix, block.title_row, row)
            row += CHART_ROWS
        blocks.append(block)
    is_shown = trend is not None and (len(trend.rows) > 1 or trend.left_out)
    trend_block = TrendLayout(trend, row) if trend and is_shown else None
    if trend_block:
        row = trend_block.chart_row + (CHART_ROWS if trend_block.has_chart else 0)
    widest = max((block.total_column for block in blocks), default=FIRST_COUNT_COLUMN + 4)
    return SummaryLayout(tuple(blocks), trend_block, row, max(widest, FIRST_COUNT_COLUMN + 6))


# How 集計表 falls into printed pages: no matrix, table or chart is cut where a page ends. Pure.
#
# Excel heeds page breaks only where the scale is fixed, so the scale is computed, not left to it.

PAGE = Page(sides=0.5, top=0.6)

_ROW_HEIGHT = 18.75


def page_breaks(layout: SummaryLayout, scale: int, extra_height: float) -> list[int]:
    """Return the rows after which a page ends; extra_height is what the top has beyond its rows."""
    room = PAGE.height / scale * 100
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
    for block in layout.matrices:
        yield block.title_row, block.total_row
        if block.chart_row:
            yield block.chart_row, block.chart_row + CHART_ROWS - 1
    if layout.trend:
        yield layout.trend.title_row, layout.trend.chart_row - 1
        if layout.trend.has_chart:
            yield layout.trend.chart_row, layout.trend.chart_row + CHART_ROWS - 1
