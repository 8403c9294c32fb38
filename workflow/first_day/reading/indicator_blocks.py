"""The small table of indicators on a card: a row of headings, a row for each indicator. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from workflow.first_day.reading.indicator_words import VALUES, heads_indicators, names_a_part
from workflow.first_day.reading.tables import Cell, Grid, Heading, Row, Table
from workflow.first_day.reading.words import Role, label_of
from workflow.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """The headings by their columns on the sheet, and the rows below them."""

    first: int
    last: int
    headings: Mapping[int, Cell]
    rows: tuple[Row, ...]

    def holds(self, row: int) -> bool:
        """Whether a row of the sheet belongs to it."""
        return self.first <= row <= self.last


def find_blocks(grid: Grid) -> Iterator[Block]:
    """Yield the tables of indicators on a card, from above."""
    row = 1
    while row <= grid.last_row:
        block = _block_at(grid, row)
        if block:
            yield block
        row = block.last + 1 if block else row + 1


def with_blocks(card: Table, blocks: Sequence[Block]) -> Table:
    """Return the table of a card with its indicators: the first in its row, the others below."""
    for block in blocks:
        known = {h.label.key: h.column for h in card.headings if h.cells[0].text}
        next_column = 1 + max(h.column for h in card.headings)
        columns: dict[int, int] = {}
        added: list[Heading] = []
        for column, cell in block.headings.items():
            label = label_of(cell.text)
            columns[column] = known.get(label.key, next_column + len(added))
            if label.key not in known:
                added.append(Heading(columns[column], label, (cell,)))
        lines = [{columns[c]: cell for c, cell in row.own.items()} for row in block.rows]
        rows = list(card.rows)
        if lines and not any(column in rows[0].own for column in lines[0]):
            rows[0] = replace(rows[0], own={**rows[0].own, **lines.pop(0)})
        numbers = [row.number for row in block.rows][-len(lines) :] if lines else []
        rows += [Row(card.sheet, n, own) for n, own in zip(numbers, lines, strict=True)]
        card = replace(card, headings=(*card.headings, *added), rows=tuple(rows))
    return card


def _block_at(grid: Grid, row: int) -> Block | None:
    headings = _headings(grid, row)
    roles = [heads_indicators(label_of(cell.text)) for cell in headings.values()]
    if roles.count(Role.INDICATOR) != 1 or not {*VALUES} & {*roles}:
        return None
    name = next(c for c, role in zip(headings, roles, strict=True) if role is Role.INDICATOR)
    rows = []
    for number in range(row + 1, grid.last_row + 1):
        own = {c: cell for c, cell in grid.own(number).items() if c in headings}
        if name not in own or any(names_a_part(label_of(cell.text)) for cell in own.values()):
            break
        rows.append(Row(grid.name, number, own))
    return Block(row, rows[-1].number, headings, tuple(rows)) if rows else None


def _headings(grid: Grid, row: int) -> dict[int, Cell]:
    """Return the cells of a row that head parts of indicators; one over several rows is none."""
    return {
        column: cell
        for column, cell in grid.own(row).items()
        if heads_indicators(label_of(cell.text)) and grid.area(row, column).bottom == row
    }
