"""The figures of 集計表 on a page: each matrix and the years, as a table, some as bars too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflow.compiled.compilation import Compilation
from workflow.compiled.display_limits import Shown, bounded
from workflow.compiled.matrix import TOTAL, CountedMatrix
from workflow.compiled.pages.bars import Bar, Kind, bars, kinds
from workflow.compiled.years.trend import Trend
from workflow.model.years import era_year

_MOST_CELLS, _MOST_COLUMNS, _MOST_OPEN_ROWS, _MOST_BARS = 6_000, 60, 40, 24


@dataclass(frozen=True, slots=True)
class CountRow:
    """One row of counts and their total."""

    label: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTable:
    """Counts over two axes; totals are None where rows are no parts of a whole.

    A long one is folded; of one that is too wide only how many columns it has is shown.
    """

    title: str
    row_title: str
    kinds: tuple[Kind, ...]
    rows: Shown[CountRow]
    totals: CountRow | None
    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_folded(self) -> bool:
        """Whether it would push away what comes after it."""
        return self.rows.count > _MOST_OPEN_ROWS


def count_tables(compilation: Compilation) -> Iterator[CountTable]:
    """Yield the matrices of a round, bars with the first as on 集計表, and then the years."""
    for number, matrix in enumerate(compilation.matrices):
        yield _matrix_table(matrix, has_bars=number == 0 and len(matrix.rows) <= _MOST_BARS)
    trend = compilation.trend
    if trend is not None and (len(trend.rows) > 1 or trend.left_out):
        yield _trend_table(trend)


def _matrix_table(matrix: CountedMatrix, *, has_bars: bool) -> CountTable:
    columns = kinds([(bucket.label, bucket.is_open) for bucket in matrix.columns])
    labelled = zip(matrix.rows, matrix.counts, strict=True)
    rows = [CountRow(bucket.label, counts, sum(counts)) for bucket, counts in labelled]
    most = _MOST_CELLS // len(columns) if len(columns) <= _MOST_COLUMNS else 0
    longest = max((row.total for row in rows), default=0)
    return CountTable(
        title=matrix.title,
        row_title=matrix.row_title,
        kinds=columns,
        rows=bounded(rows, most),
        totals=CountRow(TOTAL, tuple(map(sum, zip(*matrix.counts, strict=True))), matrix.total),
        bars=bars(columns, _counts(rows), [longest] * len(rows)) if has_bars else (),
        notes=("棒の長さは件数です。",) if has_bars else (),
    )


def _trend_table(trend: Trend) -> CountTable:
    last = len(trend.columns) - 1
    columns = kinds([(label, n == last) for n, label in enumerate(trend.columns)])
    rows = [CountRow(era_year(y.year), y.counts, sum(y.counts)) for y in trend.rows]
    has_bars = len(rows) > 1
    return CountTable(
        title=f"{trend.field.label}の推移",
        row_title="年度",
        kinds=columns,
        rows=bounded(rows, len(rows)),
        totals=None,
        bars=bars(columns, _counts(rows), [row.total for row in rows]) if has_bars else (),
        notes=(*(("棒の長さは割合です。",) if has_bars else ()), *trend.left_out),
    )


def _counts(rows: Sequence[CountRow]) -> list[tuple[str, tuple[int, ...]]]:
    return [(row.label, row.counts) for row in rows]
