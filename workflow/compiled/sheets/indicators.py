"""指標: the rows of the indicators, machine-readable, each leading to the cell it was read from."""

from __future__ import annotations

from xlsxwriter import Workbook

from workflow.compiled.indicators import (
    ACTUAL_LABEL,
    INDICATOR_SHEET,
    REASON_LABEL,
    IndicatorTable,
    Row,
)
from workflow.compiled.ledger import FILE_LABEL
from workflow.compiled.sheets.records import SourceLinks
from workflow.excel.style import ALERT_INK, HEADER_FILL
from workflow.excel.table import CellValue, Heading, TableStyles, write_values
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.cells import a1, quoted_sheet

TREND_LABEL = "推移"
_TREND_WIDTH = 9.0


def trend_column(table: IndicatorTable) -> int:
    """Return the 0-based index of the column of sparklines, which holds no value."""
    return table.index(REASON_LABEL) + 1


def write_indicators(
    book: Workbook, sheet: GrowingSheet, table: IndicatorTable, sources: SourceLinks
) -> None:
    """Write one row an indicator and year; beside this year's stands how its actuals went."""
    at = trend_column(table)
    columns = [Heading(c.label, c.width, c.on_paper) for c in table.columns]
    columns.insert(at, Heading(TREND_LABEL, _TREND_WIDTH))
    rows = [(*row[:at], None, *row[at:]) for row in table.rows]
    links = _links(table, sources)
    write_values(sheet, TableStyles(book), columns, rows, links, repeated=3)
    actual = table.index(ACTUAL_LABEL) + 1
    for series, first, last in table.spans():
        now = first + series.years.index(series.now)
        cells = f"{a1(first + 2, actual)}:{a1(last + 2, actual)}"
        options = {
            "range": f"{quoted_sheet(INDICATOR_SHEET)}!{cells}",
            "type": "column",  # LibreOffice prints no lines of sparklines
            "series_color": HEADER_FILL,
            "negative_points": True,
            "negative_color": ALERT_INK,
        }
        if all(one.actual is None or one.actual >= 0 for one in series.years):
            options["min"] = 0  # else the least value has no bar
        sheet.add_sparkline(now + 1, at, options)


def _links(table: IndicatorTable, sources: SourceLinks) -> dict[tuple[int, int], Link]:
    at = table.index(FILE_LABEL)
    column = at + (1 if at >= trend_column(table) else 0)
    found: dict[tuple[int, int], Link] = {}
    for row, line in enumerate(table.lines, start=1):
        link = _link(line, table, sources, at)
        if link:
            found[row, column] = link
    return found


def _link(line: Row, table: IndicatorTable, sources: SourceLinks, at: int) -> Link | None:
    file, sheet, cell = (_text(table.columns[at + n].value(*line)) for n in range(3))
    return sources.to(file, sheet, cell) if file else None


def _text(value: CellValue) -> str:
    return value if isinstance(value, str) else ""
