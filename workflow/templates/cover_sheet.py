"""The cover 「記入要領」: whose form it is, how to fill it, what the choices mean, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from workflow.excel.style import (
    footer,
)
from workflow.model.catalogue import Code, Severity
from workflow.model.cells import a1, quoted_sheet
from workflow.model.fields.base import Field
from workflow.model.fields.form import Form
from workflow.model.filling import Filling
from workflow.model.years import full_year, japanese_date_and_weekday
from workflow.templates.cover_paper import FIRST, LAST, CoverPage, CoverPen
from workflow.templates.entry_rules import (
    Highlight,
    HighlightKind,
    checks_of,
    highlights,
    row_cells,
    waived_when,
)
from workflow.templates.entry_sheet import (
    OPTIONAL_MARK,
    REQUIRED_MARK,
    SOMETIMES_MARK,
    field_mark,
)
from workflow.templates.indicator_table import actual_label
from workflow.templates.layout import (
    CORRECTION_SHEET,
    ENTRY_SHEET,
    NUMBER_LABEL,
    RESPONDENT_LABEL,
    Column,
    EntryRow,
    Layout,
    previous_label,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

NUMBER_CELL = "$C$5"
_TITLE_ROW = 2
_NOTICE_ROW = 1
_DONE, _LEFT = "記入済", "未入力"
_MOST_OF_A_FORMULA = 7500
"""Characters; Excel takes 8,192."""
NOTICE = (
    "このファイルは差戻しです。直していただきたいところが{count}件あります。"
    f"シート「{CORRECTION_SHEET}」をご覧ください。"
)
"""What heads the cover of a hand-back."""
CORRECTION_DEADLINE_LABEL = "再提出期限"
IN_THE_MAIL = "送付文のとおりです。"
_BLANK = Filling()


def write_cover(
    book: Workbook, sheet: Worksheet, layout: Layout, filling: Filling
) -> dict[str, str]:
    """Write the cover; return, for each choice field's key, where its values stand as a range."""
    pen = CoverPen(book, sheet)
    sheet.set_row(_TITLE_ROW - 1, 32)
    sheet.set_footer(footer(f"{layout.department.name}　様式番号 {layout.number}"))
    choices = _fill(pen, layout, filling)
    pen.break_pages()
    return choices


def cover_texts(layout: Layout) -> Mapping[tuple[int, int], str]:
    """Return what is printed on the cover, by row and column; blank where it is computed."""
    page = CoverPage()
    _fill(page, layout, _BLANK)
    return page.texts


def _fill(page: CoverPage, layout: Layout, filling: Filling) -> dict[str, str]:
    _write_notice(page, filling)
    _write_heading(page, layout, filling)
    count_row = page.row
    page.row += 2
    _write_steps(page, layout)
    _write_fields(page, layout)
    _write_checks(page, layout)
    _write_shared(page, layout)
    choices = dict(_write_choices(page, layout))
    area, states = _write_items(page, layout, filling, choices)
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
        ("対象年度", full_year(layout.number.year)),
        ("担当課", layout.department.name),
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


def _write_steps(pen: CoverPage, layout: Layout) -> None:
    pen.head("記入のしかた")
    for number, step in enumerate(_steps(layout), start=1):
        pen.put_over(FIRST, LAST, f"{number}. {step}", "text")
        pen.row += 1
    pen.row += 1


def _steps(layout: Layout) -> Iterator[str]:
    yield (
        f"シート「{ENTRY_SHEET}」の、見出しの上に「{REQUIRED_MARK}」とある列は必ず、"
        f"「{OPTIONAL_MARK}」とある列は必要なときに記入してください。{_sometimes(layout)}"
        "まだ記入していない必須のセルには点と色が付いています。灰色のセルは変更できません。"
    )
    if layout.indicators:
        yield (
            f"シート「{layout.indicators.sheet}」には、取組ごとの指標があります。"
            f"「{actual_label(layout.number.year)}」の列に、ことしの実績値を記入してください。"
        )
    yield "Tabキーを押すと、次に記入するセルへ移ります。"
    yield "一覧から選ぶ項目は、セルの右に出る▼を押して選んでください。"
    yield "セルの中で改行するときは、Altキーを押しながらEnterキーを押してください。"
    yield (
        "ほかの文書から貼り付けるときは、右クリックして「値」の貼り付けを選んでください。"
        "赤くなったセルは、文字数や選択肢が決まりと合っていません。"
        "斜線の付いたセルは、記入のとおりでよいか確かめてください。"
    )
    if any(entry.previous for entry in layout.rows):
        label = previous_label(layout.number.year)
        yield f"「{label}」の行は、すぐ上の取組の前年度の回答です。変更はできません。"
    if waiver := layout.form.form.waiver:
        yield (
            f"今年度は報告することがない取組は、「{waiver.field.label}」にその理由だけを記入してください。"
            "ほかの項目は、必須のものも空欄のままでかまいません。"
        )
    if layout.shared:
        yield "下の「共同の取組」は、どの課が記入するか、課の間でご相談ください。"
    yield (
        "上の「未入力」が0件になり、「要修正」が消えたら、上書き保存し、このファイルのまま提出先へ送ってください。"
        "「要確認」は、記入のとおりでよければ、そのままでかまいません。"
    )
    yield "様式が合わないときは、行や列を増やしたり消したりせずに、問い合わせ先へご連絡ください。"


