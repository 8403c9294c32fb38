"""The pages of a workbook as pictures (SVG), as they come out on paper. Pure.

What is drawn is what the workbook says: widths, heights, merged cells, fills, lines, letters and
where pages end. Where a line of text breaks is counted, so it may break elsewhere in Excel.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from io import BytesIO
from itertools import pairwise
from typing import cast
from xml.sax.saxutils import quoteattr

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from workflow.excel.cell_picture import USUAL_SIZE, Box, drawn
from workflow.excel.measures import POINTS_PER_PIXEL, characters_in, row_height
from workflow.model.plain_text import legible
from workflow.python.dataclass import dataclass

_PAPERS = {8: (842.0, 1191.0), 9: (595.0, 842.0), 11: (420.0, 595.0), 12: (729.0, 1032.0)}
"""A3, A4, A5 and B4 in points, upright, by Excel's numbers."""
_A4 = 9
_DIGIT = 7.0
"""Pixels of a digit in the font by which widths are stored."""
_USUAL_WIDTH, _USUAL_HEIGHT = 8.43 + 5 / 7, 15.0
_INCH, _SPARE = 72.0, 3.0
_FONTS = "BIZ UDPGothic, BIZ UDPゴシック, Hiragino Sans, Noto Sans CJK JP, Meiryo, sans-serif"


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page: the sheet it is of, its number there and of how many, and the SVG."""

    sheet: str
    number: int
    count: int
    svg: str
    texts: tuple[str, ...] = ()
    """The same in words, a line a row, for whoever does not see it."""


def page_pictures(workbook: bytes, most: int = 40) -> tuple[PagePicture, ...]:
    """Return the pages of every sheet that is shown, at most so many."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts of a city's form that are not drawn
        book = load_workbook(BytesIO(workbook), data_only=True)
    found: list[PagePicture] = []
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible" and len(found) < most:
            found += _Sheet(sheet).pages(most - len(found))
    return tuple(found)


_Span = tuple[int, int]
"""The first and the last row or column."""


