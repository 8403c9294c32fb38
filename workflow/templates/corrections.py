"""What a department is asked to correct, each with its place on the new template. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook

from workflow.excel.style import ALERT_FILL, FONT
from workflow.excel.workbook import GrowingSheet, row_height
from workflow.model.cells import a1
from workflow.model.fields.base import Value
from workflow.model.plan import Correction, Filling
from workflow.templates.layout import CORRECTION_AUTHOR, CORRECTION_MARK, ENTRY_SHEET, Layout

_TOLD_LETTERS = 240  # an even number: half from each end


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One correction with its place on this template; row 0 means it concerns the whole file."""

    correction: Correction
    title: str = ""
    label: str = ""
    row: int = 0
    column: int = 0
    value: Value | None = None

    @property
    def has_cell(self) -> bool:
        """Whether one cell is to correct, not a row or the whole file."""
        return bool(self.row and self.label)

    @property
    def key(self) -> tuple[str, str]:
        """The item and the field."""
        return self.correction.item, self.correction.field

    @property
    def problem(self) -> str:
        """What is wrong, as far as a box holds it."""
        return _shortened(self.correction.problem)

    @property
    def remedy(self) -> str:
        """What to do, as far as a box holds it."""
        return _shortened(self.correction.remedy)


def correction_lines(layout: Layout, filling: Filling) -> list[CorrectionLine]:
    """Return the corrections with their places: of the whole file first, then as they stand."""
    rows = {entry.item.id: entry for entry in layout.rows}
    columns = {field.key: (column, field) for column, field in layout.field_columns}
    first = layout.field_columns[0][0].index
    lines = []
    for correction in filling.corrections:
        entry = rows.get(correction.item)
        if entry is None:
            lines.append(CorrectionLine(correction))
            continue
        column, field = columns.get(correction.field, (None, None))
        lines.append(
            CorrectionLine(
                correction,
                title=entry.item.labels[-1],
                label=field.label if field else "",
                row=entry.row,
                column=column.index if column else first,
                value=filling.value(correction.item, correction.field),
            )
        )
    return sorted(lines, key=lambda line: (line.row, line.column))


def _shortened(text: str) -> str:
    """Return a text that fits a box: what is cut is a long value quoted in its middle."""
    half = _TOLD_LETTERS // 2
    return text if len(text) <= _TOLD_LETTERS else f"{text[:half]}…{text[-half:]}"


# The marks on the cells to correct: a comment that says what and how, a colour that goes.

_COMMENT_WIDTH, _COMMENT_SIZE = 300, 9
_POINTS_TO_PIXELS = 4 / 3

Kept = Mapping[tuple[str, str], str]
"""Item and key → the cell of this sheet that keeps what stood in the cell to correct."""


def mark_cells(
    book: Workbook, sheet: GrowingSheet, layout: Layout, filling: Filling, kept: Kept
) -> None:
    """Give each cell to correct a comment, and a colour that goes once something else is in it."""
    style = book.add_format({"bg_color": ALERT_FILL})
    lines = [line for line in correction_lines(layout, filling) if line.has_cell]
    for key in dict.fromkeys(line.key for line in lines):
        told = [line for line in lines if line.key == key]
        row, column = told[0].row - 1, told[0].column - 1
        text = _comment(told)
        sheet.write_comment(row, column, text, _comment_options(text))
        rule = {
            "type": "formula",
            "criteria": f"=EXACT({a1(row + 1, column + 1)},{kept[key]})",
            "format": style,
            "stop_if_true": True,
        }
        sheet.conditional_format(row, column, row, column, rule)


def _comment(lines: list[CorrectionLine]) -> str:
    first = lines[0]
    place = f"シート「{ENTRY_SHEET}」の{a1(first.row, first.column)}セル"
    told = [f"{CORRECTION_MARK}\n{place}\n（整理番号{first.correction.item}・{first.label}）"]
    for line in lines:
        told.append(f"問題：{_on_one_line(line.problem)}")
        told.append(f"直し方：{_on_one_line(line.remedy)}")
    return "\n".join(told)


def _comment_options(text: str) -> dict[str, Any]:
    letters = _COMMENT_WIDTH / (_COMMENT_SIZE * _POINTS_TO_PIXELS) * 2 - 4
    return {
        "author": CORRECTION_AUTHOR,
        "visible": False,
        "width": _COMMENT_WIDTH,
        "height": row_height([(text, letters)], _COMMENT_SIZE) * _POINTS_TO_PIXELS + 12,
        "font_name": FONT,
        "font_size": _COMMENT_SIZE,
    }


def _on_one_line(text: str) -> str:
    """Return a text as one line of a comment: by its lines the collector knows it for ours."""
    return " ".join(text.splitlines())