def _sometimes(layout: Layout) -> str:
    if all(field.required or not field.required_when for _, field in layout.field_columns):
        return ""
    return f"「{SOMETIMES_MARK}」とある列は、下の表のときに記入してください。"


def _write_fields(pen: CoverPage, layout: Layout) -> None:
    """Write what is asked, a line per field."""
    pen.head("記入する項目")
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


def _write_checks(pen: CoverPage, layout: Layout) -> None:
    """Write what is asked of a whole answer, a line per question; nothing where nothing is."""
    checks = checks_of(layout)
    if not checks:
        return
    labels = layout.form.form.labels
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
    fields = layout.form.form.choice_fields
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


def _write_items(
    pen: CoverPage, layout: Layout, filling: Filling, choices: Mapping[str, str]
) -> tuple[str, list[str]]:
    """Write a line per item; return the range of their states, and those that were written."""
    pen.head("取組内容の一覧")
    pen.put_over(3, 4, "取組内容", "header")
    for column, text in ((2, "整理番号"), (5, "状態"), (6, "記入する欄")):
        pen.put(column, text, "header")
    pen.row += 1
    first = pen.row
    states: list[str] = []
    for sheet in layout.sheets:
        for entry in sheet.rows:
            _write_item(pen, layout, sheet, entry, filling, choices, states)
    area = f"$E${first}:$E${pen.row - 1}"
    rule = {"type": "cell", "criteria": "!=", "value": f'"{_DONE}"'}
    pen.stress(area.replace("$", ""), rule)
    return area, states


def _write_item(
    pen: CoverPage,
    layout: Layout,
    sheet: Layout,
    entry: EntryRow,
    filling: Filling,
    choices: Mapping[str, str],
    states: list[str],
) -> None:
    """Write the line of an entry row; how it stands by now is added to the states, where written.

    The sheet is the one of a form's entry sheets on which it stands.
    """
    pen.put_over(3, 4, _title_of(sheet, entry), "boxed")
    pen.put(2, entry.texts[0], "centred")
    fields = sheet.fields_in(entry)
    wanted = [c for c, f in fields if f.required] or [c for c, f in fields if not f.waives]

    def state() -> tuple[str, str]:
        states.append(_state(layout, sheet, entry, filling))
        return _state_formula(layout, sheet, entry, choices, wanted), states[-1]

    pen.compute(5, state, "centred")
    pen.compute(6, lambda: (_link(sheet.sheet, _cells(entry, wanted)), "記入する"), "link")
    pen.row += 1


def _title_of(sheet: Layout, entry: EntryRow) -> str:
    """Return what an entry row is called: an item by its title, an indicator by its name."""
    name = entry.texts[len(sheet.form.levels)]
    return f"{sheet.sheet}：{name}" if entry.fields else name


def _state_formula(
    layout: Layout,
    sheet: Layout,
    entry: EntryRow,
    choices: Mapping[str, str],
    wanted: Sequence[Column],
) -> str:
    where = quoted_sheet(sheet.sheet)
    blanks = "+".join(f"COUNTBLANK({where}!{cell})" for cell in _cells(entry, wanted))
    rules = tuple(highlights(sheet, choices, entry, sheet.sheet))
    required = {column.index for column in wanted}
    to_fill = [r for r in rules if r.kind is HighlightKind.TO_FILL and r.column not in required]
    formula = f'"{_DONE}"'
    for severity in reversed(Severity):
        formula = _in_case([r for r in rules if r.severity is severity], severity.label, formula)
    formula = _in_case(to_fill, _LEFT, formula)
    is_left = f"{blanks}>0"
    of_item = next(row for row in layout.rows if row.item.id == entry.item.id)
    if waived := waived_when(layout, row_cells(layout, choices, of_item, ENTRY_SHEET)):
        is_left = f"AND({is_left},NOT({waived}))"
    return f'=IF({is_left},"{_LEFT}",{formula})'


