"""Where the answers stand in a returned workbook: the header wherever it is, rows by 整理番号."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from workflow.model.catalogue import Code
from workflow.model.cells import column_letters, folded, folded_id, may_fold_to
from workflow.model.findings import Detail, Finding, Location
from workflow.model.raw import Area, RawBook, RawCell, RawSheet
from workflow.templates.layout import DEPARTMENT_LABEL, ENTRY_SHEET, ID_LABEL, PREVIOUS_LABEL
from workflow.templates.register import Issue, IssuedItem

_HEADER_ROWS = 60
_SHORT, _MOST_REMEMBERED = 100, 20_000


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
        return self.text_at(row, self.column(label))

    def text_at(self, row: int, column: int | None) -> str:
        """Return the text in a cell of the sheet, "" where there is none."""
        cell = self.sheet.cells.get((row, column)) if column else None
        return cell.text if cell else ""

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The rows below the header that hold anything, last year's answers left out."""
        filled = {row for row, _ in self.sheet.cells if row > self.header_row}
        return tuple(sorted(filled - self.previous_rows))

    @cached_property
    def previous_rows(self) -> frozenset[int]:
        """The rows that show last year's answers."""
        ids, previous = self.column(ID_LABEL), folded(PREVIOUS_LABEL)
        cells = self.sheet.cells.items()
        return frozenset(
            row for (row, column), cell in cells if column == ids and folded(cell.text) == previous
        )

    @cached_property
    def ids(self) -> Mapping[int, str]:
        """The text in the 整理番号 column of each row, "" where there is none."""
        column = self.column(ID_LABEL)
        return {row: self.text_at(row, column) for row in self.rows}

    def is_filled(self, labels: AbstractSet[str]) -> bool:
        """Whether anything stands under these folded labels."""
        columns = [self.columns[label] for label in labels]
        cells = (self.sheet.cells.get((row, column)) for row in self.rows for column in columns)
        return any(cell and not cell.is_blank for cell in cells)


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """The row in which an issued item was found; cells by field key, blank ones left out.

    Columns are those of the fields that have one, places the same cells as A1 references. Spaces
    names the fields whose cell holds nothing but white space, merged those whose cell is part of a
    merged one.
    """

    item: IssuedItem
    row: int
    cells: Mapping[str, RawCell]
    columns: Mapping[str, int]
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
    known = _known(labels)
    tables = [table for sheet in book.sheets for table in _tables(sheet, known)]
    carrying = [table for table in tables if known.labels & table.columns.keys()]

    def rank(table: Table) -> tuple[int, bool, bool]:
        found = known.labels & table.columns.keys()
        return len(found), table.is_filled(found), table.sheet.name == ENTRY_SHEET

    return max(carrying, key=rank, default=None)


class _Known:
    """The folded labels of the fields, and which texts fold to one of them or to 整理番号.

    Most short texts stand on every template, so they are remembered.
    """

    def __init__(self, labels: frozenset[str]) -> None:
        self.labels = frozenset(map(folded, labels))
        self._headings = self.labels | {folded(ID_LABEL)}
        self._longest = max(map(len, self._headings))
        self._remembered: dict[str, bool] = {}

    def rows(self, sheet: RawSheet) -> set[int]:
        """Return the rows in which a heading may stand."""
        remembered = self._remembered.get
        found = set()
        for (row, _), cell in sheet.cells.items():
            if row <= _HEADER_ROWS:
                is_heading = remembered(cell.text)
                if is_heading or (is_heading is None and self._is_heading(cell.text)):
                    found.add(row)
        return found

    def _is_heading(self, text: str) -> bool:
        is_heading = may_fold_to(text, self._longest) and folded(text) in self._headings
        if len(text) <= _SHORT and len(self._remembered) < _MOST_REMEMBERED:
            self._remembered[text] = is_heading
        return is_heading


@lru_cache(maxsize=32)
def _known(labels: frozenset[str]) -> _Known:
    return _Known(labels)


