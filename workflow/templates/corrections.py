"""What a department is asked to correct: each with its place, and the mark there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
)
from workflow.excel.workbook import GrowingSheet
from workflow.model.cells import a1
from workflow.model.fields.declarations import Value
from workflow.model.plan import Correction, Filling
from workflow.templates.layout import (
    CORRECTION_AUTHOR,
    CORRECTION_MARK,
    ENTRY_SHEET,
    Layout,
)

_TOLD_LETTERS = 240  # an even number: half from each end


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is to be corrected on this template; row 0 stands for the whole file.

    Title is the name of the item. A whole row has the column of its first field; only a cell has
    a value, which is what it holds now.
    """

    row: int = 0
    column: int = 0
    title: str = ""
    is_cell: bool = False
    value: Value | None = None


Line = tuple[Correction, Target]


def targets(layout: Layout, filling: Filling) -> list[Line]:
    """Return the corrections with their targets: of the whole file first, then as they stand."""
    rows = {entry.item.id: entry for entry in layout.rows}
    columns = {field.key: column.index for column, field in layout.field_columns}
    first = layout.field_columns[0][0].index
    found = []
    for correction in filling.corrections:
        entry, key = rows.get(correction.item), correction.field_key
        target = (
            Target()
            if entry is None
            else Target(
                row=entry.row,
                column=columns.get(key, first),
                title=entry.item.labels[-1],
                is_cell=key in columns,
                value=filling.value(correction.item, key),
            )
        )
        found.append((correction, target))
    return sorted(found, key=lambda pair: (pair[1].row, pair[1].column))


def in_a_box(text: str) -> str:
    """Return a text that fits a box: what is cut is a long value quoted in its middle."""
    half = _TOLD_LETTERS // 2
    return text if len(text) <= _TOLD_LETTERS else f"{text[:half]}…{text[-half:]}"


_COMMENT_WIDTH, _COMMENT_SIZE = 300, 9

Kept = Mapping[tuple[str, str], str]
"""Item and key → the cell of this sheet that keeps what stood in the cell to correct."""


def mark_cells(
    book: Workbook, sheet: GrowingSheet, layout: Layout, filling: Filling, kept: Kept
) -> None:
    """Give each cell to correct a comment, and a colour that goes once something else is in it."""
    style = book.add_format({"bg_color": ALERT_FILL})
    by_cell: dict[tuple[int, int], list[Correction]] = {}
    for correction, target in targets(layout, filling):
        if target.is_cell:
            by_cell.setdefault((target.row - 1, target.column - 1), []).append(correction)
    for (row, column), corrections in by_cell.items():
        cell = a1(row + 1, column + 1)
        text = _comment(cell, corrections)
        sheet.write_comment(row, column, text, _comment_options(text))
        rule = {
            "type": "formula",
            "criteria": f"=EXACT({cell},{kept[corrections[0].cell]})",
            "format": style,
            "stop_if_true": True,
        }
        sheet.conditional_format(row, column, row, column, rule)


def _comment(cell: str, corrections: Sequence[Correction]) -> str:
    about = f"（整理番号{corrections[0].item}・{corrections[0].label}）"
    lines = [f"{CORRECTION_MARK}\nシート「{ENTRY_SHEET}」の{cell}セル\n{about}"]
    for correction in corrections:
        lines.append(f"問題：{_on_one_line(in_a_box(correction.problem))}")
        lines.append(f"直し方：{_on_one_line(in_a_box(correction.remedy))}")
    return "\n".join(lines)


def _comment_options(text: str) -> dict[str, Any]:
    characters = characters_in(_COMMENT_WIDTH, _COMMENT_SIZE) - 1
    return {
        "author": CORRECTION_AUTHOR,
        "visible": False,
        "width": _COMMENT_WIDTH,
        "height": row_height([(text, characters)], _COMMENT_SIZE) / POINTS_PER_PIXEL + 12,
        "font_name": FONT,
        "font_size": _COMMENT_SIZE,
    }


def _on_one_line(text: str) -> str:
    """Return a text as one line of a comment: by its lines the collector knows it for ours."""
    return " ".join(text.splitlines())
