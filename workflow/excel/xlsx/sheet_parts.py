"""What the cells of a sheet refer to (shared texts, styles), and what stands beside its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from workflow.excel.xlsx.number_formats import DayStyles, day_cell
from workflow.excel.xlsx.references import area_of, hidden_under
from workflow.excel.xlsx.xml import MAIN
from workflow.model.raw import Area, CellKind, RawCell, RawSheet

if TYPE_CHECKING:
    from lxml.etree import _Element

_SHORT = 64
_CORNERS = attrgetter("top", "left", "bottom", "right")  # as areas are ordered, but compiled
_LONGEST_WHOLE = 10  # digits
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
    """What is stored once for all cells of a workbook; texts are found by the number cells hold."""

    def __init__(
        self, texts: Iterable[str] = (), styles: DayStyles | None = None, since_1904: bool = False
    ) -> None:
        cells = [
            _short_text_cell(text) if len(text) <= _SHORT else RawCell(CellKind.TEXT, text)
            for text in texts
        ]
        self.texts = dict(zip(map(str, range(len(cells))), cells, strict=True))
        self._styles = styles or DayStyles()
        self._since_1904 = since_1904

    def text_cell(self, stored: str) -> RawCell:
        """Return the cell of the shared text with a number. KeyError when there is none."""
        return self.texts[str(_whole(stored))]

    def number_cell(self, stored: str, style: str) -> RawCell:
        """Return the cell of a number, which its style may show as a day."""
        is_day = _whole(style) in self._styles.days
        number = _number(stored)
        if is_day:
            return day_cell(number, self._since_1904, _whole(style) in self._styles.spans)
        return RawCell.of_number(number, self._since_1904)


def _whole(stored: str) -> int:
    """Return a whole number as XML spells it. ValueError for what only Python takes for one."""
    if len(stored) > _LONGEST_WHOLE or not (stored.isascii() and stored.isdigit()):
        raise ValueError(stored)
    return int(stored)


def _number(stored: str) -> int | float:
    if not _NUMBER.fullmatch(stored):
        raise ValueError(stored)
    return float(stored) if any(mark in stored for mark in ".eE") else int(stored)


@dataclass(frozen=True, slots=True)
class Merges:
    """The merged cells of a sheet; only the first cell of each is shown.

    Hidden are the places under the small ones; wide are those with very many.
    """

    areas: tuple[Area, ...]
    hidden: frozenset[tuple[int, int]]
    wide: tuple[Area, ...]

    @classmethod
    def of(cls, references: Iterable[str]) -> Merges:
        """Return the merges at some places. ValueError for one that is no block of cells."""
        hidden = {reference: hidden_under(reference) for reference in references}
        return cls(
            areas=tuple(sorted({*map(area_of, hidden)}, key=_CORNERS)),
            hidden=frozenset(place for places in hidden.values() for place in places or ()),
            wide=tuple(area_of(at) for at, places in hidden.items() if places is None),
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands beside the rows."""

    merges: Merges
    filtered: bool

    @classmethod
    def of(cls, sheet: _Element) -> Frame:
        """Return the frame of a sheet. ValueError for a merged cell that is no block of cells."""
        return cls(
            Merges.of(merge.get("ref", "") for merge in sheet.iter(f"{MAIN}mergeCell")),
            filtered=sheet.find(f"{MAIN}autoFilter/{MAIN}filterColumn") is not None,
        )

    def around(
        self, name: str, cells: dict[tuple[int, int], RawCell], hidden_rows: Iterable[int] = ()
    ) -> RawSheet:
        """Return the sheet with some cells; those that lie under a merged cell are dropped."""
        for place in self.merges.hidden & cells.keys():
            del cells[place]
        for area in self.merges.wide:
            first = (area.top, area.left)
            for place in [p for p in cells if area.holds(*p) and p != first]:
                del cells[place]
        return RawSheet(
            name=name,
            cells=cells,
            merged=self.merges.areas,
            hidden_rows=frozenset(hidden_rows),
            filtered=self.filtered,
        )
