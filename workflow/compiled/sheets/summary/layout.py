"""Where everything stands on 集計表: the writer and verify share it. Rows are 1-based. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from workflow.compiled.summaries.matrix import CountedMatrix
from workflow.compiled.years.trend import Trend
from workflow.excel.page import Page
from workflow.python.dataclass import dataclass

SUMMARY_SHEET = "集計表"
LABEL_COLUMN, FIRST_COUNT_COLUMN = 2, 3
TITLE_ROW, STAGE_ROW, HEADLINE_ROW, LINKS_ROW = 1, 2, 4, 5
_FIRST_BLOCK_ROW = 7
_ROWS_ABOVE = 9
"""Rows that stand above the first block, by their height: the sentences need several."""
_ROWS_OF_PAGE = 26
_LEAST_CHART, _BESIDE_BARS = 12, 5
"""Rows of a chart: so many, or one for each bar and those for its title and what is below."""


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """Where a matrix stands: its title, its header, and the first of its rows; totals below."""

    matrix: CountedMatrix
    title_row: int

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
    """Where the trend stands: its title, a header, and one row per year."""

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
    def end_row(self) -> int:
        """The last row of it and of its sentences."""
        return self.last_row + len(self.trend.left_out)

    @property
    def has_chart(self) -> bool:
        """Whether there is more than one year to draw."""
        return len(self.trend.rows) > 1


@dataclass(frozen=True, slots=True)
class ChartsLayout:
    """Where the charts stand, beside each other: their first row, and how many they take."""

    row: int
    rows: int

    @property
    def last_row(self) -> int:
        """The last row they take."""
        return self.row + self.rows - 1


@dataclass(frozen=True, slots=True)
class SummaryLayout:
    """All cells the sheet uses, block by block; last_row is the last one that is printed.

    The first matrix has a chart, and so has the trend where there are years to draw.
    """

    matrices: tuple[MatrixLayout, ...]
    trend: TrendLayout | None
    charts: ChartsLayout | None
    last_row: int
    last_column: int
    indicators: MatrixLayout | None = None


def lay_out_summary(
    matrices: Sequence[CountedMatrix],
    trend: Trend | None,
    indicators: CountedMatrix | None = None,
) -> SummaryLayout:
    """Return the blocks of a round: its first matrix, the trend, their charts, all other matrices.

    What fits on a page with the charts may stand before a matrix that does not. The matrix of the
    indicators stands last.
    """
    row = _FIRST_BLOCK_ROW
    placed: dict[int, MatrixLayout] = {}
    for number, matrix in enumerate(matrices[:1]):
        placed[number] = MatrixLayout(matrix, row)
        row = placed[number].total_row + 2
    is_shown = trend is not None and (len(trend.rows) > 1 or trend.left_out)
    trend_block = TrendLayout(trend, row) if trend and is_shown else None
    row = trend_block.end_row + 2 if trend_block else row
    charts = ChartsLayout(row, _rows_of_charts(matrices[0])) if matrices else None
    row = charts.last_row + 2 if charts else row
    above = row - _FIRST_BLOCK_ROW + _ROWS_ABOVE
    used = above if above <= _ROWS_OF_PAGE or not charts else charts.rows + 1
    for number in _fitting_order(matrices, used):
        placed[number] = MatrixLayout(matrices[number], row)
        row = placed[number].total_row + 2
    blocks = tuple(placed[number] for number in range(len(matrices)))
    graded = MatrixLayout(indicators, row) if indicators else None
    row = graded.total_row + 2 if graded else row
    every = (*blocks, graded) if graded else blocks
    widest = max((block.total_column for block in every), default=FIRST_COUNT_COLUMN + 4)
    last_column = max(widest, FIRST_COUNT_COLUMN + 6)
    return SummaryLayout(blocks, trend_block, charts, row - 1, last_column, graded)


def _rows_of_charts(matrix: CountedMatrix) -> int:
    return min(_ROWS_OF_PAGE - 2, max(_LEAST_CHART, len(matrix.rows) + _BESIDE_BARS))


def _fitting_order(matrices: Sequence[CountedMatrix], used: int) -> Iterator[int]:
    """Yield the indexes of all matrices but the first, each page being filled while one fits."""
    left = [*range(1, len(matrices))]
    while left:
        room = _ROWS_OF_PAGE - used
        chosen = next((n for n in left if _rows_of(matrices[n]) <= room), left[0])
        used = 0 if _rows_of(matrices[chosen]) > room else used
        used += _rows_of(matrices[chosen]) + 1
        left.remove(chosen)
        yield chosen


def _rows_of(matrix: CountedMatrix) -> int:
    """Return the rows of a matrix with its title, its headings and its totals."""
    return len(matrix.rows) + 3


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
    """Yield the first and last row of everything that must stand on one page, from above."""
    blocks = [(block.title_row, block.total_row) for block in layout.matrices]
    if layout.indicators:
        blocks.append((layout.indicators.title_row, layout.indicators.total_row))
    if layout.trend:
        blocks.append((layout.trend.title_row, layout.trend.end_row))
    if layout.charts:
        blocks.append((layout.charts.row, layout.charts.last_row))
    yield from sorted(blocks)