def _tables(sheet: RawSheet, known: _Known) -> Iterator[Table]:
    """Yield each row that looks like a header: 整理番号 stands in it, or two fields' labels."""
    texts: dict[int, dict[str, int]] = {row: {} for row in sorted(known.rows(sheet))}
    for (row, column), cell in sorted(sheet.cells.items()) if texts else ():
        if row in texts:
            texts[row].setdefault(folded(cell.text), column)
    for row, columns in texts.items():
        if folded(ID_LABEL) in columns or len(known.labels & columns.keys()) > 1:
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
        self._letters = {key: column_letters(column) for key, column in self._columns.items()}
        self._labels = [(n, table.column(n)) for n in (*issue.form.levels, DEPARTMENT_LABEL)]
        taken = self._columns.values()
        areas = table.sheet.merged
        self._areas = [a for a in areas if any(a.left <= c <= a.right for c in taken)]

    def by_id(self) -> dict[str, MatchedRow]:
        """Return the rows whose 整理番号 is an issued one, by item."""
        issued = {folded_id(item.id): item for item in self.issue.items}
        rows: dict[str, MatchedRow] = {}
        for row, text in self.table.ids.items():
            item = issued.get(folded_id(text))
            if item is None:
                self._strange.append(row)
            elif item.id in rows:
                other = rows[item.id].row
                self._add(Code.ROW_DUPLICATE, row, item.id, value=item.id, other=other)
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
                was = self.table.ids[row].strip() or "空欄"
                self._add(Code.ROW_FOUND_BY_LABEL, row, item.id, found=was, known=item.id)
            elif self._has_answers(row):
                was = self.table.ids[row].strip() or "空欄"
                self._add(Code.ROW_UNKNOWN, row, value=was)
        return rows

    def notice(self, matched: MatchedRow) -> None:
        """Note what is odd about a row that was found."""
        known = (*matched.item.labels, matched.item.departments)
        for (label, column), issued in zip(self._labels, known, strict=True):
            written = self.table.text_at(matched.row, column)
            if column and written != issued and folded(written) != folded(issued):
                location = replace(
                    self._location(matched.row, matched.item.id), column=column, field_key=label
                )
                details = {"before": issued, "after": written}
                self.findings.append(Finding(Code.LABEL_CHANGED, location, details))
        if matched.row in self.table.sheet.hidden_rows and matched.cells:
            code = Code.ROW_FILTERED if self.table.sheet.filtered else Code.ROW_HIDDEN
            self._add(code, matched.row, matched.item.id)

    def notice_missing(self, rows: Mapping[str, MatchedRow]) -> None:
        """Note the columns and rows that are not there."""
        for field in self.issue.form.form.fields:
            if self.table.column(field.label) is None:
                self._add(Code.COLUMN_MISSING, column=field.key)
        for item in self.issue.items:
            if item.id not in rows:
                self._add(Code.ROW_MISSING, value=item.id)

    def _add(self, code: Code, row: int = 0, item: str = "", **details: Detail) -> None:
        self.findings.append(Finding(code, self._location(row, item), details))

    def _location(self, row: int, item: str) -> Location:
        return Location(file=self.file, sheet=self.table.sheet.name, row=row, item=item)

    def _labels_fit(self, item: IssuedItem, row: int) -> bool:
        *_, lowest = self.issue.form.levels
        if folded(self.table.text(row, lowest)) != folded(item.labels[-1]):
            return False
        levels = zip(self.issue.form.levels, item.labels, strict=True)
        twins = [i for i in self.issue.items if i.labels[-1] == item.labels[-1]]
        fits = all(folded(self.table.text(row, level)) == folded(text) for level, text in levels)
        return len(twins) == 1 or fits

    def _matched(self, item: IssuedItem, row: int) -> MatchedRow:
        stored = {key: self.table.sheet.cells.get((row, c)) for key, c in self._columns.items()}
        held = {key: cell for key, cell in stored.items() if cell}
        spaces = tuple(key for key, cell in held.items() if cell.is_blank)
        areas = [area for area in self._areas if area.top <= row <= area.bottom]
        return MatchedRow(
            item=item,
            row=row,
            cells={key: cell for key, cell in held.items() if key not in spaces},
            columns=self._columns,
            places={key: f"{letters}{row}" for key, letters in self._letters.items()},
            spaces=spaces,
            merged=tuple(k for k, c in self._columns.items() if _is_merged(areas, row, c)),
        )

    def _has_answers(self, row: int) -> bool:
        stored = (self.table.sheet.cells.get((row, c)) for c in self._columns.values())
        return any(cell and not cell.is_blank for cell in stored)


def _is_merged(areas: Sequence[Area], row: int, column: int) -> bool:
    return any(area.holds(row, column) for area in areas)
