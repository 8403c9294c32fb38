"""Where a cell of the city's own form stands on a sheet that came back; never by guess.

By the names laid on the cells; or else at its address, where all printed labels around it stand as
they were issued; or else by those labels, wherever rows and columns were moved to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from workflow.model.cells import CellIndex, folded
from workflow.model.raw import Area, RawSheet
from workflow.python.dataclass import dataclass
from workflow.templates.own.form import COMPUTED, MarkedSheet
from workflow.templates.own.marks import has_mark


@dataclass(frozen=True, slots=True)
class _Label:
    """A label that is printed on every copy: its area and its folded text."""

    area: Area
    text: str

    @property
    def cell(self) -> CellIndex:
        return self.area.top, self.area.left


@dataclass(frozen=True, slots=True)
class _Around:
    """The labels of a cell, the nearest first: beside it in its rows, and over and under it."""

    left: tuple[_Label, ...]
    right: tuple[_Label, ...]
    above: tuple[_Label, ...]
    below: tuple[_Label, ...]

    @property
    def all(self) -> tuple[_Label, ...]:
        return self.left + self.right + self.above + self.below

    @property
    def nearest(self) -> tuple[_Label, ...]:
        sides = (self.left, self.right, self.above, self.below)
        return tuple(side[0] for side in sides if side)


class Finder:
    """Finds the cells of a form on one sheet that came back.

    Printed is what is known to stand on it; without it, what the form prints on every copy.
    """

    def __init__(
        self,
        sheet: RawSheet,
        source: MarkedSheet,
        names: Mapping[str, Sequence[Area]],
        printed: Mapping[CellIndex, str] | None = None,
    ) -> None:
        self._sheet, self._source, self._names = sheet, source, names
        self._printed = printed
        self._known: dict[tuple[CellIndex, str], CellIndex | None] = {}

    def cell(self, cell: CellIndex, name: str) -> CellIndex | None:
        """Return where a cell of the form stands; None where nothing tells it."""
        key = (cell, name)
        if key not in self._known:
            named = self._names.get(name, ())
            at = (named[0].top, named[0].left) if len(named) == 1 else None
            self._known[key] = at or self._unnamed(cell)
        return self._known[key]

    def column(self, cell: CellIndex, name: str) -> int | None:
        """Return the column of a cell that stands in every row of a list."""
        named = {area.left for area in self._names.get(name, ())}
        if len(named) == 1:
            return named.pop()
        above = self._around(cell).above
        moved = self._bounds(cell[1], above, 1).agreed
        stands = bool(above) and all(map(self._stands, above))
        return cell[1] + (moved or 0) if stands or moved is not None else None

    def head_row(self, cell: CellIndex) -> int:
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
        printed = self._printed
        if printed is None:
            on_all = sheet.cells.items()
            printed = {c: text for c, text in on_all if text != COMPUTED and not has_mark(text)}
        return tuple(
            _Label(sheet.area(cell), folded(text)) for cell, text in printed.items() if text
        )

    @cached_property
    def _once(self) -> Mapping[str, CellIndex]:
        """Where each text stands that is in one cell alone, by the text."""
        found: dict[str, list[CellIndex]] = {}
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

    def _around(self, cell: CellIndex) -> _Around:
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

    # Where a cell stands that has no name.

    def _unnamed(self, cell: CellIndex) -> CellIndex | None:
        around = self._around(cell)
        rows, columns = (self._bounds(cell[axis], around.all, axis) for axis in (0, 1))
        down, right = rows.agreed, columns.agreed
        if not down and not right and around.nearest and all(map(self._stands, around.nearest)):
            return cell
        if down is not None and right is not None:
            return cell[0] + down, cell[1] + right
        return self._by_its_area(cell, rows, columns)

    def _bounds(self, position: int, labels: Sequence[_Label], axis: int) -> _Bounds:
        """Return by how much a row or column moved, as the labels before and behind it did.

        A label that begins in it tells it; one that is merged with more tells it of both its ends.
        """
        found = sorted({end for label in labels for end in self._ends(label, axis)})
        within = [moved for at, moved in found if at == position]
        before = within or [moved for at, moved in found if at < position][-1:]
        behind = within or [moved for at, moved in found if at > position][:1]
        return _Bounds(min(before, default=None), max(behind, default=None))

    def _ends(self, label: _Label, axis: int) -> Iterator[tuple[int, int]]:
        """Yield each end of a label along an axis, and by how much it moved."""
        at = self._once.get(label.text)
        if at is None:
            return
        begins = (label.area.top, label.area.left)[axis]
        ends = (label.area.bottom, label.area.right)[axis]
        yield begins, at[axis] - begins
        now = next((area for area in self._sheet.merged if area.holds(*at)), None)
        if begins < ends and now:
            yield ends, (now.bottom, now.right)[axis] - ends

    def _by_its_area(self, cell: CellIndex, rows: _Bounds, columns: _Bounds) -> CellIndex | None:
        """Return the only merged area that stands where a cell with one can have moved to."""
        issued = self._source.sheet
        if cell not in {(area.top, area.left) for area in issued.merged}:
            return None
        printed = {label.cell for label in self._labels}
        others = [a for a in issued.merged if (a.top, a.left) not in {*printed, cell}]
        ranges = [rows.range_of(cell[0]), columns.range_of(cell[1])]
        taken = {at for label in self._labels if (at := self._once.get(label.text))}
        now = [(a.top, a.left) for a in self._sheet.merged if (a.top, a.left) not in taken]
        found = [at for at in now if at[0] in ranges[0] and at[1] in ranges[1]]
        is_alone = not any(a.top in ranges[0] and a.left in ranges[1] for a in others)
        return found[0] if len(found) == 1 and is_alone else None


@dataclass(frozen=True, slots=True)
class _Bounds:
    """By how much a row or a column moved at least and at most; None where nothing tells."""

    least: int | None
    most: int | None

    @property
    def agreed(self) -> int | None:
        """By how much it moved; None where that is not sure."""
        known = {moved for moved in (self.least, self.most) if moved is not None}
        return known.pop() if len(known) == 1 else None

    def range_of(self, position: int) -> range:
        """Return where a row or column may stand; nowhere where one side does not tell."""
        if self.least is None or self.most is None:
            at = self.agreed
            return range(0) if at is None else range(position + at, position + at + 1)
        return range(position + self.least, position + self.most + 1)


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
