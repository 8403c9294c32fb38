"""What people wrote outside the form (margins, sheets, comments, shapes), kept as notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

from workflow.model.cells import a1, folded
from workflow.model.plan import Note, NoteKind
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.returned.find_rows import Matching, Table
from workflow.templates.layout import (
    CORRECTION_FIRST_COLUMN,
    CORRECTION_LAST_COLUMN,
    CORRECTION_MARK,
    CORRECTION_SHEET,
    CORRECTION_TABLE_ROW,
    COVER_SHEET,
    DEPARTMENT_LABEL,
    ID_LABEL,
)
from workflow.templates.register import Issue

Cell = tuple[int, int]
"""The 1-based row and column of a cell."""

_REQUEST_LINES = ("シート「", "（整理番号", "問題：", "直し方：")
_LIVE_TEXT = re.compile(r"記入済|未記入|記入する|未入力 \d+ 件／全 \d+ 件")
"""What the cover's formulas say, should a program have kept only their results."""


def notes(
    file: str, book: RawBook, tables: Sequence[Table], matching: Matching, issue: Issue
) -> Iterator[Note]:
    """Yield every text of a workbook that is neither printed on the template nor an answer."""
    printed = _Printed(issue.texts)
    by_sheet = {table.sheet.name: table for table in tables}
    for sheet in book.sheets:
        is_entry = sheet is tables[0].sheet
        own = by_sheet.get(sheet.name)
        is_known = _consumed(own, matching, issue) if own and own.sheet is sheet else _unknown
        if sheet.name == CORRECTION_SHEET:
            is_known = partial(_is_requested, sheet)
        kind = NoteKind.MARGIN if is_entry or sheet.name == COVER_SHEET else NoteKind.SHEET
        second = ((place, cell) for place, (_, cell) in sheet.doubled.items() if cell)
        for place, cell in (*sorted(printed.others(sheet)), *second):
            if not is_known(place) and _is_written(sheet, cell, printed):
                yield Note(kind, file, sheet.name, a1(*place), cell.text)
    for remark in book.remarks:
        if remark.text.strip() and not _is_our_request(remark.text):
            kind = NoteKind.SHAPE if remark.is_shape else NoteKind.COMMENT
            yield Note(kind, file, remark.sheet, remark.cell, remark.text, remark.author)


def _is_our_request(comment: str) -> bool:
    """Whether a comment is still the request a hand-back came with, with nothing added to it."""
    first, *lines = comment.strip().splitlines()
    return first == CORRECTION_MARK and all(line.startswith(_REQUEST_LINES) for line in lines)


def _is_requested(sheet: RawSheet, place: Cell) -> bool:
    """Whether a cell belongs to the list of corrections: the heading, or a numbered line."""
    row, column = place
    numbered = sheet.cells.get((row, CORRECTION_FIRST_COLUMN))
    is_ours = row <= CORRECTION_TABLE_ROW or (numbered is not None and numbered.text.isdecimal())
    return is_ours and CORRECTION_FIRST_COLUMN <= column <= CORRECTION_LAST_COLUMN


class _Printed:
    """The texts printed on a template; most come back to the letter, so few are ever folded."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._texts = frozenset(texts)

    def others(self, sheet: RawSheet) -> Iterator[tuple[Cell, RawCell]]:
        """Yield the cells of a sheet that do not hold one of them to the letter."""
        texts = self._texts
        return (item for item in sheet.cells.items() if item[1].text not in texts)

    def holds(self, text: str) -> bool:
        """Whether a text is one of them, as people compare them."""
        return folded(text) in self._folded

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(folded(text) for text in self._texts)


def _is_written(sheet: RawSheet, cell: RawCell, printed: _Printed) -> bool:
    if cell.is_blank or (sheet.name == COVER_SHEET and _is_live(cell)):
        return False
    return not printed.holds(cell.text)


def _is_live(cell: RawCell) -> bool:
    # Some formats give only the results of the cover's formulas, links among them as numbers.
    is_computed = cell.kind in (CellKind.FORMULA, CellKind.NUMBER)
    return is_computed or _LIVE_TEXT.fullmatch(cell.text) is not None


def _consumed(table: Table, matching: Matching, issue: Issue) -> Callable[[Cell], bool]:
    """Return whether a cell of an entry sheet was taken as an answer or a locked label."""
    rows = (row for row in (*matching.rows, *matching.repeated) if row.sheet == table.sheet.name)
    locked = {table.column(label) for label in (ID_LABEL, *issue.form.levels, DEPARTMENT_LABEL)}
    asked = {table.column(field.label) for field in issue.form.form.fields}
    taken: dict[int, set[int | None]] = {row.row: {*row.columns.values()} for row in rows}
    taken |= dict.fromkeys(table.previous_rows, asked)
    return lambda place: place[0] in taken and (place[1] in locked or place[1] in taken[place[0]])


def _unknown(_: Cell) -> bool:
    return False
