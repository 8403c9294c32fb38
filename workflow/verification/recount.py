"""The ledger against the originals read a second time, and the matrices against the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workflow.compiled.indicators import INDICATOR_SHEET, IndicatorTable
from workflow.compiled.ledger import LEDGER_SHEET, STATUS_LABEL, Ledger
from workflow.compiled.merging.entries import Entry
from workflow.compiled.sheets.summary.layout import SUMMARY_SHEET, MatrixLayout
from workflow.compiled.summaries.matrix import Bucket
from workflow.model.catalogue import Code
from workflow.model.cells import plain_number
from workflow.model.findings import Finding, Location
from workflow.model.known_values import SOURCE_LABELS
from workflow.model.raw import RawCell, RawSheet
from workflow.model.returns import Answer
from workflow.verification.compare import format_value, stored


def answers(
    file: str,
    sheet: RawSheet,
    again: Ledger,
    entries: Sequence[int],
) -> Iterator[Finding]:
    """Yield every cell of a ledger sheet that a second reading of the originals contradicts.

    Entries are the rows it holds, by their indexes in the whole ledger.
    """
    for at, block in enumerate(entries, start=2):
        entry, row = again.entries[block], again.rows[block]
        for column, value in enumerate(row, start=1):
            found, expected = stored(sheet.cells.get((at, column))), format_value(value)
            if found != expected:
                label = again.columns[column - 1].label
                item = entry.item.id
                location = Location(
                    file=file,
                    sheet=LEDGER_SHEET,
                    row=at,
                    column=column,
                    item=item,
                    field_key=label,
                )
                origin = _origin(entry, again, column - 1)
                yield Finding(
                    Code.VERIFY_ANSWER,
                    location,
                    {"expected": expected, "found": found, "origin": origin},
                )


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
    frames: Sequence[pd.DataFrame],
    blocks: Sequence[MatrixLayout],
    counted: str = LEDGER_SHEET,
) -> Iterator[Finding]:
    """Yield every count of the matrices that the rows of the ledger's sheets contradict.

    Counted is the sheet the rows stand on.

    pandas counts here, so that this is not the counting the workbook was made with.
    """
    frame = pd.concat(frames, ignore_index=True)
    for block in blocks:
        for (down, across), expected in _recounted(frame, block):
            is_live = block.matrix.is_live or None in (down[1], across[1])
            found = _result(summary.cells.get((down[0], across[0])), is_live)
            if found != str(expected):
                location = Location(file=file, sheet=SUMMARY_SHEET, row=down[0], column=across[0])
                origin = f"シート「{counted}」の{_named(down[1])}・{_named(across[1])}"
                yield Finding(
                    Code.VERIFY_COUNT,
                    location,
                    {"expected": str(expected), "found": found, "origin": origin},
                )


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


def frame_of(sheet: RawSheet, blocks: Sequence[MatrixLayout]) -> pd.DataFrame:
    """Return what the matrices count of a ledger sheet as text, a row per row."""
    buckets = (bucket for p in blocks for bucket in (*p.matrix.rows, *p.matrix.columns))
    counted = {label for bucket in buckets for label, _ in bucket.conditions}
    first = ((column, cell.text) for (row, column), cell in sheet.cells.items() if row == 1)
    header = {label: column for column, label in first if label in counted}
    rows = sorted({row for row, _ in sheet.cells if row > 1})
    columns = {
        label: [stored(sheet.cells.get((row, column))) for row in rows]
        for label, column in header.items()
    }
    return pd.DataFrame(columns, index=rows, dtype="object")


def _recounted(frame: pd.DataFrame, block: MatrixLayout) -> Iterator[tuple[tuple[Axis, Axis], int]]:
    """Yield every cell of a matrix with the number of rows that belong there."""
    fits = {bucket: _fits(frame, bucket) for axis in _axes(block) for _, bucket in axis}
    for down, across in _cells(block):
        yield (down, across), int((fits[down[1]] & fits[across[1]]).sum())


def _fits(frame: pd.DataFrame, bucket: Bucket | None) -> NDArray[np.bool_]:
    """Return which rows a bucket counts; a total counts every one."""
    fits = np.ones(len(frame), dtype=bool)
    for label, text in bucket.conditions if bucket else ():
        fits &= frame[label].eq(text).to_numpy() if label in frame else not text
    return fits


def _result(cell: RawCell | None, is_live: bool) -> str:
    """Return the number a count cell shows; where counts are live, what is no formula is none."""
    result = cell.cached if cell and is_live else cell
    return plain_number(result.number) if result and result.number is not None else ""


def _named(bucket: Bucket | None) -> str:
    return f"「{bucket.label}」" if bucket else "計"


def _origin(entry: Entry, ledger: Ledger, column: int) -> str:
    """Return in words the file, sheet and cell a value of a row comes from."""
    if ledger.columns[column].is_known:
        at = ledger.entries.index(entry)
        file, sheet, line = (ledger.value(at, label) for label in SOURCE_LABELS[:3])
        return f"「{file}」シート「{sheet}」の{line}行目"
    answer = _answer_of(entry, ledger, column)
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
