"""内訳: the rows behind every count of 集計表, so that each figure leads to its items. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from workflow.compiled import display_limits
from workflow.compiled.summaries.matrix import TOTAL, CountedMatrix
from workflow.model.dataclass import dataclass

DETAILS_SHEET = "内訳"

Count = tuple[int, int | None, int | None]
"""A count: the matrix, its row and its column; None for the total over all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger row behind a count, with the headings it is counted under."""

    matrix: str
    row: str
    column: str
    entry: int


@dataclass(frozen=True, slots=True)
class Details:
    """All lines, and for each count above zero its first and last line, 0-based and inclusive.

    More than can be followed are omitted; the counts then lead to the ledger.
    """

    lines: tuple[Line, ...]
    spans: Mapping[Count, tuple[int, int]]
    omitted: int = 0


def list_details(matrices: Sequence[CountedMatrix]) -> Details:
    """Return the lines behind all counts of a round, block by block."""
    needed = sum(2 * len(matrix.bucket_pairs) for matrix in matrices)
    if needed > display_limits.MOST_DETAILS:
        return Details((), {}, needed)
    lines: list[Line] = []
    spans: dict[Count, tuple[int, int]] = {}
    for number, matrix in enumerate(matrices):
        for keys, block in _blocks(matrix):
            span = (len(lines), len(lines) + len(block) - 1)
            lines += block
            for row, column in keys:
                # A total over a row is the run of that row's blocks.
                first = spans.get((number, row, column), span)[0]
                spans[number, row, column] = (first, span[1])
    return Details(tuple(lines), spans)


def _blocks(
    matrix: CountedMatrix,
) -> Iterator[tuple[tuple[tuple[int | None, int | None], ...], list[Line]]]:
    """Yield each block of lines with the counts it belongs to: the cells first, then the totals."""
    placed = [(row, column, entry) for entry, (row, column) in enumerate(matrix.bucket_pairs)]
    for (row, column), cell in groupby(sorted(placed), key=lambda p: p[:2]):
        lines = [_line(matrix, matrix.rows[row].label, column, entry) for *_, entry in cell]
        yield ((row, column), (row, None)), lines
    by_column = sorted((column, entry) for _, column, entry in placed)
    for column, members in groupby(by_column, key=lambda p: p[0]):
        lines = [_line(matrix, TOTAL, column, entry) for _, entry in members]
        yield ((None, column), (None, None)), lines


def _line(matrix: CountedMatrix, row: str, column: int, entry: int) -> Line:
    return Line(matrix.title, row, matrix.columns[column].label, entry)
