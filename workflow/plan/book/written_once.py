"""Cells that speak for the rows below too: merged down, or written in the first row alone.

A workbook that people made shows a 基本目標 once, beside all of its 取組内容. What is merged is
certain. What is blank below a value is certain where the whole column is written like that, or
where the next value says the same again; elsewhere somebody may have forgotten it: it is asked.
Blank rows between mean nothing, unless they set the groups apart: then each says its own heading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import field, replace
from itertools import pairwise

from workflow.model.cells import folded
from workflow.plan.book.cells import Cell, Sheet
from workflow.python.dataclass import dataclass

Row = tuple[Cell, ...]
Merged = Mapping[tuple[int, int], Cell]
"""The first cell of a merged one, by the places under it."""

_ENOUGH = 2
"""So many blanks below values show a column that is written once; a single one may be forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of a sheet say what, from 0; levels are those above the title, from the top.

    Whole are all columns that a merged cell fills: every one but that of the ids.
    """

    identity: int
    levels: tuple[int, ...]
    departments: int
    whole: tuple[int, ...]

    def filled_in(self, row: Row) -> list[int]:
        """Return the columns in which a row says something itself."""
        return [at for at in (self.identity, *self.whole) if not _is_blank(row[at])]


@dataclass(slots=True)
class Meant:
    """The rows of a table as they are meant; cells by their column where something was blank.

    Filled got a value for certain, unclear got one that has to be asked for. Joined are 担当課 in
    rows of their own beside one merged id, alone are such where nothing is merged. Headings stand
    in rows of their own, above the entries that now say them.
    """

    rows: list[Row] = field(default_factory=list)
    filled: dict[int, list[Cell]] = field(default_factory=dict)
    unclear: dict[int, list[Cell]] = field(default_factory=dict)
    joined: list[Cell] = field(default_factory=list)
    alone: list[Cell] = field(default_factory=list)
    headings: list[Cell] = field(default_factory=list)


def as_meant(rows: Sequence[Row], sheet: Sheet, columns: Columns) -> Meant:
    """Return the rows of a table with what merged cells and the cells above say for them too."""
    meant = Meant()
    merged = _under_merged(sheet)
    after_gap = {row[0].row for above, row in pairwise(rows) if row[0].row > above[0].row + 1}
    rows = _with_ditto(rows, columns, meant)
    rows = _with_departments_joined(rows, merged, columns, meant)
    once = [_is_written_once(rows, columns, depth) for depth in range(len(columns.levels))]
    rows = [_with_merged(row, merged, columns, meant) for row in rows]
    _take_with_levels(rows, columns, once, _open_gaps(rows, after_gap, columns), meant)
    _ask_for_departments(meant, columns)
    return meant


def _is_blank(cell: Cell) -> bool:
    return not cell.text.strip()


def _same(one: Cell, other: Cell) -> bool:
    return folded(one.text) == folded(other.text)


def _with_value(row: Row, column: int, value: Cell) -> Row:
    """Return a row in which a cell says what another says; it keeps its own place."""
    filled = replace(value, row=row[column].row, column=row[column].column)
    return (*row[:column], filled, *row[column + 1 :])


# --- 〃

DITTO = frozenset({"〃", "々", "仝", "同上", "同じ", "″", "”", '"', "''"})
"""What people write for what stands above."""


def _with_ditto(rows: Sequence[Row], columns: Columns, meant: Meant) -> list[Row]:
    """Return the rows, with what stands above for every sign that says the same in words."""
    above: dict[int, Cell] = {}
    found = []
    for row in rows:
        for column in (*columns.levels, columns.departments):
            if row[column].text.strip() in DITTO and column in above:
                row = _with_value(row, column, above[column])
                meant.filled.setdefault(column, []).append(row[column])
            elif not _is_blank(row[column]):
                above[column] = row[column]
        found.append(row)
    return found


# --- merged cells


def _under_merged(sheet: Sheet) -> Merged:
    """Return the first cell of every merged cell of one column, by the places under it."""
    return {
        (row, area.left): sheet.rows[area.top - 1][area.left - 1]
        for area in sheet.merged
        if area.left == area.right <= len(sheet.rows[0])
        for row in range(area.top + 1, min(area.bottom, len(sheet.rows)) + 1)
    }


def _with_departments_joined(
    rows: Sequence[Row], merged: Merged, columns: Columns, meant: Meant
) -> list[Row]:
    """Return the rows, those of one merged id that name a 担当課 each as one."""
    joined: list[Row] = []
    for row in rows:
        own = columns.filled_in(row)
        if own != [columns.departments]:
            joined.append(row)
            continue
        cell = row[columns.departments]
        identity = row[columns.identity]
        if joined and (identity.row, identity.column) in merged:
            first = joined[-1][columns.departments]
            text = "\n".join(filter(None, (first.text, cell.text)))
            both = replace(cell, value=text)
            joined[-1] = _with_value(joined[-1], columns.departments, both)
            meant.joined.append(cell)
        else:
            meant.alone.append(cell)
    return joined


def _with_merged(row: Row, merged: Merged, columns: Columns, meant: Meant) -> Row:
    for column in columns.whole:
        value = merged.get((row[column].row, row[column].column))
        if value is not None and not _is_blank(value):
            row = _with_value(row, column, value)
            meant.filled.setdefault(column, []).append(row[column])
    return row


# --- written in the first row alone


def _is_written_once(rows: Sequence[Row], columns: Columns, depth: int) -> bool:
    """Whether a level never stands in two rows that follow each other under the same headings."""
    blanks = 0
    above: Mapping[int, Cell] = {}
    for row in rows:
        cells = {column: row[column] for column in columns.levels[: depth + 1]}
        own = {column: cell for column, cell in cells.items() if not _is_blank(cell)}
        here = columns.levels[depth]
        if here not in own:
            blanks += here in above
        elif all(column in above and _same(cell, above[column]) for column, cell in own.items()):
            return False
        above = {**above, **own}
    return blanks >= _ENOUGH


def _open_gaps(rows: Sequence[Row], after_gap: Set[int], columns: Columns) -> Set[int]:
    """Return the rows behind a blank one that say no heading, where others there do.

    Where a blank one stands between any two, it sets nothing apart.
    """
    behind = {row[0].row: row for row in rows if row[0].row in after_gap}
    silent = {
        number for number, row in behind.items() if all(_is_blank(row[at]) for at in columns.levels)
    }
    sets_apart = len(silent) < len(behind) < len(rows) - 1
    return silent if sets_apart else frozenset()


def _take_with_levels(
    rows: Sequence[Row],
    columns: Columns,
    once: Sequence[bool],
    open_gaps: Set[int],
    meant: Meant,
) -> None:
    """Take every entry with its blank levels filled from the rows above, where that is certain."""
    above: dict[int, Cell] = {}
    headed: set[int] = set()  # the levels that stand in a row of their own above
    for number, row in enumerate(rows):
        own = [column for column in columns.levels if not _is_blank(row[column])]
        if _is_heading(row, rows[number + 1 : number + 2], columns):
            headed |= set(own)
            above = {column: cell for column, cell in above.items() if column < own[0]}
            above |= {column: row[column] for column in own}
            meant.headings += [row[column] for column in own]
        else:
            headed -= set(own)
            is_open = row[0].row in open_gaps
            certain = (
                frozenset()
                if is_open
                else headed
                | {
                    column
                    for column, is_once in zip(columns.levels, once, strict=True)
                    if is_once or _is_repeated(rows, number, above.get(column))
                }
            )
            meant.rows.append(_with_levels(row, above, columns, meant, certain))


def _with_levels(
    row: Row, above: dict[int, Cell], columns: Columns, meant: Meant, certain: Set[int]
) -> Row:
    """Return an entry with its levels, and keep in above what holds for the rows below it.

    Below a heading that has just begun nothing above holds any more.
    """
    holds = True
    for column in columns.levels:
        cell = row[column]
        if not _is_blank(cell):
            holds = holds and column in above and _same(cell, above[column])
            above[column] = cell
        elif not holds or column not in above:
            above.pop(column, None)
        else:
            row = _with_value(row, column, above[column])
            found = meant.filled if column in certain else meant.unclear
            found.setdefault(column, []).append(row[column])
    return row


def _is_heading(row: Row, following: Sequence[Row], columns: Columns) -> bool:
    """Whether a row says a heading alone, which the row below it leaves out."""
    own = columns.filled_in(row)
    return bool(following and own and set(own) <= set(columns.levels)) and _is_blank(
        following[0][own[-1]]
    )


def _is_repeated(rows: Sequence[Row], number: int, value: Cell | None) -> bool:
    """Whether the next row below that says anything in the column of a value says the same."""
    if value is None:
        return False
    column = value.column - 1
    cells = (rows[at][column] for at in range(number + 1, len(rows)))
    below = next((cell for cell in cells if not _is_blank(cell)), None)
    return below is not None and _same(below, value)


def _ask_for_departments(meant: Meant, columns: Columns) -> None:
    """Ask once for 担当課 that seem to be written in the first row alone; that is never certain."""
    at = columns.departments
    blanks = [number for number, row in enumerate(meant.rows) if _is_blank(row[at])]
    if len(blanks) >= _ENOUGH and 0 not in blanks:
        for number in blanks:
            value = meant.rows[number - 1][at]
            meant.rows[number] = _with_value(meant.rows[number], at, value)
        meant.unclear[at] = [meant.rows[number][at] for number in blanks]
