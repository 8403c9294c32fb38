"""How wide a column and how high a row must be, counted in full-width characters.

Excel stores a column's width in digits of the workbook's Normal font. That font is of fixed pitch
here, half an em a digit: BIZ UDゴシック. Where it is missing, Windows takes ＭＳ ゴシック for its
pitch and charset, which is equally wide. At 10.5 points a digit is 7 pixels in both, so a
width means the same everywhere. What people read is in a proportional font, at most as wide.
"""

from __future__ import annotations

import codecs
import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from workflow.excel.style import FONT
from workflow.model.cells import MAX_ROW_HEIGHT
from workflow.python.lazy_pattern import lazy_pattern

_JAPANESE = {"font_family": 3, "font_charset": 128}
NORMAL_FONT = MappingProxyType[str, Any](
    {"font_name": "BIZ UDゴシック", "font_size": 10.5} | _JAPANESE
)
"""The font of the style Normal, by which columns are measured."""

NORMAL_DIGIT = 7
"""Pixels of a digit of it."""

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
_LOST = 0.5
"""Characters that a line loses on average, since no line begins with a full stop or ends within a
number. With it, prose of this kind never takes more lines than counted, over 5 to 60 characters."""
_FEWEST_IN_WORD = 8
_WORD = lazy_pattern(rf"[!-~]{{{_FEWEST_IN_WORD},}}")
"""Narrow characters in one piece, such as the name of a file: what is left of a line is lost."""

_MOST_LOST = 1.5
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
    return len(text) - _narrow_in(text) * (1 - _NARROW)


_NARROW_CHARACTERS = codecs.charmap_build(
    "".join(map(chr, (*range(0x80), *range(0xFF61, 0xFFA0))))  # ASCII and narrow katakana
)


def _narrow_in(text: str) -> int:
    """Return how many narrow characters a text holds."""
    return len(codecs.charmap_encode(text, "ignore", _NARROW_CHARACTERS)[0])


@lru_cache(maxsize=4096)  # a text is asked for on several sheets, and again where it is parted
def _measured(line: str) -> tuple[float, tuple[float, ...]]:
    """Return how wide a line is, and each piece in it that is not broken."""
    narrow = _narrow_in(line)
    words = _WORD.findall(line) if narrow >= _FEWEST_IN_WORD else ()
    return len(line) - narrow * (1 - _NARROW), tuple(map(text_width, words))


def row_height(cells: Iterable[tuple[str, float]], size: float) -> float:
    """Return the points a row needs for wrapped texts, each over so many full-width characters."""
    return _height(max((lines_of(text, width) for text, width in cells), default=1), size)


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
            if not isinstance(value, str):
                continue
            length = len(value)
            # Only then may it need more lines: words lose no more than half of a text's width.
            if length * _MOST_LOST > (width - _LOST) * lines or "\n" in value:
                needed = lines_of(value, width) if length >= _PROSE else known[value]
                lines = max(lines, needed)
        return _height(lines, self._size)


class _KnownLines(dict[str, int]):
    """How many lines each text takes in a column: headings and titles come again and again."""

    def __init__(self, width: float) -> None:
        self._width = width

    def __missing__(self, text: str) -> int:
        self[text] = lines = lines_of(text, self._width)
        return lines


@cache
def _height(lines: int, size: float) -> float:
    return min(MAX_ROW_HEIGHT, lines * _line_height(size) + _SPARE)


def _line_height(size: float) -> float:
    return (round(size / POINTS_PER_PIXEL) + _LEADING) * POINTS_PER_PIXEL


def lines_of(text: str, width: float) -> int:
    """Return how many lines a wrapped text takes over so many full-width characters.

    >>> lines_of("あいうえお", 5), lines_of("あいうえおか", 5)
    (1, 2)
    """
    if "\n" in text:
        return sum([lines_of(line, width) for line in text.split("\n")])
    if len(text) <= width:  # no character is wider than one
        return 1
    needed, words = _measured(text)
    if needed <= width:
        return 1
    if words:
        needed += sum([min(width, word) for word in words])
    return math.ceil(needed / max(1.0, width - _LOST))


# A text that needs more lines than Excel shows in a row goes on in the next one.

CONTINUED = "（続き）"
"""What stands before the rest of a text that goes on in another row."""

_MOST_STEPS_BACK = 9
_NEVER_FIRST = frozenset("、。，．）」』】〕〉》ー々っゃゅょッャュョ")


def most_lines(size: float) -> int:
    """Return how many lines Excel shows in a row.

    >>> most_lines(9), most_lines(10)
    (36, 33)
    """
    return math.floor((MAX_ROW_HEIGHT - _SPARE) / _line_height(size))


def fitting(text: str, width: float, lines: int) -> int:
    """Return how much of a text fits, ending with a sentence where that wastes little."""
    if lines_of(text, width) <= lines:
        return len(text)

    def needed(length: int) -> int:
        return lines_of(text[:length], width)

    fitting = bisect_right(range(len(text)), lines, key=needed) - 1
    sentence = max(text.rfind(mark, fitting * 3 // 4, fitting) for mark in "\n。")
    end = max(1, sentence + 1 if sentence >= 0 else fitting)
    ends = (n for n in range(end, max(0, end - _MOST_STEPS_BACK), -1) if _may_begin(text[n]))
    return next(ends, end)


def _may_begin(character: str) -> bool:
    is_mark = unicodedata.category(character) in ("Mn", "Me", "Mc")
    return not is_mark and character not in _NEVER_FIRST
