"""The cover 「記入要領」: whose form it is, how to fill it, what the choices mean, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workflow.excel.style import (
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    LINK_INK,
    TO_FILL_FILL,
)
from workflow.excel.workbook import PAPERS, footer, row_height
from workflow.model.cells import a1, quoted_sheet
from workflow.model.fields.declarations import FONT_SIZE
from workflow.model.plan import Filling
from workflow.model.years import full_year, japanese_date
from workflow.templates.layout import ENTRY_SHEET, NUMBER_LABEL, EntryRow, Layout

NUMBER_CELL = "$C$5"
_WIDTHS = {"A": 2, "B": 20, "C": 30, "D": 38, "E": 10, "F": 14}
_FIRST, _LAST = 2, 6
_DONE, _LEFT = "記入済", "未記入"


def write_cover(
    book: Workbook, sheet: Worksheet, layout: Layout, filling: Filling
) -> dict[str, str]:
    """Write the cover; return, for each choice field's key, where its values stand as a range."""
    pen = _Pen(book, sheet)
    _set_page(sheet, layout)
    _write_heading(pen, layout)
    count_row = pen.row
    pen.row += 2
    _write_steps(pen, layout)
    choices = dict(_write_choices(pen, layout))
    states, left = _write_items(pen, layout, filling)
    _write_count(pen, layout, count_row, states, left)
    return choices


