"""Which tables of a returned workbook carry the form's headings, and which row is the header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field
from functools import cached_property, lru_cache

from workflow.model.cells import folded, may_fold_to
from workflow.model.raw import RawBook, RawSheet
from workflow.python.dataclass import dataclass
from workflow.templates.indicator_table import INDICATOR_ID_LABEL, INDICATOR_SHEET
from workflow.templates.layout import ENTRY_SHEET, ID_LABEL, PREVIOUS_LABEL

_HEADER_ROWS = 60
_SHORT, _MOST_CACHED = 100, 20_000


Named = tuple[str, str]
"""The label of a field and its heading on a form, which may name a unit; older forms name none."""


@dataclass(frozen=True)
class Table:
    """A header row found in a sheet: columns by their folded label, which names no unit.

    Of a heading that stands more than once, further holds the columns behind the first. Id_label
    heads the column that says which row is whose.
    """

    sheet: RawSheet
    header_row: int
    columns: Mapping[str, int]
    further: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    id_label: str = ID_LABEL

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
        ids, previous = self.column(self.id_label), folded(PREVIOUS_LABEL)
        cells = self.sheet.cells.items()
        return frozenset(
            row for (row, column), cell in cells if column == ids and folded(cell.text) == previous
        )

    @cached_property
    def ids(self) -> Mapping[int, str]:
        """The text in the column of each row's id, "" where there is none."""
        column = self.column(self.id_label)
        return {row: self.text_at(row, column) for row in self.rows}

    def is_filled(self, labels: AbstractSet[str]) -> bool:
        """Whether anything stands under these folded labels."""
        columns = [self.columns[label] for label in labels]
        cells = (self.sheet.cells.get((row, column)) for row in self.rows for column in columns)
        return any(cell and not cell.is_blank for cell in cells)


def find_tables(book: RawBook, labels: frozenset[Named]) -> tuple[Table, ...]:
    """Return the table that carries most of the fields' labels, and behind it those that copy it.

    On a tie one to be seen comes before a hidden one, one that is filled before a blank one, then
    the one on the entry sheet. A copy stands on another sheet, with 整理番号 and more than half of
    the labels the first one carries.
    """
    return _best_of(book, _known(labels), ENTRY_SHEET)


def find_indicator_tables(book: RawBook, labels: frozenset[Named]) -> tuple[Table, ...]:
    """Return the table of the indicators, and behind it those that copy it."""
    return _best_of(book, _known(labels, INDICATOR_ID_LABEL), INDICATOR_SHEET)


def _best_of(book: RawBook, known: _Known, name: str) -> tuple[Table, ...]:
    tables = [table for sheet in book.sheets for table in _tables(sheet, known)]
    carrying = [table for table in tables if known.labels & table.columns.keys()]

    def rank(table: Table) -> tuple[int, bool, bool, bool]:
        found, sheet = known.labels & table.columns.keys(), table.sheet
        is_filled = table.is_filled(found)
        return len(found), not sheet.is_hidden, is_filled, sheet.name == name

    if not carrying:
        return ()
    first = max(carrying, key=rank)
    asked = known.labels & first.columns.keys()
    found = {id(first.sheet): first}  # names may repeat in a file that no program saved
    for table in carrying:
        is_whole = 2 * len(asked & table.columns.keys()) > len(asked)
        if is_whole and folded(known.id_label) in table.columns:
            found.setdefault(id(table.sheet), table)
    return tuple(found.values())


class _Known:
    """The folded labels of the fields, and which texts fold to one of them or to that of the ids.

    Most short texts stand on every template, so the answers are kept.
    """

    def __init__(self, labels: frozenset[Named], id_label: str) -> None:
        self.id_label = id_label
        self.labels = frozenset(folded(label) for label, _ in labels)
        self.named = {folded(heading): folded(label) for label, heading in labels}
        self._headings = self.labels | self.named.keys() | {folded(id_label)}
        self._longest = max(map(len, self._headings))
        self._is_known_heading: dict[str, bool] = {}

    def rows(self, sheet: RawSheet) -> set[int]:
        """Return the rows in which a heading may stand."""
        known = self._is_known_heading.get
        found = set()
        for (row, _), cell in sheet.cells.items():
            if row <= _HEADER_ROWS:
                text = cell.text
                is_heading = known(text) if len(text) <= _SHORT else None
                if is_heading or (is_heading is None and self._is_heading(text)):
                    found.add(row)
        return found

    def _is_heading(self, text: str) -> bool:
        is_heading = may_fold_to(text, self._longest) and folded(text) in self._headings
        if len(text) <= _SHORT and len(self._is_known_heading) < _MOST_CACHED:
            self._is_known_heading[text] = is_heading
        return is_heading


@lru_cache(maxsize=32)
def _known(labels: frozenset[Named], id_label: str = ID_LABEL) -> _Known:
    return _Known(labels, id_label)


def _tables(sheet: RawSheet, known: _Known) -> Iterator[Table]:
    """Yield each row that looks like a header: 整理番号 stands in it, or two fields' labels."""
    texts: dict[int, dict[str, int]] = {row: {} for row in sorted(known.rows(sheet))}
    further: dict[int, dict[str, tuple[int, ...]]] = {row: {} for row in texts}
    for row, column in sorted(at for at in sheet.cells if at[0] in texts):
        label = folded(sheet.cells[row, column].text)
        label = known.named.get(label, label)
        if texts[row].setdefault(label, column) != column:
            further[row][label] = (*further[row].get(label, ()), column)
    for row, columns in texts.items():
        if known.id_label == ID_LABEL and folded(INDICATOR_ID_LABEL) in columns:
            continue
        if folded(known.id_label) in columns or len(known.labels & columns.keys()) > 1:
            yield Table(sheet, row, columns, further[row], known.id_label)
