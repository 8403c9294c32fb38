"""What the cover says of the cells to fill: how to fill them, and how each item stands by now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import a1, quoted_sheet
from workflow.model.fields.checks import Check
from workflow.model.fields.form import Form
from workflow.model.rounds.earlier import rounds_shown
from workflow.python.dataclass import dataclass
from workflow.templates.filling import Filling
from workflow.templates.indicator_table import actual_label
from workflow.templates.layout import ENTRY_SHEET, Column, EntryRow, Layout, previous_label
from workflow.templates.sheets.cover_paper import Computed
from workflow.templates.sheets.entries import OPTIONAL_MARK, REQUIRED_MARK, SOMETIMES_MARK
from workflow.templates.sheets.entry_rules import (
    Highlight,
    HighlightKind,
    checks_of,
    highlights,
    row_cells,
    waived_when,
)

DONE, LEFT = "記入済", "未入力"
_MOST_OF_A_FORMULA = 7500
"""Characters; Excel takes 8,192."""
TO_THE_NEXT = "Tabキーを押すと、次に記入するセルへ移ります。"
WRITING = (
    "一覧から選ぶ項目は、セルの右に出る▼を押して選んでください。",
    "セルの中で改行するときは、Altキーを押しながらEnterキーを押してください。",
    "ほかの文書から貼り付けるときは、右クリックして「値」の貼り付けを選んでください。"
    "赤くなったセルは、文字数や選択肢が決まりと合っていません。"
    "斜線の付いたセルは、記入のとおりでよいか確かめてください。",
)
"""How to write into a cell, whatever the form looks like."""
SENDING = (
    "上の「未入力」が0件になり、「要修正」が消えたら、上書き保存し、このファイルのまま提出先へ送ってください。"
    "「要確認」は、記入のとおりでよければ、そのままでかまいません。"
)


@dataclass(frozen=True, slots=True)
class CoverLine:
    """What the cover's list says of one item: how it stands, and a link to its cells.

    Both are made where they are written alone.
    """

    id: str
    title: str
    state: Computed
    link: Callable[[], str]


class Cells(Protocol):
    """The cells to fill, on our entry sheets or on the city's own form."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """What is asked of a whole answer."""

    def steps(self) -> Iterator[str]:
        """Yield how the form is filled in, a step after the other."""

    def lines(self, choices: Mapping[str, str]) -> Iterator[CoverLine]:
        """Yield a line per item; choices maps a key to its range on the cover."""


@dataclass(frozen=True)
class EntrySheets:
    """The cells of our own entry sheets."""

    layout: Layout
    filling: Filling

    @property
    def checks(self) -> tuple[Check, ...]:
        """What is asked of a whole answer."""
        return checks_of(self.layout)

    def steps(self) -> Iterator[str]:
        """Yield how the form is filled in."""
        yield from _steps(self.layout)

    def lines(self, choices: Mapping[str, str]) -> Iterator[CoverLine]:
        """Yield a line per row of each sheet."""
        for sheet in self.layout.sheets:
            for entry in sheet.rows:
                yield self._line(sheet, entry, choices)

    def _line(self, sheet: Layout, entry: EntryRow, choices: Mapping[str, str]) -> CoverLine:
        return sheet_line(
            sheet,
            entry,
            choices,
            waived=lambda: self._waived(entry, choices),
            state=lambda: self._state(entry),
        )

    def _waived(self, entry: EntryRow, choices: Mapping[str, str]) -> str:
        layout = self.layout
        of_item = next(row for row in layout.rows if row.item.id == entry.item.id)
        return waived_when(layout, row_cells(layout, choices, of_item, ENTRY_SHEET))

    def _state(self, entry: EntryRow) -> str:
        if entry.fields:
            return indicator_state(self.layout, entry, self.filling)
        return state_of(self.layout, entry, self.filling, self.checks)


def sheet_line(
    sheet: Layout,
    entry: EntryRow,
    choices: Mapping[str, str],
    *,
    waived: Callable[[], str],
    state: Callable[[], str],
) -> CoverLine:
    """Return the line of a row of a sheet of ours.

    Waived is a formula: when nothing more is needed; state is what the line's comes to.
    """
    fields = sheet.fields_in(entry)
    wanted = [c for c, f in fields if f.required] or [c for c, f in fields if not f.waives]

    def formula() -> str:
        where = quoted_sheet(sheet.sheet)
        cells = [f"{where}!{cell}" for cell in _cells(entry, wanted)]
        rules = tuple(highlights(sheet, choices, entry, sheet.sheet))
        return state_formula(cells, rules, {column.index for column in wanted}, waived())

    return CoverLine(
        entry.texts[0],
        _title_of(sheet, entry),
        lambda: (formula(), state()),
        lambda: _link(sheet.sheet, _cells(entry, wanted)),
    )


def _steps(layout: Layout) -> Iterator[str]:
    yield (
        f"シート「{ENTRY_SHEET}」の、見出しの上に「{REQUIRED_MARK}」とある列は必ず、"
        f"「{OPTIONAL_MARK}」とある列は必要なときに記入してください。{_sometimes(layout)}"
        "まだ記入していない必須のセルには点と色が付いています。灰色のセルは変更できません。"
    )
    if layout.indicators:
        yield to_the_indicators(layout.indicators)
    yield TO_THE_NEXT
    yield from WRITING
    if any(entry.previous for entry in layout.rows):
        label = previous_label(layout.number.year)
        yield f"「{label}」の行は、すぐ上の取組の前年度の回答です。変更はできません。"
    yield from earlier_answers(layout)
    yield from to_leave_out(layout)
    yield SENDING
    yield "様式が合わないときは、行や列を増やしたり消したりせずに、問い合わせ先へご連絡ください。"


