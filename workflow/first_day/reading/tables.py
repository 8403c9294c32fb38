"""Where on a sheet its tables stand: heading rows, the rows below them, the lines above. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property

from workflow.first_day.reading.indicator_words import heads_indicators
from workflow.first_day.reading.source import CellLocation, SourceSheet
from workflow.first_day.reading.words import Label, Role, is_in_brackets, label_of, role_of, year_in
from workflow.model.raw import Area
from workflow.python.dataclass import dataclass

_MOST_HEADING_ROWS = 3
_LONGEST_GROUP = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the source: where it is, and its text."""

    location: CellLocation
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What heads a column: its label, the cells that say so, and the words of the group above."""

    column: int
    label: Label
    cells: tuple[Cell, ...] = ()
    group: str = ""

    @property
    def text(self) -> str:
        """The heading as it is written, line for line."""
        return "・".join("".join(cell.text.split("\n")) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the headings; covered are the cells merged from above, by column.

    Widths are how many columns a merged cell takes.
    """

    sheet: str
    number: int
    own: Mapping[int, Cell]
    covered: Mapping[int, Cell] = field(default_factory=dict)
    widths: Mapping[int, int] = field(default_factory=dict)

    def at(self, column: int) -> Cell | None:
        """Return the cell a person sees in a column, merged ones included."""
        return self.own.get(column) or self.covered.get(column)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet, with the lines above it; a card of one item is a table of one row."""

    sheet: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    above: tuple[Cell, ...] = ()
    repeated: tuple[Cell, ...] = ()


class Grid:
    """The cells of a sheet, found by row, with what merged cells cover."""

    def __init__(self, sheet: SourceSheet) -> None:
        self.name = sheet.name
        self._texts = sheet.texts
        self._covering: dict[tuple[int, int], Area] = {}
        for area in sheet.merged:
            if (area.top, area.left) in sheet.texts:
                self._cover(area)

    def _cover(self, area: Area) -> None:
        bottom = min(area.bottom, self.last_row)
        right = min(area.right, max(self.last_column, area.left))
        for row in range(area.top, bottom + 1):
            for column in range(area.left, right + 1):
                self._covering[row, column] = area

    @cached_property
    def last_row(self) -> int:
        """The last row in which something stands."""
        return max((row for row, _ in self._texts), default=0)

    @cached_property
    def last_column(self) -> int:
        """The last column in which something stands."""
        return max((column for _, column in self._texts), default=0)

    @cached_property
    def _rows(self) -> Mapping[int, dict[int, Cell]]:
        found: dict[int, dict[int, Cell]] = {}
        for (row, column), text in sorted(self._texts.items()):
            found.setdefault(row, {})[column] = Cell(CellLocation(self.name, row, column), text)
        return found

    def own(self, row: int) -> Mapping[int, Cell]:
        """Return the cells that stand in a row, by column."""
        return self._rows.get(row, {})

    def area(self, row: int, column: int) -> Area:
        """Return the merged cells a cell belongs to, or the cell alone."""
        return self._covering.get((row, column)) or Area(row, column, row, column)

    def seen(self, row: int, column: int) -> Cell | None:
        """Return the cell a person sees at a row and column, merged ones included."""
        area = self.area(row, column)
        return self.own(area.top).get(area.left)

    def row(self, number: int) -> Row:
        """Return a row as the rows of tables are kept."""
        own, covered = dict(self.own(number)), {}
        for column in range(1, self.last_column + 1):
            cell = self.seen(number, column) if (number, column) in self._covering else None
            if cell and column not in own:
                covered[column] = cell
        areas = {column: self.area(number, column) for column in own}
        widths = {column: area.right - area.left + 1 for column, area in areas.items()}
        return Row(self.name, number, own, covered, widths)


def find_tables(grid: Grid) -> tuple[Table, ...]:
    """Return the tables of a sheet that list items, from top to bottom."""
    blocks = list(_blocks(grid))
    return tuple(_table(grid, blocks, at) for at in range(len(blocks)))


@dataclass(frozen=True, slots=True)
class _Block:
    """The heading rows of one table, and of that table where they stand again."""

    first: int
    last: int
    again: tuple[int, ...] = ()


def _blocks(grid: Grid) -> Iterator[_Block]:
    """Yield where tables begin; a heading that is repeated on every page begins none."""
    found: _Block | None = None
    row = 1
    while row <= grid.last_row:
        if found and _is_same(grid, row, found.last):
            again = range(row - (found.last - found.first), row + 1)
            found = _Block(found.first, found.last, (*found.again, *again))
        elif (found is None or row > found.last) and _heads_items(grid, row, found is not None):
            if found:
                yield found
            found = _extended(grid, row, found.last + 1 if found else 1)
        row = max(row, found.last if found else 0) + 1
    if found:
        yield found


def _table(grid: Grid, blocks: list[_Block], at: int) -> Table:
    block = blocks[at]
    end = blocks[at + 1].first - 1 if at + 1 < len(blocks) else grid.last_row
    rows = [grid.row(n) for n in range(block.last + 1, end + 1) if n not in block.again]
    above = range(1, block.first) if at == 0 else ()
    return Table(
        grid.name,
        _headings(grid, block),
        tuple(row for row in rows if row.own),
        tuple(cell for row in above for cell in grid.own(row).values()),
        tuple(cell for row in block.again for cell in grid.own(row).values()),
    )


def _heads_items(grid: Grid, row: int, is_another: bool) -> bool:
    """Whether a row heads a table of items; below a first one more is asked of it."""
    labels = [label_of(cell.text) for cell in grid.own(row).values()]
    roles = {label.key: role_of(label) for label in labels}
    known = [role for role in roles.values() if role is not Role.UNKNOWN]
    share = len(known) / len(roles) if roles else 0.0
    fewest, least = (3, 0.7) if is_another else (2, 0.3 if Role.TITLE in known else 0.5)
    if len(known) < fewest or share < least:
        return False
    levels, answers = known.count(Role.LEVEL), known.count(Role.ANSWER)
    if Role.TITLE in known:
        return True
    beside = {Role.DEPARTMENT, Role.ID}.intersection(known)
    return levels > 1 or (levels == 1 and (bool(beside) or answers > 1))


def _is_same(grid: Grid, row: int, heading: int) -> bool:
    """Whether a row says again what the last heading row says."""
    mine = {column: cell.text for column, cell in grid.own(row).items()}
    theirs = {column: cell.text for column, cell in grid.own(heading).items()}
    return row != heading and len(mine) > 1 and mine == theirs


def _extended(grid: Grid, row: int, top: int) -> _Block:
    first = last = row
    while last - row < _MOST_HEADING_ROWS - 1 and _goes_on_below(grid, last):
        last += 1
    while first > top and row - first < _MOST_HEADING_ROWS - 1 and _goes_on_above(grid, first):
        first -= 1
    return _Block(first, last)


def _goes_on_below(grid: Grid, row: int) -> bool:
    """Whether the row below belongs to the headings: merged into it, or words below a group."""
    below = grid.own(row + 1)
    merged = any(grid.area(row, column).bottom > row for column in grid.own(row))
    if not below:
        return merged and row < grid.last_row
    if not all(_is_heading(cell.text) for cell in below.values()):
        return False
    return merged or all(
        is_in_brackets(cell.text) or not _is_leaf(grid, row, c) for c, cell in below.items()
    )


def _is_leaf(grid: Grid, row: int, column: int) -> bool:
    """Whether a heading stands right above that groups nothing."""
    above = grid.own(row).get(column)
    if above is None:
        return False
    groups = grid.area(row, column).right > column or year_in(above.text) is not None
    return not groups and column + 1 in grid.own(row)


def _goes_on_above(grid: Grid, row: int) -> bool:
    """Whether the row above groups the headings below it."""
    above = grid.own(row - 1)
    columns = grid.own(row)
    if not above or not columns:
        return False
    first, last = min(columns), max(columns)
    if any(len(cell.text) > _LONGEST_GROUP for cell in above.values()):
        return False
    spans = [grid.area(row - 1, column) for column in above]
    if any(span.bottom >= row for span in spans):
        return True
    grouped = [span for span in spans if span.left < span.right and first <= span.left]
    covers_all = any(span.left <= first and span.right >= last for span in spans)
    if grouped and not covers_all:
        return True
    return min(above) > first and all(_is_heading(cell.text) for cell in above.values())


def _is_heading(text: str) -> bool:
    label = label_of(text)
    is_known = role_of(label) is not Role.UNKNOWN or heads_indicators(label, "指標") is not None
    return is_in_brackets(text) or is_known or _is_year(text)


def _is_year(text: str) -> bool:
    return year_in(text) is not None and len(text) <= _LONGEST_GROUP


def _headings(grid: Grid, block: _Block) -> tuple[Heading, ...]:
    return tuple(_heading(grid, block, column) for column in range(1, grid.last_column + 1))


def _heading(grid: Grid, block: _Block, column: int) -> Heading:
    cells: list[Cell] = []
    for row in range(block.first, block.last + 1):
        cell = grid.seen(row, column)
        if cell is None and any(grid.seen(r, column) for r in range(row + 1, block.last + 1)):
            cell = _group_left_of(grid, row, column)
        if cell and cell not in cells:
            cells.append(cell)
    texts = [cell.text for cell in cells]
    if len(texts) > 1 and is_in_brackets(texts[-1]):
        texts[-2:] = ["".join(texts[-2:])]
    return Heading(column, label_of(*texts), tuple(cells), "・".join(texts[:-1]))


def _group_left_of(grid: Grid, row: int, column: int) -> Cell | None:
    """Return the heading of a group that is written once, over the first of its columns."""
    left = next((c for c in range(column - 1, 0, -1) if grid.own(row).get(c)), 0)
    groups = left and grid.area(row, left).right == left and grid.own(row + 1).get(left)
    return grid.own(row)[left] if groups else None
