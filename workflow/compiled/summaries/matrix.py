"""The matrices 集計表: counts of assignments over two axes, and 内訳, the rows behind each. Pure.

Every assignment falls into exactly one row and one column, so the totals are those issued.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from itertools import groupby
from typing import Protocol

from workflow.compiled import display_limits
from workflow.compiled.ledger import STATUS_LABEL, status_label
from workflow.compiled.merging.entries import AnswerStatus
from workflow.excel.table import CellValue
from workflow.model.fields.base import Field
from workflow.model.plan import Matrix, Plan
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import Paired
from workflow.templates.layout import DEPARTMENT_LABEL

TOTAL = "計"
NOT_COMBINED = "未定"
"""What several answers have not come to yet: nobody answered, or a tie is left open."""

Condition = tuple[str, str]
"""A ledger column's label and the text that stands in it; "" for an empty cell."""


class Table(Protocol):
    """What is counted: a ledger as it was just compiled, or as it was read again."""

    def values(self, label: str) -> Iterable[CellValue]:
        """Return what stands in a column, row by row."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One row or column of a matrix and what a ledger row must hold to be counted in it."""

    label: str
    conditions: tuple[Condition, ...]

    @property
    def is_open(self) -> bool:
        """Whether it counts what has no answer."""
        label, text = self.conditions[0]
        return label.endswith(STATUS_LABEL) or not text


@dataclass(frozen=True, slots=True)
class CountedMatrix:
    """A matrix with its counts, counts[row][column]; totals are not stored in it.

    Bucket_pairs say for each ledger row in which row and column it is counted. It is live where its
    counts are formulas over the sheet of the ledger; elsewhere they are values.
    """

    title: str
    row_title: str
    rows: tuple[Bucket, ...]
    columns: tuple[Bucket, ...]
    counts: tuple[tuple[int, ...], ...]
    bucket_pairs: Sequence[tuple[int, int]]
    declared: Matrix
    is_live: bool = True

    @property
    def total(self) -> int:
        """The number of assignments counted."""
        return sum(map(sum, self.counts))


def count(plan: Plan, ledger: Table) -> tuple[CountedMatrix, ...]:
    """Return the plan's matrices, counted."""
    axes = {axis: None for declared in plan.matrices for axis in (declared.rows, declared.columns)}
    axes_by_label = {axis: _axis(plan, ledger, axis) for axis in axes}
    return tuple(_count(plan, axes_by_label, declared) for declared in plan.matrices)


def axis_label(plan: Plan, axis: str) -> str:
    """Return the ledger column an axis counts over."""
    if axis == DEPARTMENT_LABEL or axis in plan.levels:
        return axis
    return plan.form.field(axis).label


def _title(plan: Plan, declared: Matrix) -> str:
    """Return what a matrix is called: of two rounds of a year, by both their ratings."""
    row_label, column_label = axis_label(plan, declared.rows), axis_label(plan, declared.columns)
    is_between = plan.column_groups and plan.column_group(declared.rows) != plan.column_group(
        declared.columns
    )
    is_between = is_between and declared.rows != row_label
    return f"{row_label} × {column_label}" if is_between else f"{row_label}別 {column_label}"


_Axis = tuple[tuple[Bucket, ...], Sequence[int]]
"""The buckets of an axis, and for each ledger row the index of its bucket."""


def _axis(plan: Plan, ledger: Table, axis: str) -> _Axis:
    buckets = tuple(_buckets(plan, ledger, axis))
    return buckets, array("I", _bucket_indexes(ledger, buckets))


def _count(plan: Plan, axes_by_label: Mapping[str, _Axis], declared: Matrix) -> CountedMatrix:
    (rows, down), (columns, across) = axes_by_label[declared.rows], axes_by_label[declared.columns]
    bucket_pairs = Paired(down, across)
    counted = Counter(bucket_pairs)
    row_label = axis_label(plan, declared.rows)
    return CountedMatrix(
        title=_title(plan, declared),
        row_title=row_label,
        rows=rows,
        columns=columns,
        counts=tuple(tuple(counted[r, c] for c in range(len(columns))) for r in range(len(rows))),
        bucket_pairs=bucket_pairs,
        declared=declared,
        is_live=len(rows) * len(columns) * len(bucket_pairs) <= display_limits.MOST_LOOKED_THROUGH,
    )


def _buckets(plan: Plan, ledger: Table, axis: str) -> Iterator[Bucket]:
    label = axis_label(plan, axis)
    if label == axis:
        for text in dict.fromkeys(map(str, ledger.values(label))):
            yield Bucket(text, ((label, text),))
        return
    field = plan.form.field(axis)
    if axis in plan.combined_by_key:
        yield from _combined_buckets(field, label)
        return
    status = status_label(plan, axis)
    answered = (status, AnswerStatus.ANSWERED.value)
    stated = set(ledger.values(status))
    found = zip(ledger.values(label), ledger.values(status), strict=True)
    given = dict.fromkeys(v or None for v, stands in found if stands == AnswerStatus.ANSWERED)
    # An older issue of the form may have had other choices, or not asked for this at all.
    declared = (choice.value for choice in field.options)
    for value in dict.fromkeys((*declared, *(str(v) for v in given if v is not None))):
        yield Bucket(value, ((label, value), answered))
    if not field.required or None in given:
        yield Bucket(field.blank_label, ((label, ""), answered))
    always = (AnswerStatus.SENT_BACK, AnswerStatus.MISSING)
    for one in (AnswerStatus.NOTHING, *always, AnswerStatus.NOT_ASKED):
        if one in always or one.value in stated:
            yield Bucket(one.value, ((status, one.value),))


def _combined_buckets(field: Field, label: str) -> Iterator[Bucket]:
    """Yield the buckets of what several answers come to: it has no standing of its own."""
    yield from (Bucket(choice.value, ((label, choice.value),)) for choice in field.options)
    yield Bucket(NOT_COMBINED, ((label, ""),))


def _bucket_indexes(ledger: Table, buckets: Sequence[Bucket]) -> Iterator[int]:
    """Return, for each ledger row, the index of its bucket.

    Buckets with the same columns differ in their texts, so a row is looked up once per kind.
    """
    kinds: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for index, bucket in enumerate(buckets):
        labels, texts = zip(*bucket.conditions, strict=True)
        kinds.setdefault(labels, {})[texts] = index
    found = [
        map(indexes.get, zip(*(map(_text, ledger.values(label)) for label in labels), strict=True))
        for labels, indexes in kinds.items()
    ]
    return (index for index in reduce(partial(map, _first), found) if index is not None)


def _first(one: int | None, other: int | None) -> int | None:
    return other if one is None else one


def _text(value: CellValue) -> str:
    return "" if value is None else str(value)


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
