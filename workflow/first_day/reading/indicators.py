"""Where a city's tables tell of indicators: in columns of theirs, in a small table on a card. Pure.

Words alone do not say so: 目標値 beside 決算額 may well be asked on a form. Beside names of
indicators they do, and so do a base and a target together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from workflow.first_day.reading.column import BY_MAP, Column
from workflow.first_day.reading.indicator_words import (
    OF_INDICATORS,
    VALUES,
    amount_in,
    heads_indicators,
    names_a_part,
    year_in_brackets,
)
from workflow.first_day.reading.items import DraftIndicator
from workflow.first_day.reading.tables import Cell, Grid, Heading, Row, Table
from workflow.first_day.reading.words import NOTHING, Role, label_of
from workflow.python.dataclass import dataclass

_RATE = re.compile(r"(?:目標)?(?:達成|進捗)(?:率|割合)")
_MOST = 0.5
_OF_ONE = (Role.INDICATOR, Role.INDICATOR_ID, *VALUES)
"""What every indicator has of its own."""


def with_indicators(columns: Sequence[Column], wishes: Mapping[str, str]) -> list[Column]:
    """Return the columns with those of indicators, where the table has any.

    Wishes are what a person said that columns are, by the columns' keys.
    """
    pairs = [_with_role(column, wishes.get(column.key, "")) for column in columns]
    roles = {role for _, role in pairs if role}
    is_wished = any(column.why == BY_MAP for column, _ in pairs)
    is_named = Role.INDICATOR in roles and (len(roles) > 1 or is_wished)
    if not is_named and not {Role.BASE, Role.TARGET} <= roles:
        return list(columns)
    return [_as_part(column, role) for column, role in pairs]


def _with_role(column: Column, wish: str) -> tuple[Column, Role | None]:
    """Return a column and what it is of indicators, by a wish before its own words."""
    label = label_of(wish)
    role = next((one for one in OF_INDICATORS if one.value == label.text), None)
    role = role or heads_indicators(label)
    if wish and role:
        year = label.year or year_in_brackets(wish) or column.label.year
        return replace(column, label=replace(column.label, year=year), why=BY_MAP), role
    return column, None if wish else _role(column)


def _role(column: Column) -> Role | None:
    role = heads_indicators(column.label, column.heading.rpartition("・")[0])
    is_plain = role in VALUES and "値" not in column.label.text
    return None if role is None or (is_plain and not _is_mostly_numbers(column)) else role


def _is_mostly_numbers(column: Column) -> bool:
    """Whether most of a column are numbers; 目標 and 実績 also head what is told."""
    texts = [cell.text for cell in column.cells if cell.text.strip() not in NOTHING]
    fits = sum(amount_in(text, "") is not None for text in texts)
    return fits > _MOST * len(texts) if texts else column.label.year is not None


def _as_part(column: Column, role: Role | None) -> Column:
    if role is not None:
        year = column.label.year or year_in_brackets(column.label.text)
        label = replace(column.label, year=year)
        why = BY_MAP if column.why == BY_MAP else "見出しの言葉から"
        return replace(column, role=role, label=label, is_sure=True, why=why)
    if _RATE.fullmatch(column.label.key):
        why = "指標の達成率は、実績値から求めます"
        return replace(column, role=Role.UNUSED, is_sure=True, why=why)
    return column


def indicators_in(row: Row, columns: Mapping[int, Column]) -> Iterator[DraftIndicator]:
    """Yield the indicators of a row, if it has any: what they are called, or what they measure.

    Unit, aim and years are merged down where they are the same.
    """
    of_indicators = sorted(c for c, column in columns.items() if column.role in OF_INDICATORS)
    own = {c: cell for c, cell in row.own.items() if c in of_indicators}
    if not any(cell.text not in NOTHING for cell in own.values()):
        return
    merged = {c for c in of_indicators if columns[c].role not in _OF_ONE}
    own |= {c: cell for c in merged - own.keys() if (cell := row.at(c)) is not None}
    starts = [c for c in of_indicators if columns[c].role is Role.INDICATOR][1:]
    for first, end in pairwise((0, *starts, max(own) + 1)):  # several may stand side by side
        cells = {c: own[c] for c in sorted(own) if first <= c < end}
        names = (c for c, cell in cells.items() if cell.text not in NOTHING)
        named = next((c for c in names if columns[c].role is Role.INDICATOR), 0)
        name = columns[named].key if named else ""
        by_key = {columns[c].key: cell for c, cell in cells.items()}
        if any(cell.text not in NOTHING for c, cell in cells.items() if c not in merged):
            yield DraftIndicator(name, by_key)


# On a card: a row of headings, a row for each indicator.


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
