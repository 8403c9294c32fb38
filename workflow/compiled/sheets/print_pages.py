"""The columns of 一覧（印刷用）, and its pages, filled from top to bottom. Pure.

Excel shows no row higher than 409 points, and would leave half a page blank before a high one. So
we fill the pages ourselves: what does not fit goes on in a row at the top of the next.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from functools import cache
from itertools import pairwise

from workflow.compiled.ledger import Ledger
from workflow.compiled.merging.entries import AnswerStatus
from workflow.excel.measures import (
    CONTINUED,
    POINTS_PER_PIXEL,
    column_pixels,
    fitting,
    lines_of,
    most_lines,
    row_height,
)
from workflow.excel.page import Page, breaks_across
from workflow.excel.table import CellValue
from workflow.model.fields.base import Field
from workflow.model.plan import Plan
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

# The columns of 一覧（印刷用）: as wide as what they hold, prose sharing the rest. Pure.

PAGE = Page(sides=0.35)

FONT_SIZE = 9.0

_MOST_LINES = most_lines(FONT_SIZE)

_ID_WIDTH, _TITLE_WIDTH, _DEPARTMENT_WIDTH = 4.2, 12.0, 6.5
REPEATED = 2
"""The columns that stand again where the fields need a second page across."""

_MOST_HEADING_LINES = 6


@dataclass(frozen=True, slots=True)
class PrintColumn:
    """A column on paper: its heading, its full-width characters and the field it shows, if any."""

    heading: str
    width: float
    field: Field | None = None

    @property
    def align(self) -> str:
        """How a value stands in it; blank as Excel puts it."""
        if self.field:
            return self.field.print_align
        return "center" if self.heading == ID_LABEL else ""


def print_columns(plan: Plan, ledger: Ledger) -> tuple[PrintColumn, ...]:
    """Return the columns of a plan's list: what is known of an item, then the fields."""
    fixed = [
        PrintColumn(ID_LABEL, _ID_WIDTH),
        PrintColumn(plan.levels[-1], _TITLE_WIDTH),
        PrintColumn(DEPARTMENT_LABEL, _DEPARTMENT_WIDTH),
    ]
    asked = [_field_column(column.field, ledger) for column in ledger.columns if column.field]
    columns = [_wide_enough(column) for column in (*fixed, *asked)]
    return tuple(_sharing_the_rest(columns))


def _field_column(field: Field, ledger: Ledger) -> PrintColumn:
    width = field.print_width(ledger.values(field.label))
    return PrintColumn(field.heading, width, field)


def _wide_enough(column: PrintColumn) -> PrintColumn:
    """Widen a column whose heading would need too many lines."""
    least = len(column.heading) / _MOST_HEADING_LINES
    return PrintColumn(column.heading, max(column.width, least), column.field)


def _sharing_the_rest(columns: Sequence[PrintColumn]) -> Iterator[PrintColumn]:
    """Give the room left on each page across to its prose, or to the titles where it has none."""
    breaks = breaks_across(pixels_of(columns), PAGE.width / POINTS_PER_PIXEL, REPEATED)
    for first, end in pairwise((0, *breaks, len(columns))):
        beside = columns[:REPEATED] if first else ()
        rest = PAGE.width / POINTS_PER_PIXEL - sum(pixels_of((*beside, *columns[first:end])))
        growing = [n for n in range(first, end) if _is_prose(columns[n])]
        growing = growing or ([1] if not first else [])
        each = max(0.0, rest / max(1, len(growing)) - 1)  # less what rounding up may take
        more = each * POINTS_PER_PIXEL / FONT_SIZE
        for n in range(first, end):
            width = columns[n].width + (more if n in growing else 0.0)
            yield replace(columns[n], width=math.floor(width * 100) / 100)


def _first_page(columns: Sequence[PrintColumn]) -> int:
    """Return how many columns stand on the first page across."""
    breaks = breaks_across(pixels_of(columns), PAGE.width / POINTS_PER_PIXEL, REPEATED)
    return next(iter(breaks), len(columns))


def _is_prose(column: PrintColumn) -> bool:
    return column.field is not None and column.field.is_prose


def pixels_of(columns: Iterable[PrintColumn]) -> list[int]:
    """Return how wide each column is."""
    return [column_pixels(column.width, FONT_SIZE) for column in columns]


FEWEST_LINES = 6
"""Lines of a row that stay together before the rest goes to the next page."""


class Kind(Enum):
    """What a row of the list is."""

    TITLE = "title"
    SUMMARY = "summary"
    HEADER = "header"
    BAND = "band"
    LESSER_BAND = "lesser band"
    ANSWER = "answer"

    @property
    def is_across(self) -> bool:
        """Whether its text runs over all columns."""
        return self not in (Kind.HEADER, Kind.ANSWER)


