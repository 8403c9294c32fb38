"""What a department is asked to correct or to explain: each with its place, and the mark there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

from workflow.excel.measures import (
    POINTS_PER_PIXEL,
    characters_in,
    row_height,
)
from workflow.excel.style import (
    ALERT_FILL,
    FONT,
    LINE,
    TO_LOOK_AT_FILL,
)
from workflow.excel.workbook import GrowingSheet
from workflow.model.cells import a1
from workflow.model.fields.checks import is_empty
from workflow.model.fields.declarations import Value
from workflow.python.dataclass import dataclass
from workflow.templates.filling import Correction, Filling, Question
from workflow.templates.layout import (
    CORRECTION_AUTHOR,
    CORRECTION_MARK,
    CORRECTION_SHEET,
    ENTRY_SHEET,
    QUESTION_SIGN,
    Layout,
)
from workflow.templates.own.lay_out import lay_out_own

_QUOTED_LETTERS = 240  # an even number: half from each end


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is to be corrected on this template; row 0 stands for the whole file.

    Sheet is the entry sheet it stands on.

    Title is the name of the item. A whole row has the column of its first field; only a cell has
    a value, which is what it holds now.
    """

    row: int = 0
    column: int = 0
    title: str = ""
    is_cell: bool = False
    value: Value | None = None
    sheet: str = ENTRY_SHEET


Line = tuple[Correction, Target]


def targets(layout: Layout, filling: Filling) -> list[Line]:
    """Return the corrections with their targets: of the whole file first, then as they stand."""
    targets = _targets(layout)
    found = []
    for correction in filling.corrections:
        key = correction.field_key
        place = targets.get(correction.cell)
        at = place or targets.get((correction.item, ""))
        target = (
            Target()
            if at is None
            else Target(
                row=at.row,
                column=at.column,
                title=at.title,
                is_cell=place is not None and key != "",
                value=filling.value(correction.item, key),
                sheet=at.sheet,
            )
        )
        found.append((correction, target))
    sheets = list(dict.fromkeys(place.sheet for place in targets.values()))

    def reading_order(pair: Line) -> tuple[int, int, int]:
        target = pair[1]
        return (sheets.index(target.sheet) if target.row else -1, target.row, target.column)

    return sorted(found, key=reading_order)


def _targets(layout: Layout) -> dict[tuple[str, str], Target]:
    """Return the cells to fill by item and key; those of a whole item by its first field."""
    found: dict[tuple[str, str], Target] = {}
    if layout.own:
        titles = {entry.item.id: entry.item.labels[-1] for entry in layout.rows}
        own = lay_out_own(layout.own, layout)
        for issued in own.sheets:
            for (item, key), cell in issued.answers.items():
                target = Target(*cell, titles[item], sheet=issued.name)
                found.setdefault((item, key), target)
                found.setdefault((item, ""), target)
        _targets_of_notes(found, (own.indicators,) if own.indicators else ())
        return found
    _targets_of_notes(found, layout.sheets)
    return found


def _targets_of_notes(found: dict[tuple[str, str], Target], sheets: Iterable[Layout]) -> None:
    """Note where the cells to fill of our own sheets stand."""
    for sheet in sheets:
        for entry in sheet.rows:
            for column, field in sheet.fields_in(entry):
                at = Target(entry.row, column.index, entry.item.labels[-1], sheet=sheet.sheet)
                found[entry.item.id, field.key] = at
                found.setdefault((entry.item.id, ""), at)


def in_a_box(text: str) -> str:
    """Return a text that fits a box: what is cut is a long value quoted in its middle."""
    half = _QUOTED_LETTERS // 2
    return text if len(text) <= _QUOTED_LETTERS else f"{text[:half]}…{text[-half:]}"


COMMENT_WIDTH, _COMMENT_SIZE = 300, 9

_GRID_FILL = 15
"""Excel's pattern of a thin grid: where something is asked is seen in greyscale too."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Cells of the list, as formulas name them.

    Kept holds what stood in each cell to correct, by item and key; explained takes the explanation
    of each question, by number.
    """

    kept: Mapping[tuple[str, str], str]
    explained: Mapping[int, str]


def asked_cell(layout: Layout, question: Question) -> Target:
    """Return the cell that a question is about, of a whole item its first; row 0 where none is."""
    targets = _targets(layout)
    at = targets.get((question.item, question.field_key)) or targets.get((question.item, ""))
    return at or Target()


