"""An earlier fiscal year, as the ledger compiled then says it. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import chain, repeat, takewhile
from typing import IO

from workflow.compiled.ledger import STATUS_LABEL, Ledger
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.open_data.csv import format_value, unescape_formula
from workflow.model.fields.base import Field
from workflow.model.fields.form import Form, field_before
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, PAGES_LABEL

Row = Mapping[str, str]
"""A row of a ledger: column label → text, as the ledger says it."""

_NEEDED = (ID_LABEL, DEPARTMENT_LABEL, STATUS_LABEL)


@dataclass(frozen=True, slots=True)
class PastYear:
    """What an earlier year answered, and the form it was asked; None when that is unknown.

    Known is what its forms showed that nobody had to answer. Statuses name, by the labels of
    fields, the column that says whether they were answered, where that is not the one of every
    ledger: a year of several rounds has more, and "" is for what nobody answers himself.
    """

    year: int
    rows: tuple[Row, ...]
    form: Form | None
    known: tuple[Field, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)

    @property
    def field_labels(self) -> tuple[str, ...]:
        """The labels of the fields asked: the columns between 担当課 and 回答状況."""
        labels = iter(self._labels)
        list(takewhile(lambda label: label != DEPARTMENT_LABEL, labels))
        return tuple(takewhile(lambda label: label != STATUS_LABEL, labels))

    @property
    def has_several_rounds(self) -> bool:
        """Whether its ledger is that of a year that asked several times."""
        ending = f"：{STATUS_LABEL}"
        return any(label.endswith(ending) for label in self._labels)

    def has_column(self, label: str) -> bool:
        """Whether its ledger has a column of that label."""
        return label in self._labels

    def status_of(self, label: str | None) -> str:
        """Return the column that says whether a field was answered, "" where none does."""
        return self.statuses.get(label or "", STATUS_LABEL)

    def label_of(self, field: Field) -> str | None:
        """Return the label a field had that year; None when it was not asked."""
        before = field_before(field, self.form) if self.form else None
        labels = (before.label if before else field.label, field.label)
        return next((label for label in labels if label in self._labels), None)

    def title(self, row: Row) -> str:
        """Return the title of a row's item: the lowest level stands before 計画書ページ."""
        above = list(takewhile(lambda label: label not in (PAGES_LABEL, DEPARTMENT_LABEL), row))
        return row[above[-1]] if above and above[-1] != ID_LABEL else ""

    @property
    def _labels(self) -> tuple[str, ...]:
        return tuple(self.rows[0]) if self.rows else ()


def past_year(year: int, ledger_csv: bytes, form: Form | None) -> PastYear:
    """Return the year of a ledger CSV.

    Raises UnicodeDecodeError, csv.Error or KeyError when the bytes are no ledger.
    """
    return PastYear(year, read_ledger(ledger_csv), form)


def in_todays_units(past: PastYear, today: Form) -> PastYear:
    """Return an earlier year with its numbers in the units in which this year's form asks them."""
    changed = {
        label: (field, before)
        for field in today.fields
        if (before := field_before(field, past.form) if past.form else None)
        and field.in_todays_unit("1", before) != "1"
        and (label := past.label_of(field))
    }

    def in_todays(row: Row) -> Row:
        units = changed.items()
        return {**row, **{label: f.in_todays_unit(row[label], was) for label, (f, was) in units}}

    return replace(past, rows=tuple(map(in_todays, past.rows))) if changed else past


def this_year(ledger: Ledger, form: Form) -> PastYear:
    """Return the year of a ledger just compiled, spelled as its CSV will be; no sources."""
    columns = [(c.label, c.value) for c in ledger.columns if not c.is_source]
    rows = tuple(
        {label: format_value(value(entry)) for label, value in columns} for entry in ledger.entries
    )
    own = [c for c in ledger.columns if c.field and c.status != STATUS_LABEL]
    return PastYear(ledger.year, rows, form, statuses={c.label: c.status for c in own})


def read_ledger(ledger_csv: bytes, needed: Sequence[str] = _NEEDED) -> tuple[Row, ...]:
    """Return the rows of a ledger CSV, or another of ours, each text as it was meant.

    Raises UnicodeDecodeError, csv.Error or KeyError when the bytes are no such table.
    """
    return tuple(read_rows(io.BytesIO(ledger_csv), needed))


def read_rows(ledger_csv: IO[bytes], needed: Sequence[str] = _NEEDED) -> Iterator[Row]:
    """Yield the same rows, each when it is asked for. Raises the same."""
    reader = csv.reader(io.TextIOWrapper(ledger_csv, encoding="utf-8-sig", newline=""))
    header = next(reader, [])
    for label in needed:
        if label not in header:
            raise KeyError(label)
    # Names, digests and ratings stand in many rows: each is kept once.
    known = _Known()
    yield from (_row(header, map(known.__getitem__, cells)) for cells in reader if cells)


_MOST_SHARED = 100
"""Characters of what stands in many rows; longer texts are answers, each another."""


class _Known(dict[str, str]):
    """What stands in the CSV → the text that was meant."""

    def __missing__(self, stored: str) -> str:
        meant = unescape_formula(stored)
        return meant if len(stored) > _MOST_SHARED else self.setdefault(stored, meant)


def is_answered(row: Row, status: str = STATUS_LABEL) -> bool:
    """Whether a row holds an answer that counts; status is the column that says so."""
    return row[status] in (AnswerStatus.ANSWERED, AnswerStatus.BROUGHT_IN)


def says_why_nothing(row: Row, form: Form) -> bool:
    """Whether a row holds, in the field of a form for that, why there was nothing to report."""
    waiver = form.waiver
    is_nothing = row[STATUS_LABEL] == AnswerStatus.NOTHING
    return is_nothing and waiver is not None and bool(row.get(waiver.field.label))


def _row(header: list[str], cells: Iterable[str]) -> Row:
    """Return one row; a missing cell is empty, cells beyond the header are ignored."""
    return dict(zip(header, chain(cells, repeat("")), strict=False))
