"""Blocks on paper: a heading across the page, and rows that go on where a page ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled.sheets.comparison.columns import Cell, Mark
from workflow.compiled.sheets.comparison.sheet import LOOKS
from workflow.compiled.sheets.print_pages import FEWEST_LINES, lines_height, lines_in, part_of
from workflow.excel.measures import (
    CONTINUED,
    POINTS_PER_PIXEL,
    characters_in,
    column_pixels,
    fitting,
    most_lines,
    row_height,
)
from workflow.excel.page import LEAST_SIZE, Page, set_page
from workflow.excel.style import HEADER_FILL, HEADER_INK, LABEL_FILL, LINE, SHEET_FOOTER
from workflow.excel.workbook import GrowingSheet
from workflow.model.cells import MAX_ROW_HEIGHT
from workflow.python.dataclass import dataclass

_LARGER = LEAST_SIZE + 1
_HEADER_HEIGHT = 22.0
_LEAST_BLOCK = 110.0
"""Points that must be left on a page for a block to begin there."""


@dataclass(frozen=True, slots=True)
class BlockColumn:
    """A column: its heading and its full-width characters; those without share the page."""

    label: str
    width: float = 0


class _Styles:
    """The formats of the sheet."""

    def __init__(self, book: Workbook) -> None:
        boxed: dict[str, Any] = {"border": 1, "border_color": LINE, "text_wrap": True}
        boxed |= {"font_size": LEAST_SIZE}
        self.header: Format = book.add_format(
            boxed
            | {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK, "valign": "vcenter"}
        )
        self.heading: Format = book.add_format(
            {"bold": True, "font_size": _LARGER, "valign": "vcenter", "text_wrap": True}
            | {"bg_color": LABEL_FILL, "top": 2, "top_color": HEADER_FILL}
        )
        self.sentence: Format = book.add_format(boxed | {"font_size": _LARGER})
        self.label: Format = book.add_format(boxed | {"bold": True})
        self.marked: dict[Mark, Format] = {
            mark: book.add_format(boxed | look) for mark, look in LOOKS.items()
        }


def _pixels(page: Page, columns: Sequence[BlockColumn]) -> list[int]:
    fixed = [column_pixels(c.width, LEAST_SIZE) if c.width else 0 for c in columns]
    rest = page.width / POINTS_PER_PIXEL - sum(fixed)
    return [width or int(rest / fixed.count(0)) for width in fixed]


class BlockPages:
    """The pages while they are filled from top to bottom.

    Printed is what stands on them, by 0-based row and column.
    """

    def __init__(
        self, book: Workbook, sheet: GrowingSheet, page: Page, columns: Sequence[BlockColumn]
    ) -> None:
        self._sheet, self._styles = sheet, _Styles(book)
        self.printed: dict[tuple[int, int], str] = {}
        self._row, self._room = 0, page.height
        self._page = page.height - _HEADER_HEIGHT
        self._breaks: list[int] = []
        pixels = _pixels(page, columns)
        self._widths = [characters_in(width, LEAST_SIZE) for width in pixels]
        self._across = characters_in(sum(pixels), _LARGER)
        for column, width in enumerate(pixels):
            sheet.set_column_pixels(column, column, width)
        set_page(sheet, page, pixels, LEAST_SIZE)
        sheet.set_print_scale(100)  # Excel heeds page breaks only at a fixed scale
        self._write_header(columns)

    def _write_header(self, columns: Sequence[BlockColumn]) -> None:
        for at, column in enumerate(columns):
            self._write(at, column.label, self._styles.header)
        self._next_row(_HEADER_HEIGHT)
        self._sheet.hide_gridlines(2)
        self._sheet.repeat_rows(0)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_footer(SHEET_FOOTER)

    def write_block(
        self, heading: str, rows: Sequence[tuple[Cell, ...]], sentence: str = ""
    ) -> None:
        """Write a block: its heading, a sentence, and its rows, in several where a text is long."""
        across = sum(self._height_across(text) for text in (heading, sentence) if text)
        whole = across + sum(map(self._height, rows))
        if min(whole, _LEAST_BLOCK) > self._room:
            self._begin_page()
        self._write_across(heading, self._styles.heading)
        if sentence:
            self._write_across(sentence, self._styles.sentence)
        for cells in rows:
            self._write_row(heading, cells)

    def finish(self) -> None:
        """Set the pages."""
        self._sheet.set_h_pagebreaks(self._breaks)
        self._sheet.print_area(0, 0, self._row - 1, len(self._widths) - 1)

    def _write_row(self, heading: str, cells: tuple[Cell, ...]) -> None:
        while True:
            if min(self._height(cells), lines_height(FEWEST_LINES)) > self._room:
                self._begin_page()
                self._write_across(f"{heading}{CONTINUED}", self._styles.heading)
            lines = max(FEWEST_LINES, lines_in(self._room))
            label, *values = cells
            parts = [_part(v, w, lines) for v, w in zip(values, self._widths[1:], strict=True)]
            self._write_cells((label, *parts))
            rest = [*map(_after, values, parts)]
            if not any(value.text for value in rest):
                return
            cells = (Cell(f"{label.text.removesuffix(CONTINUED)}{CONTINUED}"), *rest)

    def _write_cells(self, cells: Sequence[Cell]) -> None:
        label, *values = cells
        self._write(0, label.text, self._styles.label)
        for column, cell in enumerate(values, start=1):
            self._write(column, cell.text, self._styles.marked[cell.mark])
        self._next_row(self._height(cells))

    def _write_across(self, text: str, style: Format) -> None:
        while text:
            part = text[: fitting(text, self._across, most_lines(_LARGER))]
            self._sheet.merge_range(self._row, 0, self._row, len(self._widths) - 1, "", style)
            self._write(0, part, style)
            self._next_row(self._height_across(part))
            text = text[len(part) :]

    def _write(self, column: int, text: str, style: Format) -> None:
        self._sheet.write_string(self._row, column, text, style)
        self.printed[self._row, column] = text

    def _begin_page(self) -> None:
        self._breaks.append(self._row)
        self._room = self._page

    def _next_row(self, height: float) -> None:
        self._sheet.set_row(self._row, height)
        self._row, self._room = self._row + 1, self._room - height

    def _height_across(self, text: str) -> float:
        return min(MAX_ROW_HEIGHT, row_height([(text, self._across)], _LARGER) + 4)

    def _height(self, cells: Iterable[Cell]) -> float:
        texts = ((cell.text, width) for cell, width in zip(cells, self._widths, strict=True))
        return row_height(texts, LEAST_SIZE)


def _after(cell: Cell, part: Cell) -> Cell:
    return replace(cell, text=cell.text[len(part.text) :])


def _part(cell: Cell, width: float, lines: int) -> Cell:
    return replace(cell, text=str(part_of(cell.text, width, lines)))