@dataclass(frozen=True, slots=True)
class CellMark:
    """What is to be corrected in one cell, and what is asked about it.

    Comment is what it says where one points at it. Both formulas, without "=", are blank where
    nothing is: is_same holds until the cell is changed, is_open until all is explained.
    """

    target: Target
    comment: str
    is_same: str = ""
    is_open: str = ""


def cell_marks(layout: Layout, filling: Filling, listed: Listed) -> tuple[CellMark, ...]:
    """Return the marks of a hand-back, as its sheets read."""
    corrections: dict[Target, list[Correction]] = {}
    for correction, target in targets(layout, filling):
        if target.is_cell:
            corrections.setdefault(_cell_of(target), []).append(correction)
    questions: dict[Target, list[Question]] = {}
    for question in filling.questions:
        asked_at = asked_cell(layout, question)
        if asked_at.row:
            questions.setdefault(_cell_of(asked_at), []).append(question)
    found = []
    for at in {**corrections, **questions}:
        wrong, asked = corrections.get(at, []), questions.get(at, [])
        cell = a1(at.row, at.column)
        tests = "+".join(f"({is_empty(listed.explained[q.number])})" for q in asked)
        found.append(
            CellMark(
                target=at,
                comment=_comment(at.sheet, cell, wrong, asked),
                is_same=f"EXACT({cell},{listed.kept[wrong[0].cell]})" if wrong else "",
                is_open=f"{tests}>0" if tests else "",
            )
        )
    return tuple(sorted(found, key=lambda mark: (mark.target.row, mark.target.column)))


def _cell_of(target: Target) -> Target:
    return Target(target.row, target.column, sheet=target.sheet)


def mark_cells(book: Workbook, sheet: GrowingSheet, marks: Iterable[CellMark]) -> None:
    """Give each cell to correct or asked about a comment, and a look that goes once that is done.

    What is to be corrected goes once something else is in it, what is asked once it is explained.
    """
    marks = tuple(marks)
    to_correct = (
        book.add_format({"bg_color": ALERT_FILL}) if any(m.is_same for m in marks) else None
    )
    to_explain = book.add_format(_ASKED) if any(m.is_open for m in marks) else None
    for mark in marks:
        row, column = mark.target.row - 1, mark.target.column - 1
        sheet.write_comment(row, column, mark.comment, _comment_options(mark.comment))
        rule: dict[str, Any] = {"type": "formula", "stop_if_true": True}
        for formula, look in ((mark.is_same, to_correct), (mark.is_open, to_explain)):
            if formula:
                rule |= {"criteria": f"={formula}", "format": look}
                sheet.conditional_format(row, column, row, column, rule)


_ASKED = {"bg_color": TO_LOOK_AT_FILL, "fg_color": LINE, "pattern": _GRID_FILL}


def _comment(
    sheet: str, cell: str, corrections: Sequence[Correction], questions: Sequence[Question]
) -> str:
    abouts = [(c.item, c.label) for c in corrections] + [(q.item, q.label) for q in questions]
    item, label = abouts[0]
    where = "・".join(filter(None, (f"整理番号{item}", label)))
    lines = [f"{CORRECTION_MARK}\nシート「{sheet}」の{cell}セル\n（{where}）"]
    for correction in corrections:
        lines.append(f"問題：{_on_one_line(in_a_box(correction.problem))}")
        lines.append(f"直し方：{_on_one_line(in_a_box(correction.remedy))}")
    for question in questions:
        sign = f"{QUESTION_SIGN}{question.number}"
        lines.append(f"お尋ね（{sign}）：{_on_one_line(in_a_box(question.text))}")
        lines.append(f"お答え：シート「{CORRECTION_SHEET}」の{sign}の「説明」の欄にお願いします。")
    return "\n".join(lines)


def comment_height(text: str) -> float:
    """Return the pixels that a comment needs to show all it says."""
    characters = characters_in(COMMENT_WIDTH, _COMMENT_SIZE) - 1
    return row_height([(text, characters)], _COMMENT_SIZE) / POINTS_PER_PIXEL + 12


def _comment_options(text: str) -> dict[str, Any]:
    return {
        "author": CORRECTION_AUTHOR,
        "visible": False,
        "width": COMMENT_WIDTH,
        "height": comment_height(text),
        "font_name": FONT,
        "font_size": _COMMENT_SIZE,
    }


def _on_one_line(text: str) -> str:
    """Return a text as one line of a comment: by its lines the collector knows it for ours."""
    return " ".join(text.splitlines())
