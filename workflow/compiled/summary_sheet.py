"""集計表: what the round says in words, then the matrices as live formulas over the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from workflow.cells import a1, column_letters, quoted_sheet
from workflow.compiled.ledger import Ledger
from workflow.compiled.matrix import TOTAL, Bucket, CountedMatrix
from workflow.compiled.merge import AnswerStatus
from workflow.look import FONT, HEADER_FILL, HEADER_INK, LABEL_FILL, LINE, SERIES_FILLS
from workflow.model import ChoiceField, Plan
from workflow.years import full_year

SUMMARY_SHEET = "集計表"
LEDGER_SHEET = "台帳"
_FIRST_COLUMN = 2
_LABEL_WIDTH, _COUNT_WIDTH = 46, 9
_CHART_ROWS = 17
_WILDCARDS = "*?~"
_OPERATORS = ("=", "<", ">")


def write_summary(
    book: Workbook,
    sheet: Worksheet,
    plan: Plan,
    ledger: Ledger,
    matrices: Sequence[CountedMatrix],
) -> None:
    """Write the whole sheet; the ledger must stand on its own sheet from row 2 on."""
    _set_page(sheet, matrices)
    _write_headline(book, sheet, plan, ledger)
    row = 6
    for number, matrix in enumerate(matrices):
        first = row + 1
        row = _write_matrix(book, sheet, ledger, matrix, row)
        if number == 0:
            _insert_chart(book, sheet, matrix, first, row)
            row += _CHART_ROWS
    sheet.print_area(0, 0, row, _FIRST_COLUMN + _widest(matrices))


def headline(plan: Plan, ledger: Ledger) -> str:
    """Return the round in one paragraph: how many answers there are, and what they say."""
    by_status = {status: sum(e.status is status for e in ledger.entries) for status in AnswerStatus}
    parts = [
        f"{full_year(ledger.year)}は、{len(ledger.entries)}件の取組のうち、"
        + "、".join(f"{status.value}が{n}件" for status, n in by_status.items())
        + "です。"
    ]
    parts += (_said(ledger, field) for field in plan.form.choice_fields)
    return "".join(parts)


def _said(ledger: Ledger, field: ChoiceField) -> str:
    place = ledger.index(field.label)
    values = [row[place] for row in ledger.rows]
    counts = [(c.value, values.count(c.value)) for c in field.choices]
    told = "、".join(f"{value}が{n}件" for value, n in counts if n)
    return f"{field.label}は、{told}です。" if told else ""


def _widest(matrices: Sequence[CountedMatrix]) -> int:
    return max((len(m.columns) for m in matrices), default=3) + 1


def _set_page(sheet: Worksheet, matrices: Sequence[CountedMatrix]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, _LABEL_WIDTH)
    sheet.set_column(2, 1 + _widest(matrices), _COUNT_WIDTH)
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")


def _write_headline(book: Workbook, sheet: Worksheet, plan: Plan, ledger: Ledger) -> None:
    title = book.add_format({"bold": True, "font_size": 18})
    prose = book.add_format({"text_wrap": True, "valign": "top", "font_size": 11})
    sheet.set_row(0, 28)
    sheet.write_string(0, 1, f"{plan.title}　進捗状況の集計", title)
    sheet.write_string(1, 1, f"{plan.municipality.name}　{full_year(ledger.year)}")
    text = headline(plan, ledger)
    sheet.merge_range(3, 1, 3, 8, "", prose)
    sheet.write_string(3, 1, text, prose)
    sheet.set_row(3, 18 * (1 + len(text) // 55))


def _write_matrix(
    book: Workbook, sheet: Worksheet, ledger: Ledger, matrix: CountedMatrix, row: int
) -> int:
    """Write a matrix below a 1-based row; return the row after it and a blank one."""
    styles = _MatrixStyles(book)
    header, first, last = row + 1, row + 2, row + 1 + len(matrix.rows)
    last_column = _FIRST_COLUMN + len(matrix.columns)
    sheet.write_string(row - 1, 1, matrix.title, styles.title)
    sheet.write_string(header - 1, 1, matrix.row_title, styles.header)
    for n, column in enumerate(matrix.columns):
        sheet.write_string(header - 1, _FIRST_COLUMN + n, column.label, styles.header)
    sheet.write_string(header - 1, last_column, TOTAL, styles.header)
    for r, bucket in enumerate(matrix.rows):
        sheet.write_string(first - 1 + r, 1, bucket.label, styles.label)
        _write_counts(sheet, ledger, matrix, styles, header, first + r, r)
    _write_totals(sheet, matrix, styles, first, last)
    return last + 3


class _MatrixStyles:
    def __init__(self, book: Workbook) -> None:
        boxed: dict[str, Any] = {"border": 1, "border_color": LINE, "valign": "vcenter"}
        head = {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        self.title = book.add_format({"bold": True, "font_size": 12})
        self.header = book.add_format(boxed | head | {"align": "center"})
        self.label = book.add_format(boxed | {"bg_color": LABEL_FILL})
        self.count = book.add_format(boxed | {"align": "right"})
        self.total = book.add_format(boxed | {"align": "right", "bold": True})


def _write_counts(
    sheet: Worksheet,
    ledger: Ledger,
    matrix: CountedMatrix,
    styles: _MatrixStyles,
    header: int,
    row: int,
    place: int,
) -> None:
    counts = matrix.counts[place]
    for n, column in enumerate(matrix.columns):
        formula = count_formula(
            ledger,
            (matrix.rows[place], f"${column_letters(2)}{row}"),
            (column, f"{column_letters(_FIRST_COLUMN + n + 1)}${header}"),
        )
        sheet.write_formula(row - 1, _FIRST_COLUMN + n, formula, styles.count, counts[n])
    left, right = a1(row, _FIRST_COLUMN + 1), a1(row, _FIRST_COLUMN + len(counts))
    total = f"=SUM({left}:{right})"
    sheet.write_formula(row - 1, _FIRST_COLUMN + len(counts), total, styles.total, sum(counts))


def _write_totals(
    sheet: Worksheet, matrix: CountedMatrix, styles: _MatrixStyles, first: int, last: int
) -> None:
    sheet.write_string(last, 1, TOTAL, styles.label)
    sums = [sum(column) for column in zip(*matrix.counts, strict=True)]
    for n, value in enumerate([*sums, matrix.total]):
        letters = column_letters(_FIRST_COLUMN + n + 1)
        formula = f"=SUM({letters}{first}:{letters}{last})"
        sheet.write_formula(last, _FIRST_COLUMN + n, formula, styles.total, value)


def count_formula(ledger: Ledger, *buckets: tuple[Bucket, str]) -> str:
    """Return COUNTIFS over the ledger sheet for buckets, each with the cell its label stands in."""
    last = len(ledger.rows) + 1
    tests = []
    for bucket, cell in buckets:
        for label, text in bucket.conditions:
            letters = column_letters(ledger.index(label) + 1)
            cells = f"{quoted_sheet(LEDGER_SHEET)}!${letters}$2:${letters}${last}"
            tests.append(f"{cells},{_criterion(text, cell if text == bucket.label else '')}")
    return f"=COUNTIFS({','.join(dict.fromkeys(tests))})"


def _criterion(text: str, cell: str) -> str:
    """Return what COUNTIFS shall compare with: the label's own cell, unless it would be a pattern.

    COUNTIFS reads * ? ~ as wildcards and a leading = < > as an operator; "=" alone is a blank.
    """
    if cell and not any(c in text for c in _WILDCARDS) and not text.startswith(_OPERATORS):
        return cell
    escaped = "".join(f"~{c}" if c in _WILDCARDS else c for c in text)
    return '"=' + escaped.replace('"', '""') + '"'


def _insert_chart(
    book: Workbook, sheet: Worksheet, matrix: CountedMatrix, first: int, after: int
) -> None:
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    last = first + len(matrix.rows)
    for n in range(len(matrix.columns)):
        place = _FIRST_COLUMN + n
        chart.add_series(
            {
                "name": [SUMMARY_SHEET, first - 1, place],
                "categories": [SUMMARY_SHEET, first, 1, last - 1, 1],
                "values": [SUMMARY_SHEET, first, place, last - 1, place],
                "fill": {"color": SERIES_FILLS[n % len(SERIES_FILLS)]},
                "border": {"color": "#FFFFFF"},
                "gap": 50,
            }
        )
    font = {"name": FONT, "size": 9}
    chart.set_title({"name": matrix.title, "name_font": {"name": FONT, "size": 12}})
    chart.set_y_axis({"reverse": True, "num_font": font, "crossing": "max"})
    chart.set_x_axis({"num_font": font, "num_format": "0", "major_gridlines": {"visible": True}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": 860, "height": 20 * (_CHART_ROWS - 1)})
    sheet.insert_chart(after - 1, 1, chart, {"description": matrix.title})
