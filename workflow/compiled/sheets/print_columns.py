"""The columns of 一覧（印刷用）: as wide as what they hold, prose sharing the rest. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflow.compiled.ledger import Ledger
from workflow.model.fields.base import Field
from workflow.model.plan import Plan
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

PAGE_WIDTH, PAGE_HEIGHT = 768.0, 500.0
"""Points of A4 landscape between the margins, a little less than all, as printers differ."""

_POINTS_PER_WIDTH, _PADDING = 7.5, 5 / 7
"""A width is a digit of the workbook's font, and BIZ UDP has wide ones; each column adds some."""

CHARACTERS_PER_WIDTH = 0.765
"""Full characters of our size that a width holds, with a little to spare for where lines break.

Every character counts as a full one: the digits of BIZ UDP are nearly as wide.
"""

_ID_WIDTH, _TITLE_WIDTH, _DEPARTMENT_WIDTH = 5.5, 16.0, 8.5

_MOST_HEADING_LINES = 6


@dataclass(frozen=True, slots=True)
class PrintColumn:
    """A column on paper: its heading, its width in characters and the field it shows, if any."""

    heading: str
    width: float
    field: Field | None = None

    @property
    def align(self) -> str:
        """How a value stands in it; blank as Excel puts it."""
        if self.field:
            return self.field.print_align
        return "center" if self.heading == ID_LABEL else ""


def print_columns(plan: Plan, ledger: Ledger) -> tuple[PrintColumn, ...]:
    """Return the columns of a plan's list: what is known of an item, then the fields."""
    fixed = [
        PrintColumn(ID_LABEL, _ID_WIDTH),
        PrintColumn(plan.levels[-1], _TITLE_WIDTH),
        PrintColumn(DEPARTMENT_LABEL, _DEPARTMENT_WIDTH),
    ]
    asked = [_field_column(column.field, ledger) for column in ledger.columns if column.field]
    columns = [_wide_enough(column) for column in (*fixed, *asked)]
    return tuple(_sharing_the_rest(columns))


def _field_column(field: Field, ledger: Ledger) -> PrintColumn:
    index = ledger.index(field.label)
    width = field.print_width(row[index] for row in ledger.rows)
    return PrintColumn(field.print_heading, width, field)


def _wide_enough(column: PrintColumn) -> PrintColumn:
    """Widen a column whose heading would need too many lines."""
    least = len(column.heading) / _MOST_HEADING_LINES / CHARACTERS_PER_WIDTH
    return PrintColumn(column.heading, max(column.width, least), column.field)


def _sharing_the_rest(columns: Sequence[PrintColumn]) -> Iterator[PrintColumn]:
    """Give the room left on the page to the prose, or to the titles where no prose is asked for."""
    rest = max(0.0, (PAGE_WIDTH - points_of(columns)) / _POINTS_PER_WIDTH)
    growing = [c for c in columns if c.field and c.field.is_prose] or [columns[1]]
    for column in columns:
        more = rest / len(growing) if column in growing else 0.0
        yield PrintColumn(column.heading, round(column.width + more, 2), column.field)


def points_of(columns: Sequence[PrintColumn]) -> float:
    """Return how wide the list is before it is made to fit the page."""
    return sum(column.width + _PADDING for column in columns) * _POINTS_PER_WIDTH
