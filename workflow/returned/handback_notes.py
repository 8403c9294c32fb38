"""What people wrote where a hand-back asks: on the list of corrections, and beside our requests.

The list and the comments are ours; what stands there otherwise than we wrote it is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import dropwhile

from workflow.model.cells import CellIndex, a1, column_letters
from workflow.model.raw import RawBook, RawCell, RawRemark, RawSheet, RemarkKind
from workflow.model.returns import Note, NoteKind
from workflow.python.lazy_pattern import lazy_pattern
from workflow.returned.printed import is_computed
from workflow.templates.layout import (
    CORRECTION_CHECK_COLUMN,
    CORRECTION_FIRST_COLUMN,
    CORRECTION_LAST_COLUMN,
    CORRECTION_MARK,
    CORRECTION_SHEET,
    CORRECTION_TABLE_ROW,
    EXPLANATION_COLUMN,
    NUMBER_LABEL,
    QUESTION_SIGN,
    is_as_printed,
)

_REQUEST_LINES = ("シート「", "（整理番号", "問題：", "直し方：", "お尋ね（", "お答え：")
_OUR_FOOTER = lazy_pattern(rf".*　(?:{NUMBER_LABEL} [\w.-]+|{CORRECTION_SHEET})")


def on_the_list(sheet: RawSheet) -> Iterator[Note]:
    """Yield what somebody wrote on the list of corrections of a hand-back."""
    check = CORRECTION_CHECK_COLUMN
    checks = {row: c.text for (row, column), c in sheet.cells.items() if column == check}
    for at, cell in sorted(sheet.cells.items()):
        if checks:
            is_ours = is_computed(cell) or _is_as_printed(checks, at, cell)
        else:  # of a hand-back made before they were written
            is_ours = _is_requested(sheet, at)
        if not (is_ours or cell.is_blank):
            is_printed = f" {column_letters(at[1])}" in f" {checks.get(at[0], '')}"
            kind = NoteKind.OVERWRITTEN if is_printed else NoteKind.SHEET
            number = _question_at(sheet, at)
            if number:
                yield Note(
                    NoteKind.EXPLANATION,
                    sheet.name,
                    a1(*at),
                    cell.text,
                    label=f"{QUESTION_SIGN}{number}",
                )
            else:
                yield Note(kind, sheet.name, a1(*at), cell.text)


def _question_at(sheet: RawSheet, at: CellIndex) -> str:
    """Return the number of the question that is explained in a cell; "" where none is."""
    row, column = at
    sign = sheet.cells.get((row, CORRECTION_FIRST_COLUMN))
    number = sign.text.strip().removeprefix(QUESTION_SIGN) if sign else ""
    is_asked = sign is not None and sign.text.strip().startswith(QUESTION_SIGN)
    return number if is_asked and number.isdecimal() and column == EXPLANATION_COLUMN else ""


def _is_as_printed(checks: Mapping[int, str], at: CellIndex, cell: RawCell) -> bool:
    """Whether a cell holds what is printed there; what is hidden beside it is ours."""
    row, column = at
    is_hidden = column in (CORRECTION_LAST_COLUMN, CORRECTION_CHECK_COLUMN)
    return row in checks and (is_hidden or is_as_printed(checks[row], column, cell.text))


def _is_requested(sheet: RawSheet, at: CellIndex) -> bool:
    """Whether a cell belongs to the list of corrections: the heading, or a numbered line."""
    row, column = at
    numbered = sheet.cells.get((row, CORRECTION_FIRST_COLUMN))
    is_ours = row <= CORRECTION_TABLE_ROW or (numbered is not None and numbered.text.isdecimal())
    return is_ours and CORRECTION_FIRST_COLUMN <= column <= CORRECTION_LAST_COLUMN


def remarks_of(book: RawBook) -> Iterator[Note]:
    """Yield what stands beside the cells and was put there by somebody."""
    for remark in book.remarks:
        if remark.text.strip() and not _is_ours(remark):
            kind = NoteKind(remark.kind.value)
            yield Note(kind, remark.sheet, remark.cell, remark.text, remark.author)


def _is_ours(remark: RawRemark) -> bool:
    if remark.kind is RemarkKind.HEADER:
        return _OUR_FOOTER.fullmatch(remark.text) is not None
    return _is_our_request(remark.text)


def _is_our_request(comment: str) -> bool:
    """Whether a comment is still the request a hand-back came with, with nothing added to it."""
    return not without_our_request(comment)


def without_our_request(comment: str) -> str:
    """Return a comment without the request of a hand-back that it begins with.

    >>> without_our_request("評価の基準です。")
    '評価の基準です。'
    """
    first, *lines = comment.strip().splitlines()
    if first != CORRECTION_MARK:
        return comment
    rest = dropwhile(lambda line: line.startswith(_REQUEST_LINES), lines)
    return "\n".join(rest).strip()
