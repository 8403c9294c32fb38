"""A1 references → rows and columns, both counted from 1."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from workflow.model.raw import Area

_MANY = 50
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=20_000)
def place_of(reference: str) -> tuple[int, int]:
    """Return the row and column of B3 or $B$3. ValueError for anything else."""
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise ValueError(f"no cell: {reference!r}")
    return int(match[2]), column_number(match[1])


@lru_cache(maxsize=20_000)
def area_of(reference: str) -> Area:
    """Return the block A1:B3; one cell is a block of its own. ValueError for anything else."""
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = place_of(first), place_of(last or first)
    if bottom < top or right < left:
        raise ValueError(f"no block: {reference!r}")
    return Area(top, left, bottom, right)


@lru_cache(maxsize=20_000)
def hidden_under(reference: str) -> tuple[tuple[int, int], ...] | None:
    """Return the places under a merged block but for its first; None of a block of very many."""
    area = area_of(reference)
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    if len(rows) * len(columns) > _MANY:
        return None
    return tuple(product(rows, columns))[1:]
