"""The ledger against the originals read a second time, and the matrices against the ledger."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from workflow.compiled.indicators import INDICATOR_SHEET, IndicatorTable
from workflow.compiled.ledger import LEDGER_SHEET, STATUS_LABEL, Ledger
from workflow.compiled.merging.entries import Entry
from workflow.compiled.sheets.summary.layout import SUMMARY_SHEET, MatrixLayout
from workflow.compiled.summaries.matrix import Bucket
from workflow.model.catalogue import Code
from workflow.model.cells import plain_number
from workflow.model.findings import Finding, Location
from workflow.model.known_values import SOURCE_LABELS
from workflow.model.raw import RawCell, RawRow, RawSheet
from workflow.model.returns import Answer
from workflow.verification.compare import format_value, stored
from workflow.verification.tally import Tally

_FIRST_ROW = 2
"""Of a ledger sheet, below its headings."""


class AgainstAnswers:
    """The rows of a ledger sheet against a second reading of the originals, as they come by.

    Entries are the rows it must hold, by their indexes in the whole ledger.
    """

    def __init__(self, file: str, again: Ledger, entries: Sequence[int]) -> None:
        self._file, self._again, self._entries = file, again, entries
        self._next = 0

    def differences(self, rows: Iterable[RawRow]) -> Iterator[Finding]:
        """Yield every cell that is contradicted, of rows and of those that are not there."""
        for row, cells in rows:
            yield from self.missing(row)
            if row == self._next + _FIRST_ROW and self._next < len(self._entries):
                yield from self._in_next(cells)

    def missing(self, until: float = math.inf) -> Iterator[Finding]:
        """Yield the same of the rows before another that did not come, or of all of them."""
        while self._next < len(self._entries) and self._next + _FIRST_ROW < until:
            yield from self._in_next({})

    def _in_next(self, cells: Mapping[int, RawCell]) -> Iterator[Finding]:
        again, block = self._again, self._entries[self._next]
        row = self._next + _FIRST_ROW
        self._next += 1
        for column, value in enumerate(again.rows[block], start=1):
            found, expected = stored(cells.get(column)), format_value(value)
            if found != expected:
                label = again.columns[column - 1].label
                location = Location(
                    file=self._file,
                    sheet=LEDGER_SHEET,
                    row=row,
                    column=column,
                    item=again.entries[block].item.id,
                    field_key=label,
                )
                origin = _origin(block, again, column - 1)
                details = {"expected": expected, "found": found, "origin": origin}
                yield Finding(Code.VERIFY_ANSWER, location, details)


def indicators(file: str, sheet: RawSheet, again: IndicatorTable) -> Iterator[Finding]:
    """Yield every cell of 指標 that a second reading, graded anew, contradicts.

    The columns are found by their headings: the sheet has one more, for the sparklines.
    """
    columns = {cell.text: at for (row, at), cell in sheet.cells.items() if row == 1}
    rows = zip(again.lines, again.rows, strict=True)
    for at, ((series, _), values) in enumerate(rows, start=2):
        for declared, value in zip(again.columns, values, strict=True):
            column = columns.get(declared.label, 0)
            found, expected = stored(sheet.cells.get((at, column))), format_value(value)
            if found != expected:
                location = Location(
                    file=file,
                    sheet=INDICATOR_SHEET,
                    row=at,
                    column=column,
                    item=series.indicator.item,
                    field_key=f"{series.indicator.name}・{declared.label}",
                )
                details = {"expected": expected, "found": found, "origin": ""}
                yield Finding(Code.VERIFY_ANSWER, location, details)


def counts(
    file: str,
    summary: RawSheet,
    tally: Tally,
    blocks: Sequence[MatrixLayout],
    counted: str = LEDGER_SHEET,
) -> Iterator[Finding]:
    """Yield every count of the matrices that the rows of the ledger's sheets contradict.

    Counted is the sheet the rows stand on.
    """
    for block in blocks:
        for down, across in _cells(block):
            expected = str(tally.count(down[1], across[1]))
            is_live = block.matrix.is_live or None in (down[1], across[1])
            found = _result(summary.cells.get((down[0], across[0])), is_live)
            if found != expected:
                location = Location(file=file, sheet=SUMMARY_SHEET, row=down[0], column=across[0])
                origin = f"シート「{counted}」の{_named(down[1])}・{_named(across[1])}"
                details = {"expected": expected, "found": found, "origin": origin}
                yield Finding(Code.VERIFY_COUNT, location, details)


def count_of(block: MatrixLayout) -> int:
    """Return how many counts a matrix has, its totals among them."""
    return sum(1 for _ in _cells(block))


Axis = tuple[int, Bucket | None]
"""A row or column of the sheet and the bucket that stands there; None for a total."""


def _axes(block: MatrixLayout) -> tuple[list[Axis], list[Axis]]:
    """Return the rows and the columns of a matrix, the totals last."""
    matrix = block.matrix
    down: list[Axis] = [(block.first_row + n, bucket) for n, bucket in enumerate(matrix.rows)]
    first = block.total_column - len(matrix.columns)
    across: list[Axis] = [(first + n, bucket) for n, bucket in enumerate(matrix.columns)]
    return [*down, (block.total_row, None)], [*across, (block.total_column, None)]


def _cells(block: MatrixLayout) -> Iterator[tuple[Axis, Axis]]:
    down, across = _axes(block)
    return ((row, column) for row in down for column in across)


def _result(cell: RawCell | None, is_live: bool) -> str:
    """Return the number a count cell shows; where counts are live, what is no formula is none."""
    result = cell.cached if cell and is_live else cell
    return plain_number(result.number) if result and result.number is not None else ""


def _named(bucket: Bucket | None) -> str:
    return f"「{bucket.label}」" if bucket else "計"


def _origin(at: int, ledger: Ledger, column: int) -> str:
    """Return in words the file, sheet and cell a value of a row comes from."""
    if ledger.columns[column].is_known:
        file, sheet, line = (ledger.value(at, label) for label in SOURCE_LABELS[:3])
        return f"「{file}」シート「{sheet}」の{line}行目"
    answer = _answer_of(ledger.entries[at], ledger, column)
    if answer is None:
        return ""
    source, field = answer.source, ledger.columns[column].field
    cell = answer.cells.get(field.key, "") if field else ""
    block = f"{cell}セル" if cell else f"{source.row}行目"
    return f"「{source.file}」シート「{source.sheet}」の{block}"


def _answer_of(entry: Entry, ledger: Ledger, column: int) -> Answer | None:
    """Return the answer a column of a row was taken from: each round of a year has its own."""
    label, status = ledger.columns[column].label, ledger.columns[column].status
    if not status:
        return None  # what several answers come to
    named = (group for group in ledger.column_groups if group.index)
    own = (a for a in named if status == a.column(STATUS_LABEL) or label.startswith(a.column("")))
    index = next((group.index for group in own), 0)
    return entry.at(index).answer
