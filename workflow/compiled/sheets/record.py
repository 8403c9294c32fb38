"""確認の記録_令和N年度.xlsx: one locked row a point, with cells to decide in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled import display_limits
from workflow.compiled.compilation import Compilation
from workflow.compiled.points.decisions import decision_findings, decision_log
from workflow.compiled.points.point import Handling, Point
from workflow.compiled.points.record import (
    EXPLANATION_LABEL,
    FIELD_LABEL,
    FINDING_LABEL,
    HANDLING_LABEL,
    LABELS,
    MEANINGS_SHEET,
    NUMBER_LABEL,
    OPEN_LABELS,
    PRINT_CHECK_COLUMN,
    RECORD_PRINT_SHEET,
    RECORD_SHEET,
    STATE_LABEL,
    TITLE_LABEL,
    mark_of,
)
from workflow.compiled.sheets.blocks import BlockColumn, BlockPages
from workflow.compiled.sheets.comparison.columns import Cell
from workflow.excel.measures import RowHeights, column_pixels, row_height
from workflow.excel.page import Page, print_only, set_page
from workflow.excel.rows import CellValue, FlatRow, RowKinds
from workflow.excel.style import (
    ENTRY_LINE,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    MUTED_INK,
    SHEET_FOOTER,
    TO_FILL_FILL,
)
from workflow.excel.table import FONT_SIZE, Heading, TableStyles, write_sentence, write_values
from workflow.excel.workbook import GrowingSheet, add_sheet, new_workbook
from workflow.model.cells import a1, column_letters
from workflow.model.wording import Wording
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, printed_checks

_WIDTHS = (2.8, 4.5, 4.2, 7.0, 4.7, 12.0, 10.0, 8.5, 7.0, 5.5, 7.0, 4.0, 5.0, 6.0)
"""Full-width characters of the columns that are seen: all of them on a screen of 1,366 pixels."""
_SEEN = len(_WIDTHS)
_PAGE = Page(sides=0.35)
_REPEATED = 3
_OPEN_COLUMNS = tuple(LABELS.index(label) for label in OPEN_LABELS)
_OPTIONS = {
    "autofilter": True,
    "sort": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
}


def record_bytes(compilation: Compilation) -> bytes:
    """Return the workbook for the points of a round, as an .xlsx file."""
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    plan, points = compilation.round.plan, compilation.round.points
    book.set_properties(
        {
            "title": f"{plan.title} {era_year(compilation.ledger.year)} {RECORD_SHEET}",
            "created": compilation.stage.as_of.replace(tzinfo=None),
        }
    )
    made = _Sheet(book, add_sheet(book, RECORD_SHEET), compilation)
    on_paper = add_sheet(book, RECORD_PRINT_SHEET)
    meanings = [(handling.value, handling.meaning) for handling in Handling]
    heads = (Heading(HANDLING_LABEL, 12), Heading("意味", 60))
    write_values(add_sheet(book, MEANINGS_SHEET), TableStyles(book), heads, meanings)
    rows = list(made.rows(points))
    made.write(points, rows)
    made.write_print(on_paper, rows)
    book.close()
    return stream.getvalue()


class _Styles:
    """The formats of the table."""

    def __init__(self, book: Workbook) -> None:
        boxed: dict[str, Any] = {"border": 1, "border_color": LINE, "text_wrap": True}
        head = {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        self.header: Format = book.add_format(boxed | head | {"valign": "vcenter"})
        self.number: Format = book.add_format(boxed | {"align": "center", "bg_color": LABEL_FILL})
        self.text: Format = book.add_format(boxed)
        self.done: Format = book.add_format(boxed | {"font_color": MUTED_INK})
        entry = {"locked": False, "border": 1, "border_color": ENTRY_LINE, "num_format": "@"}
        self.entry: Format = book.add_format(boxed | entry)
        self.to_fill: Format = book.add_format({"bg_color": TO_FILL_FILL})


_Row = tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The sheet in the making."""

    book: Workbook
    sheet: GrowingSheet
    compilation: Compilation

    def write(self, points: Sequence[Point], rows: Sequence[_Row]) -> None:
        """Write a row for each point under a frozen, filtered header."""
        styles = _Styles(self.book)
        heads = zip(LABELS, _WIDTHS, strict=False)
        for column, label in enumerate(LABELS):
            self.sheet.write_string(0, column, label, styles.header)
        self.sheet.set_row(0, row_height(((label, w - 1.8) for label, w in heads), FONT_SIZE))
        pixels = [column_pixels(width, FONT_SIZE) for width in _WIDTHS]
        for column, width in enumerate(pixels):
            self.sheet.set_column_pixels(column, column, width)
        self.sheet.set_column(_SEEN, len(LABELS) - 1, 10, None, {"hidden": True})
        heights = RowHeights(_WIDTHS, FONT_SIZE)
        kinds = RowKinds()
        flat = (
            FlatRow(heights.of(row[:_SEEN]), row, kinds.of(row, self._formats(styles, point)))
            for row, point in zip(rows, points, strict=True)
        )
        self.sheet.write_flat_rows(1, (len(rows), len(LABELS)), flat)
        self._set_choices(points)
        self._mark_open(styles, len(points))
        self.sheet.freeze_panes(1, _REPEATED)
        self.sheet.autofilter(0, 0, len(points), _SEEN - 1)
        set_page(self.sheet, _PAGE, pixels, FONT_SIZE, _REPEATED)
        if len(points) <= display_limits.MOST_PRINTED:
            print_only(self.sheet, 0, _REPEATED, RECORD_PRINT_SHEET)
        self.sheet.set_footer(SHEET_FOOTER)
        self.sheet.protect(self.compilation.round.plan.lock_password, _OPTIONS)

    def write_print(self, sheet: GrowingSheet, rows: Sequence[_Row]) -> None:
        """Write a block for each point, to be read and decided on paper."""
        if len(rows) > display_limits.MOST_PRINTED:
            sentence = display_limits.not_printed(len(rows))
            write_sentence(sheet, TableStyles(self.book), RECORD_PRINT_SHEET, sentence)
            return
        pages = BlockPages(self.book, sheet, _PAGE, _BLOCK_COLUMNS)
        for row in rows:
            texts = dict(zip(LABELS, (str(text or "") for text in row), strict=True))
            _write_block(pages, texts)
        pages.finish()
        lines: dict[int, dict[int, str]] = {}
        for (at, column), text in pages.printed.items():
            lines.setdefault(at, {})[column + 1] = text
        for at, printed in lines.items():
            sheet.write_string(at, PRINT_CHECK_COLUMN - 1, printed_checks(printed))
        sheet.set_column(PRINT_CHECK_COLUMN - 1, PRINT_CHECK_COLUMN - 1, 10, None, {"hidden": True})
        sheet.protect(self.compilation.round.plan.lock_password, _OPTIONS)

    def rows(self, points: Iterable[Point]) -> Iterable[_Row]:
        """Yield what each column says of each point."""
        wording = self.compilation.wording
        log = decision_log(self.compilation.journal)
        notes: dict[int, list[str]] = {}
        for point in points:
            for finding in decision_findings((point,), log):
                notes.setdefault(point.number, []).append(wording.problem(finding))
        for point in points:
            decision = point.decision
            seen = (
                str(point.number),
                point.owner,
                point.item,
                point.title,
                wording.labels.get(point.field_key, point.field_key),
                described(point, wording),
                point.answer,
                point.other,
                point.last_year,
                decision.word,
                decision.reason,
                decision.by,
                point.explanation,
                "\n".join((state_of(point), *notes.get(point.number, ()))),
            )
            printed = {
                at: text
                for at, text in enumerate(seen, start=1)
                if text and at - 1 not in _OPEN_COLUMNS
            }
            row = (*(text or None for text in seen), mark_of(point, log.last_event))
            yield (*row, printed_checks(printed))

    def _formats(self, styles: _Styles, point: Point) -> tuple[Format, ...]:
        plain = styles.text if point.is_open else styles.done
        return tuple(
            styles.entry if column in _OPEN_COLUMNS else styles.number if column == 0 else plain
            for column in range(len(LABELS))
        )

    def _set_choices(self, points: Sequence[Point]) -> None:
        """Give each cell of 扱い the list of what can be decided there; equal neighbours share."""
        column, row = LABELS.index(HANDLING_LABEL), 1
        for choices, group in groupby(points, key=lambda point: point.choices):
            last = row + len(list(group)) - 1
            rule = {
                "validate": "list",
                "source": [choice.value for choice in choices],
                "input_title": HANDLING_LABEL,
                "input_message": "▼を押して選びます。意味はシート「扱いの意味」にあります。",
                "error_title": HANDLING_LABEL,
                "error_message": "一覧から選んでください。",
            }
            self.sheet.data_validation(row, column, last, column, rule)
            row = last + 1

    def _mark_open(self, styles: _Styles, count: int) -> None:
        column = LABELS.index(HANDLING_LABEL)
        rule = {
            "type": "formula",
            "criteria": f'=${column_letters(column + 1)}2=""',
            "format": styles.to_fill,
        }
        self.sheet.conditional_format(f"{a1(2, column + 1)}:{a1(count + 1, column + 1)}", rule)


