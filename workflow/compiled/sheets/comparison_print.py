"""前年度比較（印刷用）: last year beside this year on paper, one block an item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled import display_limits
from workflow.compiled.sheets.comparison import LOOKS, Cell, Mark, compared_cells, heading_of
from workflow.compiled.years.comparison import Comparison, Line
from workflow.excel.measures import characters_in, column_pixels, row_height
from workflow.excel.page import LEAST_SIZE, Page, set_page
from workflow.excel.style import HEADER_FILL, HEADER_INK, LABEL_FILL, LINE, SHEET_FOOTER
from workflow.excel.table import TableStyles, write_sentence
from workflow.excel.workbook import GrowingSheet
from workflow.model.cells import MAX_CELL_TEXT
from workflow.model.plan import Plan
from workflow.model.years import era_year

COMPARISON_PRINT_SHEET = "前年度比較（印刷用）"
_NOTHING = "比べられる前年度の台帳がありません。"
_WIDTHS = (8.0, 32.0, 32.0, 6.0)
_PIXELS = tuple(column_pixels(width, LEAST_SIZE) for width in _WIDTHS)
_ACROSS = characters_in(sum(_PIXELS), LEAST_SIZE + 1)
_HEADER_HEIGHT = 22.0


@dataclass(frozen=True, slots=True)
class _Block:
    """What stands of an item: its heading, and a row per field with the height it needs."""

    heading: str
    rows: tuple[tuple[float, tuple[Cell, ...]], ...]

    @property
    def heading_height(self) -> float:
        return row_height([(self.heading, _ACROSS)], LEAST_SIZE + 1) + 4

    @property
    def height(self) -> float:
        return self.heading_height + sum(height for height, _ in self.rows)


def write_comparison_print(
    book: Workbook, sheet: GrowingSheet, comparison: Comparison, plan: Plan
) -> None:
    """Write the blocks, each whole on a page where it fits one."""
    styles = _Styles(book)
    if comparison.last_year is None or len(comparison.lines) > display_limits.MOST_PRINTED:
        too_many = display_limits.not_printed(len(comparison.lines))
        sentence = _NOTHING if comparison.last_year is None else too_many
        write_sentence(sheet, TableStyles(book), COMPARISON_PRINT_SHEET, sentence)
        return
    page = Page(plan.paper)
    _set_page(sheet, page)
    heads = ("項目", era_year(comparison.last_year), era_year(comparison.year), "変化")
    for column, label in enumerate(heads):
        sheet.write_string(0, column, label, styles.header)
    sheet.set_row(0, _HEADER_HEIGHT)
    row, room, breaks = 1, page.height - _HEADER_HEIGHT, []
    for block in map(_block, comparison.lines, [comparison] * len(comparison.lines)):
        if block.height > room and room < page.height - _HEADER_HEIGHT:
            breaks.append(row)
            room = page.height - _HEADER_HEIGHT
        room -= block.height
        row = _write_block(sheet, styles, row, block)
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, row - 1, len(_WIDTHS) - 1)


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


def _set_page(sheet: GrowingSheet, page: Page) -> None:
    sheet.hide_gridlines(2)
    for column, width in enumerate(_PIXELS):
        sheet.set_column_pixels(column, column, width)
    set_page(sheet, page, _PIXELS, LEAST_SIZE)
    sheet.set_print_scale(100)  # Excel heeds page breaks only at a fixed scale
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    sheet.set_footer(SHEET_FOOTER)


def _block(line: Line, comparison: Comparison) -> _Block:
    return _Block(heading_of(line), tuple(_rows(line, comparison)))


def _rows(line: Line, comparison: Comparison) -> Iterator[tuple[float, tuple[Cell, ...]]]:
    for cells in compared_cells(line, comparison):
        texts = ((cell.text, width) for cell, width in zip(cells, _WIDTHS, strict=True))
        yield row_height(texts, LEAST_SIZE), cells


def _write_block(sheet: GrowingSheet, styles: _Styles, row: int, block: _Block) -> int:
    """Write a block from a 0-based row on; return the row below it."""
    sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, "", styles.heading)
    sheet.write_string(row, 0, block.heading, styles.heading)
    sheet.set_row(row, block.heading_height)
    for at, (height, (label, *others)) in enumerate(block.rows, start=row + 1):
        sheet.set_row(at, height)
        sheet.write_string(at, 0, label.text, styles.label)
        for column, cell in enumerate(others, start=1):
            sheet.write_string(at, column, cell.text[:MAX_CELL_TEXT], styles.marked[cell.mark])
    return row + 1 + len(block.rows)
