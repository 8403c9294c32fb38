"""Where everything stands on one department's copy of the city's own form.

Writer, collector, hand-back, notes and verify share it: sheets as issued, the cell of each answer,
the cells that tell whose it is, and what is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property

from workflow.model.cells import CellIndex
from workflow.model.fields.base import Field
from workflow.model.raw import Area
from workflow.python.dataclass import dataclass
from workflow.templates.layout import EntryRow, Layout
from workflow.templates.own.form import (
    MarkedSheet,
    Repeat,
)
from workflow.templates.own.marks import Mark, MarkKind, Words

CHOICES_SHEET = "選択肢"
"""The sheet with the values of the dropdowns, where the city has none of this name."""

ItemKey = tuple[str, str]
"""The id of an item and the key of a field: together they name an answer."""


@dataclass(frozen=True)
class IssuedSheet:
    """One sheet as it was issued; of a sheet that repeats, that of one item.

    Page is what is printed, by cell; blank where something is computed. Answers and ids are by
    item; item is blank but on a sheet of its own. Shift is by how many rows what stands below the
    repeated rows went down.
    """

    name: str
    source: MarkedSheet
    item: str
    items: tuple[EntryRow, ...]
    page: Mapping[CellIndex, str]
    answers: Mapping[ItemKey, CellIndex]
    ids: Mapping[str, CellIndex]
    number: CellIndex | None
    shift: int = 0
    marked: Mapping[ItemKey, str] = field(default_factory=dict)
    empty: tuple[CellIndex, ...] = ()

    def area(self, cell: CellIndex) -> Area:
        """Return the merged area around a cell; one cell is an area of its own."""
        return next((a for a in self.merged if a.holds(*cell)), Area(*cell, *cell))

    @property
    def merged(self) -> tuple[Area, ...]:
        """The merged areas of the sheet as issued."""
        return tuple(self._merged)

    @cached_property
    def _merged(self) -> list[Area]:
        if self.source.repeat is not Repeat.ROWS:
            return list(self.source.sheet.merged)
        return [a for area in self.source.sheet.merged for a in self._repeated(area)]

    def _repeated(self, area: Area) -> Iterator[Area]:
        top, bottom = self.source.block
        if area.top > bottom:
            yield area.down(self.shift)
        elif area.bottom < top or not (top <= area.top and area.bottom <= bottom):
            yield area
        else:
            height = bottom - top + 1
            yield from (area.down(at * height) for at in range(len(self.items)))

    def origin(self, cell: CellIndex) -> CellIndex:
        """Return the cell of the city's workbook that a cell comes from."""
        row, column = cell
        if self.source.repeat is not Repeat.ROWS:
            return cell
        top, bottom = self.source.block
        height = bottom - top + 1
        if row < top:
            return cell
        if row > bottom + self.shift:
            return row - self.shift, column
        return top + (row - top) % height, column

    def before(self, at: int) -> Mapping[str, CellIndex]:
        """Return where last year's answers to the item at a place stand, each alone in its cell."""
        source = self.source
        top, bottom = source.block if source.repeat is Repeat.ROWS else (0, 0)
        found = {}
        for (row, column), mark in source.of(MarkKind.PREVIOUS).items():
            text, marks = source.sheet.cells[row, column], source.marks[row, column]
            down = at * (bottom - top + 1) if top <= row <= bottom else 0
            if len(marks) == 1 and "{" not in text.strip(" {}｛｝"):
                found[mark.key] = (row + down, column)
        return found

    def key_of(self, item: str, mark: Mark) -> str | None:
        """Return which answer of an item a mark asks for; None for an indicator it has not."""
        return self._keys_of_marks.get((item, mark.key)) if mark.asks_indicator else mark.key

    @cached_property
    def _keys_of_marks(self) -> Mapping[ItemKey, str]:
        return {(item, mark): key for (item, key), mark in self.marked.items()}


@dataclass(frozen=True)
class OwnLayout:
    """One department's copy of the city's own form, complete but not yet written.

    The cover has no name where none is put in: the city has a sheet of its own called so.
    Indicators is the sheet of ours with those that have no place on the city's; None where all do.
    """

    layout: Layout
    words: Words
    sheets: tuple[IssuedSheet, ...]
    choices_sheet: str = CHOICES_SHEET
    cover_sheet: str = ""
    indicators: Layout | None = None

    def place(self, item: str, key: str) -> tuple[IssuedSheet, CellIndex] | None:
        """Return where the answer of an item to a field stands; None where it has no place.

        A joint place of all fields of an item is the first one.
        """
        for sheet in self.sheets:
            cell = sheet.answers.get((item, key))
            if cell:
                return sheet, cell
        return None

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """All that is asked of any item, by key: the form's fields, and those of indicators."""
        table = self.layout.indicators
        asked = {f.key: f for row in (table.rows if table else ()) for f in row.fields}
        return {f.key: f for f in self.layout.answer_form.fields} | asked

    @cached_property
    def keys_on_ours(self) -> frozenset[str]:
        """The keys that our sheet of the indicators asks for."""
        rows = self.indicators.rows if self.indicators else ()
        return frozenset(asked.key for row in rows for asked in row.fields)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that is printed on the city's sheets, each once, sorted."""
        pages = (sheet.page.values() for sheet in self.sheets)
        return tuple(sorted({text for page in pages for text in page if text}))

    @property
    def shows_number(self) -> bool:
        """Whether a mark of the city's has the 様式番号 in a cell."""
        return any(sheet.number for sheet in self.sheets)
