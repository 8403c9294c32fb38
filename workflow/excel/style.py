"""The one look of every workbook: fonts, colours legible in greyscale, paper, heights of rows."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence

from workflow.model.cells import MAX_ROW_HEIGHT

FONT = "BIZ UDPゴシック"
"""A universal-design font that Windows 10 and later carry; others fall back to their default."""

INK = "#1F2933"
MUTED_INK = "#5B6770"
LINE = "#9AA5B1"
HEADER_FILL = "#1F4E79"
HEADER_INK = "#FFFFFF"
LABEL_FILL = "#E8EDF2"
ENTRY_LINE = "#44546A"
TO_FILL_FILL = "#FFE699"
PREVIOUS_FILL = "#F7F7F7"
ALERT_FILL = "#F8CBAD"
ALERT_INK = "#9C2A00"
LINK_INK = "#0B5394"

SERIES_FILLS = (
    "#1F4E79", "#E69F00", "#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#F0E442", "#0072B2",
)  # fmt: skip
"""Chart colours after Okabe and Ito, which colour-blind readers can tell apart."""

OPEN_FILLS = ("#6B7785", "#B8C2CC", "#DDE3E8")
"""Greys for what is no answer: in a chart it must not look like one."""

PAPERS = {"A4": 9, "A3": 8}
"""Papers, by the numbers Excel has for them."""

_PAGES = "&R&P / &N"
SHEET_FOOTER = f"&L&A{_PAGES}"
"""A footer with the sheet's name on the left, the page and how many there are on the right."""

_LINE_SPACING = 1.32
_NARROW_PER_WIDTH = 1.08  # proportional letters are a little narrower than the digit that measures


def footer(text: str) -> str:
    """Return a footer with a text on the left, the page and how many there are on the right."""
    return f"&L{text.replace('&', '&&')}{_PAGES}"


def row_height(cells: Iterable[tuple[str, float]], font_size: float) -> float:
    """Return the points a row needs for wrapped texts, each in a column of so many characters."""
    lines = max((_lines(text, width * _NARROW_PER_WIDTH) for text, width in cells), default=1)
    return _height(lines, font_size)


class RowHeights:
    """The heights of many rows under the same columns, of so many characters each."""

    def __init__(self, widths: Iterable[float], font_size: float) -> None:
        self._widths = [width * _NARROW_PER_WIDTH for width in widths][::-1]
        self._font_size = font_size

    def of(self, values: Sequence[object]) -> float:
        """Return the points a row needs. A value that is no text fits on one line."""
        lines = 1
        # From the right, where the prose is: most labels then need no more lines.
        for value, width in zip(reversed(values), self._widths, strict=True):
            if isinstance(value, str) and _may_need_more(value, width * lines):
                lines = max(lines, _lines(value, width))
        return _height(lines, self._font_size)


def _may_need_more(text: str, width: float) -> bool:
    return len(text) * (1 if text.isascii() else 2) > width or "\n" in text


def _height(lines: int, font_size: float) -> float:
    return min(MAX_ROW_HEIGHT, math.ceil(lines * font_size * _LINE_SPACING) + 4)


def _lines(text: str, width: float) -> int:
    if "\n" in text:
        return sum(_lines(line, width) for line in text.split("\n"))
    return max(1, math.ceil(_columns(text) / width))


def _columns(text: str) -> int:
    """Return how many narrow characters wide a text is; a wide one counts as two."""
    try:
        return len(text.encode("cp932"))  # a byte for each narrow character it has, two for a wide
    except UnicodeEncodeError:
        wide = sum(unicodedata.east_asian_width(c) in "WFA" for c in text)
        return len(text) + wide
