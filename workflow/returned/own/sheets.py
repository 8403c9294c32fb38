"""Which sheets of a returned workbook are the city's own form, and whose form each one is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from workflow.model.cells import CellIndex, folded, may_fold_to
from workflow.model.raw import Area, RawBook, RawSheet, RemarkKind
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.returned.identify import hidden_stamps, shown_numbers
from workflow.returned.own.finder import Finder
from workflow.templates.indicator_table import LOCKED
from workflow.templates.layout import NUMBER_LABEL
from workflow.templates.own.form import ID_NAME, NUMBER_CELL_NAME, MarkedSheet, Repeat, marked
from workflow.templates.own.lay_out import words_of
from workflow.templates.own.marks import MarkKind, mark_pattern
from workflow.templates.register import NUMBER_PATTERN, FormNumber, Register
from workflow.templates.sheets.cover import COVER_HEADINGS

_ALIKE = 0.5
"""The share of what a form prints that a sheet without our names must still hold."""
_INDICATOR_HEADINGS = frozenset(column.label for column in LOCKED)
_NUMBER = lazy_pattern(NUMBER_PATTERN)
_FOOTER_NUMBER = lazy_pattern(rf"{NUMBER_LABEL}\s*({_NUMBER.pattern})")


@dataclass(frozen=True)
class OwnSheet:
    """A sheet of the city's own form as it came back, and the sheet that was issued as it."""

    sheet: RawSheet
    source: MarkedSheet
    names: Mapping[str, Sequence[Area]]
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the sheet is called in the file that came back."""
        return self.sheet.name

    @cached_property
    def finder(self) -> Finder:
        """Finds the cells of the form on it."""
        return Finder(self.sheet, self.source, self.names)

    def finder_of(self, page: Mapping[CellIndex, str]) -> Finder:
        """Return what finds the cells where it is known all that is printed on it."""
        return Finder(self.sheet, self.source, self.names, page)

    @cached_property
    def numbers(self) -> tuple[FormNumber, ...]:
        """The form numbers that it shows, in its cell for it or else at its foot."""
        texts = [self.sheet.cells[at].text for at in self._number_cells()]
        found = [m[0] for text in texts for m in _NUMBER.finditer(text)]
        found = found or [m[1] for text in self.remarks for m in _FOOTER_NUMBER.finditer(text)]
        return tuple(dict.fromkeys(n for text in found if (n := FormNumber.parse(text))))

    def _number_cells(self) -> Iterator[tuple[int, int]]:
        for cell in self.source.of(MarkKind.NUMBER):
            at = self.finder.cell(cell, NUMBER_CELL_NAME)
            if at and at in self.sheet.cells:
                yield at

    @cached_property
    def ids(self) -> Mapping[int, str]:
        """What stands as 整理番号, by row: one of a card, many of a list."""
        marks = self.source.of(MarkKind.ID)
        id_cell = next(iter(marks), None)
        if id_cell is None:
            return {}
        pattern = mark_pattern(self.source.sheet.cells[id_cell], self.source.words, MarkKind.ID)
        if self.source.repeat is Repeat.ROWS:
            return self._ids_below(id_cell, pattern)
        at = self.finder.cell(id_cell, ID_NAME)
        cell = self.sheet.cells.get(at) if at else None
        return {at[0]: _inside(cell.text, pattern)} if at and cell else {}

    def _ids_below(self, id_cell: tuple[int, int], pattern: re.Pattern[str]) -> dict[int, str]:
        column = self.finder.column(id_cell, ID_NAME)
        head = self.finder.head_row(id_cell) if column else 0
        found = {
            row: _inside(cell.text, pattern)
            for (row, at), cell in self.sheet.cells.items()
            if at == column and row > head and not cell.is_blank
            if folded(cell.text) not in self.source.labels
        }
        return dict(sorted(found.items()))

    @property
    def holds_answers(self) -> bool:
        """Whether the form asks anything on it."""
        return bool(self.source.of(MarkKind.ENTRY))


def _inside(text: str, pattern: re.Pattern[str]) -> str:
    match = pattern.fullmatch(text.strip())
    return (match["value"] if match else text).strip()


def is_cover(sheet: RawSheet) -> bool:
    """Whether a sheet is our cover, whatever it is called by now: its headings stand on it."""
    return {cell.text for cell in sheet.cells.values()} >= COVER_HEADINGS


def is_indicator_sheet(sheet: RawSheet) -> bool:
    """Whether a sheet is ours for the indicators, whatever it is called by now."""
    return {cell.text for cell in sheet.cells.values()} >= _INDICATOR_HEADINGS


def find_own_sheets(
    book: RawBook, forms: Iterable[tuple[MarkedSheet, ...]]
) -> tuple[OwnSheet, ...]:
    """Return the sheets of a book that are the city's own form, in their order."""
    found = []
    for sheet in book.sheets:
        names = {n: areas for n, a in book.named_areas.items() if (areas := _on(sheet.name, a))}
        is_ours = is_cover(sheet) or is_indicator_sheet(sheet)
        source = None if is_ours else _source_of(sheet, names, forms)
        if source:
            remarks = tuple(
                r.text
                for r in book.remarks
                if r.sheet == sheet.name and r.kind is RemarkKind.HEADER
            )
            found.append(OwnSheet(sheet, source, names, remarks))
    return tuple(found)


def _on(sheet: str, areas: Sequence[tuple[str, Area]]) -> list[Area]:
    return [area for name, area in areas if name == sheet]


def _source_of(
    sheet: RawSheet, names: Mapping[str, object], forms: Iterable[tuple[MarkedSheet, ...]]
) -> MarkedSheet | None:
    """Return the sheet of a form that a sheet was issued as: the one it holds most of."""
    sources = [one for form in forms for one in form if one.of_items and one.labels]
    longest = max((len(label) for source in sources for label in source.labels), default=0)
    held = (cell.text for cell in sheet.cells.values())
    texts = {folded(text) for text in held if may_fold_to(text, longest)}
    shares = [(len(one.labels & texts) / len(one.labels), one) for one in sources]
    best, source = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return source if best >= _ALIKE or (names and best > 0) else None


def own_forms(register: Register) -> Mapping[str, tuple[MarkedSheet, ...]]:
    """Return the city's own forms that a register's issues were made of, by their digests."""
    found: dict[str, tuple[MarkedSheet, ...]] = {}
    for issue in reversed(register.issues):
        if issue.own and issue.own.digest not in found:
            found[issue.own.digest] = marked(issue.own, words_of(issue.form))
    return found


def own_numbers(
    book: RawBook, sheets: Sequence[OwnSheet], register: Register
) -> Mapping[int, tuple[FormNumber, ...]]:
    """Return the form numbers of sheets by their identity.

    One that shows none is of the only form on which its items stand, if there is one. A sheet of
    ours is of the form whose number it shows.
    """
    ours = (sheet for sheet in book.sheets if is_cover(sheet) or is_indicator_sheet(sheet))
    found = {id(sheet): shown_numbers(sheet) for sheet in ours}
    for sheet in sheets:
        numbers = sheet.numbers
        if not numbers and sheet.ids:
            sharing = register.sharing(sheet.ids.values())
            numbers = (sharing[0][0].number,) if len(sharing) == 1 else ()
        found[id(sheet.sheet)] = numbers
    return found


def own_stamps(book: RawBook, sheets: Sequence[OwnSheet]) -> tuple[FormNumber, ...]:
    """Return the distinct form numbers of a book, the most trusted first."""
    shown = (number for sheet in sheets for number in sheet.numbers)
    return tuple(dict.fromkeys((*hidden_stamps(book), *shown)))
