"""前年度比較: last year beside this year, one line per item, changes marked in word and tint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled.display_limits import not_compared
from workflow.compiled.ledger import Ledger
from workflow.compiled.sheets.comparison_columns import (
    Cell,
    ComparisonColumn,
    Mark,
    comparison_columns,
)
from workflow.compiled.sheets.links import to_row
from workflow.compiled.years.comparison import Comparison, headline_sentences
from workflow.excel.style import (
    ALERT_FILL,
    ALERT_INK,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    LINK_INK,
    MUTED_INK,
    TO_FILL_FILL,
)
from workflow.excel.table import FONT_SIZE, MAX_LINKS
from workflow.excel.workbook import (
    PAPERS,
    SHEET_FOOTER,
    GrowingSheet,
    Link,
    row_height,
)
from workflow.model.cells import MAX_CELL_TEXT, MAX_ROW_HEIGHT
from workflow.model.plan import Plan
from workflow.model.years import full_year

COMPARISON_SHEET = "前年度比較"

_TITLE_HEIGHT = 26.0
_FROZEN_COLUMNS = 3
_NOTE_WIDTH = 110.0
_DEFAULT_WIDTH = 8.0
_SIZES = (FONT_SIZE, 8.0, 6.5)
"""Font sizes of prose: the largest in which it fits the highest row; the last holds 1,000 signs."""
_MOST_FROZEN = 220.0
"""Points of rows that may stay in view: more would leave a small screen no room to scroll."""
_BUTTON_WIDTH = 3


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
    above = [_TITLE_HEIGHT, *_write_notes(sheet, styles, comparison, _note_columns(columns))]
    if columns:
        header = len(above)
        above.append(_write_header(sheet, styles, header, columns))
        linked = len(lines) <= MAX_LINKS
        for row, line in enumerate(lines, start=header + 1):
            cells = [column.cell(line) for column in columns]
            entry = line.entry if linked else None
            leads_to = None if entry is None else to_row(ledger, entry)
            _write_cells(sheet, styles, row, columns, cells, leads_to)
        sheet.autofilter(header, 0, header + max(1, len(lines)), len(columns) - 1)
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
            for mark, look in _LOOKS.items()
            for size in _SIZES
        }


_LOOKS: dict[Mark, dict[str, Any]] = {
    Mark.NONE: {},
    Mark.QUIET: {"font_color": MUTED_INK},
    Mark.KIND: {"bold": True, "bg_color": LABEL_FILL},
    Mark.LINK: {"font_color": LINK_INK, "underline": 1},
    Mark.CHANGED: {"bold": True, "bg_color": TO_FILL_FILL},
    Mark.RAISED: {"bold": True, "bg_color": LABEL_FILL},
    Mark.LOWERED: {"bold": True, "bg_color": ALERT_FILL, "font_color": ALERT_INK},
}


def _set_page(sheet: GrowingSheet, plan: Plan, columns: Sequence[ComparisonColumn]) -> None:
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(PAPERS[plan.paper])
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(SHEET_FOOTER)


def _note_columns(columns: Sequence[ComparisonColumn]) -> int:
    """Return how many columns are as wide as a line of prose should be."""
    widths = [column.width for column in columns] or [_DEFAULT_WIDTH] * 14
    return next((n for n in range(2, len(widths)) if sum(widths[:n]) >= _NOTE_WIDTH), len(widths))


def _write_notes(
    sheet: GrowingSheet, styles: _Styles, comparison: Comparison, columns: int
) -> list[float]:
    """Write what changed and the notes, a row each; return the heights of the rows."""
    heights = []
    for row, (text, style) in enumerate(_paragraphs(comparison, styles), start=1):
        heights.append(row_height([(text, _NOTE_WIDTH)], FONT_SIZE))
        sheet.merge_range(row, 0, row, columns - 1, "", style)
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
        yield not_compared(lines, shown), styles.prose
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
    leads_to: Link | None,
) -> None:
    heights = []
    for index, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        size = _fitting_size(cell.text, column.width)
        heights.append(_height(cell.text, column.width, size))
        _write_cell(sheet, row, index, cell, styles.marked[cell.mark, size], leads_to)
    sheet.set_row(row, max(heights))


def _fitting_size(text: str, width: float) -> float:
    fitting = (size for size in _SIZES if _height(text, width, size) < MAX_ROW_HEIGHT)
    return next(fitting, _SIZES[-1])


def _height(text: str, width: float, size: float) -> float:
    """Return the points a text needs; a column holds more signs of a smaller font."""
    return row_height([(text, width * FONT_SIZE / size)], size)


def _write_cell(
    sheet: GrowingSheet, row: int, index: int, cell: Cell, style: Format, leads_to: Link | None
) -> None:
    number = _number(cell)
    if number is None:
        sheet.write_string(row, index, cell.text[:MAX_CELL_TEXT], style)
    else:
        sheet.write_number(row, index, float(number), style)
    if cell.mark is Mark.LINK and leads_to is not None:
        sheet.link_cell(row, index, leads_to)


def _number(cell: Cell) -> Decimal | None:
    """Return the number of a figure; last year may have asked for words under that name."""
    if not cell.is_number:
        return None
    try:
        number = Decimal(cell.text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
