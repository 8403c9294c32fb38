"""Sheets on paper: as many columns a page as can be read, what heads the rows on every page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from workflow.excel.measures import POINTS_PER_PIXEL
from workflow.excel.style import header
from workflow.python.dataclass import dataclass

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

LEAST_SIZE = 9.0
"""Points of the smallest text on paper."""

PAPERS = {"A4": 9, "A3": 8}
"""Papers, by the numbers Excel has for them."""

_SHORT_SIDES = {"A4": 595.3, "A3": 841.9}
"""Points of the shorter side of a paper; the longer one is √2 times as long."""

TITLED_TOP = 0.65
"""Inches of a top margin that holds a title."""

_POINTS_PER_INCH = 72
_SPARE = 0.975
"""How much of the room is used: printers differ, and so do Excel and LibreOffice."""


@dataclass(frozen=True, slots=True)
class Page:
    """A paper and its margins, in inches."""

    paper: str = "A4"
    is_landscape: bool = True
    sides: float = 0.4
    top: float = 0.5
    bottom: float = 0.6

    @property
    def width(self) -> float:
        """The points between the margins that may be used."""
        return (self._sides_of_paper[0] - 2 * self.sides * _POINTS_PER_INCH) * _SPARE

    @property
    def height(self) -> float:
        """The points between head and foot that may be used."""
        return (self._sides_of_paper[1] - (self.top + self.bottom) * _POINTS_PER_INCH) * _SPARE

    @property
    def _sides_of_paper(self) -> tuple[float, float]:
        short = _SHORT_SIDES[self.paper]
        sides = (short, short * math.sqrt(2))
        return sides[::-1] if self.is_landscape else sides


def set_page(
    sheet: Worksheet, page: Page, widths: Sequence[int], size: float, repeated: int = 0
) -> None:
    """Set a sheet out on paper, its columns being so many pixels wide and its text of a size.

    Columns that would make the text too small to read stand on a second page across, and so on;
    the first ones, so many, are repeated there.
    """
    sheet.set_paper(PAPERS[page.paper])
    if page.is_landscape:
        sheet.set_landscape()
    sheet.set_margins(left=page.sides, right=page.sides, top=page.top, bottom=page.bottom)
    breaks = pages_across(page, widths, size, repeated)
    if not breaks:
        sheet.fit_to_pages(1, 0)
        return
    sheet.set_print_scale(filling_scale(page, widths, size, repeated))
    sheet.set_v_pagebreaks(breaks)
    sheet.print_across()
    if repeated:
        sheet.repeat_columns(0, repeated - 1)


def print_only(sheet: Worksheet, last_row: int, last_column: int, twin: str) -> None:
    """Print of a sheet for the screen its beginning alone, and which sheet is made for paper."""
    sheet.set_v_pagebreaks([])
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(left=0.4, right=0.4, top=TITLED_TOP, bottom=0.6)
    sheet.set_header(header(pointer_to(twin)))
    sheet.print_area(0, 0, last_row, last_column)


def pointer_to(twin: str) -> str:
    """Return what paper shows of a sheet for the screen: which sheet is made for paper."""
    return f"この表は画面で使います。印刷には、シート「{twin}」をお使いください。"


def print_scale(page: Page, widths: Sequence[int], size: float) -> int:
    """Return the percentage at which the columns fit across, or their text is as small as may be.

    >>> print_scale(Page(), [600, 500], 10), print_scale(Page(), [600, 900], 10)
    (92, 90)
    """
    fitting = page.width / POINTS_PER_PIXEL / max(1, sum(widths))
    least = min(1.0, LEAST_SIZE / size)
    return math.floor(100 * min(1.0, fitting)) if fitting >= least else math.ceil(100 * least)


def filling_scale(
    page: Page, widths: Sequence[int], size: float, repeated: int, most: int = 100
) -> int:
    """Return the largest percentage at which the columns take as few pages across as they may.

    >>> filling_scale(Page(), [200, 700, 600], 10, 1), print_scale(Page(), [200, 700, 600], 10)
    (100, 90)
    """
    return scale_of_pages(
        page, widths, size, repeated, pages_across(page, widths, size, repeated), most
    )


def scale_of_pages(
    page: Page, widths: Sequence[int], size: float, repeated: int, begins: Sequence[int], most: int
) -> int:
    """Return the largest percentage at which each page across holds its columns."""
    breaks = [0, *begins, len(widths)]
    head = sum(widths[:repeated])
    across = (sum(widths[a:b]) + (head if a else 0) for a, b in pairwise(breaks))
    fitting = page.width / POINTS_PER_PIXEL / max(1, *across)
    return max(print_scale(page, widths, size), min(most, math.floor(100 * fitting)))


def pages_across(page: Page, widths: Sequence[int], size: float, repeated: int) -> list[int]:
    """Return the columns at which a further page across begins; where they fit on one, none."""
    scale = print_scale(page, widths, size)
    return breaks_across(widths, page.width / POINTS_PER_PIXEL / scale * 100, repeated)


def breaks_across(widths: Sequence[int], room: float, repeated: int) -> list[int]:
    """Return the columns at which a page begins, given the first ones that every page repeats.

    >>> breaks_across([50, 50, 200, 200, 40], room=350, repeated=2)
    [3]
    """
    head = sum(widths[:repeated])
    breaks: list[int] = []
    used = 0
    for column, width in enumerate(widths):
        if used + width > room and column > repeated:
            breaks.append(column)
            used = head
        used += width
    return breaks


def latest_together(
    page: Page, widths: Sequence[int], size: float, repeated: int, latest: int
) -> list[int]:
    """Return the columns at which a further page across begins, the last page as full as may be.

    It begins with a column, the latest, where all that follows fits one page.
    """
    breaks = pages_across(page, widths, size, repeated)
    if not breaks:
        return breaks
    room = page.width / POINTS_PER_PIXEL / print_scale(page, widths, size) * 100
    room -= sum(widths[:repeated])
    before = [repeated, *breaks][-2]
    fitting = [at for at in range(before + 1, breaks[-1] + 1) if sum(widths[at:]) <= room]
    last = latest if latest in fitting else min(fitting, default=breaks[-1])
    return [*breaks[:-1], last]


def breaks_down(blocks: Iterable[Sequence[float]], room: float, taken: float) -> list[int]:
    """Return the rows at which a page begins, so that no block is torn that fits a page.

    Blocks are the heights of their rows; taken is what stands above them on the first page.

    >>> breaks_down([[20, 50], [20, 30], [90], [60, 70]], room=100, taken=10)
    [2, 4, 5, 6]
    """
    breaks: list[int] = []
    row, left = 0, room - taken
    for block in blocks:
        begins = sum(block) > left and left < room
        for height in block:
            if (begins or height > left) and row:
                breaks.append(row)
                left = room
            begins = False
            left -= height
            row += 1
    return breaks
