"""The sheets 担当課, 取組内容 and 様式: one entry per row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import a1_ranges, folded
from workflow.model.fields.declarations import PlanColumn
from workflow.plan.book.cells import Cell, Sheet
from workflow.plan.book.columns import Table
from workflow.plan.book.reading import HeaderRow, Reading, at_indexes, is_complete
from workflow.plan.book.written_once import Columns, Meant, Row, as_meant
from workflow.plan.document import Node, ReadAs, child
from workflow.python.dataclass import dataclass


def read_table(reading: Reading, sheet: Sheet, table: Table) -> None:
    """Read the rows of a table into the entries of its list."""
    labels = [column.label for column in table.all_columns]
    header = HeaderRow.of(sheet, labels)
    is_complete(reading, sheet, header, [c.label for c in table.all_columns if not c.optional])
    reading.locations[table.pointer] = header.location(reading.file, sheet)
    rows = _Rows(reading, sheet, header, table)
    entry = -1
    below: Sequence[Row] = header.rows_below(sheet)
    if table.levels:
        filled = [row for row in below if rows.has_any(row, table.columns)]
        below = _with_levels(rows, list(rows.items_and_headings(filled)))
    for row in below:
        if rows.has_any(row, table.columns):
            entry += 1
            rows.read_entry(row, entry)
        elif rows.has_any(row, table.details):
            rows.read_detail(row, entry)


def _with_levels(rows: _Rows, below: Sequence[Row]) -> Sequence[Row]:
    """Return the rows of a table with what people merged or wrote once, and note it once."""
    reading, sheet, table = rows.reading, rows.sheet, rows.table
    index = {c: rows.header.columns.get(folded(c.label)) for c in table.columns}
    known = {column: at for column, at in index.items() if at is not None}
    kinds = {column.key: at for column, at in known.items()}
    needed = ("/id", "/title", "/departments")
    if any(key not in kinds for key in needed):
        return below
    identity, _, departments = (kinds[key] for key in needed)
    meant = as_meant(
        below,
        sheet,
        Columns(
            identity=identity,
            levels=tuple(known[column] for column in table.levels if column in known),
            departments=departments,
            whole=tuple(at for at in known.values() if at != identity),
        ),
    )
    labels = {at: column.label for column, at in known.items()}
    _keep_corrections(rows, meant, labels)
    for code, found in (
        (Code.PLAN_FILLED_DOWN, meant.filled),
        (Code.PLAN_BLANK_UNCLEAR, meant.unclear),
        (Code.PLAN_ROWS_JOINED, {departments: meant.joined}),
        (Code.PLAN_ROW_UNCLEAR, {departments: meant.alone}),
    ):
        for at, cells in found.items():
            if cells:
                first = reading.location(sheet.name, cells[0])
                indexes = [(cell.row, cell.column) for cell in cells]
                if code.severity is Severity.INFO:
                    first = at_indexes(reading.file, sheet.name, indexes)
                    reading.note(code, first, name=labels[at], count=len(indexes))
                else:
                    reading.note(code, first, name=labels[at], cells=a1_ranges(indexes))
    return meant.rows


def _keep_corrections(rows: _Rows, meant: Meant, labels: Mapping[int, str]) -> None:
    """Keep what is to be written into each cell that others speak for."""
    reading, sheet = rows.reading, rows.sheet.name
    unclear = {(cell.row, cell.column) for cells in meant.unclear.values() for cell in cells}
    read = [(row[at], row[at].text) for row in meant.rows for at in labels]
    for cell, text in (*read, *((cell, "") for cell in (*meant.joined, *meant.headings))):
        written = rows.sheet.rows[cell.row - 1][cell.column - 1]
        if text != written.text and (cell.row, cell.column) not in unclear:
            location = reading.location(sheet, cell)
            reading.correct(location, labels[cell.column - 1], ReadAs.OTHER_CELL, text)


_ASKED = frozenset({"/title", "/departments", "/pages", "/answer"})
"""What a row says that is an item, besides its number and its headings."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Reads the rows of one table into the entries of its list."""

    reading: Reading
    sheet: Sheet
    header: HeaderRow
    table: Table

    def cells(
        self, row: Sequence[Cell], columns: Sequence[PlanColumn]
    ) -> Iterator[tuple[PlanColumn, Cell | None]]:
        for column in columns:
            index = self.header.columns.get(folded(column.label))
            yield column, None if index is None else row[index]

    def has_any(self, row: Sequence[Cell], columns: Sequence[PlanColumn]) -> bool:
        return any(cell and cell.text.strip() for _, cell in self.cells(row, columns))

    def items_and_headings(self, below: Sequence[Row]) -> Iterator[Row]:
        """Yield the rows of 取組内容; note those that hold neither an item nor its heading.

        Such are notes and totals below the items, and numbers set down in advance.
        """
        asked_rows = [number for number, row in enumerate(below) if not self._asks_nothing(row)]
        last = max(asked_rows, default=-1)
        for number, row in enumerate(below):
            is_heading = number < last and self.has_any(row, self.table.levels)
            if number in asked_rows or is_heading:
                yield row
                continue
            cell = next(cell for cell in row if cell.text.strip())
            location = self.reading.location(self.sheet.name, cell)
            self.reading.note(Code.PLAN_NOT_AN_ITEM, location, value=cell.text)

    def _asks_nothing(self, row: Row) -> bool:
        """Whether a row has neither title nor department, nor a merged cell in their place."""
        asked = [column for column in self.table.columns if column.key in _ASKED]
        cells = [cell for _, cell in self.cells(row, asked) if cell]
        if len(cells) < len(asked) or any(cell.text.strip() for cell in cells):
            return False
        return not any(area.holds(c.row, c.column) for c in cells for area in self.sheet.merged)

    def read_entry(self, row: Sequence[Cell], index: int) -> None:
        pointer = child(self.table.pointer, index)
        self.reading.put(pointer, {key: [] for key in self.table.lists})
        self._take_all(pointer, row, self.table.columns)
        if self.table.details:
            details = pointer + self.table.detail_key
            _, first = next(self.cells(row, self.table.details))
            if first:
                self.reading.locations[details] = self.reading.location(self.sheet.name, first)
            if self.has_any(row, self.table.details):
                self._read_detail_of(details, row)

    def read_detail(self, row: Sequence[Cell], index: int) -> None:
        if index >= 0:
            self._read_detail_of(child(self.table.pointer, index) + self.table.detail_key, row)
        else:
            location = self.reading.location(self.sheet.name, row[0])
            self.reading.note(Code.PLAN_ORPHAN_ROW, location)

    def _read_detail_of(self, pointer: str, row: Sequence[Cell]) -> None:
        detail = child(pointer, len(Node(self.reading.content).at(pointer).elements))
        self.reading.put(detail, {})
        self._take_all(detail, row, self.table.details)

    def _take_all(self, pointer: str, row: Sequence[Cell], columns: Sequence[PlanColumn]) -> None:
        self.reading.locations[pointer] = self.reading.location(self.sheet.name, row[0])
        for column, cell in self.cells(row, columns):
            if cell:
                self.reading.take(pointer + column.key, self.sheet.name, cell, column)
            else:
                # Where its absence was noted, so what follows from it is not noted again.
                location = self.header.location(self.reading.file, self.sheet)
                self.reading.locations[pointer + column.key] = location
                self.reading.put_blank(pointer + column.key, column)
