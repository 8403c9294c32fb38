"""A1 references → rows and columns, both counted from 1; formulas with their references moved."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from workflow.model.cells import column_letters
from workflow.model.raw import Area
from workflow.python.lazy_pattern import lazy_pattern

_MANY = 50
_PLACE = lazy_pattern(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")

_QUOTED = r"""(?P<quoted>"(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\[\]]*\])"""
_BEFORE, _AFTER = r"(?<![\w.$\\])", r"(?![\w.(!$\\])"
_COLUMN, _ROW = r"\$?[A-Za-z]{1,3}", r"\$?[1-9][0-9]{0,6}"
_TOKEN = lazy_pattern(
    rf"{_QUOTED}"
    rf"|{_BEFORE}(?P<column>{_COLUMN})(?P<row>{_ROW}){_AFTER}"
    rf"|{_BEFORE}(?P<columns>{_COLUMN}:{_COLUMN}){_AFTER}"
    rf"|{_BEFORE}(?P<rows>{_ROW}:{_ROW}){_AFTER}"
)
_NOWHERE = "#REF!"


def column_number(letters: str) -> int:
    """Return the number of a column.

    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=20_000)
def cell_index(reference: str) -> tuple[int, int]:
    """Return the row and column of B3 or $B$3. ValueError for anything else.

    >>> cell_index("$B$3")
    (3, 2)
    """
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise ValueError(f"no cell: {reference!r}")
    return int(match[2]), column_number(match[1])


@lru_cache(maxsize=20_000)
def area_of(reference: str) -> Area:
    """Return the block A1:B3; one cell is a block of its own. ValueError for anything else.

    >>> area_of("A1:B3")
    Area(top=1, left=1, bottom=3, right=2)
    """
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = cell_index(first), cell_index(last or first)
    if bottom < top or right < left:
        raise ValueError(f"no block: {reference!r}")
    return Area(top, left, bottom, right)


@lru_cache(maxsize=20_000)
def hidden_under(reference: str) -> tuple[tuple[int, int], ...] | None:
    """Return the places under a merged block but for its first; None of a block of very many.

    >>> hidden_under("A1:B2")
    ((1, 2), (2, 1), (2, 2))
    """
    area = area_of(reference)
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    if len(rows) * len(columns) > _MANY:
        return None
    return tuple(product(rows, columns))[1:]


def moved(formula: str, rows: int, columns: int) -> str:
    """Return a formula as it reads so many rows further down and columns further right.

    A formula that Excel stores once for a block of cells is told so for each of them.

    >>> moved('=A1+$B$2&"A1"', 2, 1)
    '=B3+$B$2&"A1"'
    >>> moved("=A3", -3, 0)
    '=#REF!'
    """

    def replaced(token: re.Match[str]) -> str:
        if token["quoted"]:
            return token[0]
        if token["column"]:
            return _joined("", [_column(token["column"], columns), _row(token["row"], rows)])
        if token["columns"]:
            return _joined(":", [_column(one, columns) for one in token["columns"].split(":")])
        return _joined(":", [_row(one, rows) for one in token["rows"].split(":")])

    return _TOKEN.sub(replaced, formula)


def _joined(by: str, parts: list[str]) -> str:
    return by.join(parts) if all(parts) else _NOWHERE


def _column(stored: str, by: int) -> str:
    """Return a column moved, or blank when that leads out of the sheet."""
    return stored if stored.startswith("$") else column_letters(column_number(stored) + by)


def _row(stored: str, by: int) -> str:
    """Return a row moved, or blank when that leads out of the sheet."""
    if stored.startswith("$"):
        return stored
    return str(int(stored) + by) if int(stored) + by > 0 else ""