_BLOCK_COLUMNS = (
    BlockColumn("項目", 8.0),
    BlockColumn("いまの回答"),
    BlockColumn("もう一方の回答"),
    BlockColumn("昨年度"),
)
_ROOM_TO_WRITE = "\n\n"


def _write_block(pages: BlockPages, texts: Mapping[str, str]) -> None:
    """Write the block of a point: what it is about, the answers, and what was decided."""
    answers = [Cell(texts[column.label]) for column in _BLOCK_COLUMNS[1:]]
    decided = [Cell(f"{label}：{texts[label] or _ROOM_TO_WRITE}") for label in OPEN_LABELS]
    rows = [(Cell(texts[FIELD_LABEL] or "全体"), *answers), (Cell("決めたこと"), *decided)]
    if texts[EXPLANATION_LABEL]:
        explained = Cell(EXPLANATION_LABEL), Cell(texts[EXPLANATION_LABEL]), Cell(""), Cell("")
        rows.insert(1, explained)
    if not any(cell.text for cell in answers):
        del rows[0]
    heads = (texts[label] for label in (NUMBER_LABEL, DEPARTMENT_LABEL, ID_LABEL, TITLE_LABEL))
    sentence = f"{texts[FINDING_LABEL]}\n{STATE_LABEL}：{texts[STATE_LABEL]}"
    pages.write_block("　".join(head for head in heads if head), rows, sentence)


def described(point: Point, wording: Wording) -> str:
    """Return what a point is about, with the place in the file it was noticed in."""
    finding = point.shown_finding
    problem = wording.problem(finding)
    at = finding.location
    where = "".join((f"「{at.file}」" if at.file else "", wording.where(at) if at.row else ""))
    return f"{problem}\n（{where}）" if where else problem


def state_of(point: Point) -> str:
    """Return where a point stands, in words."""
    match point.handling:
        case None:
            return "未確認です。"
        case Handling.ASK if point.explanation:
            return "課から説明が届きました。"
        case Handling.ASK:
            return "課の説明を待っています。"
        case Handling.SEND_BACK:
            return "課の訂正を待っています。"
    return "済みました。"
