"""The formulas of 集計表: every count as Excel counts it over the ledger sheet. Pure."""

from __future__ import annotations

from workflow.compiled.ledger import LEDGER_SHEET, Ledger
from workflow.compiled.matrix import Bucket
from workflow.compiled.sheets.summary_layout import FIRST_COUNT_COLUMN, TrendPlace
from workflow.model.cells import a1, column_letters, quoted_sheet
from workflow.templates.layout import ID_LABEL

_WILDCARDS = "*?~"
_OPERATORS = ("=", "<", ">")


def trend_formulas(ledger: Ledger, place: TrendPlace, at: int) -> list[str]:
    """Return this year's counts as formulas over the ledger; what has no such value is the rest."""
    trend = place.trend
    values = trend.columns[:-1]
    counts = [
        count_formula(
            ledger,
            (
                Bucket(value, ((trend.field.label, value),)),
                f"{column_letters(FIRST_COUNT_COLUMN + n)}${place.header_row}",
            ),
        )
        for n, value in enumerate(values)
    ]
    every = f"=COUNTA({_ledger_cells(ledger, ID_LABEL)})"
    first, last = a1(at, FIRST_COUNT_COLUMN), a1(at, FIRST_COUNT_COLUMN + len(counts) - 1)
    return [*counts, f"{every}-SUM({first}:{last})", every]


def count_formula(ledger: Ledger, *buckets: tuple[Bucket, str]) -> str:
    """Return COUNTIFS over the ledger sheet for buckets, each with the cell its label stands in."""
    tests = [
        f"{_ledger_cells(ledger, label)},{_criterion(text, cell if text == bucket.label else '')}"
        for bucket, cell in buckets
        for label, text in bucket.conditions
    ]
    return f"=COUNTIFS({','.join(dict.fromkeys(tests))})"


def _ledger_cells(ledger: Ledger, label: str) -> str:
    letters = column_letters(ledger.index(label) + 1)
    return f"{quoted_sheet(LEDGER_SHEET)}!${letters}$2:${letters}${len(ledger.rows) + 1}"


def _criterion(text: str, cell: str) -> str:
    """Return what COUNTIFS shall compare with: the label's own cell, unless it would be a pattern.

    COUNTIFS reads * ? ~ as wildcards and a leading = < > as an operator; "=" alone is a blank.
    """
    if cell and not any(c in text for c in _WILDCARDS) and not text.startswith(_OPERATORS):
        return cell
    escaped = "".join(f"~{c}" if c in _WILDCARDS else c for c in text)
    return '"=' + escaped.replace('"', '""') + '"'
