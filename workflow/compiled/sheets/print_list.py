"""一覧（印刷用）: the ledger as people read it on paper, in bands by level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled import display_limits
from workflow.compiled.ledger import Ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry, statuses_in_use, statuses_of
from workflow.compiled.sheets.print_pages import (
    FONT_SIZE,
    PAGE,
    REPEATED,
    SIZES,
    Block,
    Kind,
    Pages,
    PrintColumn,
    Row,
    pixels_of,
    print_columns,
)
from workflow.excel.page import set_page
from workflow.excel.style import (
    ALERT_FILL,
    ALERT_INK,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    footer,
)
from workflow.excel.table import CellValue, TableStyles, write_sentence
from workflow.excel.workbook import GrowingSheet
from workflow.model.plan import Plan
from workflow.model.years import full_year
from workflow.python.dataclass import dataclass

PRINT_SHEET = "一覧（印刷用）"


_MOST_FOOTER_TITLE = 60

_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was


@dataclass(frozen=True, slots=True)
class _Line:
    """One assignment: its entry and what stands under each heading."""

    entry: Entry
    values: tuple[CellValue, ...]

    @property
    def path(self) -> tuple[str, ...]:
        return self.entry.item.path

    @property
    def pages(self) -> str:
        return self.entry.item.pages


def write_print_list(book: Workbook, sheet: GrowingSheet, plan: Plan, ledger: Ledger) -> None:
    """Write the ledger for paper: A4 landscape, all columns on one page, bands by level."""
    if len(ledger.entries) > display_limits.MOST_PRINTED:
        sentence = display_limits.not_printed(len(ledger.entries))
        write_sentence(sheet, TableStyles(book), PRINT_SHEET, sentence)
        return
    columns = print_columns(plan, ledger)
    rows = tuple(Pages(columns).filled(tuple(_blocks(plan, ledger, columns))))
    header = next(n for n, row in enumerate(rows) if row.kind is Kind.HEADER)
    _set_page(sheet, plan, ledger, columns)
    sheet.repeat_rows(header)
    sheet.freeze_panes(header + 1, 0)
    sheet.print_area(0, 0, len(rows) - 1, len(columns) - 1)
    sheet.set_h_pagebreaks([n for n, row in enumerate(rows) if row.begins_page])
    styles = _Styles(book)
    for index, row in enumerate(rows):
        sheet.set_row(index, row.height)
        _write_row(sheet, styles, columns, index, row)


def _set_page(
    sheet: GrowingSheet, plan: Plan, ledger: Ledger, columns: Sequence[PrintColumn]
) -> None:
    sheet.hide_gridlines(2)
    pixels = pixels_of(columns)
    set_page(sheet, PAGE, pixels, FONT_SIZE, REPEATED)
    title = plan.title if len(plan.title) <= _MOST_FOOTER_TITLE else plan.municipality.name
    sheet.set_footer(footer(f"{title}　{full_year(ledger.year)}"))
    for index, width in enumerate(pixels):
        sheet.set_column_pixels(index, index, width)


def _summary(ledger: Ledger) -> str:
    counts = Counter(statuses_of(ledger.entries))
    summary = "、".join(f"{status.value}{counts[status]}件" for status in statuses_in_use(counts))
    return f"全{len(ledger.entries)}件（{summary}）"


def _blocks(plan: Plan, ledger: Ledger, columns: Sequence[PrintColumn]) -> Iterator[Block]:
    yield Block(Kind.TITLE, (f"{plan.title}　{full_year(ledger.year)}",))
    yield Block(Kind.SUMMARY, (_summary(ledger),))
    yield Block(Kind.HEADER, tuple(column.heading for column in columns))
    for upper, group in groupby(_lines(ledger), key=lambda line: _upper(line.path)):
        lines = tuple(group)
        pages = _common_pages(lines) if upper else ""
        if upper:
            yield Block(Kind.BAND, (f"■ {_with_pages('　＞　'.join(upper), pages)}",))
        for path, members in groupby(lines, key=lambda line: line.path):
            yield from _subgroup(path[len(upper) :], tuple(members), bool(pages), columns)


def _subgroup(
    lowest: tuple[str, ...],
    lines: tuple[_Line, ...],
    has_pages: bool,
    columns: Sequence[PrintColumn],
) -> Iterator[Block]:
    """Yield the lesser band, if the plan has so many levels, and what stands below it."""
    pages = _common_pages(lines) if lowest and not has_pages else ""
    for text in lowest:
        yield Block(Kind.LESSER_BAND, (f"　{_with_pages(text, pages)}",))
    for line in lines:
        yield _answer(line, "" if has_pages or pages else line.pages, columns)


def _answer(line: _Line, pages: str, columns: Sequence[PrintColumn]) -> Block:
    values = [*line.values]
    values[1] = _with_pages(f"{values[1]}\n", pages) if pages else values[1]
    if line.entry.status is not AnswerStatus.ANSWERED:
        values[_status_index(columns)] = line.entry.status.value
    return Block(Kind.ANSWER, tuple(values), line.entry.status)


def _status_index(columns: Sequence[PrintColumn]) -> int:
    """Return where to say that there is no answer: in the first prose, or else the first field."""
    fields = ((n, column.field) for n, column in enumerate(columns) if column.field)
    prose = (n for n, field in fields if field.is_prose and not field.waives)
    return next(prose, len(columns) - len([c for c in columns if c.field]))


def _lines(ledger: Ledger) -> Iterator[_Line]:
    asked = [column for column in ledger.columns if column.field]
    for entry in ledger.entries:
        item = entry.item
        known = (item.id, item.title, entry.assignment.department_label)
        yield _Line(entry, (*known, *(column.value(entry) for column in asked)))


def _upper(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the levels of the strong band: all but the lowest of several."""
    return path[:-1] if len(path) > 1 else path


