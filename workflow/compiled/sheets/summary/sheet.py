"""集計表: what the round says in words, then the matrices as live formulas over the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled import display_limits
from workflow.compiled.indicators import INDICATOR_SHEET, IndicatorTable
from workflow.compiled.ledger import LEDGER_SHEET, Ledger
from workflow.compiled.round import Stage
from workflow.compiled.sheets.details import LAST_COLUMN
from workflow.compiled.sheets.indicators import trend_column
from workflow.compiled.sheets.links import to_all, to_cell, to_earlier_ledger
from workflow.compiled.sheets.summary.charts import insert_charts
from workflow.compiled.sheets.summary.layout import (
    FIRST_COUNT_COLUMN,
    HEADLINE_ROW,
    LABEL_COLUMN,
    LINKS_ROW,
    PAGE,
    STAGE_ROW,
    TITLE_ROW,
    MatrixLayout,
    SummaryLayout,
    TrendLayout,
    page_breaks,
)
from workflow.compiled.summaries.matrix import DETAILS_SHEET, TOTAL, Bucket, Details
from workflow.excel.measures import characters_in, column_pixels, row_height
from workflow.excel.page import print_scale, set_page
from workflow.excel.style import (
    ALERT_INK,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    LINK_INK,
    MUTED_INK,
    SHEET_FOOTER,
)
from workflow.excel.table import FONT_SIZE
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.cells import CellIndex, a1, column_letters, quoted_sheet
from workflow.model.plan import Plan
from workflow.model.years import era_year, full_year
from workflow.python.dataclass import dataclass
from workflow.templates.layout import ID_LABEL

_EDGE_WIDTH, _LABEL_WIDTH, _COUNT_WIDTH = 1.0, 27.0, 4.6
"""In full-width characters."""
_LINK_COLUMNS = 2
"""How many columns of counts a link takes."""
_HEADLINE_SIZE = 11.0
_NOTE_COLUMNS = 6

_Part = tuple[int | None, int | None]
"""Row and column of a matrix, from 0; None for all rows, or all columns, together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything 集計表 shows. Sheets are those it leads to: what the link says → the sheet.

    Earlier are the paths of earlier ledgers from this one's folder, by year.
    """

    plan: Plan
    ledger: Ledger
    stage: Stage
    headline: str
    layout: SummaryLayout
    details: Details
    sheets: Mapping[str, str]
    earlier: Mapping[int, str]
    indicators: IndicatorTable | None = None


def write_summary(book: Workbook, sheet: GrowingSheet, summary: Summary) -> None:
    """Write the whole sheet; the ledger must stand on its own sheet from row 2 on."""
    styles, layout = _Styles(book), summary.layout
    _set_page(sheet, layout, _write_top(sheet, summary, styles))
    for number, block in enumerate(layout.matrices):
        counted = _over_ledger(summary.ledger)
        _MatrixWriter(sheet, summary, styles, number, block, counted).write()
    if layout.indicators and summary.indicators:
        counted = _over_indicators(summary.indicators)
        link = to_cell(INDICATOR_SHEET, "A1")
        _MatrixWriter(sheet, summary, styles, -1, layout.indicators, counted, link).write()
    if layout.trend:
        _write_trend(sheet, summary, styles, layout.trend)
    insert_charts(book, sheet, layout, sum(_pixels(layout)[1:]))


class _Styles:
    def __init__(self, book: Workbook) -> None:
        boxed: dict[str, Any] = {"border": 1, "border_color": LINE, "valign": "vcenter"}
        head = {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        number = boxed | {"align": "right"}

        def style(**properties: Any) -> Format:  # noqa: ANN401 - XlsxWriter's own
            return book.add_format(properties)

        self.heading = style(bold=True, font_size=18)
        self.stage = style(bold=True, font_size=11, font_color=ALERT_INK)
        self.prose = style(text_wrap=True, valign="top", font_size=_HEADLINE_SIZE)
        self.link = style(font_color=LINK_INK, underline=1, valign="vcenter")
        self.note = style(text_wrap=True, valign="top", font_color=ALERT_INK)
        self.hint = style(font_color=MUTED_INK)
        self.title = style(bold=True, font_size=12)
        self.header = style(**boxed, **head, text_wrap=True)
        self.count_header = style(**boxed, **head, align="right", text_wrap=True)
        self.label = style(**boxed, bg_color=LABEL_FILL)
        self.linked_label = style(**boxed, bg_color=LABEL_FILL, font_color=LINK_INK, underline=1)
        self.count = style(**number)
        self.linked_count = style(**number, font_color=LINK_INK, underline=1)
        self.zero = style(**number, font_color=MUTED_INK)
        self.total = style(**number, bold=True)
        self.linked_total = style(**number, bold=True, font_color=LINK_INK, underline=1)


def _set_page(sheet: GrowingSheet, layout: SummaryLayout, headline_height: float) -> None:
    sheet.hide_gridlines(2)
    pixels = _pixels(layout)
    for column, width in enumerate(pixels):
        sheet.set_column_pixels(column, column, width)
    set_page(sheet, PAGE, pixels, FONT_SIZE, repeated=2)
    scale = print_scale(PAGE, pixels, FONT_SIZE)
    sheet.set_print_scale(scale)  # Excel heeds page breaks only at a fixed scale
    sheet.set_h_pagebreaks(page_breaks(layout, scale, headline_height))
    sheet.set_footer(SHEET_FOOTER)
    sheet.print_area(0, 0, layout.last_row, layout.last_column - 1)


def _pixels(layout: SummaryLayout) -> list[int]:
    widths = [_EDGE_WIDTH, _LABEL_WIDTH, *[_COUNT_WIDTH] * (layout.last_column - 2)]
    return [column_pixels(width, FONT_SIZE) for width in widths]


def _write_top(sheet: GrowingSheet, summary: Summary, styles: _Styles) -> float:
    """Write what stands above the matrices; return the points the paragraph takes."""
    plan, year = summary.plan, summary.ledger.year
    sheet.set_row(TITLE_ROW - 1, 28)
    sheet.write_string(TITLE_ROW - 1, 1, f"{plan.title}　進捗状況の集計", styles.heading)
    sheet.write_string(STAGE_ROW - 1, 1, f"{plan.municipality.name}　{full_year(year)}")
    sheet.write_string(STAGE_ROW - 1, 2, str(summary.stage), styles.stage)
    last = summary.layout.last_column - 1
    sheet.merge_range(HEADLINE_ROW - 1, 1, HEADLINE_ROW - 1, last, "", styles.prose)
    sheet.write_string(HEADLINE_ROW - 1, 1, summary.headline, styles.prose)
    width = _characters_over(last - 1, _HEADLINE_SIZE)
    height = row_height([(summary.headline, width)], _HEADLINE_SIZE)
    sheet.set_row(HEADLINE_ROW - 1, height)
    _write_links(sheet, summary, styles)
    return height


def _characters_over(counts: int, size: float) -> float:
    """Return how many characters stand across the labels and so many columns of counts."""
    pixels = column_pixels(_LABEL_WIDTH, FONT_SIZE) + counts * column_pixels(
        _COUNT_WIDTH, FONT_SIZE
    )
    return characters_in(pixels, size)


def _write_links(sheet: GrowingSheet, summary: Summary, styles: _Styles) -> None:
    """Write where to go from here, beside the label column and, where many, in the row below."""
    sheet.set_row(LINKS_ROW - 1, 22)
    hint = "数字を押すと、その内訳へ移れます。　次に見るところ："
    sheet.write_string(LINKS_ROW - 1, 1, hint, styles.hint)
    first = FIRST_COUNT_COLUMN - 1
    in_row = (summary.layout.last_column - first) // _LINK_COLUMNS
    for block, (text, name) in enumerate(summary.sheets.items()):
        below, beside = divmod(block, in_row)
        at = LINKS_ROW - 1 + below, first + _LINK_COLUMNS * beside
        sheet.write_string(*at, text, styles.link)
        sheet.link_cell(*at, to_cell(name, "A1"))


@dataclass(frozen=True, slots=True)
class _MatrixWriter:
    """One matrix on its way into the sheet."""

    sheet: GrowingSheet
    summary: Summary
    styles: _Styles
    number: int
    block: MatrixLayout
    counted: Cells
    leads_to: Link | None = None

    def write(self) -> None:
        """Write title, headings, counts and totals."""
        block, matrix = self.block, self.block.matrix
        self.sheet.write_string(block.title_row - 1, 1, matrix.title, self.styles.title)
        if not matrix.is_live:
            at = block.title_row - 1, FIRST_COUNT_COLUMN - 1
            self.sheet.write_string(*at, display_limits.not_live(), self.styles.hint)
        labels = [bucket.label for bucket in matrix.columns]
        _write_header(self.sheet, self.styles, block.header_row, [matrix.row_title, *labels, TOTAL])
        for row in range(len(matrix.rows)):
            self._write_row(row)
        self._write_totals()

    def _write_row(self, row: int) -> None:
        block, matrix, styles = self.block, self.block.matrix, self.styles
        at = block.first_row + row
        self.sheet.write_string(at - 1, 1, matrix.rows[row].label, styles.label)
        for column, bucket in enumerate(matrix.columns):
            formula = count_formula(
                self.counted,
                (matrix.rows[row], f"${column_letters(LABEL_COLUMN)}{at}"),
                (bucket, f"{column_letters(FIRST_COUNT_COLUMN + column)}${block.header_row}"),
            )
            count = matrix.counts[row][column]
            style = styles.linked_count if count else styles.zero
            shown = formula if matrix.is_live else ""
            cell = at, FIRST_COUNT_COLUMN + column
            self._write_count(cell, shown, count, style, (row, column))
        first, last = a1(at, FIRST_COUNT_COLUMN), a1(at, block.total_column - 1)
        total = sum(matrix.counts[row])
        self._write_total((at, block.total_column), f"{first}:{last}", total, (row, None))

    def _write_totals(self) -> None:
        block, matrix = self.block, self.block.matrix
        self.sheet.write_string(block.total_row - 1, 1, TOTAL, self.styles.label)
        sums = [sum(column) for column in zip(*matrix.counts, strict=True)]
        for n, count in enumerate([*sums, matrix.total]):
            letters = column_letters(FIRST_COUNT_COLUMN + n)
            cells = f"{letters}{block.first_row}:{letters}{block.total_row - 1}"
            column = n if n < len(sums) else None
            cell = block.total_row, FIRST_COUNT_COLUMN + n
            self._write_total(cell, cells, count, (None, column))

    def _write_total(self, cell: CellIndex, cells: str, count: int, part: _Part) -> None:
        style = self.styles.linked_total if count else self.styles.total
        self._write_count(cell, f"=SUM({cells})", count, style, part)

    def _write_count(
        self, cell: CellIndex, formula: str, count: int, style: Format, part: _Part
    ) -> None:
        row, column = cell[0] - 1, cell[1] - 1
        if formula:
            self.sheet.write_formula(row, column, formula, style, count)
        else:
            self.sheet.write_number(row, column, count, style)
        if count:
            self.sheet.link_cell(row, column, self._link(part))

    def _link(self, part: _Part) -> Link:
        if self.leads_to:
            return self.leads_to
        span = self.summary.details.spans.get((self.number, *part))
        if span is None:
            return to_all(self.summary.ledger)
        return to_cell(DETAILS_SHEET, f"A{span[0] + 2}:{LAST_COLUMN}{span[1] + 2}")


def _write_header(sheet: GrowingSheet, styles: _Styles, row: int, labels: list[str]) -> None:
    for n, label in enumerate(labels):
        style = styles.count_header if n else styles.header  # as the numbers below it stand
        sheet.write_string(row - 1, LABEL_COLUMN - 1 + n, label, style)


def _write_trend(
    sheet: GrowingSheet, summary: Summary, styles: _Styles, block: TrendLayout
) -> None:
    trend = block.trend
    sheet.write_string(block.title_row - 1, 1, f"{trend.field.label}の推移", styles.title)
    _write_header(sheet, styles, block.header_row, ["年度", *trend.columns, TOTAL])
    for at, year in enumerate(trend.rows, start=block.header_row + 1):
        _write_year_label(sheet, summary, styles, at, year.year)
        counts = (*year.counts, sum(year.counts))
        is_now = year.year == summary.ledger.year
        formulas = (
            trend_formulas(summary.ledger, block, at) if is_now and not summary.ledger.parts else []
        )
        for n, count in enumerate(counts):
            cell = (at - 1, FIRST_COUNT_COLUMN - 1 + n)
            if formulas:
                sheet.write_formula(*cell, formulas[n], styles.count, count)
            else:
                sheet.write_number(*cell, count, styles.count)
    _write_notes(sheet, styles, block)


def _write_year_label(
    sheet: GrowingSheet, summary: Summary, styles: _Styles, at: int, year: int
) -> None:
    path = summary.earlier.get(year)
    link = to_earlier_ledger(path) if path else None
    sheet.write_string(at - 1, 1, era_year(year), styles.linked_label if link else styles.label)
    if link:
        sheet.link_cell(at - 1, 1, link)


def _write_notes(sheet: GrowingSheet, styles: _Styles, block: TrendLayout) -> None:
    width = _characters_over(_NOTE_COLUMNS, FONT_SIZE)
    for row, sentence in enumerate(block.trend.left_out, start=block.notes_row - 1):
        sheet.merge_range(row, 1, row, 1 + _NOTE_COLUMNS, "", styles.note)
        sheet.write_string(row, 1, sentence, styles.note)
        sheet.set_row(row, row_height([(sentence, width)], FONT_SIZE))


# The formulas of 集計表: every count as Excel counts it over the ledger sheet. Pure.

_WILDCARDS = "*?~"
_OPERATORS = ("=", "<", ">")


def trend_formulas(ledger: Ledger, block: TrendLayout, at: int) -> list[str]:
    """Return this year's counts as formulas over the ledger; what has no such value is the rest."""
    trend = block.trend
    values = trend.columns[:-1]
    counts = [
        count_formula(
            _over_ledger(ledger),
            (
                Bucket(value, ((trend.field.label, value),)),
                f"{column_letters(FIRST_COUNT_COLUMN + n)}${block.header_row}",
            ),
        )
        for n, value in enumerate(values)
    ]
    every = f"=COUNTA({_over_ledger(ledger)(ID_LABEL)})"
    first, last = a1(at, FIRST_COUNT_COLUMN), a1(at, FIRST_COUNT_COLUMN + len(counts) - 1)
    return [*counts, f"{every}-SUM({first}:{last})", every]


