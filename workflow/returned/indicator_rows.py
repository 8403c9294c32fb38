"""The sheet of the indicators of a return: whose each row is, and the cells it adds to its item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.indicators.indicator import Indicator
from workflow.model.raw import RawBook
from workflow.python.dataclass import dataclass
from workflow.returned.find_rows import MatchedRow, Matching, match
from workflow.returned.find_tables import Table, find_indicator_tables
from workflow.templates.indicator_table import (
    ACTUAL_KEY,
    INDICATOR_SHEET,
    REMARK_KEY,
    as_issue,
)
from workflow.templates.register import Issue, IssuedItem

_CODES = {
    Code.ROW_MISSING: Code.INDICATOR_ROW_MISSING,
    Code.ROW_DUPLICATE: Code.INDICATOR_ROW_TWICE,
    Code.ROW_UNKNOWN: Code.INDICATOR_ROW_UNKNOWN,
    Code.ROW_FOUND_BY_LABEL: Code.INDICATOR_ROW_FOUND,
}
"""What is said of a row of an item, and what of a row of an indicator."""


@dataclass(frozen=True, slots=True)
class IndicatorRows:
    """The rows of a return's indicators; the items of the rows are those of the plan.

    Cells, columns and places have the keys of the indicators.
    """

    tables: tuple[Table, ...]
    matching: Matching

    @property
    def by_item(self) -> Mapping[str, list[MatchedRow]]:
        """The rows by the ids of their items."""
        found: dict[str, list[MatchedRow]] = {}
        for row in self.matching.rows:
            found.setdefault(row.item.id, []).append(row)
        return found

    @property
    def lost(self) -> Mapping[str, Location]:
        """Where the rows that are gone are told of, by the keys of their indicators."""
        gone = (f for f in self.matching.findings if f.code is Code.INDICATOR_ROW_MISSING)
        return {finding.location.field_key: finding.location for finding in gone}


def find_indicator_rows(book: RawBook, issue: Issue) -> IndicatorRows | None:
    """Return the rows of an issue's indicators in a workbook; None where it asks of none."""
    if not issue.indicators:
        return None
    asked = as_issue(issue)
    named = frozenset((field.label, field.heading) for field in asked.answer_form.fields)
    tables = find_indicator_tables(book, named)
    if not tables:
        missing = Finding(Code.INDICATOR_SHEET_MISSING, Location(sheet=INDICATOR_SHEET))
        return IndicatorRows((), Matching(INDICATOR_SHEET, (), (missing,)))
    items = {item.id: item for item in issue.items}
    indicators = {one.id: one for one in issue.indicators}
    found = match(tables[0], asked, tables[1:])
    rows, repeated = (
        tuple(_of_item(row, indicators[row.item.id], items) for row in part)
        for part in (found.rows, found.repeated)
    )
    findings = tuple(_finding_of_item(finding, indicators) for finding in found.findings)
    return IndicatorRows(tables, replace(found, rows=rows, repeated=repeated, findings=findings))


def joined(rows: Iterable[MatchedRow], indicators: IndicatorRows | None) -> Sequence[MatchedRow]:
    """Return the rows of items, each with the cells of its indicators.

    Of an item whose own row is lost, those of its indicators alone.
    """
    if indicators is None:
        return tuple(rows)
    own = dict(indicators.by_item)
    found = [_with(row, own.pop(row.item.id, [])) for row in rows]
    found += [
        _with(replace(first, cells={}, columns={}, references={}), [first, *others])
        for first, *others in own.values()
    ]
    return found


def _with(row: MatchedRow, added: Sequence[MatchedRow]) -> MatchedRow:
    for other in added:
        place = dict.fromkeys(other.columns, (other.sheet, other.row))
        row = replace(
            row,
            cells={**row.cells, **other.cells},
            columns={**row.columns, **other.columns},
            references={
                **row.references,
                **{k: f"{other.sheet}!{a1}" for k, a1 in other.references.items()},
            },
            spaces=(*row.spaces, *other.spaces),
            merged=(*row.merged, *other.merged),
            struck={**row.struck, **other.struck},
            elsewhere={**row.elsewhere, **place},
        )
    return row


def _of_item(row: MatchedRow, indicator: Indicator, items: Mapping[str, IssuedItem]) -> MatchedRow:
    """Return the row of an indicator as one of its item; what it does not ask is left out."""
    asked = {field.key for field in indicator.fields}
    keys = {ACTUAL_KEY: indicator.key, REMARK_KEY: indicator.remark_key}
    keys = {column: key for column, key in keys.items() if key in asked}
    return replace(
        row,
        item=items[indicator.item],
        cells={keys[key]: cell for key, cell in row.cells.items() if key in keys},
        columns={keys[key]: column for key, column in row.columns.items() if key in keys},
        references={keys[key]: place for key, place in row.references.items() if key in keys},
        spaces=tuple(keys[key] for key in row.spaces if key in keys),
        merged=tuple(keys[key] for key in row.merged if key in keys),
        struck={keys[key]: text for key, text in row.struck.items() if key in keys},
    )


def _finding_of_item(finding: Finding, indicators: Mapping[str, Indicator]) -> Finding:
    """Return a finding of the sheet as one of the item that the indicator belongs to."""
    at = finding.location
    if finding.code is Code.ROW_MISSING:  # there is no row it could stand at
        at = replace(at, item=str(finding.details["value"]), field_key=ACTUAL_KEY)
    indicator = indicators.get(at.item)
    keys = {ACTUAL_KEY: indicator.key, REMARK_KEY: indicator.remark_key} if indicator else {}
    location = replace(
        at,
        item=indicator.item if indicator else "",
        field_key=keys.get(at.field_key, at.field_key),
    )
    return replace(finding, code=_CODES.get(finding.code, finding.code), location=location)
