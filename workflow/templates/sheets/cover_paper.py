"""The paper of the cover in the making, row by row in columns B to F: its texts, and its look."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workflow.excel.measures import characters_in, column_pixels, row_height
from workflow.excel.page import Page, breaks_down, print_scale, set_page
from workflow.excel.style import (
    ALERT_FILL,
    ALERT_INK,
    ENTRY_LINE,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    LINK_INK,
    TO_FILL_FILL,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = (1.0, 10.0, 12.0, 17.0, 4.5, 7.0)
"""Full-width characters of the columns."""
_SIZE = 10.0
_PIXELS = tuple(column_pixels(width, _SIZE) for width in _WIDTHS)
FIRST, LAST = 2, 6
_PAPER = Page(is_landscape=False, sides=0.5, top=0.6)
_LINE_HEIGHT = 18.0
"""Points of a row whose height the program chooses."""

Computed = Callable[[], tuple[str, str]]
"""Gives a formula and its result."""


class CoverPage:
    """The page in the making, row by row, in columns B to F: what it says, not how it looks."""

    def __init__(self) -> None:
        self.row = 1
        self.texts: dict[tuple[int, int], str] = {}

    def put(self, column: int, text: str, style: str) -> None:
        """Put a text in the row at hand."""
        if text:
            self.texts[self.row, column] = text

    def put_over(self, first: int, last: int, text: str, style: str, height: float = 0) -> None:
        """Put a text over several columns; the row is as high as it needs, or as told."""
        self.put(first, text, style)

    def compute(self, column: int, computed: Computed, style: str) -> None:
        """Put a formula in the row at hand; what it says is asked for where it is written alone."""
        self.texts[self.row, column] = ""

    def leave_open(self, *columns: int) -> None:
        """Say of cells in the row at hand that what they show may change from print to print."""
        for column in columns:
            self.texts[self.row, column] = ""

    def stress(self, area: str, rule: dict[str, Any]) -> None:
        """Have what is left to fill stand out in an area."""

    def head(self, text: str) -> None:
        """Put a heading, and go on to the next row."""
        self.put_over(FIRST, LAST, text, "heading")
        self.row += 1


class CoverPen(CoverPage):
    """Writes the page down, in a share of its usual width."""

    def __init__(self, book: Workbook, sheet: Worksheet, share: float = 1.0) -> None:
        super().__init__()
        self._pixels = tuple(round(width * share) for width in _PIXELS)
        base: dict[str, Any] = {"valign": "vcenter", "text_wrap": True, "font_size": _SIZE}
        boxed = base | {"border": 1, "border_color": LINE}
        line = {"bottom": 2, "bottom_color": HEADER_FILL}
        frame = {"border": 2, "border_color": HEADER_FILL}
        head = {"bg_color": HEADER_FILL, "font_color": HEADER_INK}
        looks: dict[str, dict[str, Any]] = {
            "title": {"font_size": 18, "bold": True, "valign": "vcenter"},
            "heading": {"bold": True, "font_size": 12, "valign": "vcenter"} | line,
            "text": base,
            "label": boxed | {"bold": True, "bg_color": LABEL_FILL},
            "header": boxed | {"bold": True} | head,
            "boxed": boxed,
            "open": boxed | {"border_color": ENTRY_LINE, "border": 2, "locked": False},
            "notice": base
            | {"bold": True, "font_size": 12, "border": 2, "border_color": ALERT_INK}
            | {"bg_color": ALERT_FILL, "font_color": ALERT_INK, "align": "center"},
            "centred": boxed | {"align": "center"},
            "link": boxed | {"font_color": LINK_INK, "underline": 1, "align": "center"},
            "count": {"bold": True, "font_size": 14, "valign": "vcenter", "align": "center"}
            | frame,
        }
        self._sheet = sheet
        self._heights: dict[int, float] = {}
        self._heads = [0]
        self._styles = {name: book.add_format(look) for name, look in looks.items()}
        self._left = book.add_format({"bg_color": TO_FILL_FILL, "bold": True})
        sheet.hide_gridlines(2)
        for column, width in enumerate(self._pixels):
            sheet.set_column_pixels(column, column, width)
        set_page(sheet, _PAPER, self._pixels, _SIZE)

    def put(self, column: int, text: str, style: str) -> None:
        """Write a text into the row at hand, which grows where it needs several lines."""
        self._sheet.write_string(self.row - 1, column - 1, text, self._styles[style])
        known = self._heights.get(self.row - 1, 0)
        if known and (needed := self._height(text, column, column)) > known:
            self._set_height(needed)

    def put_over(self, first: int, last: int, text: str, style: str, height: float = 0) -> None:
        """Write a text over several columns, and set the height of their row."""
        # Excel does not fit merged cells, so the height is set.
        row = self.row - 1
        self._sheet.merge_range(row, first - 1, row, last - 1, "", self._styles[style])
        self._sheet.write_string(row, first - 1, text, self._styles[style])
        needed = self._height(text, first, last)
        self._set_height(height or max(self._heights.get(row, 0), needed))

    def _height(self, text: str, first: int, last: int) -> float:
        width = characters_in(sum(self._pixels[first - 1 : last]), _SIZE)
        return row_height([(text, width)], _SIZE) + 4

    def _set_height(self, height: float) -> None:
        self._heights[self.row - 1] = height
        self._sheet.set_row(self.row - 1, height)

    def compute(self, column: int, computed: Computed, style: str) -> None:
        """Write a formula with its result into the row at hand."""
        formula, result = computed()
        self._sheet.write_formula(self.row - 1, column - 1, formula, self._styles[style], result)

    def stress(self, area: str, rule: dict[str, Any]) -> None:
        """Lay a conditional format over an area."""
        self._sheet.conditional_format(area, rule | {"format": self._left})

    def head(self, text: str) -> None:
        """Write a heading; it stays with what is below it."""
        self._heads.append(self.row - 1)
        super().head(text)

    def break_pages(self) -> None:
        """Have no section torn that fits a page."""
        heads = pairwise([*self._heads, self.row - 1])
        sections = [[self._heights.get(r, _LINE_HEIGHT) for r in range(*rows)] for rows in heads]
        scale = print_scale(_PAPER, self._pixels, _SIZE)
        self._sheet.set_print_scale(scale)  # Excel heeds page breaks only where one is given
        self._sheet.set_h_pagebreaks(breaks_down(sections, _PAPER.height / scale * 100, taken=0))
