"""How wide a column and how high a row must be, counted in full-width characters.

Excel stores a column's width in digits of the workbook's Normal font. That font is of fixed pitch
here, half an em a digit: BIZ UDゴシック. Where it is missing, Windows takes ＭＳ ゴシック for its
pitch and charset, which is equally wide. At 10.5 points a digit is 7 pixels in both, so a
width means the same everywhere. What people read is in a proportional font, at most as wide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from workflow.excel.style import FONT
from workflow.model.cells import MAX_ROW_HEIGHT

_JAPANESE = {"font_family": 3, "font_charset": 128}
NORMAL_FONT = MappingProxyType[str, Any](
    {"font_name": "BIZ UDゴシック", "font_size": 10.5} | _JAPANESE
)
"""The font of the style Normal, by which columns are measured."""

TEXT_FONT = MappingProxyType[str, Any]({"font_name": FONT} | _JAPANESE)
"""The font of what is written."""

POINTS_PER_PIXEL = 0.75
_PADDING = 8
"""Pixels of a column beside its text: Excel's five, and what LibreOffice takes more."""

_LEADING = 3
"""Pixels that Excel puts between lines of these fonts: one of 9 points takes 15."""
_SPARE = 3.0
"""Points of a row beside its lines."""
_NARROW = 0.75
"""Ems of a narrow character: what a digit of the text font takes, its widest."""

_PROSE = 80
"""Characters of a text that hardly comes again in its column."""


def column_pixels(characters: float, size: float) -> int:
    """Return the pixels of a column that holds so many full-width characters of a size on a line.

    >>> column_pixels(30, 9)
    368
    """
    return math.ceil(characters * size / POINTS_PER_PIXEL) + _PADDING


def characters_in(pixels: float, size: float) -> float:
    """Return how many full-width characters of a size a column holds on a line.

    >>> characters_in(368, 9)
    30.0
    """
    return max(1.0, (pixels - _PADDING) * POINTS_PER_PIXEL / size)


def text_width(text: str) -> float:
    """Return how many full-width characters wide a text is.

    >>> text_width("決算額"), text_width("1,234")
    (3.0, 3.75)
    """
    try:
        stored = len(text.encode("cp932"))  # a byte for each narrow character, two for a wide one
    except UnicodeEncodeError:
        narrow = sum(c.isascii() or "\uff61" <= c <= "\uff9f" for c in text)
    else:
        narrow = 2 * len(text) - stored
    return len(text) - narrow * (1 - _NARROW)


def row_height(cells: Iterable[tuple[str, float]], size: float) -> float:
    """Return the points a row needs for wrapped texts, each over so many full-width characters."""
    return _height(max((_lines(text, width) for text, width in cells), default=1), size)


class RowHeights:
    """The heights of many rows under the same columns, of so many full-width characters each."""

    def __init__(self, widths: Iterable[float], size: float) -> None:
        # From the right, where the prose is: most labels then need no more lines.
        self._columns = [(width, _KnownLines(width)) for width in widths][::-1]
        self._size = size

    def of(self, values: Sequence[object]) -> float:
        """Return the points a row needs. A value that is no text fits on one line."""
        lines = 1
        for value, (width, known) in zip(reversed(values), self._columns, strict=True):
            if isinstance(value, str) and (len(value) > width * lines or "\n" in value):
                lines = max(lines, known[value] if len(value) < _PROSE else _lines(value, width))
        return _height(lines, self._size)


class _KnownLines(dict[str, int]):
    """How many lines each text takes in a column: headings and titles come again and again."""

    def __init__(self, width: float) -> None:
        self._width = width

    def __missing__(self, text: str) -> int:
        self[text] = lines = _lines(text, self._width)
        return lines


@cache
def _height(lines: int, size: float) -> float:
    line = (round(size / POINTS_PER_PIXEL) + _LEADING) * POINTS_PER_PIXEL
    return min(MAX_ROW_HEIGHT, lines * line + _SPARE)


def _lines(text: str, width: float) -> int:
    if "\n" in text:
        return sum(_lines(line, width) for line in text.split("\n"))
    return max(1, math.ceil(text_width(text) / width))
