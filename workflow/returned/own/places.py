"""Where a cell of the city's own form stands on a sheet that came back; never by guess.

By the names laid on the cells; or else at its address, where all printed labels around it stand as
they were issued; or else by those labels, wherever rows and columns were moved to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workflow.model.cells import folded
from workflow.model.raw import Area, RawSheet
from workflow.templates.own.form import COMPUTED, Cell, MarkedSheet
from workflow.templates.own.marks import has_mark


@dataclass(frozen=True, slots=True)
class _Label:
    """A label that is printed on every copy: its area and its folded text."""

    area: Area
    text: str

    @property
    def cell(self) -> Cell:
        return self.area.top, self.area.left


@dataclass(frozen=True, slots=True)
class _Around:
    """The labels of a cell, the nearest first: beside it in its rows, and over and under it."""

    left: tuple[_Label, ...]
    right: tuple[_Label, ...]
    above: tuple[_Label, ...]
    below: tuple[_Label, ...]

    @property
    def nearest(self) -> tuple[_Label, ...]:
        sides = (self.left, self.right, self.above, self.below)
        return tuple(side[0] for side in sides if side)


class Finder:
    """Finds the cells of a form on one sheet that came back."""

    def __init__(
        self, sheet: RawSheet, source: MarkedSheet, names: Mapping[str, Sequence[Area]]
    ) -> None:
        self._sheet, self._source, self._names = sheet, source, names
        self._known: dict[tuple[Cell, str], Cell | None] = {}

    def cell(self, cell: Cell, name: str) -> Cell | None:
        """Return where a cell of the form stands; None where nothing tells it."""
        key = (cell, name)
        if key not in self._known:
            named = self._names.get(name, ())
            at = (named[0].top, named[0].left) if len(named) == 1 else None
            self._known[key] = at or self._at_its_address(cell) or self._by_labels(cell)
        return self._known[key]

    def column(self, cell: Cell, name: str) -> int | None:
        """Return the column of a cell that stands in every row of a list."""
        named = {area.left for area in self._names.get(name, ())}
        if len(named) == 1:
            return named.pop()
        above = self._around(cell).above
        if above and self._stands(above[0]):
            return cell[1]
        places = (self._moved(label) for label in above)
        found = next((at for at in places if at), None)
        return cell[1] + found[1] if found else None

    def head_row(self, cell: Cell) -> int:
        """Return the last row of the heading above a cell of a list; 0 where none stands."""
        for label in self._around(cell).above:
            moved = (0, 0) if self._stands(label) else self._moved(label)
            if moved:
                return label.area.bottom + moved[0]
        return 0

    # Printed labels, and where they stand now.

    @cached_property
    def _labels(self) -> tuple[_Label, ...]:
        sheet = self._source.sheet
        return tuple(
            _Label(sheet.area(cell), folded(text))
            for cell, text in sheet.cells.items()
            if text != COMPUTED and not has_mark(text)
        )

    @cached_property
    def _once(self) -> Mapping[str, Cell]:
        """Where each text stands that is in one cell alone, by the text."""
        found: dict[str, list[Cell]] = {}
        for cell, raw in self._sheet.cells.items():
            found.setdefault(folded(raw.text), []).append(cell)
        printed = [label.text for label in self._labels]
        return {
            text: cells[0]
            for text, cells in found.items()
            if len(cells) == 1 and printed.count(text) == 1
        }

    def _stands(self, label: _Label) -> bool:
        cell = self._sheet.cells.get(label.cell)
        return cell is not None and folded(cell.text) == label.text

    def _moved(self, label: _Label) -> tuple[int, int] | None:
        """Return by how many rows and columns a label was moved; None where it is lost."""
        at = self._once.get(label.text)
        return (at[0] - label.area.top, at[1] - label.area.left) if at else None

    def _around(self, cell: Cell) -> _Around:
        area = self._source.sheet.area(cell)
        sides: dict[str, list[_Label]] = {"left": [], "right": [], "above": [], "below": []}
        for label in self._labels:
            side = _side(area, label.area)
            if side:
                sides[side].append(label)
        return _Around(
            tuple(sorted(sides["left"], key=lambda one: -one.area.right)),
            tuple(sorted(sides["right"], key=lambda one: one.area.left)),
            tuple(sorted(sides["above"], key=lambda one: -one.area.bottom)),
            tuple(sorted(sides["below"], key=lambda one: one.area.top)),
        )

    def _at_its_address(self, cell: Cell) -> Cell | None:
        nearest = self._around(cell).nearest
        return cell if nearest and all(map(self._stands, nearest)) else None

    def _by_labels(self, cell: Cell) -> Cell | None:
        around = self._around(cell)
        rows = self._agreed(around.left, around.right, around.above, around.below, 0)
        columns = self._agreed(around.above, around.below, around.left, around.right, 1)
        if rows is None or columns is None:
            return None
        return cell[0] + rows, cell[1] + columns

    def _agreed(
        self,
        beside: Sequence[_Label],
        beside_too: Sequence[_Label],
        before: Sequence[_Label],
        behind: Sequence[_Label],
        axis: int,
    ) -> int | None:
        """Return by how much a cell moved along an axis, as the labels agree on it.

        A label that shares the row tells of the row; without one, those before and behind must
        have moved alike.
        """
        shared = [*self._moves(beside, axis), *self._moves(beside_too, axis)]
        found = shared or [*self._moves(before, axis), *self._moves(behind, axis)]
        return found[0] if found and len(set(found)) == 1 else None

    def _moves(self, side: Sequence[_Label], axis: int) -> Iterator[int]:
        """Yield how far the nearest label of a side moved that can be found again."""
        moves = (self._moved(label) for label in side)
        found = next((move for move in moves if move), None)
        if found:
            yield found[axis]


def _side(area: Area, label: Area) -> str:
    """Return on which side of a cell's area a label stands; blank for none."""
    shares_rows = label.top <= area.bottom and area.top <= label.bottom
    shares_columns = label.left <= area.right and area.left <= label.right
    if shares_rows and shares_columns:
        return ""
    if shares_rows:
        return "left" if label.right < area.left else "right"
    if shares_columns:
        return "above" if label.bottom < area.top else "below"
    return ""