@dataclass
class _Sheet:
    """A sheet in the drawing. Without slots, since lookups are kept."""

    sheet: Worksheet
    widths: dict[int, float] = field(init=False)
    merged: dict[tuple[int, int], _Span] = field(init=False)
    covered: set[tuple[int, int]] = field(init=False)
    heights: dict[int, float] = field(init=False)

    def __post_init__(self) -> None:
        sheet = self.sheet
        self.widths = dict(self._widths())
        self.merged, self.covered = {}, set()
        for area in sheet.merged_cells.ranges:
            cells = {(r, c) for r, c in area.cells}
            self.merged[area.min_row, area.min_col] = (area.max_row, area.max_col)
            self.covered |= cells - {(area.min_row, area.min_col)}
        self.heights = {row: self._height(row) for row in range(1, sheet.max_row + 1)}

    def _widths(self) -> Iterator[tuple[int, float]]:
        """Yield the points of every column; 0 for one that is hidden."""
        usual = self.sheet.sheet_format.defaultColWidth or _USUAL_WIDTH
        known: dict[int, float] = {}
        for dimension in self.sheet.column_dimensions.values():
            width = 0.0 if dimension.hidden else (dimension.width or usual)
            for column in range(dimension.min or 1, min(dimension.max or 1, 200) + 1):
                known[column] = width
        for column in range(1, self.sheet.max_column + 1):
            yield column, round(known.get(column, usual) * _DIGIT) * POINTS_PER_PIXEL

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell that is not covered by another."""
        return cast(Cell, self.sheet.cell(row, column))

    def _height(self, row: int) -> float:
        dimension = self.sheet.row_dimensions[row]
        if dimension.hidden:
            return 0.0
        if dimension.height:
            return float(dimension.height)
        cells = [c for c in self.sheet[row] if c.value is not None and c.alignment.wrap_text]
        single = [c for c in cells if (c.row, c.column) not in self.merged]
        needed = (
            row_height([(str(c.value), self._characters(c))], c.font.sz or USUAL_SIZE)
            for c in single
        )
        usual = self.sheet.sheet_format.defaultRowHeight or _USUAL_HEIGHT
        return max(needed, default=float(usual))

    def _characters(self, cell: Cell) -> float:
        width = self.widths.get(cell.column, 0.0) / POINTS_PER_PIXEL
        return characters_in(width, cell.font.sz or USUAL_SIZE)

    def pages(self, most: int) -> list[PagePicture]:
        """Return its pages: down first, then across."""
        top, left, bottom, right = self._area()
        whole = (
            sum(self.widths.get(column, 0.0) for column in range(left, right + 1)),
            sum(self.heights.get(row, 0.0) for row in range(top, bottom + 1)),
        )
        paper = _Paper.of(self.sheet, *whole)
        titles, kept = self._titles(), self._title_columns()
        columns = _parts((left, right), kept, self._breaks("col"), self.widths, paper.across)
        rows = _parts((top, bottom), titles, self._breaks("row"), self.heights, paper.down)
        spans = [(down, across) for across in columns for down in rows]
        pages = []
        for number, (down, across) in enumerate(spans[:most], start=1):
            shown = [
                [*(title for title in repeated if title < first), *range(first, last + 1)]
                for repeated, (first, last) in ((titles, down), (kept, across))
            ]
            drawn_page = _Drawing(self, paper, *shown)
            label = f"{self.sheet.title}　{number}／{len(spans)}ページ"
            svg = drawn_page.svg(label)
            pages.append(
                PagePicture(self.sheet.title, number, len(spans), svg, tuple(drawn_page.texts()))
            )
        return pages

    def _area(self) -> tuple[int, int, int, int]:
        sheet = self.sheet
        if sheet.print_area:
            area = str(sheet.print_area).split(",")[0].rpartition("!")[2].replace("$", "")
            left, top, right, bottom = range_boundaries(area)
            return (
                top or 1,
                left or 1,
                min(bottom or sheet.max_row, sheet.max_row),
                min(right or sheet.max_column, sheet.max_column),
            )
        used = [(c.row, c.column) for r in sheet.iter_rows() for c in r if c.value is not None]
        bottom = max((row for row, _ in used), default=1)
        right = max((column for _, column in used), default=1)
        for (row, column), (last_row, last_column) in self.merged.items():
            if (row, column) in used:
                bottom, right = max(bottom, last_row), max(right, last_column)
        return 1, 1, bottom, right

    def _breaks(self, way: str) -> list[int]:
        found = self.sheet.row_breaks if way == "row" else self.sheet.col_breaks
        return [one.id for one in found.brk]

    def _titles(self) -> list[int]:
        return [*range(*_span(self.sheet.print_title_rows, int))]

    def _title_columns(self) -> list[int]:
        return [*range(*_span(self.sheet.print_title_cols, column_index_from_string))]


def _span(title: str | None, number: Callable[[str], int]) -> tuple[int, int]:
    """Return what every page repeats: the first row or column, and one after the last."""
    if not title:
        return 0, 0
    first, _, last = title.rpartition("!")[2].replace("$", "").partition(":")
    return number(first), number(last or first) + 1


def _fitted(pages: int | None) -> int:
    """Return on how many pages a sheet is to fit one way: one unless it is said, 0 for any."""
    return 1 if pages is None else int(pages)


@dataclass(frozen=True, slots=True)
class _Edges:
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Paper:
    """A page: its size and margins in points, and how much of its size the sheet is printed at."""

    width: float
    height: float
    edges: _Edges
    scale: float

    @classmethod
    def of(cls, sheet: Worksheet, across: float, down: float) -> _Paper:
        """Return the paper of a sheet that is so many points wide and high."""
        setup, margins = sheet.page_setup, sheet.page_margins
        width, height = _PAPERS.get(int(setup.paperSize or _A4), _PAPERS[_A4])
        if setup.orientation == "landscape":
            width, height = height, width
        edges = (margins.left, margins.top, margins.right, margins.bottom)
        left, top, right, bottom = (float(edge or 0.5) * _INCH for edge in edges)
        scale = min(4.0, max(0.1, float(setup.scale or 100) / 100))
        properties = sheet.sheet_properties.pageSetUpPr
        if properties and properties.fitToPage:
            pages = (_fitted(setup.fitToWidth), _fitted(setup.fitToHeight))
            room = (width - left - right) * pages[0], (height - top - bottom) * pages[1]
            wanted = (across + _SPARE, down + _SPARE)
            scales = [r / w for r, w in zip(room, wanted, strict=True) if r]
            scale = max(0.1, min(1.0, *scales)) if scales else 1.0
        return cls(width, height, _Edges(left, top, right, bottom), scale)

    @property
    def inner_width(self) -> float:
        """How wide what is printed may be."""
        return self.width - self.edges.left - self.edges.right

    @property
    def down(self) -> float:
        """How many points of a sheet a page takes from top to bottom."""
        return (self.height - self.edges.top - self.edges.bottom) / self.scale

    @property
    def across(self) -> float:
        """How many points of a sheet a page takes from left to right."""
        return self.inner_width / self.scale + _SPARE


def _parts(
    span: _Span, titles: Sequence[int], breaks: Sequence[int], sizes: dict[int, float], room: float
) -> list[_Span]:
    """Return where pages begin and end: at a break, and where the next would not fit.

    What every page repeats takes room on those after it.
    """
    (first, last), starts, used = span, [span[0]], 0.0
    for at in range(first, last + 1):
        size = sizes.get(at, 0.0)
        if at > first and (at - 1 in breaks or (used and used + size > room)):
            starts.append(at)
            used = sum(sizes.get(title, 0.0) for title in titles if title < at)
        used += size
    return [(start, following - 1) for start, following in pairwise([*starts, last + 1])]


class _Drawing:
    """Some rows and columns of a sheet on one page."""

    def __init__(
        self, sheet: _Sheet, paper: _Paper, rows: Sequence[int], columns: Sequence[int]
    ) -> None:
        self._sheet, self._paper = sheet, paper
        self._rows = dict(_offsets(rows, sheet.heights))
        self._columns = dict(_offsets(columns, sheet.widths))

    def svg(self, label: str) -> str:
        """Return the page as SVG."""
        paper = self._paper
        left, top = paper.edges.left, paper.edges.top
        inner = "".join(drawn(self._cells()))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {paper.width:g} '
            f'{paper.height:g}" role="img" aria-label={quoteattr(label)} '
            f'font-family="{_FONTS}"><rect width="100%" height="100%" fill="#FFFFFF"/>'
            f'<g transform="translate({left:g} {top:g}) scale({paper.scale:.4g})">{inner}</g></svg>'
        )

    def texts(self) -> Iterator[str]:
        """Yield what each row says."""
        for row in self._rows:
            cells = (self._sheet.sheet.cell(row, column) for column in self._columns)
            texts = [legible(str(c.value)).strip() for c in cells if c.value is not None]
            if any(texts):
                yield "　".join(texts)

    def _cells(self) -> Iterator[tuple[Cell, Box]]:
        sheet = self._sheet
        for row, (y, height) in self._rows.items():
            for column, (x, width) in self._columns.items():
                if (row, column) in sheet.covered or not (height and width):
                    continue
                last_row, last_column = sheet.merged.get((row, column), (row, column))
                below = [self._rows[r] for r in range(row, last_row + 1) if r in self._rows]
                beside = [
                    self._columns[c] for c in range(column, last_column + 1) if c in self._columns
                ]
                box = Box(x, y, sum(w for _, w in beside), sum(h for _, h in below))
                yield sheet.cell(row, column), box


def _offsets(
    indexes: Iterable[int], sizes: dict[int, float]
) -> Iterator[tuple[int, tuple[float, float]]]:
    at = 0.0
    for index in indexes:
        size = sizes.get(index, 0.0)
        yield index, (at, size)
        at += size