def _common_pages(lines: Iterable[_Line]) -> str:
    """Return the pages all lines share; blank when they differ."""
    pages = {line.pages for line in lines}
    return pages.pop() if len(pages) == 1 else ""


def _with_pages(text: str, pages: str) -> str:
    return f"{text}（計画書 {pages}ページ）" if pages else text


class _Styles:
    """The formats of the sheet."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._cells: dict[tuple[tuple[str, Any], ...], Format] = {}
        strong: dict[str, Any] = {"bold": True, "valign": "vcenter"}
        lines = {"bottom": 1, "bottom_color": LINE, "top": 1, "top_color": LINE}
        header = {"bg_color": HEADER_FILL, "font_color": HEADER_INK, "border": 1}
        header |= {"border_color": LINE, "align": "center", "text_wrap": True}
        band = {"bg_color": LABEL_FILL, "top": 2, "top_color": HEADER_FILL}
        looks = {
            Kind.TITLE: strong,
            Kind.SUMMARY: {"valign": "vcenter"},
            Kind.HEADER: strong | header,
            Kind.BAND: strong | band,
            Kind.LESSER_BAND: strong | lines,
        }
        self.across = {
            kind: book.add_format(look | {"font_size": SIZES[kind]}) for kind, look in looks.items()
        }

    def answer(self, look: Mapping[str, Any]) -> Format:
        """Return the format of a cell below the headings; each is made once."""
        key = tuple(sorted(look.items()))
        if key not in self._cells:
            common = {"font_size": FONT_SIZE, "text_wrap": True, "valign": "top"}
            lines = {"left": 1, "left_color": LINE, "right": 1, "right_color": LINE}
            self._cells[key] = self._book.add_format(common | lines | dict(look))
        return self._cells[key]


def _write_row(
    sheet: GrowingSheet,
    styles: _Styles,
    columns: Sequence[PrintColumn],
    index: int,
    row: Row,
) -> None:
    if row.kind.is_across:
        for n in range(1, len(columns)):
            sheet.write_blank(index, n, None, styles.across[row.kind])
    for n, (column, value) in enumerate(zip(columns, row.cells, strict=False)):
        if row.kind is Kind.ANSWER:
            is_marked = row.status is not AnswerStatus.ANSWERED and n == _status_index(columns)
            style = styles.answer(_look(column, value, row.is_last, is_marked))
        else:
            style = styles.across[row.kind]
        _write_value(sheet, index, n, value, style)


def _look(column: PrintColumn, value: CellValue, is_last: bool, is_marked: bool) -> dict[str, Any]:
    # A dashed line below says that it goes on.
    look: dict[str, Any] = {"bottom": 1 if is_last else 3, "bottom_color": LINE}
    if is_marked:
        return look | {"bold": True, "bg_color": ALERT_FILL, "font_color": ALERT_INK}
    if column.align:
        look["align"] = column.align
    match value:
        case Decimal() if column.field:
            decimals = column.field.decimal_places(value)
            number = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
            return look | {"align": "right", "num_format": number}
        case date():
            return look | {"num_format": "yyyy-mm-dd"}
        case _:
            return look


def _write_value(
    sheet: GrowingSheet, row: int, column: int, value: CellValue, style: Format
) -> None:
    match value:
        case str():
            sheet.write_string(row, column, value, style)
        case Decimal():
            sheet.write_number(row, column, float(value), style)
        case date() if value < _FIRST_DAY:
            sheet.write_string(row, column, value.isoformat(), style)
        case date():
            sheet.write_datetime(row, column, value, style)  # type: ignore[call-overload]  # or a date
        case _:
            sheet.write_blank(row, column, None, style)