def to_the_indicators(sheet: Layout) -> str:
    """Return how our sheet of the indicators is filled in."""
    return (
        f"シート「{sheet.sheet}」には、取組ごとの指標があります。"
        f"「{actual_label(sheet.number.year)}」の列に、ことしの実績値を記入してください。"
    )


def _sometimes(layout: Layout) -> str:
    if all(field.required or not field.required_when for _, field in layout.field_columns):
        return ""
    return f"「{SOMETIMES_MARK}」とある列は、下の表のときに記入してください。"


def earlier_answers(layout: Layout) -> Iterator[str]:
    """Yield which columns show what earlier rounds answered, and which of it may change yet."""
    shown = rounds_shown(layout.form.known)
    if shown and not layout.own:
        names = "".join(f"「{name}」" for name, _ in shown)
        yield f"{names}で始まる灰色の列は、前の回の回答です。変更はできません。"
    if open_ := "".join(f"「{name}」" for name, is_open in shown if is_open):
        yield f"{open_}の回答は、まだ確定していません（暫定）。あとで変わることがあります。"


def to_leave_out(layout: Layout) -> Iterator[str]:
    """Yield what need not be filled in, where anything need not."""
    if waiver := layout.answer_form.waiver:
        yield (
            f"今年度は報告することがない取組は、「{waiver.field.label}」にその理由だけを記入してください。"
            "ほかの項目は、必須のものも空欄のままでかまいません。"
        )
    if layout.shared:
        yield "下の「共同の取組」は、どの課が記入するか、課の間でご相談ください。"


def _title_of(sheet: Layout, entry: EntryRow) -> str:
    """Return what an entry row is called: an item by its title, an indicator by its name."""
    name = entry.texts[len(sheet.form.levels)]
    return f"{sheet.sheet}：{name}" if entry.fields else name


def state_formula(
    cells: Iterable[str], rules: Sequence[Highlight], required: Collection[int], waived: str
) -> str:
    """Return a formula that says how an item stands.

    Cells are those to be filled in any case; required are the columns that the rules give them.
    Waived is when nothing more is needed, blank for never.
    """
    blanks = "+".join(f"COUNTBLANK({cell})" for cell in cells)
    to_fill = [r for r in rules if r.kind is HighlightKind.TO_FILL and r.column not in required]
    formula = f'"{DONE}"'
    for severity in reversed(Severity):
        formula = _in_case([r for r in rules if r.severity is severity], severity.label, formula)
    formula = _in_case(to_fill, LEFT, formula)
    is_left = f"{blanks}>0"
    if waived:
        is_left = f"AND({is_left},NOT({waived}))"
    return f'=IF({is_left},"{LEFT}",{formula})'


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


def state_of(layout: Layout, entry: EntryRow, filling: Filling, checks: Iterable[Check]) -> str:
    """Return what the formula of an item comes to for what the form is filled with."""
    form = layout.answer_form
    given = ((f.key, filling.value(entry.item.id, f.key)) for f in form.fields)
    values = {key: value for key, value in given if value is not None}
    found = form.violations(values)
    codes = {violation.code for violation in found}
    needed = {Code.VALUE_REQUIRED, Code.VALUE_REQUIRED_WHEN}
    has_required = any(field.required for field in form.fields)
    is_short = len({*values} & {f.key for f in form.answer_fields}) < len(form.answer_fields)
    if codes & needed or (not has_required and is_short and not form.is_waived(values)):
        return LEFT
    before = dict(entry.previous)
    questions = [check.question(values, before) for check in checks]
    questions += [form.field(k).doubt(v, layout.number.year) for k, v in values.items()]
    severities = {question.code.severity for question in questions if question}
    severities |= {Severity.ERROR} if found else set()
    return next((severity.label for severity in Severity if severity in severities), DONE)


def indicator_state(layout: Layout, entry: EntryRow, filling: Filling) -> str:
    """Return the same of the row of an indicator, which is waived together with its item."""
    given = {field.key: filling.value(entry.item.id, field.key) for field in entry.fields}
    values = {key: value for key, value in given.items() if value is not None}
    answered = filling.answers.get(entry.item.id, {})
    if not layout.answer_form.is_waived(answered):
        wanted = [f for f in entry.fields if f.required] or entry.fields
        if any(field.key not in values for field in wanted):
            return LEFT
    year = layout.number.year
    found = [v for v in Form(entry.fields).violations(values) if v.key in values]
    if found:
        return Severity.ERROR.label
    doubts = (f.doubt(values[f.key], year) for f in entry.fields if f.key in values)
    return next((doubt.code.severity.label for doubt in doubts if doubt), DONE)


def _link(sheet: str, cells: list[str]) -> str:
    """Return a link to the first of these cells that is empty, or else to the first one."""
    where = quoted_sheet(sheet)
    target = f'"{cells[0]}"'
    for cell in reversed(cells):
        target = f'IF({where}!{cell}="","{cell}",{target})'
    return f'=HYPERLINK("#{where}!"&{target},"記入する")'
