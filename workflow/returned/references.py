"""A1 references → rows and columns, both counted from 1."""

from __future__ import annotations

import re

from workflow.returned.raw import Area

_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def place_of(reference: str) -> tuple[int, int]:
    """Return the row and column of B3 or $B$3. ValueError for anything else."""
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise ValueError(f"no cell: {reference!r}")
    return int(match[2]), column_number(match[1])


def area_of(reference: str) -> Area:
    """Return the block A1:B3; one cell is a block of its own. ValueError for anything else."""
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = place_of(first), place_of(last or first)
    return Area(top, left, bottom, right)
