"""単票: sheets with one item each, a label beside or above each value, as one-row tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflow.first_day.reading.indicator_words import heads_indicators, names_a_part
from workflow.first_day.reading.indicators import find_blocks, with_blocks
from workflow.first_day.reading.source import CellLocation
from workflow.first_day.reading.tables import Cell, Grid, Heading, Row, Table
from workflow.first_day.reading.words import Role, is_in_brackets, label_of, role_of
from workflow.python.dataclass import dataclass

_FEWEST_LABELS = 3
_INLINE = re.compile(r"\s*([^:：\n]{1,15}?)\s*[:：]\s*(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pair:
    """A label of a card and the value beside it; one cell may hold both."""

    label: Cell
    value: Cell | None


def find_cards(grid: Grid) -> tuple[Table, ...]:
    """Return the cards of a sheet that lists nothing; a label that comes again begins another."""
    cards: list[list[Pair]] = []
    seen: set[tuple[str, int | None]] = set()
    blocks = tuple(find_blocks(grid))
    for pair in pairs_in(grid, 1, grid.last_row):
        if any(block.holds(pair.label.location.row) for block in blocks):
            continue
        label = label_of(pair.label.text)
        key = (label.key, label.year if names_a_part(label) else None)
        if key in seen or not cards:
            cards.append([])
            seen = set()
        seen.add(key)
        cards[-1].append(pair)
    above = _above(grid, cards)
    begins = [card[0].label.location.row for card in cards]
    tables = []
    for at, card in enumerate(cards):
        until = begins[at + 1] if at + 1 < len(cards) else grid.last_row + 1
        own = [block for block in blocks if begins[at] <= block.first < until]
        tables.append(with_blocks(_table(grid, card, above if at == 0 else ()), own))
    return tuple(table for table in tables if _is_of_an_item(table))


def pairs_in(grid: Grid, first: int, last: int) -> Iterator[Pair]:
    """Yield the labels in some rows whose words are known, each with its value."""
    taken: set[CellLocation] = set()
    for row in range(first, last + 1):
        for cell in grid.own(row).values():
            if cell.location in taken:
                continue
            pair = _inline(cell) or _beside(grid, cell)
            if pair:
                taken |= {pair.label.location, *([pair.value.location] if pair.value else [])}
                yield pair


def _inline(cell: Cell) -> Pair | None:
    """Return a pair that stands in one cell: 担当課：福祉政策課."""
    match = _INLINE.fullmatch(cell.text)
    if not match or not _is_label(match[1]):
        return None
    return Pair(Cell(cell.location, match[1]), Cell(cell.location, match[2].strip()))


def _beside(grid: Grid, cell: Cell) -> Pair | None:
    """Return a label with the value to its right, or else below it."""
    if not _is_label(cell.text):
        return None
    area = grid.area(cell.location.row, cell.location.column)
    right = grid.seen(area.top, area.right + 1)
    if right and is_in_brackets(right.text):
        right = grid.seen(area.top, area.right + 2)
    if right and _is_value(right.text, cell):
        return Pair(cell, right)
    below = grid.own(area.bottom + 1).get(area.left)
    if below and not _is_label(below.text):
        return Pair(cell, below)
    return Pair(cell, None)


def _is_value(text: str, of: Cell) -> bool:
    """Whether a text is the value of a label; an indicator may be called as fields are: 回数."""
    label = label_of(text)
    is_named = heads_indicators(label_of(of.text)) is Role.INDICATOR
    return not _is_label(text) or (is_named and not names_a_part(label))


def _is_label(text: str) -> bool:
    label = label_of(text.rstrip(":： 　"))
    return role_of(label) is not Role.UNKNOWN or names_a_part(label)


def _table(grid: Grid, card: list[Pair], above: tuple[Cell, ...]) -> Table:
    headings = tuple(
        Heading(column, label_of(pair.label.text.rstrip(":： 　")), (pair.label,))
        for column, pair in enumerate(card, start=1)
    )
    own = {column: pair.value for column, pair in enumerate(card, start=1) if pair.value}
    first = card[0].label.location.row
    return Table(grid.name, headings, (Row(grid.name, first, own),), above)


def _above(grid: Grid, cards: list[list[Pair]]) -> tuple[Cell, ...]:
    first = cards[0][0].label.location.row if cards else 1
    return tuple(cell for row in range(1, first) for cell in grid.own(row).values())


def _is_of_an_item(table: Table) -> bool:
    roles = {role_of(heading.label) for heading in table.headings}
    return len(table.headings) >= _FEWEST_LABELS and bool({Role.TITLE, Role.LEVEL} & roles)