SIZES = dict.fromkeys(Kind, FONT_SIZE) | {Kind.TITLE: 14.0, Kind.BAND: 10.0}


@dataclass(frozen=True, slots=True)
class Block:
    """What belongs together: a heading over all columns, the headings, or one assignment."""

    kind: Kind
    cells: tuple[CellValue, ...]
    status: AnswerStatus = AnswerStatus.ANSWERED


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet; an assignment that needs several ends with the last of them."""

    kind: Kind
    cells: tuple[CellValue, ...]
    height: float
    status: AnswerStatus = AnswerStatus.ANSWERED
    is_last: bool = True
    begins_page: bool = False


class Pages:
    """The pages while they are filled from top to bottom."""

    def __init__(self, columns: Sequence[PrintColumn]) -> None:
        self._columns = columns
        self._width = sum(column.width for column in columns[: _first_page(columns)])
        self._room = PAGE.height
        self._page = self._room
        self._begins = False

    def filled(self, blocks: Sequence[Block]) -> Iterator[Row]:
        """Yield the rows; no band stands alone at the end of a page."""
        bands: list[Row] = []
        for block in blocks:
            if block.kind is not Kind.ANSWER:
                bands += self._heading(block)
                continue
            least = self._least(block, is_last=block is blocks[-1])
            self._make_room(least + sum(row.height for row in bands))
            yield from map(self._put, bands)
            yield from self._answer(block)
            bands.clear()

    def _least(self, block: Block, is_last: bool) -> float:
        """Return what must fit; the last one is not torn, lest its end stand alone on a page."""
        whole = _height(block.cells, self._columns)
        stays_whole = is_last and whole <= lines_height(_MOST_LINES)
        return whole if stays_whole else min(whole, lines_height(FEWEST_LINES))

    def _heading(self, block: Block) -> Iterator[Row]:
        if block.kind is Kind.HEADER:
            height = max(24.0, _height(block.cells, self._columns))
            self._page -= height
            yield Row(block.kind, block.cells, height)
            return
        size = SIZES[block.kind]
        for piece in _pieces(str(block.cells[0]), self._width * FONT_SIZE / size):
            yield Row(block.kind, (piece,), row_height([], size) + 3)

    def _answer(self, block: Block) -> Iterator[Row]:
        """Yield the rows of an assignment: what fits here, and then what is left of each text."""
        cells, mark = block.cells, ""
        while True:
            whole = _height(cells, self._columns)
            self._make_room(min(whole, lines_height(FEWEST_LINES)))
            lines = max(FEWEST_LINES, self._lines_left())
            parts = [part_of(v, c.width, lines) for v, c in zip(cells, self._columns, strict=True)]
            cells = tuple(map(_rest, cells, parts))
            is_last = not any(cells)
            parts[0] = f"{mark}{parts[0] or ''}"
            height = _height(parts, self._columns)
            yield self._put(Row(block.kind, tuple(parts), height, block.status, is_last))
            if is_last:
                return
            mark = CONTINUED

    def _lines_left(self) -> int:
        return lines_in(self._room)

    def _make_room(self, height: float) -> None:
        if height > self._room and self._room < self._page:
            self._room, self._begins = self._page, True

    def _put(self, row: Row) -> Row:
        placed = replace(row, begins_page=self._begins)
        self._room, self._begins = self._room - row.height, False
        return placed


def lines_in(room: float) -> int:
    """Return how many lines of one row fit into so many points."""
    return bisect_right(range(1, _MOST_LINES + 1), room, key=lines_height)


def part_of(value: CellValue, width: float, lines: int) -> CellValue:
    """Return what of a cell fits into so many lines."""
    return value[: fitting(value, width, lines)] if isinstance(value, str) else value


def _rest(value: CellValue, part: CellValue) -> CellValue:
    return value[len(part) :] or None if isinstance(value, str) and isinstance(part, str) else None


def _pieces(text: str, width: float) -> Iterator[str]:
    """Yield a text line by line."""
    while text:
        end = fitting(text, width, 1)
        yield text[:end]
        text = text[end:]


def _height(cells: Iterable[CellValue], columns: Iterable[PrintColumn]) -> float:
    texts = ((v, c.width) for v, c in zip(cells, columns, strict=True) if isinstance(v, str))
    return lines_height(max((lines_of(text, width) for text, width in texts), default=1))


@cache
def lines_height(lines: int) -> float:
    """Return the points that so many lines take."""
    return row_height([("\n" * (lines - 1), 1.0)], FONT_SIZE)
