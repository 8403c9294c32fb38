"""前年度比較: last year beside this year, one line per item, changes marked in word and tint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled import display_limits
from workflow.compiled.ledger import Ledger
from workflow.compiled.sheets.comparison.columns import (
    Cell,
    ComparisonColumn,
    Mark,
    comparison_columns,
)
from workflow.compiled.sheets.links import to_row
from workflow.compiled.years.comparison import Comparison, headline_sentences
from workflow.excel.measures import column_pixels, row_height
from workflow.excel.page import LEAST_SIZE, Page, print_only, set_page
from workflow.excel.style import (
    ALERT_FILL,
    ALERT_INK,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    LINK_INK,
    MUTED_INK,
    SHEET_FOOTER,
    TO_FILL_FILL,
)
from workflow.excel.table import FONT_SIZE, MAX_LINKS
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.cells import MAX_CELL_TEXT, MAX_ROW_HEIGHT
from workflow.model.plan import Plan
from workflow.model.years import full_year

COMPARISON_SHEET, COMPARISON_PRINT_SHEET = "前年度比較", "前年度比較（印刷用）"

_TITLE_HEIGHT = 26.0
_FROZEN_COLUMNS = 3
_NOTE_WIDTH, _MOST_NOTE_WIDTH = 60.0, 76.0
_DEFAULT_WIDTH = 5.0
_SIZES = (FONT_SIZE, LEAST_SIZE)
"""Font sizes of prose: the largest in which it fits the highest row."""
_MOST_FROZEN = 220.0
"""Points of rows that may stay in view: more would leave a small screen no room to scroll."""
_BUTTON_WIDTH = 1.8


def write_comparison(
    book: Workbook, sheet: GrowingSheet, comparison: Comparison, plan: Plan, ledger: Ledger
) -> None:
    """Write the sheet."""
    columns = comparison_columns(comparison, plan)
    lines = comparison.listed
    styles = _Styles(book)
    _set_page(sheet, plan, columns)
    sheet.set_row(0, _TITLE_HEIGHT)
    title = f"{plan.title}　前年度との比較　{full_year(ledger.year)}"
    sheet.write_string(0, 0, title, styles.title)
    above = [_TITLE_HEIGHT, *_write_notes(sheet, styles, comparison, columns)]
    if columns:
        header = len(above)
        above.append(_write_header(sheet, styles, header, columns))
        linked = len(lines) <= MAX_LINKS
        for row, line in enumerate(lines, start=header + 1):
            cells = [column.cell(line) for column in columns]
            entry = line.entry if linked else None
            link = None if entry is None else to_row(ledger, entry)
            _write_cells(sheet, styles, row, columns, cells, link)
        sheet.autofilter(header, 0, header + max(1, len(lines)), len(columns) - 1)
        if len(comparison.lines) <= display_limits.MOST_PRINTED:
            print_only(sheet, header - 1, _note_columns(columns) - 1, COMPARISON_PRINT_SHEET)
        else:
            sheet.repeat_rows(header)
        sheet.freeze_panes(header + 1 if sum(above) <= _MOST_FROZEN else 0, _FROZEN_COLUMNS)


class _Styles:
    """The formats of the sheet."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 16})
        wrapped = {"text_wrap": True, "valign": "vcenter"}
        self.prose: Format = book.add_format(wrapped)
        self.alert: Format = book.add_format(
            wrapped | {"bg_color": ALERT_FILL, "font_color": ALERT_INK, "bold": True}
        )
        self.header: Format = book.add_format(
            wrapped | {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        )
        line: dict[str, Any] = {"border": 1, "border_color": LINE, "valign": "top"}
        line |= {"text_wrap": True}
        self.marked: dict[tuple[Mark, float], Format] = {
            (mark, size): book.add_format(line | look | {"font_size": size})
            for mark, look in LOOKS.items()
            for size in _SIZES
        }


LOOKS: dict[Mark, dict[str, Any]] = {
    Mark.NONE: {},
    Mark.QUIET: {"font_color": MUTED_INK},
    Mark.KIND: {"bold": True, "bg_color": LABEL_FILL},
    Mark.LINK: {"font_color": LINK_INK, "underline": 1},
    Mark.CHANGED: {"bold": True, "bg_color": TO_FILL_FILL},
    Mark.RAISED: {"bold": True, "bg_color": LABEL_FILL},
    Mark.LOWERED: {"bold": True, "bg_color": ALERT_FILL, "font_color": ALERT_INK},
}


def _set_page(sheet: GrowingSheet, plan: Plan, columns: Sequence[ComparisonColumn]) -> None:
    pixels = [column_pixels(column.width, FONT_SIZE) for column in columns]
    for index, width in enumerate(pixels):
        sheet.set_column_pixels(index, index, width)
    sheet.hide_gridlines(2)
    set_page(sheet, Page(plan.paper), pixels, LEAST_SIZE, repeated=_FROZEN_COLUMNS)
    sheet.set_footer(SHEET_FOOTER)


def _note_columns(columns: Sequence[ComparisonColumn]) -> int:
    """Return over how many columns the notes stand: as many as paper holds beside each other."""
    widths = _widths(columns)
    return max(n for n in range(2, len(widths) + 1) if sum(widths[:n]) <= _MOST_NOTE_WIDTH)


def _widths(columns: Sequence[ComparisonColumn]) -> list[float]:
    return [column.width for column in columns] or [_DEFAULT_WIDTH] * 14


def _write_notes(
    sheet: GrowingSheet,
    styles: _Styles,
    comparison: Comparison,
    columns: Sequence[ComparisonColumn],
) -> list[float]:
    """Write what changed and the notes, a row each; return the heights of the rows."""
    heights = []
    count = _note_columns(columns)
    width = min(_NOTE_WIDTH, sum(_widths(columns)[:count]))
    for row, (text, style) in enumerate(_paragraphs(comparison, styles), start=1):
        heights.append(row_height([(text, width)], FONT_SIZE))
        sheet.merge_range(row, 0, row, count - 1, "", style)
        sheet.write_string(row, 0, text, style)
        sheet.set_row(row, heights[-1])
    return heights


def _paragraphs(comparison: Comparison, styles: _Styles) -> Iterator[tuple[str, Format]]:
    """Yield the headline without what the notes say anyway, then each note."""
    headline = "".join(s for s in headline_sentences(comparison) if s not in comparison.notes)
    if headline:
        yield headline, styles.prose
    warnings = {difference.sentence for difference in comparison.differences}
    shown, lines = len(comparison.listed), len(comparison.lines)
    if shown < lines:
        yield display_limits.not_compared(lines, shown), styles.prose
    for note in comparison.notes:
        yield note, styles.alert if note in warnings else styles.prose


def _write_header(
    sheet: GrowingSheet, styles: _Styles, row: int, columns: Sequence[ComparisonColumn]
) -> float:
    for index, column in enumerate(columns):
        sheet.write_string(row, index, column.label, styles.header)
    height = row_height(((c.label, c.width - _BUTTON_WIDTH) for c in columns), FONT_SIZE)
    sheet.set_row(row, height)
    return height


def _write_cells(
    sheet: GrowingSheet,
    styles: _Styles,
    row: int,
    columns: Sequence[ComparisonColumn],
    cells: Sequence[Cell],
    link: Link | None,
) -> None:
    heights = []
    for index, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        size = _fitting_size(cell.text, column.width)
        heights.append(_height(cell.text, column.width, size))
        _write_cell(sheet, row, index, cell, styles.marked[cell.mark, size], link)
    sheet.set_row(row, max(heights))


def _fitting_size(text: str, width: float) -> float:
    fitting = (size for size in _SIZES if _height(text, width, size) < MAX_ROW_HEIGHT)
    return next(fitting, _SIZES[-1])


def _height(text: str, width: float, size: float) -> float:
    """Return the points a text needs; a column holds more signs of a smaller font."""
    return row_height([(text, width * FONT_SIZE / size)], size)


def _write_cell(
    sheet: GrowingSheet, row: int, index: int, cell: Cell, style: Format, link: Link | None
) -> None:
    number = _number(cell)
    if number is None:
        sheet.write_string(row, index, cell.text[:MAX_CELL_TEXT], style)
    else:
        sheet.write_number(row, index, float(number), style)
    if cell.mark is Mark.LINK and link is not None:
        sheet.link_cell(row, index, link)


def _number(cell: Cell) -> Decimal | None:
    """Return the number of a figure; last year may have asked for words under that name."""
    if not cell.is_number:
        return None
    try:
        number = Decimal(cell.text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
