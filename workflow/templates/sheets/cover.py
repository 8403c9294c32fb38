"""The cover 「記入要領」: whose form it is, how to fill it, what the choices mean, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from workflow.excel.style import footer
from workflow.model.catalogue import Severity
from workflow.model.cells import a1
from workflow.model.fields.base import Field
from workflow.model.fields.checks import Check
from workflow.model.years import japanese_date_and_weekday
from workflow.templates.filling import Filling
from workflow.templates.layout import (
    CORRECTION_SHEET,
    DEPARTMENT_LABEL,
    NUMBER_LABEL,
    RESPONDENT_LABEL,
    Layout,
)
from workflow.templates.sheets.cover_cells import DONE, LEFT, Cells, CoverLine, EntrySheets
from workflow.templates.sheets.cover_paper import FIRST, LAST, CoverPage, CoverPen
from workflow.templates.sheets.entries import field_mark, footer_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

NUMBER_CELL = "$C$5"
_STEPS, _FIELDS, _ITEMS = "記入のしかた", "記入する項目", "取組内容の一覧"
COVER_HEADINGS = frozenset((_STEPS, _FIELDS, _ITEMS))
"""The headings that every cover has."""
_TITLE_ROW = 2
_NOTICE_ROW = 1
NOTICE = (
    "このファイルは差戻しです。直していただきたいところが{count}件あります。"
    f"シート「{CORRECTION_SHEET}」をご覧ください。"
)
"""What heads the cover of a hand-back."""
REVIEWER_LABEL = "記入する方"
"""What stands before the name of a person who is asked about the items of others."""
CORRECTION_DEADLINE_LABEL = "再提出期限"
IN_THE_MAIL = "送付文のとおりです。"
_BLANK = Filling()


def write_cover(
    book: Workbook,
    sheet: Worksheet,
    layout: Layout,
    filling: Filling,
    cells: Cells | None = None,
    share: float = 1.0,
) -> dict[str, str]:
    """Write the cover; return, for each choice field's key, where its values stand as a range.

    Cells are those to fill where they are not on our entry sheets; share is how much of its usual
    width it takes.
    """
    pen = CoverPen(book, sheet, share)
    sheet.set_row(_TITLE_ROW - 1, 32)
    sheet.set_footer(footer(footer_text(layout)))
    choices = _fill(pen, layout, filling, cells or EntrySheets(layout, filling))
    pen.break_pages()
    return choices


def cover_texts(layout: Layout, cells: Cells | None = None) -> Mapping[tuple[int, int], str]:
    """Return what is printed on the cover, by row and column; blank where it is computed."""
    page = CoverPage()
    _fill(page, layout, _BLANK, cells or EntrySheets(layout, _BLANK))
    return page.texts


def _fill(page: CoverPage, layout: Layout, filling: Filling, cells: Cells) -> dict[str, str]:
    _write_notice(page, filling)
    _write_heading(page, layout, filling)
    count_row = page.row
    page.row += 2
    _write_steps(page, cells.steps())
    _write_fields(page, layout)
    _write_checks(page, layout, cells.checks)
    _write_shared(page, layout)
    choices = dict(_write_choices(page, layout))
    area, states = _write_items(page, cells.lines(choices))
    total = sum(len(sheet.rows) for sheet in layout.sheets)
    _write_count(page, count_row, area, total, states)
    return choices


def _write_notice(pen: CoverPage, filling: Filling) -> None:
    pen.row = _NOTICE_ROW
    pen.leave_open(FIRST)
    if filling.corrections:
        text = NOTICE.format(count=len(filling.corrections))
        pen.put_over(FIRST, LAST, text, "notice", height=36)


def _write_heading(pen: CoverPage, layout: Layout, filling: Filling) -> None:
    pen.row = _TITLE_ROW
    pen.put(2, f"{layout.title}　進捗状況調査票", "title")
    facts = (
        ("対象年度", layout.period.full),
        (REVIEWER_LABEL if layout.is_review else DEPARTMENT_LABEL, layout.department.name),
        (NUMBER_LABEL, str(layout.number)),
        _deadline(layout),
        ("提出先・問い合わせ先", _contact(layout)),
        (RESPONDENT_LABEL, filling.respondent),
    )
    for pen.row, (label, text) in enumerate(facts, start=3):
        pen.put_over(3, LAST, text, "open" if label == RESPONDENT_LABEL else "boxed")
        pen.put(2, label, "label")
        if label == CORRECTION_DEADLINE_LABEL:
            pen.leave_open(2, 3)
    pen.row += 1  # forms of older versions compute what is left in the same row


def _deadline(layout: Layout) -> tuple[str, str]:
    """Return until when it is to be sent: who answered in time is not shown a day that is past."""
    day = japanese_date_and_weekday(layout.deadline) if layout.deadline else ""
    if layout.is_handback:
        return CORRECTION_DEADLINE_LABEL, day or IN_THE_MAIL
    return "回答期限", day or IN_THE_MAIL


def _contact(layout: Layout) -> str:
    return f"{layout.coordinator}\n{layout.contact}" if layout.contact else layout.coordinator


def _write_steps(pen: CoverPage, steps: Iterable[str]) -> None:
    pen.head(_STEPS)
    for number, step in enumerate(steps, start=1):
        pen.put_over(FIRST, LAST, f"{number}. {step}", "text")
        pen.row += 1
    pen.row += 1


def _write_fields(pen: CoverPage, layout: Layout) -> None:
    """Write what is asked, a line per field."""
    pen.head(_FIELDS)
    pen.put_over(4, LAST, "記入のしかた", "header")
    pen.put(2, "項目", "header")
    pen.put(3, "必須・任意", "header")
    pen.row += 1
    for _, field in (c for sheet in layout.sheets for c in sheet.field_columns):
        pen.put_over(4, LAST, f"{field.help}{field.cell_rules.instruction}", "boxed")
        pen.put(2, field.heading, "label")
        pen.put(3, f"{field_mark(field)}{_condition(layout, field)}", "boxed")
        pen.row += 1
    pen.row += 1


def _condition(layout: Layout, field: Field) -> str:
    when = field.required_when
    if field.required or when is None:
        return ""
    other = next(f.label for _, f in layout.field_columns if f.key == when.field)
    return f"（{other}が{'、'.join(when.values)}のときは必須）"


def _write_checks(pen: CoverPage, layout: Layout, checks: Iterable[Check]) -> None:
    """Write what is asked of a whole answer, a line per question; nothing where nothing is."""
    if not checks:
        return
    labels = layout.answer_form.labels
    asked: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        asked.setdefault((check.severity.label, check.sentence), []).append(labels[check.key])
    pen.head("送る前に確かめること")
    pen.put_over(4, LAST, "あてはまるときは、確かめてください", "header")
    pen.put(2, "項目", "header")
    pen.put(3, "重さ", "header")
    pen.row += 1
    for (weight, sentence), fields in asked.items():
        pen.put_over(4, LAST, sentence, "boxed")
        pen.put(2, "、".join(dict.fromkeys(fields)), "label")
        pen.put(3, weight, "boxed")
        pen.row += 1
    pen.row += 1


def _write_shared(pen: CoverPage, layout: Layout) -> None:
    """Write the joint items, each once."""
    if not layout.shared:
        return
    pen.head("共同の取組")
    pen.put_over(3, 4, layout.form.levels[-1], "header")
    pen.put_over(5, LAST, "担当課", "header")
    pen.put(2, "整理番号", "header")
    pen.row += 1
    for item in layout.shared:
        pen.put_over(3, 4, item.labels[-1], "boxed")
        pen.put_over(5, LAST, item.departments, "boxed")
        pen.put(2, item.id, "centred")
        pen.row += 1
    pen.row += 1


def _write_choices(pen: CoverPage, layout: Layout) -> Iterator[tuple[str, str]]:
    fields = layout.answer_form.choice_fields
    if not fields:
        return
    pen.head("選択肢とその意味")
    pen.put_over(4, LAST, "意味", "header")
    pen.put(2, "項目", "header")
    pen.put(3, "選択肢", "header")
    pen.row += 1
    for field in fields:
        first = pen.row
        for choice in field.dropdown:
            pen.put_over(4, LAST, choice.meaning, "boxed")
            pen.put(2, field.label, "label")
            pen.put(3, choice.value, "boxed")
            pen.row += 1
        yield field.key, f"$C${first}:$C${pen.row - 1}"
    pen.row += 1


def _write_items(pen: CoverPage, lines: Iterable[CoverLine]) -> tuple[str, list[str]]:
    """Write a line per item; return the range of their states, and those that were written."""
    pen.head(_ITEMS)
    pen.put_over(3, 4, "取組内容", "header")
    for column, text in ((2, "整理番号"), (5, "状態"), (6, "記入する欄")):
        pen.put(column, text, "header")
    pen.row += 1
    first = pen.row
    states: list[str] = []
    for line in lines:
        _write_line(pen, line, states)
    area = f"$E${first}:$E${pen.row - 1}"
    rule = {"type": "cell", "criteria": "!=", "value": f'"{DONE}"'}
    pen.stress(area.replace("$", ""), rule)
    return area, states


def _write_line(pen: CoverPage, line: CoverLine, states: list[str]) -> None:
    """Write the line of an item; how it stands by now is added to the states, where written."""
    pen.put_over(3, 4, line.title, "boxed")
    pen.put(2, line.id, "centred")

    def state() -> tuple[str, str]:
        formula, found = line.state()
        states.append(found)
        return formula, found

    pen.compute(5, state, "centred")
    pen.compute(6, lambda: (line.link(), "記入する"), "link")
    pen.row += 1


def _write_count(pen: CoverPage, row: int, area: str, total: int, states: Sequence[str]) -> None:
    pen.row = row
    pen.put_over(FIRST, LAST, "", "count", height=30)
    pen.compute(FIRST, lambda: _count(area, total, states), "count")
    whole = f"{a1(row, FIRST)}:{a1(row, LAST)}"
    pen.stress(whole, {"type": "formula", "criteria": f'=COUNTIF({area},"{DONE}")<{total}'})


def _count(area: str, total: int, states: Sequence[str]) -> tuple[str, str]:
    formula = f'="{LEFT} "&COUNTIF({area},"{LEFT}")&" 件／全 {total} 件"'
    result = f"{LEFT} {states.count(LEFT)} 件／全 {total} 件"
    for word in (severity.label for severity in Severity):
        count = f'COUNTIF({area},"{word}")'
        formula += f'&IF({count}>0,"　{word} "&{count}&" 件","")'
        result += f"　{word} {states.count(word)} 件" if word in states else ""
    return formula, result
