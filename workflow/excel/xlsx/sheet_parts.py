"""What the cells of a sheet refer to (shared texts, styles), and what stands beside its rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from workflow.excel.xlsx.number_formats import CellStyles, Face, day_cell
from workflow.excel.xlsx.package import is_true
from workflow.excel.xlsx.references import area_of, hidden_under
from workflow.excel.xlsx.shown_numbers import NumberFormat
from workflow.excel.xlsx.xml import MAIN, xpath
from workflow.model.cells import decoded
from workflow.model.raw import TEXT, Area, CellKind, Look, RawCell, RawSheet
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

BLANKS = " \t\r\n"
"""White space of XML, which programs that write it for people put around a number too."""

_MERGED = xpath("m:mergeCells/m:mergeCell/@ref")
_FEW = 1_000
_SHORT = 64
_FLAT = frozenset("0.")  # how a size below one is spelled
_CORNERS = attrgetter("top", "left", "bottom", "right")  # as areas are ordered, but compiled
_LONGEST_WHOLE = 10  # digits
_NUMBER = lazy_pattern(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""As XML spells numbers; int() and float() take blanks, underscores and other digits too."""


@lru_cache(maxsize=10_000)
def _short_text_cell(text: str) -> RawCell:
    """Return the cell of a short text: most are printed on the template, so on every return."""
    return RawCell(TEXT, text)


Runs = tuple[tuple[str, bool | None], ...]
"""A text in pieces as stored, each with whether it is struck through; None: as its cell is."""


class Stored:
    """What is stored once for all cells of a workbook; texts are found by the number cells hold."""

    def __init__(
        self,
        texts: Iterable[str] = (),
        styles: CellStyles | None = None,
        since_1904: bool = False,
        runs: Mapping[str, Runs] | None = None,
    ) -> None:
        cells = [
            _short_text_cell(text) if len(text) <= _SHORT else RawCell(TEXT, text) for text in texts
        ]
        self.texts = dict(zip(map(str, range(len(cells))), cells, strict=True))
        self.runs = runs or {}
        self._styles = styles or CellStyles()
        self._since_1904 = since_1904

    @property
    def has_looks(self) -> bool:
        """Whether any text may look otherwise than it is stored."""
        return bool(self._styles.faces or self.runs)

    @property
    def conditional(self) -> Mapping[int, Face]:
        """What conditional formats do to a text, by their number; mostly nothing."""
        return self._styles.conditional

    def text_cell(self, stored: str) -> RawCell:
        """Return the cell of the shared text with a number. KeyError when there is none."""
        return self.texts[str(_whole(stored))]

    def number_cell(self, stored: str, style: str) -> RawCell:
        """Return the cell of a number, which its style may show as a day or as another text."""
        number = _number(stored)
        if number is None:
            return RawCell(CellKind.MALFORMED, stored)
        styled = _whole(style)
        if styled in self._styles.days:
            return day_cell(number, self._since_1904, styled in self._styles.spans)
        cell = RawCell.of_number(number, self._since_1904)
        used = self._styles.formats.get(styled)
        if used is None or (used.is_plain and isinstance(number, int)):
            return cell
        return _shown_by(used, cell)

    def with_look(self, cell: RawCell, style: str, runs: Runs) -> RawCell:
        """Return a cell with what a person sees of it, given its style and the runs of its text."""
        face = self._styles.faces.get(style, Face())
        result = cell.cached or cell
        if face.format and result.kind is TEXT:
            shown = Look(face.format.text_of(result.text), face.format.code)
            result = replace(result, look=shown)
            cell = replace(cell, cached=result) if cell.cached else result
        left = _left(cell.text, runs, face.is_struck)
        if left is None and not face.is_faint:
            return cell
        return replace(cell, look=replace(cell.look or Look(), left=left, is_faint=face.is_faint))


