"""Where the answers stand in a returned workbook: the header wherever it is, rows by 整理番号."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from workflow.cells import a1, folded, folded_id
from workflow.findings import Code, Finding, Place
from workflow.raw import Area, RawBook, RawCell, RawSheet
from workflow.templates.layout import DEPARTMENT_LABEL, ENTRY_SHEET, ID_LABEL, PREVIOUS_LABEL
from workflow.templates.register import Issue, IssuedItem

_HEADER_ROWS = 60


@dataclass(frozen=True)
class Table:
    """A header row found in a sheet: columns by their folded label."""

    sheet: RawSheet
    header_row: int
    columns: Mapping[str, int]

    def column(self, label: str) -> int | None:
        """Return the column under this label."""
        return self.columns.get(folded(label))

    def text(self, row: int, label: str) -> str:
        """Return the text under a label in a row, "" where there is none."""
        column = self.column(label)
        cell = self.sheet.cells.get((row, column)) if column else None
        return cell.text if cell else ""

    def rows(self) -> tuple[int, ...]:
        """Return the rows below the header that hold anything, last year's answers left out."""
        return self._rows

    @cached_property
    def _rows(self) -> tuple[int, ...]:
        rows = sorted({row for row, _ in self.sheet.cells if row > self.header_row})
        previous = folded(PREVIOUS_LABEL)
        return tuple(row for row in rows if folded(self.text(row, ID_LABEL)) != previous)

    def is_filled(self, labels: AbstractSet[str]) -> bool:
        """Whether anything stands under these folded labels."""
        columns = [self.columns[label] for label in labels]
        cells = (self.sheet.cells.get((row, column)) for row in self.rows() for column in columns)
        return any(cell and not cell.is_blank for cell in cells)

    def ids(self) -> dict[int, str]:
        """Return the text in the 整理番号 column of each row that has one."""
        texts = {row: self.text(row, ID_LABEL) for row in self.rows()}
        return {row: text for row, text in texts.items() if text.strip()}


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """The row in which an issued item was found; cells by field key, blank ones left out.

    spaces names the fields whose cell holds nothing but white space, merged those whose cell is
    part of a merged one.
    """

    item: IssuedItem
    row: int
    cells: Mapping[str, RawCell]
    places: Mapping[str, str]
    spaces: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """All rows found on the entry sheet, and what was noticed on the way."""

    sheet: str
    rows: tuple[MatchedRow, ...]
    findings: tuple[Finding, ...]


def find_table(book: RawBook, labels: frozenset[str]) -> Table | None:
    """Return the table that carries most of the fields' labels, None when none carries any.

    On a tie one that is filled comes before a blank one, then the one on the entry sheet.
    """
    known = {folded(label) for label in labels}
    tables = [table for sheet in book.sheets for table in _tables(sheet, known)]
    carrying = [table for table in tables if known & table.columns.keys()]

    def rank(table: Table) -> tuple[int, bool, bool]:
        found = known & table.columns.keys()
        return len(found), table.is_filled(found), table.sheet.name == ENTRY_SHEET

    return max(carrying, key=rank, default=None)


