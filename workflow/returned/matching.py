"""Where the answers stand in a returned workbook: the header wherever it is, rows by 整理番号."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflow.cells import a1, folded, folded_id
from workflow.findings import Code, Finding, Place
from workflow.returned.raw import RawBook, RawCell, RawSheet
from workflow.templates.layout import ENTRY_SHEET, ID_LABEL, PREVIOUS_LABEL
from workflow.templates.register import Issue, IssuedItem

_HEADER_ROWS = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A header row found in a sheet: columns by their folded label."""

    sheet: RawSheet
    header_row: int
    columns: Mapping[str, int]

    @property
    def id_column(self) -> int:
        """The column of 整理番号."""
        return self.columns[folded(ID_LABEL)]

    def column(self, label: str) -> int | None:
        """Return the column under this label."""
        return self.columns.get(folded(label))

    def ids(self) -> dict[int, str]:
        """Return the text in the 整理番号 column of each row below the header."""
        return {
            row: cell.text
            for (row, column), cell in sorted(self.sheet.cells.items())
            if column == self.id_column and row > self.header_row and not cell.is_blank
        }


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """The row in which an issued item was found; cells by field key, blank ones left out."""

    item: IssuedItem
    row: int
    cells: Mapping[str, RawCell]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matching:
    """All rows found on the entry sheet, and what was noticed on the way."""

    sheet: str
    rows: tuple[MatchedRow, ...]
    findings: tuple[Finding, ...]


def find_table(book: RawBook, labels: frozenset[str]) -> Table | None:
    """Return the header that carries most of the labels; on a tie, the one on the entry sheet."""
    known = {folded(label) for label in labels}
    tables = [table for sheet in book.sheets for table in _tables(sheet)]
    if not tables:
        return None
    return max(tables, key=lambda t: (len(known & t.columns.keys()), t.sheet.name == ENTRY_SHEET))


def _tables(sheet: RawSheet) -> Iterator[Table]:
    wanted = folded(ID_LABEL)
    header_rows = {
        row
        for (row, _), cell in sheet.cells.items()
        if row <= _HEADER_ROWS and folded(cell.text) == wanted
    }
    for header_row in sorted(header_rows):
        columns: dict[str, int] = {}
        for (row, column), cell in sorted(sheet.cells.items()):
            if row == header_row:
                columns.setdefault(folded(cell.text), column)
        if len(columns) > 1:
            yield Table(sheet, header_row, columns)


def match(file: str, table: Table, issue: Issue) -> Matching:
    """Return the rows of an issue's items, in the order they stand on the sheet."""
    place = Place(file=file, sheet=table.sheet.name)
    findings = [
        Code.COLUMN_MISSING.at(place, label=field.label)
        for field in issue.form.form.fields
        if table.column(field.label) is None
    ]
    issued = {folded_id(item.id): item for item in issue.items}
    rows: dict[str, MatchedRow] = {}
    for row, text in table.ids().items():
        if folded(text) == folded(PREVIOUS_LABEL):
            continue
        item = issued.get(folded_id(text))
        here = Place(file=file, sheet=table.sheet.name, cell=f"{row}行目")
        if item is None:
            if _has_answers(table, issue, row):
                findings.append(Code.ROW_UNKNOWN.at(here, value=text.strip()))
        elif item.id in rows:
            other = rows[item.id].row
            findings.append(Code.ROW_DUPLICATE.at(here, value=item.id, other=other))
        else:
            rows[item.id] = _matched(table, issue, item, row)
    findings += _rows_without_id(file, table, issue)
    findings += (
        Code.ROW_MISSING.at(place, value=item.id) for item in issue.items if item.id not in rows
    )
    return Matching(table.sheet.name, tuple(rows.values()), tuple(findings))


def _matched(table: Table, issue: Issue, item: IssuedItem, row: int) -> MatchedRow:
    fields = issue.form.form.fields
    columns = {field.key: table.column(field.label) for field in fields}
    found = {key: column for key, column in columns.items() if column is not None}
    stored = {key: table.sheet.cells.get((row, column)) for key, column in found.items()}
    return MatchedRow(
        item=item,
        row=row,
        cells={key: cell for key, cell in stored.items() if cell and not cell.is_blank},
        places={key: a1(row, column) for key, column in found.items()},
    )


def _has_answers(table: Table, issue: Issue, row: int) -> bool:
    columns = (table.column(field.label) for field in issue.form.form.fields)
    stored = (table.sheet.cells.get((row, column)) for column in columns if column)
    return any(cell and not cell.is_blank for cell in stored)


def _rows_without_id(file: str, table: Table, issue: Issue) -> Iterator[Finding]:
    with_id = table.ids().keys()
    below = {row for row, _ in table.sheet.cells if row > table.header_row}
    for row in sorted(below - with_id):
        if _has_answers(table, issue, row):
            place = Place(file=file, sheet=table.sheet.name, cell=f"{row}行目")
            yield Code.ROW_UNKNOWN.at(place, value="（空欄）")
