"""The cover 「記入要領」: whose form it is, how to fill it, what the choices mean, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workflow.cells import a1, quoted_sheet
from workflow.look import ALERT_FILL, ALERT_INK, HEADER_FILL, HEADER_INK, LABEL_FILL, LINE, LINK_INK
from workflow.sheets import row_height
from workflow.templates.layout import ENTRY_SHEET, FONT_SIZE, EntryRow, Layout
from workflow.years import full_year, japanese_date

NUMBER_CELL = "$C$5"
_NUMBER_ROW, _NUMBER_COLUMN = 5, 3
_DONE, _LEFT = "記入済", "未記入"


def write_cover(book: Workbook, sheet: Worksheet, layout: Layout) -> dict[str, str]:
    """Write the cover; return, for each choice field's key, where its values stand as a range."""
    pen = _Pen(book, sheet)
    _set_page(sheet, layout)
    _write_heading(pen, layout)
    _write_steps(pen, layout)
    choices = dict(_write_choices(pen, layout))
    _write_items(pen, layout)
    return choices


class _Pen:
    """Writes down the page, row by row, in columns B to E."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        base: dict[str, Any] = {"valign": "top", "text_wrap": True}
        boxed = base | {"border": 1, "border_color": LINE}
        self.sheet = sheet
        self.row = 1
        self.title = book.add_format({"font_size": 18, "bold": True})
        self.heading = book.add_format(
            {"bold": True, "font_size": 12, "bottom": 2, "bottom_color": HEADER_FILL}
        )
        self.text = book.add_format(base)
        self.label = book.add_format(boxed | {"bold": True, "bg_color": LABEL_FILL})
        self.header = book.add_format(
            boxed | {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        )
        self.boxed = book.add_format(boxed)
        self.link = book.add_format(boxed | {"font_color": LINK_INK, "underline": 1})
        self.left = book.add_format({"bg_color": ALERT_FILL, "font_color": ALERT_INK, "bold": True})

    def put(self, column: int, text: str, style: Format) -> None:
        self.sheet.write_string(self.row - 1, column - 1, text, style)

    def put_across(self, text: str, style: Format) -> None:
        self.sheet.merge_range(self.row - 1, 1, self.row - 1, 4, "", style)
        self.put(2, text, style)
        # Excel does not fit the height of merged cells by itself.
        self.sheet.set_row(self.row - 1, row_height([(text, 94)], FONT_SIZE))
        self.row += 1


def _set_page(sheet: Worksheet, layout: Layout) -> None:
    sheet.hide_gridlines(2)
    for column, width in (("A:A", 2), ("B:B", 18), ("C:C", 24), ("D:D", 40), ("E:E", 12)):
        sheet.set_column(column, width)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{layout.number}&R&P / &N")


def _write_heading(pen: _Pen, layout: Layout) -> None:
    pen.row = 2
    pen.sheet.set_row(1, 30)
    pen.put(2, f"{layout.title}　進捗状況調査票", pen.title)
    for row, label, text in (
        (3, "対象年度", full_year(layout.number.year)),
        (4, "担当課", layout.department.name),
        (_NUMBER_ROW, "様式番号", str(layout.number)),
        (6, "提出期限", _deadline(layout)),
        (7, "提出先・問い合わせ先", _contact(layout)),
    ):
        pen.row = row
        pen.put(2, label, pen.label)
        pen.sheet.merge_range(row - 1, 2, row - 1, 4, "", pen.boxed)
        pen.put(_NUMBER_COLUMN, text, pen.boxed)
        pen.sheet.set_row(row - 1, row_height([(text, 76)], FONT_SIZE))
    pen.row = 9


def _deadline(layout: Layout) -> str:
    return japanese_date(layout.deadline) if layout.deadline else "送付文のとおりです。"


def _contact(layout: Layout) -> str:
    return f"{layout.coordinator}\n{layout.contact}" if layout.contact else layout.coordinator


def _write_steps(pen: _Pen, layout: Layout) -> None:
    pen.put_across("記入のしかた", pen.heading)
    steps = [
        f"シート「{ENTRY_SHEET}」の、うすい黄色のセルだけに記入してください。",
        "一覧から選ぶ項目は、セルの右に出る▼を押して選んでください。",
        "セルの中で改行するときは、Altキーを押しながらEnterキーを押してください。",
        "行や列、シートを増やしたり消したりしないでください。様式が合わない場合はご連絡ください。",
        "下の一覧がすべて「記入済」になったら、上書き保存して提出してください。",
    ]
    steps += [f"{f.label}：{f.help}" for _, f in layout.field_columns if f.help]
    steps += [
        f"整理番号{item.id}は、{item.departments}の共同の取組です。どの課が記入するか、ご相談ください。"
        for item in layout.shared
    ]
    for number, step in enumerate(steps, start=1):
        pen.put_across(f"{number}. {step}", pen.text)
    pen.row += 1


def _write_choices(pen: _Pen, layout: Layout) -> Iterator[tuple[str, str]]:
    fields = layout.form.form.choice_fields
    if not fields:
        return
    pen.put_across("選択肢とその意味", pen.heading)
    for column, text in ((2, "項目"), (3, "選択肢"), (4, "意味")):
        pen.put(column, text, pen.header)
    pen.row += 1
    for field in fields:
        first = pen.row
        for choice in field.choices:
            pen.put(2, field.label, pen.label)
            pen.put(3, choice.value, pen.boxed)
            pen.put(4, choice.meaning, pen.boxed)
            pen.row += 1
        yield field.key, f"$C${first}:$C${pen.row - 1}"
    pen.row += 1


def _write_items(pen: _Pen, layout: Layout) -> None:
    pen.put_across("取組内容の一覧（整理番号を押すと記入する欄に移ります）", pen.heading)
    for column, text in ((2, "整理番号"), (3, "取組内容"), (5, "記入の状態")):
        pen.put(column, text, pen.header)
    pen.sheet.merge_range(pen.row - 1, 2, pen.row - 1, 3, "", pen.header)
    pen.put(3, "取組内容", pen.header)
    pen.row += 1
    first = pen.row
    for entry in layout.rows:
        _write_item(pen, layout, entry)
    states = f"$E${first}:$E${pen.row - 1}"
    pen.sheet.conditional_format(
        f"E{first}:E{pen.row - 1}",
        {"type": "cell", "criteria": "==", "value": f'"{_LEFT}"', "format": pen.left},
    )
    total = len(layout.rows)
    pen.put(2, "未記入の件数", pen.label)
    pen.sheet.merge_range(pen.row - 1, 2, pen.row - 1, 4, "", pen.boxed)
    pen.sheet.write_formula(
        pen.row - 1,
        2,
        f'=COUNTIF({states},"{_LEFT}")&"件／全{total}件"',
        pen.boxed,
        f"{total}件／全{total}件",
    )


def _write_item(pen: _Pen, layout: Layout, entry: EntryRow) -> None:
    sheet = quoted_sheet(ENTRY_SHEET)
    first = a1(entry.row, layout.field_columns[0][0].index)
    pen.sheet.write_url(pen.row - 1, 1, f"internal:{sheet}!{first}", pen.link, string=entry.item.id)
    pen.sheet.merge_range(pen.row - 1, 2, pen.row - 1, 3, "", pen.boxed)
    pen.put(3, entry.item.labels[-1], pen.boxed)
    pen.sheet.set_row(pen.row - 1, row_height([(entry.item.labels[-1], 64)], FONT_SIZE))
    required = [column.index for column, field in layout.field_columns if field.required]
    wanted = required or [column.index for column, _ in layout.field_columns]
    blanks = "+".join(f"COUNTBLANK({sheet}!{a1(entry.row, index)})" for index in wanted)
    state = f'=IF({blanks}=0,"{_DONE}","{_LEFT}")'
    pen.sheet.write_formula(pen.row - 1, 4, state, pen.boxed, _LEFT)
    pen.row += 1
