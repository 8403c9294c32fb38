"""A matrix as the report shows it: a table of counts with its totals. Pure."""

from __future__ import annotations

from workflow.compiled.content import STANDINGS
from workflow.compiled.ledger import STATUS_LABEL
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.summaries.matrix import TOTAL, Bucket, CountedMatrix
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """A matrix as a table: headings, then lines of a label and its counts, the total last."""

    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, tuple[int, ...]], ...]
    totals: tuple[int, ...]

    @classmethod
    def of(cls, matrix: CountedMatrix) -> Counts:
        """Return the table of a matrix, without columns a reader has no use for."""
        shown = _shown_columns(matrix)
        counts = [[row[column] for column in shown] for row in matrix.counts]
        totals = [sum(column) for column in zip(*counts, strict=True)]
        lines = zip((row.label for row in matrix.rows), counts, strict=True)
        return cls(
            title=matrix.title,
            headings=(matrix.row_title, *(_heading(matrix.columns[c]) for c in shown), TOTAL),
            lines=tuple((label, (*row, sum(row))) for label, row in lines),
            totals=(*totals, sum(totals)),
        )


def _heading(column: Bucket) -> str:
    """Return what a report calls a column."""
    label, text = column.conditions[0]
    return STANDINGS.get(AnswerStatus(text), text) if label == STATUS_LABEL else column.label


def _shown_columns(matrix: CountedMatrix) -> list[int]:
    """Return every column of a choice, and those of what is no answer where it occurs."""
    return [
        index
        for index, column in enumerate(matrix.columns)
        if not column.is_open or any(row[index] for row in matrix.counts)
    ]
