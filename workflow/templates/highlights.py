"""What the form demands, as conditional formats: cells still to fill and cells to put right.

Pure; every rule comes from the field's declaration. No cell of the entry sheet holds a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from workflow.model.cells import column_letters, plain_number, quoted_sheet
from workflow.model.plan import ChoiceField, DateField, Field, NumberField, TextField
from workflow.templates.layout import COVER_SHEET, Layout, line_limit


class HighlightKind(Enum):
    """Why a cell stands out."""

    TO_FILL = "to fill"
    TO_PUT_RIGHT = "to put right"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A rule for the entry cells of one column; the formula speaks of the first entry row."""

    column: int
    kind: HighlightKind
    formula: str


def highlights(layout: Layout, choices: Mapping[str, str]) -> Iterator[Highlight]:
    """Yield every rule; choices maps a choice field's key to its range on the cover."""
    row = layout.rows[0].row
    cells = {f.key: f"${column_letters(c.index)}{row}" for c, f in layout.field_columns}
    for column, field in layout.field_columns:
        cell = cells[field.key]
        for formula in _wrong(field, cell, choices):
            yield Highlight(column.index, HighlightKind.TO_PUT_RIGHT, f"={formula}")
        if field.required:
            yield Highlight(column.index, HighlightKind.TO_FILL, f"={_empty(cell)}")
        elif field.required_when:
            other = cells[field.required_when.field]
            tests = ",".join(f"{other}={_text(value)}" for value in field.required_when.values)
            formula = f"=AND({_empty(cell)},OR({tests}))"
            yield Highlight(column.index, HighlightKind.TO_FILL, formula)


def _empty(cell: str) -> str:
    return f'LEN(TRIM(SUBSTITUTE({cell},"　","")))=0'


def _text(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _wrong(field: Field, cell: str, choices: Mapping[str, str]) -> Iterator[str]:
    match field:
        case TextField(max_length=limit):
            yield f"LEN({cell})>{limit}"
            breaks = f'LEN({cell})-LEN(SUBSTITUTE({cell},CHAR(10),""))'
            yield f"{breaks}>={line_limit(field)}"
        case ChoiceField(key=key):
            values = f"{quoted_sheet(COVER_SHEET)}!{choices[key]}"
            yield f'AND({cell}<>"",ISNA(MATCH({cell},{values},0)))'
        case NumberField(minimum=low, maximum=high) | DateField(minimum=low, maximum=high):
            tests = [f"NOT(ISNUMBER({cell}))"]
            tests += [] if low is None else [f"{cell}<{_number(low)}"]
            tests += [] if high is None else [f"{cell}>{_number(high)}"]
            yield f'AND({cell}<>"",OR({",".join(tests)}))'


def _number(bound: Decimal | date) -> str:
    if isinstance(bound, date):
        return f"DATE({bound.year},{bound.month},{bound.day})"
    return plain_number(bound)