def _tables(sheet: RawSheet, known: AbstractSet[str]) -> Iterator[Table]:
    """Yield each row that looks like a header: 整理番号 stands in it, or two fields' labels."""
    texts: dict[int, dict[str, int]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if row <= _HEADER_ROWS:
            texts.setdefault(row, {}).setdefault(folded(cell.text), column)
    for row, columns in texts.items():
        if folded(ID_LABEL) in columns or len(known & columns.keys()) > 1:
            yield Table(sheet, row, columns)


def match(file: str, table: Table, issue: Issue) -> Matching:
    """Return the rows of an issue's items, in the order they stand on the sheet."""
    seen = _Seen(file, table, issue)
    rows = seen.by_id()
    rows |= seen.by_label(rows)
    found = tuple(sorted(rows.values(), key=lambda matched: matched.row))
    for matched in found:
        seen.notice(matched)
    seen.notice_missing(rows)
    return Matching(table.sheet.name, found, tuple(seen.findings))


class _Seen:
    """One pass over the entry sheet of one file; collects what is noticed."""

    def __init__(self, file: str, table: Table, issue: Issue) -> None:
        self.file, self.table, self.issue = file, table, issue
        self.findings: list[Finding] = []
        self._strange: list[int] = []
        columns = {f.key: table.column(f.label) for f in issue.form.form.fields}
        self._columns = {key: column for key, column in columns.items() if column is not None}

    def by_id(self) -> dict[str, MatchedRow]:
        """Return the rows whose 整理番号 is an issued one, by item."""
        issued = {folded_id(item.id): item for item in self.issue.items}
        rows: dict[str, MatchedRow] = {}
        for row in self.table.rows():
            item = issued.get(folded_id(self.table.text(row, ID_LABEL)))
            if item is None:
                self._strange.append(row)
            elif item.id in rows:
                other = rows[item.id].row
                self._add(Code.ROW_DUPLICATE, f"{row}行目", item.id, value=item.id, other=other)
            else:
                rows[item.id] = self._matched(item, row)
        return rows

    def by_label(self, known: Mapping[str, MatchedRow]) -> dict[str, MatchedRow]:
        """Return rows whose 整理番号 is lost but whose labels fit one item not yet found."""
        rows: dict[str, MatchedRow] = {}
        for row in self._strange:
            lost = [i for i in self.issue.items if i.id not in known and i.id not in rows]
            fitting = [item for item in lost if self._labels_fit(item, row)]
            if len(fitting) == 1:
                item = fitting[0]
                rows[item.id] = self._matched(item, row)
                was = self.table.text(row, ID_LABEL).strip() or "空欄"
                self._add(Code.ROW_FOUND_BY_LABEL, f"{row}行目", item.id, found=was, known=item.id)
            elif self._has_answers(row):
                was = self.table.text(row, ID_LABEL).strip() or "空欄"
                self._add(Code.ROW_UNKNOWN, f"{row}行目", value=was)
        return rows

    def notice(self, matched: MatchedRow) -> None:
        """Note what is odd about a row that was found."""
        labels = zip(self.issue.form.levels, matched.item.labels, strict=True)
        for label, issued in (*labels, (DEPARTMENT_LABEL, matched.item.departments)):
            written = self.table.text(matched.row, label)
            column = self.table.column(label)
            if column and written != issued and folded(written) != folded(issued):
                place = a1(matched.row, column)
                self._add(
                    Code.LABEL_CHANGED, place, matched.item.id, label, before=issued, after=written
                )
        if matched.row in self.table.sheet.hidden_rows and matched.cells:
            code = Code.ROW_FILTERED if self.table.sheet.filtered else Code.ROW_HIDDEN
            self._add(code, f"{matched.row}行目", matched.item.id)

    def notice_missing(self, rows: Mapping[str, MatchedRow]) -> None:
        """Note the columns and rows that are not there."""
        for field in self.issue.form.form.fields:
            if self.table.column(field.label) is None:
                self._add(Code.COLUMN_MISSING, label=field.label)
        for item in self.issue.items:
            if item.id not in rows:
                self._add(Code.ROW_MISSING, value=item.id)

    def _add(
        self, code: Code, cell: str = "", item: str = "", field: str = "", **details: object
    ) -> None:
        place = Place(
            file=self.file, sheet=self.table.sheet.name, cell=cell, item=item, field=field
        )
        self.findings.append(code.at(place, **details))

    def _labels_fit(self, item: IssuedItem, row: int) -> bool:
        *_, lowest = self.issue.form.levels
        if folded(self.table.text(row, lowest)) != folded(item.labels[-1]):
            return False
        levels = zip(self.issue.form.levels, item.labels, strict=True)
        twins = [i for i in self.issue.items if i.labels[-1] == item.labels[-1]]
        fits = all(folded(self.table.text(row, level)) == folded(text) for level, text in levels)
        return len(twins) == 1 or fits

    def _matched(self, item: IssuedItem, row: int) -> MatchedRow:
        columns = self._columns
        stored = {key: self.table.sheet.cells.get((row, column)) for key, column in columns.items()}
        areas = self.table.sheet.merged
        return MatchedRow(
            item=item,
            row=row,
            cells={key: cell for key, cell in stored.items() if cell and not cell.is_blank},
            places={key: a1(row, column) for key, column in columns.items()},
            spaces=tuple(key for key, cell in stored.items() if cell and cell.is_blank),
            merged=tuple(k for k, column in columns.items() if _is_merged(areas, row, column)),
        )

    def _has_answers(self, row: int) -> bool:
        stored = (self.table.sheet.cells.get((row, c)) for c in self._columns.values())
        return any(cell and not cell.is_blank for cell in stored)


def _is_merged(areas: tuple[Area, ...], row: int, column: int) -> bool:
    return any(area.holds(row, column) for area in areas)
