"""How many rows hold what the matrices count: pandas counts here, as nothing else does.

So this is not the counting the workbook was made with. Rows are counted as they come by, by what
they hold in the columns that are counted together; none of them is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from workflow.compiled.ledger import YEAR_LABEL
from workflow.compiled.sheets.summary.layout import MatrixLayout
from workflow.compiled.summaries.matrix import Bucket
from workflow.model.raw import RawCell, RawSheet
from workflow.verification.compare import stored

_NO_COLUMN = "\0"
"""Stands for what a row holds in a column that its sheet does not have: no cell can say that."""
_Labels = tuple[str, ...]


class Tally:
    """How many rows hold each of the texts that are counted together, sheet by sheet."""

    def __init__(self, blocks: Sequence[MatrixLayout]) -> None:
        """Count for some matrices."""
        together = {
            _labels(down, across)
            for block in blocks
            for down in _unlike(block.matrix.rows)
            for across in _unlike(block.matrix.columns)
        }
        self._rows: dict[_Labels, Counter[_Labels]] = {labels: Counter() for labels in together}
        self._found: set[str] = set()
        self._all = 0

    @property
    def labels(self) -> frozenset[str]:
        """The headings of the columns that are counted."""
        return frozenset(label for labels in self._rows for label in labels)

    def add(self, columns: Mapping[str, int], rows: Iterable[Mapping[int, RawCell]]) -> None:
        """Count some rows of a sheet; columns are its headings."""
        held = {label: columns[label] for label in sorted(self.labels & columns.keys())}
        cells = [[stored(row.get(column)) for column in held.values()] for row in rows]
        frame = pd.DataFrame(cells, columns=list(held), dtype="object")
        for label in self.labels - columns.keys():
            frame[label] = _NO_COLUMN
        self._found |= held.keys()
        self._all += len(cells)
        for labels, counted in self._rows.items():
            if labels and cells:
                sizes = frame.groupby(list(labels), sort=False).size()
                for texts, size in sizes.items():
                    counted[texts if isinstance(texts, tuple) else (texts,)] += int(size)

    def join(self, other: Tally) -> None:
        """Take in what was counted of another sheet, for the same matrices."""
        self._found |= other._found
        self._all += other._all
        for labels, counted in other._rows.items():
            self._rows[labels].update(counted)

    def count(self, down: Bucket | None, across: Bucket | None) -> int:
        """Return how many rows belong to two buckets; a total counts every one."""
        wanted = dict(_conditions(down) + _conditions(across))
        if any(wanted[label] != text for label, text in _conditions(down)):
            return 0  # two texts in one cell
        if not wanted:
            return self._all
        labels = tuple(sorted(wanted))
        return self._rows[labels][tuple(self._as_held(label, wanted[label]) for label in labels)]

    def _as_held(self, label: str, text: str) -> str:
        """Return how rows hold a text; where no sheet has the column, all are blank."""
        return text if text or label in self._found else _NO_COLUMN


def headings(first: Mapping[int, RawCell]) -> dict[str, int]:
    """Return the columns of a sheet by their headings, which stand in its first row."""
    return {cell.text: column for column, cell in first.items()}


def tally_of_year(sheet: RawSheet, year: int, blocks: Sequence[MatrixLayout]) -> Tally:
    """Return how the rows of one year on 指標 are counted."""
    rows: dict[int, dict[int, RawCell]] = {}
    for (row, column), cell in sheet.cells.items():
        rows.setdefault(row, {})[column] = cell
    columns = headings(rows.pop(1, {}))
    named = columns.get(YEAR_LABEL, 0)
    tally = Tally(blocks)
    tally.add(columns, (row for row in rows.values() if stored(row.get(named)) == str(year)))
    return tally


def _conditions(bucket: Bucket | None) -> tuple[tuple[str, str], ...]:
    return bucket.conditions if bucket else ()


def _unlike(buckets: Iterable[Bucket]) -> Iterable[Bucket | None]:
    """Return a bucket of each kind, by the columns it counts in, and the total."""
    return (None, *{tuple(label for label, _ in b.conditions): b for b in buckets}.values())


def _labels(down: Bucket | None, across: Bucket | None) -> _Labels:
    """Return the columns that two buckets count in together."""
    return tuple(sorted({label for label, _ in (*_conditions(down), *_conditions(across))}))