class _Pen:
    """Writes down the page, row by row, in columns B to F."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        base: dict[str, Any] = {"valign": "vcenter", "text_wrap": True}
        boxed = base | {"border": 1, "border_color": LINE}
        self.sheet = sheet
        self.row = 1
        self.title = book.add_format({"font_size": 18, "bold": True, "valign": "vcenter"})
        self.heading = book.add_format(
            {
                "bold": True,
                "font_size": 12,
                "valign": "vcenter",
                "bottom": 2,
                "bottom_color": HEADER_FILL,
            }
        )
        self.text = book.add_format(base)
        self.label = book.add_format(boxed | {"bold": True, "bg_color": LABEL_FILL})
        self.header = book.add_format(
            boxed | {"bold": True, "bg_color": HEADER_FILL, "font_color": HEADER_INK}
        )
        self.boxed = book.add_format(boxed)
        self.centred = book.add_format(boxed | {"align": "center"})
        self.link = book.add_format(
            boxed | {"font_color": LINK_INK, "underline": 1, "align": "center"}
        )
        self.count = book.add_format(
            {
                "bold": True,
                "font_size": 14,
                "valign": "vcenter",
                "align": "center",
                "border": 2,
                "border_color": HEADER_FILL,
            }
        )
        self.left = book.add_format({"bg_color": TO_FILL_FILL, "bold": True})

    def put(self, column: int, text: str, style: Format) -> None:
        self.sheet.write_string(self.row - 1, column - 1, text, style)

    def put_over(self, first: int, last: int, text: str, style: Format) -> None:
        """Write over several columns; Excel does not fit merged cells, so the height is set."""
        self.sheet.merge_range(self.row - 1, first - 1, self.row - 1, last - 1, "", style)
        self.put(first, text, style)
        width = sum(list(_WIDTHS.values())[first - 1 : last])
        self.sheet.set_row(self.row - 1, row_height([(text, width)], FONT_SIZE) + 4)

    def head(self, text: str) -> None:
        self.put_over(_FIRST, _LAST, text, self.heading)
        self.row += 1


def _set_page(sheet: Worksheet, layout: Layout) -> None:
    sheet.hide_gridlines(2)
    for letter, width in _WIDTHS.items():
        sheet.set_column(f"{letter}:{letter}", width)
    sheet.set_paper(PAPERS["A4"])
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(footer(f"{layout.department.name}　様式番号 {layout.number}"))


def _write_heading(pen: _Pen, layout: Layout) -> None:
    pen.sheet.set_row(1, 32)
    pen.row = 2
    pen.put(2, f"{layout.title}　進捗状況調査票", pen.title)
    facts = (
        ("対象年度", full_year(layout.number.year)),
        ("担当課", layout.department.name),
        (NUMBER_LABEL, str(layout.number)),
        ("提出期限", _deadline(layout)),
        ("提出先・問い合わせ先", _contact(layout)),
    )
    for pen.row, (label, text) in enumerate(facts, start=3):
        pen.put_over(3, _LAST, text, pen.boxed)
        pen.put(2, label, pen.label)
    pen.row += 2


def _deadline(layout: Layout) -> str:
    return japanese_date(layout.deadline) if layout.deadline else "送付文のとおりです。"


def _contact(layout: Layout) -> str:
    return f"{layout.coordinator}\n{layout.contact}" if layout.contact else layout.coordinator


def _write_steps(pen: _Pen, layout: Layout) -> None:
    pen.head("記入のしかた")
    for number, step in enumerate(_steps(layout), start=1):
        pen.put_over(_FIRST, _LAST, f"{number}. {step}", pen.text)
        pen.row += 1
    pen.row += 1


def _steps(layout: Layout) -> Iterator[str]:
    yield (
        f"シート「{ENTRY_SHEET}」の白と黄色のセルに記入してください。"
        "黄色は必ず記入するセルで、記入すると白くなります。灰色のセルは変更できません。"
    )
    yield "Tabキーを押すと、次に記入するセルへ移ります。"
    yield "一覧から選ぶ項目は、セルの右に出る▼を押して選んでください。"
    yield "セルの中で改行するときは、Altキーを押しながらEnterキーを押してください。"
    yield (
        "ほかの文書から貼り付けるときは、右クリックして「値」の貼り付けを選んでください。"
        "赤くなったセルは、文字数や選択肢が決まりと合っていません。"
    )
    if any(entry.previous for entry in layout.rows):
        yield "「前年度」の行は昨年の回答です。参考にしてください（変更はできません）。"
    for _, field in layout.field_columns:
        if field.help:
            yield f"{field.label}：{field.help}"
    for item in layout.shared:
        yield (
            f"整理番号{item.id}は、{item.departments}の共同の取組です。"
            "どの課が記入するか、課の間でご相談ください。"
        )
    yield "上の「未入力」が0件になったら、上書き保存し、このファイルのまま提出先へ送ってください。"
    yield "様式が合わないときは、行や列を増やしたり消したりせずに、問い合わせ先へご連絡ください。"


def _write_choices(pen: _Pen, layout: Layout) -> Iterator[tuple[str, str]]:
    fields = layout.form.form.choice_fields
    if not fields:
        return
    pen.head("選択肢とその意味")
    pen.put_over(4, _LAST, "意味", pen.header)
    pen.put(2, "項目", pen.header)
    pen.put(3, "選択肢", pen.header)
    pen.row += 1
    for field in fields:
        first = pen.row
        for choice in field.dropdown:
            pen.put_over(4, _LAST, choice.meaning, pen.boxed)
            pen.put(2, field.label, pen.label)
            pen.put(3, choice.value, pen.boxed)
            pen.row += 1
        yield field.key, f"$C${first}:$C${pen.row - 1}"
    pen.row += 1


def _write_items(pen: _Pen, layout: Layout, filling: Filling) -> tuple[str, int]:
    """Write a line per item; return the range of their states and how many are not filled."""
    pen.head("取組内容の一覧")
    pen.put_over(3, 4, "取組内容", pen.header)
    for column, text in ((2, "整理番号"), (5, "状態"), (6, "記入する欄")):
        pen.put(column, text, pen.header)
    pen.row += 1
    first = pen.row
    left = sum([_write_item(pen, layout, entry, filling) for entry in layout.rows])
    states = f"$E${first}:$E${pen.row - 1}"
    pen.sheet.conditional_format(
        states.replace("$", ""),
        {"type": "cell", "criteria": "==", "value": f'"{_LEFT}"', "format": pen.left},
    )
    return states, left


def _write_item(pen: _Pen, layout: Layout, entry: EntryRow, filling: Filling) -> bool:
    """Write the line of an item; return whether it is left to fill."""
    pen.put_over(3, 4, entry.item.labels[-1], pen.boxed)
    pen.put(2, entry.item.id, pen.centred)
    fields = layout.field_columns
    wanted = [(c, f) for c, f in fields if f.required] or fields
    cells = [a1(entry.row, column.index) for column, _ in wanted]
    left = any(filling.value(entry.item.id, field.key) is None for _, field in wanted)
    sheet = quoted_sheet(ENTRY_SHEET)
    blanks = "+".join(f"COUNTBLANK({sheet}!{cell})" for cell in cells)
    state = f'=IF({blanks}=0,"{_DONE}","{_LEFT}")'
    pen.sheet.write_formula(pen.row - 1, 4, state, pen.centred, _LEFT if left else _DONE)
    pen.sheet.write_formula(pen.row - 1, 5, _link(sheet, cells), pen.link, "記入する")
    pen.row += 1
    return left


def _link(sheet: str, cells: list[str]) -> str:
    """Return a link to the first of these cells that is empty, or else to the first one."""
    target = f'"{cells[0]}"'
    for cell in reversed(cells):
        target = f'IF({sheet}!{cell}="","{cell}",{target})'
    return f'=HYPERLINK("#{sheet}!"&{target},"記入する")'


def _write_count(pen: _Pen, layout: Layout, row: int, states: str, left: int) -> None:
    total = len(layout.rows)
    pen.row = row
    pen.put_over(_FIRST, _LAST, "", pen.count)
    pen.sheet.set_row(row - 1, 30)
    formula = f'="未入力 "&COUNTIF({states},"{_LEFT}")&" 件／全 {total} 件"'
    text = f"未入力 {left} 件／全 {total} 件"
    pen.sheet.write_formula(row - 1, 1, formula, pen.count, text)
    pen.sheet.conditional_format(
        row - 1,
        1,
        row - 1,
        _LAST - 1,
        {
            "type": "formula",
            "criteria": f'=COUNTIF({states},"{_LEFT}")>0',
            "format": pen.left,
        },
    )
