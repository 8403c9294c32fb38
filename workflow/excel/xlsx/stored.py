"""What the cells of an .xlsx refer to: its shared texts and its styles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from workflow.excel.xlsx.number_formats import DayStyles, day_cell
from workflow.model.raw import CellKind, RawCell

_SHORT = 64
_WHOLE = re.compile(r"[0-9]{1,10}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""As XML spells numbers; int() and float() take blanks, underscores and other digits too."""


@lru_cache(maxsize=10_000)
def formula_cell(text: str) -> RawCell:
    """Return the cell of a formula whose result is left out; our cover has the same everywhere."""
    return RawCell(CellKind.FORMULA, text)


@lru_cache(maxsize=10_000)
def _short_text_cell(text: str) -> RawCell:
    """Return the cell of a short text: most are printed on the template, so on every return."""
    return RawCell(CellKind.TEXT, text)


class Stored:
    """What is stored once for all cells of a workbook."""

    def __init__(
        self, texts: Iterable[str] = (), styles: DayStyles | None = None, since_1904: bool = False
    ) -> None:
        self.texts = [
            _short_text_cell(text) if len(text) <= _SHORT else RawCell(CellKind.TEXT, text)
            for text in texts
        ]
        self._styles = styles or DayStyles()
        self._since_1904 = since_1904

    def text_cell(self, at: int) -> RawCell:
        """Return the cell of a shared text. IndexError when there is none."""
        if at < 0:
            raise IndexError("a text before the first")
        return self.texts[at]

    def number_cell(self, stored: str, style: int) -> RawCell:
        """Return the cell of a number, which its style may show as a day."""
        number = _number(stored)
        if style in self._styles.days:
            return day_cell(number, self._since_1904, style in self._styles.spans)
        return RawCell.of_number(Decimal(repr(number)), self._since_1904)


def whole(stored: str) -> int:
    """Return a whole number as XML spells it. ValueError for what only Python takes for one."""
    if not _WHOLE.fullmatch(stored):
        raise ValueError(stored)
    return int(stored)


def _number(stored: str) -> int | float:
    if not _NUMBER.fullmatch(stored):
        raise ValueError(stored)
    return float(stored) if any(mark in stored for mark in ".eE") else int(stored)
