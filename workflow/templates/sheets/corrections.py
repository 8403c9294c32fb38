"""The sheet 「修正のお願い」 of a hand-back: what to put right, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.excel.measures import (
    POINTS_PER_PIXEL,
    characters_in,
    column_pixels,
    row_height,
)
from workflow.excel.page import Page, set_page
from workflow.excel.style import (
    ALERT_FILL,
    ALERT_INK,
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    LINK_INK,
    TO_FILL_FILL,
    footer,
)
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.cells import a1, column_letters, plain_number, quoted_sheet
from workflow.model.fields.declarations import Value
from workflow.model.years import japanese_date, japanese_date_and_weekday
from workflow.python.dataclass import dataclass
from workflow.templates.corrections import Line, Listed, Target, asked_cell, in_a_box, targets
from workflow.templates.filling import Filling
from workflow.templates.indicator_table import INDICATOR_SHEET
from workflow.templates.layout import (
    CORRECTION_CHECK_COLUMN,
    CORRECTION_FIRST_COLUMN,
    CORRECTION_LAST_COLUMN,
    CORRECTION_SHEET,
    CORRECTION_TABLE_ROW,
    DIGEST_DIGITS,
    ENTRY_SHEET,
    EXPLANATION_COLUMN,
    ID_LABEL,
    MADE_FROM_LABEL,
    QUESTION_SIGN,
    Layout,
    printed_checks,
)
from workflow.templates.sheets.entries import write_answer

_COLUMNS = (
    ("番号", 2.5),
    (ID_LABEL, 4.5),
    ("取組内容", 10.0),
    ("項目", 6.0),
    ("いまの記入", 12.0),
    ("どこが問題か", 16.0),
    ("どう直すか", 16.0),
    ("直すセル", 5.5),
    ("状態", 4.0),
)
"""What heads the columns of the list, and their full-width characters."""
_QUESTION_LABELS = (
    "番号",
    ID_LABEL,
    "取組内容",
    "項目",
    "いまの記入",
    "お尋ね",
    "説明",
    "尋ねるセル",
)
"""What heads the columns of what is asked."""
_SIZE = 10.0
_PIXELS = tuple(column_pixels(width, _SIZE) for _, width in _COLUMNS)
_LINK, _STATE, _KEPT = 9, 10, CORRECTION_LAST_COLUMN
_COUNT_ROW, _STEPS_ROW = 5, 7
_INDENT = 1.0
"""Full-width characters by which the texts of the list stand in."""
_TODO, _CHANGED = "未修正", "変更済"
_SHOWN_LETTERS = 60
_MOST_SHOWN = 100


def write_corrections(
    book: Workbook, sheet: GrowingSheet, layout: Layout, filling: Filling, share: float = 1.0
) -> Listed:
    """Write the list in a share of its usual width; return where it keeps and takes what."""
    styles = _Styles(book)
    lines = targets(layout, filling)
    page = _Page(sheet, share)
    _set_page(page, layout)
    _write_heading(page, styles, layout, filling, lines)
    for column, (label, _) in enumerate(_COLUMNS if lines else (), CORRECTION_FIRST_COLUMN - 1):
        page.write(CORRECTION_TABLE_ROW - 1, column, label, styles.header)
    kept: dict[tuple[str, str], str] = {}
    explained: dict[int, str] = {}
    for number, (correction, target) in enumerate(lines, start=1):
        row = CORRECTION_TABLE_ROW + number
        if target.is_cell:
            cell = f"{quoted_sheet(CORRECTION_SHEET)}!${column_letters(_KEPT)}${row}"
            kept[correction.cell] = cell
        _write_line(page, styles, (correction, target), number, row)
    last = CORRECTION_TABLE_ROW + len(lines) - 1
    if filling.questions:
        first = CORRECTION_TABLE_ROW + len(lines) + 2 if lines else CORRECTION_TABLE_ROW
        explained = _write_questions(page, styles, layout, filling, first)
        last = first + len(filling.questions) - 1
    page.write_checks()
    sheet.print_area(0, 0, last, _STATE - 1)
    return Listed(kept, explained)


@dataclass(slots=True)
class _Page:
    """The list in the making; what is printed is known again when it comes back."""

    sheet: GrowingSheet
    share: float
    texts: dict[int, dict[int, str]] = field(default_factory=dict)

    @property
    def pixels(self) -> list[int]:
        """The widths of the columns of the list."""
        return [round(width * self.share) for width in _PIXELS]

    @property
    def widths(self) -> list[float]:
        """How many full-width characters a text in a column of the list takes on a line."""
        lost = (1 - self.share) * POINTS_PER_PIXEL / _SIZE
        return [
            width - pixels * lost - _INDENT
            for (_, width), pixels in zip(_COLUMNS, _PIXELS, strict=True)
        ]

    def write(self, row: int, column: int, text: str, style: Format) -> None:
        """Write a text at a 0-based row and column."""
        self.sheet.write_string(row, column, text, style)
        self.texts.setdefault(row, {})[column + 1] = text

    def write_checks(self) -> None:
        """Write beside each row what is printed in it."""
        for row, texts in self.texts.items():
            self.sheet.write_string(row, CORRECTION_CHECK_COLUMN - 1, printed_checks(texts))


class _Styles:
    """The formats of the list."""

    def __init__(self, book: Workbook) -> None:
        plain: dict[str, Any] = {"valign": "vcenter", "text_wrap": True, "font_size": _SIZE}
        boxed = plain | {"border": 1, "border_color": LINE}
        self.title = book.add_format({"font_size": 18, "bold": True, "valign": "vcenter"})
        self.text = book.add_format(plain)
        self.small = book.add_format(plain)
        self.header = book.add_format(
            boxed
            | {"bold": True, "align": "center"}
            | {"bg_color": HEADER_FILL, "font_color": HEADER_INK}
        )
        self.boxed = book.add_format(boxed | {"indent": 1})
        self.centred = book.add_format(boxed | {"align": "center"})
        self.item = book.add_format(
            boxed | {"align": "center", "bold": True, "bg_color": LABEL_FILL}
        )
        self.remedy = book.add_format(boxed | {"bold": True, "indent": 1})
        self.to_explain = book.add_format(
            boxed | {"bg_color": TO_FILL_FILL, "locked": False, "num_format": "@"}
        )
        self.link = book.add_format(
            boxed | {"font_color": LINK_INK, "underline": 1, "align": "center"}
        )
        self.count = book.add_format(
            plain
            | {"bold": True, "font_size": 14, "align": "center"}
            | {"border": 2, "border_color": HEADER_FILL}
        )
        self.todo = book.add_format({"bg_color": ALERT_FILL, "font_color": ALERT_INK, "bold": True})


def _set_page(page: _Page, layout: Layout) -> None:
    sheet = page.sheet
    sheet.hide_gridlines(2)
    sheet.repeat_rows(CORRECTION_TABLE_ROW - 1)
    sheet.set_footer(footer(f"{layout.department.name}　{CORRECTION_SHEET}"))
    edge = column_pixels(1, _SIZE)
    for column, width in enumerate((edge, *page.pixels)):
        sheet.set_column_pixels(column, column, width)
    sheet.set_column(_KEPT - 1, CORRECTION_CHECK_COLUMN - 1, 10, None, {"hidden": True})
    set_page(sheet, Page(), (edge, *page.pixels), _SIZE)


def _write_heading(
    page: _Page, styles: _Styles, layout: Layout, filling: Filling, lines: list[Line]
) -> None:
    page.sheet.set_row(1, 32)
    page.write(1, 1, f"{CORRECTION_SHEET}　{layout.department.name}", styles.title)
    about = f"{layout.title}　{layout.period.full}　進捗状況調査票"
    _write_over(page, 3, about, styles.text)
    _write_count(page.sheet, styles, lines)
    for number, step in enumerate(_steps(layout, filling), start=1):
        _write_over(page, _STEPS_ROW + number - 1, f"{number}. {step}", styles.text)
    if filling.made_from:
        row = CORRECTION_TABLE_ROW - 1
        _write_over(page, row, f"{MADE_FROM_LABEL}{made_from_text(filling)}", styles.small)
    page.sheet.set_row(CORRECTION_TABLE_ROW - 1, 24)


def made_from_text(filling: Filling) -> str:
    """Return the returns a hand-back was made from, as it shows them."""
    return " ".join(digest[:DIGEST_DIGITS] for digest in filling.made_from[:_MOST_SHOWN])


def _steps(layout: Layout, filling: Filling) -> Iterator[str]:
    if not filling.corrections:
        yield from _steps_of_questions(layout)
        return
    yield (
        "お送りいただいた回答に、直していただきたいところがあります。"
        "書かれた回答はこのファイルに入れてありますので、下の表のところだけを直してください。"
        f"{_ALSO_ASKED if filling.questions else ''}"
    )
    yield (
        f"「直すセル」の欄を押すと、{_entries(layout)}のそのセルへ移ります。"
        "直すセルには太い枠と色が付いていて、マウスを重ねると直し方が出ます。"
        "色は、記入を変えると消えます（枠は残ります）。"
        f"{_LOOK_OF_ASKED if filling.questions else ''}"
    )
    contact = f"（{layout.contact}）" if layout.contact else ""
    until = f"{japanese_date_and_weekday(layout.deadline)}までに、" if layout.deadline else ""
    finished = "直し、説明も記入し" if filling.questions else "直し"
    yield (
        f"{finished}終えたら、上書き保存し、{until}このファイルのまま{layout.coordinator}へ送ってください。"
        f"分からないところは、{layout.coordinator}{contact}へお尋ねください。"
    )


_ALSO_ASKED = (
    "二つ目の表は、お尋ねです。直す必要はありませんので、「説明」の欄にお答えを記入してください。"
)
_LOOK_OF_ASKED = "尋ねるセルには、二重の枠と格子の模様が付いています。"
"""What a hand-back says besides that asks for corrections and for explanations."""


def _entries(layout: Layout) -> str:
    """Return where the answers stand, in words."""
    sheets = "か".join(f"「{sheet.sheet}」" for sheet in layout.sheets)
    return "調査票" if layout.own else f"シート{sheets}"


def _steps_of_questions(layout: Layout) -> Iterator[str]:
    yield (
        "お送りいただいた回答について、お尋ねしたいことがあります。回答を直す必要はありません。"
        "下の表の「説明」の欄に、お答えを記入してください。"
    )
    yield (
        f"「尋ねるセル」の欄を押すと、{_entries(layout)}のそのセルへ移ります。"
        "そのセルには二重の枠と格子の模様が付いていて、マウスを重ねるとお尋ねが出ます。"
        "模様は、説明を記入すると消えます（枠は残ります）。"
        "回答に直したいところがあれば、このファイルの調査票で直してもかまいません。"
    )
    yield f"記入し終えたら、上書き保存し、このファイルのまま{layout.coordinator}へ送ってください。"


def _write_over(page: _Page, row: int, text: str, style: Format) -> None:
    first = CORRECTION_FIRST_COLUMN - 1
    page.sheet.merge_range(row - 1, first, row - 1, _STATE - 1, "", style)
    page.write(row - 1, first, text, style)
    width = characters_in(sum(page.pixels), _SIZE)
    page.sheet.set_row(row - 1, row_height([(text, width)], _SIZE) + 2)


def _write_count(sheet: GrowingSheet, styles: _Styles, lines: list[Line]) -> None:
    total = sum(target.is_cell for _, target in lines)
    if not total:
        return
    first, last = (
        a1(CORRECTION_TABLE_ROW + 1, _STATE),
        a1(CORRECTION_TABLE_ROW + len(lines), _STATE),
    )
    states = f"{first}:{last}"
    left = f'COUNTIF({states},"{_TODO}")'
    row = _COUNT_ROW - 1
    sheet.merge_range(row, CORRECTION_FIRST_COLUMN - 1, row, 4, "", styles.count)
    sheet.set_row(row, 30)
    formula = f'="{_TODO} "&{left}&" か所／全 {total} か所"'
    cached = f"{_TODO} {total} か所／全 {total} か所"
    sheet.write_formula(row, CORRECTION_FIRST_COLUMN - 1, formula, styles.count, cached)
    rule = {"type": "formula", "criteria": f"={left}>0", "format": styles.todo}
    sheet.conditional_format(row, CORRECTION_FIRST_COLUMN - 1, row, 4, rule)
    done = {"type": "cell", "criteria": "==", "value": f'"{_TODO}"', "format": styles.todo}
    sheet.conditional_format(states, done)


def _write_line(page: _Page, styles: _Styles, line: Line, number: int, row: int) -> None:
    correction, target = line
    texts = (
        str(number),
        correction.item or "全体",
        target.title,
        correction.label,
        _shown(target.value) if target.is_cell else "",
        in_a_box(correction.problem),
        in_a_box(correction.remedy),
    )
    led_to = f"{_sheet_line(target)}_" if target.row else ""
    height = row_height(zip((*texts, led_to), page.widths, strict=False), _SIZE) + 6
    page.sheet.set_row(row - 1, max(30, height))
    formats = (styles.centred, styles.item, *[styles.boxed] * 4, styles.remedy)
    for column, (text, style) in enumerate(
        zip(texts, formats, strict=True), CORRECTION_FIRST_COLUMN - 1
    ):
        page.write(row - 1, column, text, style)
    _write_target(page, styles, target, row)


def _write_questions(
    page: _Page, styles: _Styles, layout: Layout, filling: Filling, first: int
) -> dict[int, str]:
    """Write what is to be explained; return the cell for each explanation, by its number."""
    titles = {entry.item.id: entry.item.labels[-1] for entry in layout.rows}
    explained: dict[int, str] = {}
    for column, label in enumerate(_QUESTION_LABELS, start=CORRECTION_FIRST_COLUMN - 1):
        page.write(first - 1, column, label, styles.header)
    for row, question in enumerate(filling.questions, start=first):
        value = filling.value(question.item, question.field_key)
        texts = (
            f"{QUESTION_SIGN}{question.number}",
            question.item or "全体",
            titles.get(question.item, ""),
            question.label,
            _shown(value) if question.field_key else "",
            in_a_box(question.text),
        )
        height = row_height(zip(texts, page.widths, strict=False), _SIZE) + 6
        page.sheet.set_row(row, max(60, height))
        formats = (styles.centred, styles.item, *[styles.boxed] * 4)
        for column, (text, style) in enumerate(
            zip(texts, formats, strict=True), CORRECTION_FIRST_COLUMN - 1
        ):
            page.write(row, column, text, style)
        page.sheet.write_blank(row, EXPLANATION_COLUMN - 1, None, styles.to_explain)
        cell = f"${column_letters(EXPLANATION_COLUMN)}${row + 1}"
        explained[question.number] = f"{quoted_sheet(CORRECTION_SHEET)}!{cell}"
        _write_link(page, styles, asked_cell(layout, question), row)
    return explained


def _write_target(page: _Page, styles: _Styles, target: Target, row: int) -> None:
    """Write the link and the live state; what is wrong with a row or a file has no state."""
    if not target.row:
        page.write(row - 1, _LINK - 1, "―", styles.centred)
        page.write(row - 1, _STATE - 1, "―", styles.centred)
        return
    entries, cell = quoted_sheet(target.sheet), a1(target.row, target.column)
    _write_link(page, styles, target, row - 1)
    if not target.is_cell:
        page.write(row - 1, _STATE - 1, "―", styles.centred)
        return
    write_answer(page.sheet, row - 1, _KEPT - 1, target.value, styles.boxed)
    same = f"EXACT({entries}!{cell},{a1(row, _KEPT)})"
    formula = f'=IF({same},"{_TODO}","{_CHANGED}")'
    page.sheet.write_formula(row - 1, _STATE - 1, formula, styles.centred, _TODO)


def _write_link(page: _Page, styles: _Styles, target: Target, row: int) -> None:
    """Write a link to a cell of an entry sheet in a 0-based row; row 0 stands for none."""
    if not target.row:
        page.write(row, _LINK - 1, "―", styles.centred)
        return
    cell = a1(target.row, target.column)
    page.write(row, _LINK - 1, f"{_sheet_line(target)}{cell}へ移る", styles.link)
    page.sheet.link_cell(row, _LINK - 1, Link("", f"{quoted_sheet(target.sheet)}!{cell}"))


def _sheet_line(target: Target) -> str:
    """Return a line with the sheet of a cell on the city's own form, which may have many."""
    return "" if target.sheet in (ENTRY_SHEET, INDICATOR_SHEET) else f"{target.sheet}\n"


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return "（空欄）"
        case str():
            whole = len(value) <= _SHOWN_LETTERS
            return value if whole else f"{value[:_SHOWN_LETTERS]}…（全{len(value):,}字）"
        case Decimal():
            return plain_number(value)
        case date():
            return japanese_date(value)