Cells = Callable[[str], str]
"""The cells below a heading of the sheet that is counted, as a formula names them."""


def count_formula(cells: Cells, *buckets: tuple[Bucket, str]) -> str:
    """Return COUNTIFS over a sheet for buckets, each with the cell its label stands in."""
    tests = [
        f"{cells(label)},{_criterion(text, cell if text == bucket.label else '')}"
        for bucket, cell in buckets
        for label, text in bucket.conditions
    ]
    return f"=COUNTIFS({','.join(dict.fromkeys(tests))})"


def _over_ledger(ledger: Ledger) -> Cells:
    return lambda label: _below(LEDGER_SHEET, ledger.index(label), len(ledger.entries))


def _over_indicators(table: IndicatorTable) -> Cells:
    """Return where the columns of 指標 stand; that of the sparklines is none of the table's."""

    def cells(label: str) -> str:
        at = table.index(label)
        return _below(INDICATOR_SHEET, at + (at >= trend_column(table)), len(table.rows))

    return cells


def _below(sheet: str, column: int, rows: int) -> str:
    letters = column_letters(column + 1)
    return f"{quoted_sheet(sheet)}!${letters}$2:${letters}${rows + 1}"


def _criterion(text: str, cell: str) -> str:
    """Return what COUNTIFS shall compare with: the label's own cell, unless it would be a pattern.

    COUNTIFS reads * ? ~ as wildcards and a leading = < > as an operator; "=" alone is a blank.
    """
    if cell and not any(c in text for c in _WILDCARDS) and not text.startswith(_OPERATORS):
        return cell
    escaped = "".join(f"~{c}" if c in _WILDCARDS else c for c in text)
    return '"=' + escaped.replace('"', '""') + '"'
