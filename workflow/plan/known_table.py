"""The table of known values, read: a row for each item of the plan, or everything wrong with it.

Whatever is wrong is said with file, sheet and cell, as of plan.xlsx: nobody shall be shown a figure
that stands beside another item, or in another unit, than the city's table has it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import field
from itertools import islice

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import folded, folded_id
from workflow.model.errors import PlanError
from workflow.model.fields.declarations import Value
from workflow.model.findings import Detail, Finding, Location
from workflow.model.known_values import KnownColumn, KnownRow, KnownTable, KnownValues
from workflow.model.plan import Plan
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.python.dataclass import dataclass

_ID_HEADING = "整理番号"
_HEADER_ROWS = 60
_MOST_FINDINGS = 100


def known_table(plan: Plan, known: KnownValues, sha256: str, book: RawBook) -> KnownTable:
    """Return what the table a plan names says of its items.

    Raises PlanError with every finding when it has errors.
    """
    found = _Table(known.file)
    sheet = found.sheet(known, book)
    rows = found.rows(plan, known, sheet) if sheet else {}
    if found.findings:
        count = len(found.findings)
        raise PlanError(
            f"既知の値の表「{known.file}」に直すところが{count}か所あります。",
            tuple(islice(found.findings, _MOST_FINDINGS)),
        )
    return KnownTable(known.file, sha256, sheet.name if sheet else "", rows)


@dataclass(slots=True)
class _Table:
    """What is noticed while a table is read, and where its columns are."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    header: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    """Of each field by its key; under "" that of 整理番号."""

    def sheet(self, known: KnownValues, book: RawBook) -> RawSheet | None:
        """Return the sheet with the headings; None, after saying so, where there is none."""
        sheets = [s for s in book.sheets if known.sheet in ("", s.name)]
        if not sheets:
            others = tuple(sheet.name for sheet in book.sheets)
            self._note(Code.KNOWN_NO_SHEET, value=known.sheet, sheets=others)
            return None
        best = max(sheets, key=lambda sheet: len(_headings(sheet, known)[1]))
        self.header, self.columns = _headings(best, known)
        complete = [s for s in sheets if len(_headings(s, known)[1]) > len(known.columns)]
        if len(complete) > 1:
            names = tuple(sheet.name for sheet in complete)
            self._note(Code.KNOWN_SHEETS, sheet=best.name, sheets=names)
        self._check_headings(best, known)
        return best

    def _check_headings(self, sheet: RawSheet, known: KnownValues) -> None:
        if "" not in self.columns:
            self._note(Code.KNOWN_COLUMN, sheet=sheet.name, row=self.header, name=_ID_HEADING)
        for column in known.columns:
            if column.field.key in self.columns:
                continue
            other = _in_another_unit(sheet, self.header, column)
            if other:
                at, text = other
                unit = getattr(column.field, "unit", "")
                self._note(
                    Code.KNOWN_UNIT, sheet=sheet.name, row=self.header, column=at, found=text,
                    name=column.field.label, expected=unit,
                )  # fmt: skip
            else:
                name = column.headings[0]
                self._note(Code.KNOWN_COLUMN, sheet=sheet.name, row=self.header, name=name)

    def rows(self, plan: Plan, known: KnownValues, sheet: RawSheet) -> dict[str, KnownRow]:
        """Return what the table says of each item."""
        if self.findings:
            return {}
        known_ids = {folded_id(item.id): item.id for item in plan.items}
        rows: dict[str, KnownRow] = {}
        for row, cell in self._ids(sheet):
            text = _result(cell).shown.strip()
            item = known_ids.get(folded_id(text))
            if item is None:
                self._note_id(Code.KNOWN_ITEM, sheet, row, value=text)
            elif item in rows:
                self._note_id(Code.KNOWN_TWICE, sheet, row, value=text, other=rows[item].row)
            else:
                rows[item] = KnownRow(row, dict(self._values(known, sheet, row)))
        for missing in (one.id for one in plan.items if one.id not in rows):
            self._note(Code.KNOWN_NO_ROW, sheet=sheet.name, value=missing)
        return rows

    def _ids(self, sheet: RawSheet) -> Iterator[tuple[int, RawCell]]:
        """Yield the filled cells below the heading 整理番号; headings may stand there again."""
        for (row, column), cell in sorted(sheet.cells.items()):
            text = folded(_result(cell).shown) if column == self.columns[""] else ""
            if row > self.header and text not in ("", folded(_ID_HEADING)):
                yield row, cell

    def _note_id(self, code: Code, sheet: RawSheet, row: int, **details: Detail) -> None:
        self._note(code, sheet=sheet.name, row=row, column=self.columns[""], **details)

    def _values(self, known: KnownValues, sheet: RawSheet, row: int) -> Iterator[tuple[str, Value]]:
        """Yield the value in each column of a row; what is no such value is noted."""
        for column in known.columns:
            at = self.columns[column.field.key]
            cell = sheet.cells.get((row, at))
            if (row, at) in sheet.doubled and cell is not None:
                self._no_value(sheet, row, at, column, cell)
                continue
            if cell is None or cell.is_blank or _result(cell).is_blank:
                if cell is not None and cell.kind is CellKind.FORMULA:
                    self._no_value(sheet, row, at, column, cell)
                continue
            parsed = column.field.parse_cell(_result(cell))
            wrong = any(v.code.severity is Severity.ERROR for v in parsed.violations)
            value = parsed.value
            if value is None or wrong or column.field.check(value):
                self._no_value(sheet, row, at, column, cell)
            else:
                yield column.field.key, value

    def _no_value(
        self, sheet: RawSheet, row: int, at: int, column: KnownColumn, cell: RawCell
    ) -> None:
        self._note(
            Code.KNOWN_VALUE, sheet=sheet.name, row=row, column=at, name=column.field.label,
            value=_result(cell).shown[:40], expected=column.field.outline,
        )  # fmt: skip

    def _note(
        self,
        code: Code,
        *,
        sheet: str = "",
        row: int = 0,
        column: int = 0,
        **details: Detail,
    ) -> None:
        location = Location(file=self.file, sheet=sheet, row=row, column=column)
        self.findings.append(Finding(code, location, details))


def _headings(sheet: RawSheet, known: KnownValues) -> tuple[int, dict[str, int]]:
    """Return the row with the most of the headings, and the column of each field by its key."""
    wanted = {folded(h): c.field.key for c in known.columns for h in reversed(c.headings)}
    wanted |= {folded(_ID_HEADING): ""}
    rows: dict[int, dict[str, int]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        key = wanted.get(folded(_result(cell).shown)) if row <= _HEADER_ROWS else None
        if key is not None:
            rows.setdefault(row, {}).setdefault(key, column)
    best = max(rows, key=lambda row: (len(rows[row]), -row), default=0)
    return best, rows.get(best, {})


def _in_another_unit(sheet: RawSheet, row: int, column: KnownColumn) -> tuple[int, str] | None:
    """Return the heading that names a field with another unit in brackets, and its column."""
    label = folded(column.heading or column.field.label)
    for (at, found_in), cell in sorted(sheet.cells.items()):
        text = folded(unicodedata.normalize("NFKC", _result(cell).shown)) if at == row else ""
        if text.startswith(label) and text.removeprefix(label).startswith(("(", "（", "[", "［")):
            return found_in, _result(cell).shown
    return None


def _result(cell: RawCell) -> RawCell:
    """Return what a cell shows: of a formula its result."""
    return cell.cached or cell
