"""前年度比較（印刷用）: last year beside this year on paper, one block an item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled import display_limits
from workflow.compiled.sheets.comparison import (
    COMPARISON_PRINT_SHEET,
    LOOKS,
    Cell,
    Mark,
    compared_cells,
    heading_of,
)
from workflow.compiled.sheets.print_pages import (
    FEWEST_LINES,
    lines_height,
    lines_in,
    part_of,
)
from workflow.compiled.years.comparison import Comparison
from workflow.excel.measures import (
    CONTINUED,
    POINTS_PER_PIXEL,
    characters_in,
    column_pixels,
    row_height,
)
from workflow.excel.page import LEAST_SIZE, Page, set_page
from workflow.excel.style import HEADER_FILL, HEADER_INK, LABEL_FILL, LINE, SHEET_FOOTER
from workflow.excel.table import TableStyles, write_sentence
from workflow.excel.workbook import GrowingSheet
from workflow.model.plan import Plan
from workflow.model.years import era_year

_NOTHING = "比べられる前年度の台帳がありません。"
_LABEL_WIDTH, _CHANGE_WIDTH = 8.0, 6.0
_HEADER_HEIGHT = 22.0
_LEAST_BLOCK = 110.0
"""Points that must be left on a page for an item to begin there."""


def write_comparison_print(
    book: Workbook, sheet: GrowingSheet, comparison: Comparison, plan: Plan
) -> None:
    """Write the blocks; what does not fit on a page goes on at the top of the next."""
    if comparison.last_year is None or len(comparison.lines) > display_limits.MOST_PRINTED:
        too_many = display_limits.not_printed(len(comparison.lines))
        sentence = _NOTHING if comparison.last_year is None else too_many
        write_sentence(sheet, TableStyles(book), COMPARISON_PRINT_SHEET, sentence)
        return
    pages = _Pages(sheet, _Styles(book), Page(plan.paper))
    pages.write_header(era_year(comparison.last_year), era_year(comparison.year))
    for line in comparison.lines:
        pages.write_block(heading_of(line), tuple(compared_cells(line, comparison)))
    pages.finish()


class _Styles:
    """The formats of the sheet."""

    def __init__(self, book: Workbook) -> None:
        boxed: dict[str, Any] = {"border": 1, "border_color": LINE, "text_wrap": True}
        boxed |= {"font_size": LEAST_SIZE}
        self.header: Format = book.add_format(
            boxed | {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        )
        self.heading: Format = book.add_format(
            {"bold": True, "font_size": LEAST_SIZE + 1, "valign": "vcenter", "text_wrap": True}
            | {"bg_color": LABEL_FILL, "top": 2, "top_color": HEADER_FILL}
        )
        self.label: Format = book.add_format(boxed | {"bold": True})
        self.marked: dict[Mark, Format] = {
            mark: book.add_format(boxed | look) for mark, look in LOOKS.items()
        }


def _pixels(page: Page) -> list[int]:
    """Return how wide the columns are: the two years share what the others leave of the page."""
    label, change = (column_pixels(w, LEAST_SIZE) for w in (_LABEL_WIDTH, _CHANGE_WIDTH))
    year = int((page.width / POINTS_PER_PIXEL - label - change) / 2)
    return [label, year, year, change]


class _Pages:
    """The pages while they are filled from top to bottom."""

    def __init__(self, sheet: GrowingSheet, styles: _Styles, page: Page) -> None:
        self._sheet, self._styles = sheet, styles
        self._row, self._room = 0, page.height
        self._page = page.height - _HEADER_HEIGHT
        self._breaks: list[int] = []
        pixels = _pixels(page)
        self._widths = [characters_in(width, LEAST_SIZE) for width in pixels]
        self._across = characters_in(sum(pixels), LEAST_SIZE + 1)
        for column, width in enumerate(pixels):
            sheet.set_column_pixels(column, column, width)
        set_page(sheet, page, pixels, LEAST_SIZE)
        sheet.set_print_scale(100)  # Excel heeds page breaks only at a fixed scale

    def write_header(self, then: str, now: str) -> None:
        """Write what heads every page."""
        for column, label in enumerate(("項目", then, now, "変化")):
            self._sheet.write_string(0, column, label, self._styles.header)
        self._next_row(_HEADER_HEIGHT)
        self._sheet.hide_gridlines(2)
        self._sheet.repeat_rows(0)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_footer(SHEET_FOOTER)

    def write_block(self, heading: str, rows: Sequence[tuple[Cell, ...]]) -> None:
        """Write an item: its heading, and a row per field, or several where a text is long."""
        whole = self._heading_height(heading) + sum(map(self._height, rows))
        if min(whole, _LEAST_BLOCK) > self._room:
            self._begin_page()
        self._write_heading(heading)
        for cells in rows:
            self._write_field(heading, cells)

    def finish(self) -> None:
        """Set the pages."""
        self._sheet.set_h_pagebreaks(self._breaks)
        self._sheet.print_area(0, 0, self._row - 1, len(self._widths) - 1)

    def _write_field(self, heading: str, cells: tuple[Cell, ...]) -> None:
        while True:
            if min(self._height(cells), lines_height(FEWEST_LINES)) > self._room:
                self._begin_page()
                self._write_heading(f"{heading}{CONTINUED}")
            lines = max(FEWEST_LINES, lines_in(self._room))
            label, *values = cells
            parts = [_part(v, w, lines) for v, w in zip(values, self._widths[1:], strict=True)]
            self._write_cells((label, *parts))
            rest = [
                replace(v, text=v.text[len(part.text) :])
                for v, part in zip(values, parts, strict=True)
            ]
            if not any(value.text for value in rest):
                return
            cells = (Cell(f"{label.text.removesuffix(CONTINUED)}{CONTINUED}"), *rest)

    def _write_cells(self, cells: Sequence[Cell]) -> None:
        label, *values = cells
        self._sheet.write_string(self._row, 0, label.text, self._styles.label)
        for column, cell in enumerate(values, start=1):
            self._sheet.write_string(self._row, column, cell.text, self._styles.marked[cell.mark])
        self._next_row(self._height(cells))

    def _write_heading(self, heading: str) -> None:
        last, style = len(self._widths) - 1, self._styles.heading
        self._sheet.merge_range(self._row, 0, self._row, last, "", style)
        self._sheet.write_string(self._row, 0, heading, style)
        self._next_row(self._heading_height(heading))

    def _begin_page(self) -> None:
        self._breaks.append(self._row)
        self._room = self._page

    def _next_row(self, height: float) -> None:
        self._sheet.set_row(self._row, height)
        self._row, self._room = self._row + 1, self._room - height

    def _heading_height(self, heading: str) -> float:
        return row_height([(heading, self._across)], LEAST_SIZE + 1) + 4

    def _height(self, cells: Iterable[Cell]) -> float:
        texts = ((cell.text, width) for cell, width in zip(cells, self._widths, strict=True))
        return row_height(texts, LEAST_SIZE)


def _part(cell: Cell, width: float, lines: int) -> Cell:
    return replace(cell, text=str(part_of(cell.text, width, lines)))