def _cells(entry: EntryRow, wanted: Iterable[Column]) -> list[str]:
    return [a1(entry.row, column.index) for column in wanted]


def _in_case(rules: Sequence[Highlight], state: str, otherwise: str) -> str:
    """Return a formula: a state where any of some rules holds.

    On a form of very many fields what Excel would not take any more is left to the colours alone.
    """
    tests: list[str] = []
    length = len(otherwise)
    for rule in rules:
        length += len(rule.formula) + 3
        if length < _MOST_OF_A_FORMULA:
            tests.append(f"({rule.formula})")
    return f'IF({"+".join(tests)}>0,"{state}",{otherwise})' if tests else otherwise


def _state(layout: Layout, sheet: Layout, entry: EntryRow, filling: Filling) -> str:
    """Return what the formula of a row's state comes to for what the form is filled with."""
    if entry.fields:
        return _indicator_state(layout, entry, filling)
    form = layout.form.form
    given = ((f.key, filling.value(entry.item.id, f.key)) for f in form.fields)
    values = {key: value for key, value in given if value is not None}
    found = form.violations(values)
    codes = {violation.code for violation in found}
    needed = {Code.VALUE_REQUIRED, Code.VALUE_REQUIRED_WHEN}
    has_required = any(field.required for field in form.fields)
    is_short = len({*values} & {f.key for f in form.answer_fields}) < len(form.answer_fields)
    if codes & needed or (not has_required and is_short and not form.is_waived(values)):
        return _LEFT
    before = dict(entry.previous)
    questions = [check.question(values, before) for check in checks_of(layout)]
    questions += [form.field(k).doubt(v, layout.number.year) for k, v in values.items()]
    severities = {question.code.severity for question in questions if question}
    severities |= {Severity.ERROR} if found else set()
    return next((severity.label for severity in Severity if severity in severities), _DONE)


def _indicator_state(layout: Layout, entry: EntryRow, filling: Filling) -> str:
    """Return the same of the row of an indicator, which is waived together with its item."""
    given = {field.key: filling.value(entry.item.id, field.key) for field in entry.fields}
    values = {key: value for key, value in given.items() if value is not None}
    answered = filling.answers.get(entry.item.id, {})
    if not layout.form.form.is_waived(answered):
        wanted = [f for f in entry.fields if f.required] or entry.fields
        if any(field.key not in values for field in wanted):
            return _LEFT
    year = layout.number.year
    found = [v for v in Form(entry.fields).violations(values) if v.key in values]
    if found:
        return Severity.ERROR.label
    doubts = (f.doubt(values[f.key], year) for f in entry.fields if f.key in values)
    return next((doubt.code.severity.label for doubt in doubts if doubt), _DONE)


def _link(sheet: str, cells: list[str]) -> str:
    """Return a link to the first of these cells that is empty, or else to the first one."""
    where = quoted_sheet(sheet)
    target = f'"{cells[0]}"'
    for cell in reversed(cells):
        target = f'IF({where}!{cell}="","{cell}",{target})'
    return f'=HYPERLINK("#{where}!"&{target},"記入する")'


def _write_count(pen: CoverPage, row: int, area: str, total: int, states: Sequence[str]) -> None:
    pen.row = row
    pen.put_over(FIRST, LAST, "", "count", height=30)
    pen.compute(FIRST, lambda: _count(area, total, states), "count")
    whole = f"{a1(row, FIRST)}:{a1(row, LAST)}"
    pen.stress(whole, {"type": "formula", "criteria": f'=COUNTIF({area},"{_DONE}")<{total}'})


def _count(area: str, total: int, states: Sequence[str]) -> tuple[str, str]:
    formula = f'="{_LEFT} "&COUNTIF({area},"{_LEFT}")&" 件／全 {total} 件"'
    result = f"{_LEFT} {states.count(_LEFT)} 件／全 {total} 件"
    for word in (severity.label for severity in Severity):
        count = f'COUNTIF({area},"{word}")'
        formula += f'&IF({count}>0,"　{word} "&{count}&" 件","")'
        result += f"　{word} {states.count(word)} 件" if word in states else ""
    return formula, result