def _shown_by(used: NumberFormat, cell: RawCell) -> RawCell:
    """Return the cell of a number with what its format shows."""
    assert cell.number is not None
    shown = used.shown(cell.number) if cell.number.is_finite() else None
    return cell if shown is None else replace(cell, look=Look(shown, used.code))


def _left(text: str, runs: Runs, is_struck: bool) -> str | None:
    """Return what of a text is not struck through, None where nothing is.

    A run without a font of its own has that of the cell.
    """
    if not runs:
        return "" if is_struck else None
    left = "".join(t for t, struck in runs if not (is_struck if struck is None else struck))
    return None if len(left) == len("".join(t for t, _ in runs)) else decoded(left)


def _whole(stored: str) -> int:
    """Return a whole number as XML spells it. ValueError for what only Python takes for one."""
    if len(stored) > _LONGEST_WHOLE or not (stored.isascii() and stored.isdigit()):
        raise ValueError(stored)
    return int(stored)


def _number(stored: str) -> int | float | None:
    """Return a number as XML spells it; None of what is none, or is larger than Excel can hold."""
    if not _NUMBER.fullmatch(stored):
        return None
    number = float(stored)
    if not math.isfinite(number):
        return None
    return number if any(mark in stored for mark in ".eE") else int(stored)


@dataclass(frozen=True, slots=True)
class Merges:
    """The merged cells of a sheet; only the first cell of each is shown.

    Hidden are the places under the small ones; wide are those with very many.
    """

    areas: tuple[Area, ...]
    hidden: frozenset[tuple[int, int]]
    wide: tuple[Area, ...]

    @classmethod
    def of(cls, references: tuple[str, ...]) -> Merges:
        """Return the merges at some places. ValueError for one that is no block of cells."""
        return (_known_merges if len(references) <= _FEW else cls._at)(references)

    @classmethod
    def _at(cls, references: Iterable[str]) -> Merges:
        hidden = {reference: hidden_under(reference) for reference in references}
        return cls(
            areas=tuple(sorted({*map(area_of, hidden)}, key=_CORNERS)),
            hidden=frozenset(place for places in hidden.values() for place in places or ()),
            wide=tuple(area_of(at) for at, places in hidden.items() if places is None),
        )


_known_merges = lru_cache(maxsize=64)(Merges._at)
"""The sheets of one form are merged alike in every workbook."""


def is_flat(size: str | None) -> bool:
    """Whether a row or column has a height or width in which nothing can be seen.

    >>> is_flat("0"), is_flat("0.75"), is_flat("15"), is_flat(None)
    (True, True, False, False)
    """
    return size is not None and size[:1] in _FLAT and float(size) < 1


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands beside the rows."""

    merges: Merges
    filtered: bool
    hidden_columns: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, sheet: _Element) -> Frame:
        """Return the frame of a sheet. ValueError for a merged cell that is no block of cells."""
        return cls(
            Merges.of(tuple(_MERGED(sheet))),
            filtered=sheet.find(f"{MAIN}autoFilter/{MAIN}filterColumn") is not None,
            hidden_columns=tuple(
                (int(columns.get("min", "1")), int(columns.get("max", "1")))
                for columns in sheet.iterfind(f"{MAIN}cols/{MAIN}col")
                if is_true(columns.get("hidden")) or is_flat(columns.get("width"))
            ),
        )

    def around(
        self, name: str, cells: dict[tuple[int, int], RawCell], hidden_rows: Iterable[int] = ()
    ) -> RawSheet:
        """Return the sheet with some cells; those that lie under a merged cell are dropped."""
        for at in self.merges.hidden & cells.keys():
            del cells[at]
        for area in self.merges.wide:
            first = (area.top, area.left)
            for at in [p for p in cells if area.holds(*p) and p != first]:
                del cells[at]
        return RawSheet(
            name=name,
            cells=cells,
            merged=self.merges.areas,
            hidden_rows=frozenset(hidden_rows),
            filtered=self.filtered,
            hidden_columns=self.hidden_columns,
        )
