"""One sheet of an .xlsx, from its XML → raw sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import IO, TYPE_CHECKING

from workflow.cells import decoded
from workflow.returned.number_formats import DayStyles, day_cell, iso_day_cell
from workflow.returned.package import MAIN
from workflow.returned.raw import Area, CellKind, RawCell, RawSheet
from workflow.returned.references import area_of, place_of
from workflow.returned.shared_formulas import moved
from workflow.templates.layout import COVER_SHEET

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _RUN = (
    MAIN + tag for tag in ("row", "c", "v", "f", "is", "t", "r")
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the cells of a workbook refer to."""

    texts: Sequence[str]
    styles: DayStyles
    since_1904: bool


def read_sheet(name: str, stream: IO[bytes], stored: Stored) -> RawSheet:
    """Return what a sheet holds; of the results of formulas, those on our cover are left out."""
    from defusedxml.ElementTree import iterparse

    rows = _Rows(stored, keeps_results=name != COVER_SHEET)
    for _, element in iterparse(stream, forbid_dtd=True):
        if element.tag == _ROW:
            rows.take(element)
            element.clear()
    sheet: Element = element  # the last to end is the root
    merges = sheet.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell")
    merged = {area_of(merge.get("ref", "")) for merge in merges}
    for area in merged:
        _uncover(rows.cells, area)
    return RawSheet(
        name=name,
        cells=rows.cells,
        merged=tuple(sorted(merged)),
        hidden_rows=frozenset(rows.hidden),
        filtered=sheet.find(f"{MAIN}autoFilter/{MAIN}filterColumn") is not None,
    )


def plain_text(element: Element) -> str:
    """Return the text of a string, its runs joined, without furigana."""
    texts = [
        text.text or ""
        for part in element
        for text in ((part,) if part.tag == _TEXT else part.iterfind(_TEXT))
        if part.tag in (_TEXT, _RUN)
    ]
    return decoded("".join(texts))


def is_true(stored: str | None) -> bool:
    """Whether an attribute says yes."""
    return stored in ("1", "true", "on")


def _uncover(cells: dict[tuple[int, int], RawCell], area: Area) -> None:
    """Drop what lies hidden under a merged cell: only its first cell is shown."""
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    is_small = len(rows) * len(columns) < len(cells)
    places = product(rows, columns) if is_small else tuple(cells)
    for place in places:
        if place != (area.top, area.left) and area.holds(*place):
            cells.pop(place, None)


class _Rows:
    """The rows of a sheet as they come by."""

    def __init__(self, stored: Stored, keeps_results: bool) -> None:
        self.cells: dict[tuple[int, int], RawCell] = {}
        self.hidden: list[int] = []
        self._stored = stored
        self._keeps_results = keeps_results
        self._shared: dict[str, tuple[str, tuple[int, int]]] = {}
        self._row = self._column = 0

    def take(self, element: Element) -> None:
        """Take a row and its cells; rows and cells without a number follow the one before."""
        self._row = int(element.get("r") or self._row + 1)
        self._column = 0
        if is_true(element.get("hidden")):
            self.hidden.append(self._row)
        for cell in element.iterfind(_CELL):
            place = self._place(cell)
            raw = self._raw(cell, place)
            if raw is None:
                self.cells.pop(place, None)  # of two cells in one place the later stands
            else:
                self.cells[place] = raw

    def _place(self, cell: Element) -> tuple[int, int]:
        reference = cell.get("r")
        place = place_of(reference) if reference else (self._row, self._column + 1)
        self._column = place[1]
        return place

    def _raw(self, cell: Element, place: tuple[int, int]) -> RawCell | None:
        value = self._value(cell)
        formula = cell.find(_FORMULA)
        if formula is None:
            return value
        text = self._formula(formula, place)
        return RawCell(CellKind.FORMULA, text, cached=value if self._keeps_results else None)

    def _value(self, cell: Element) -> RawCell | None:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(_INLINE)
            return None if inline is None else RawCell(CellKind.TEXT, plain_text(inline))
        stored = cell.findtext(_VALUE)
        if not stored:
            return None
        match kind:
            case "n":
                return self._number(stored, int(cell.get("s", "0")))
            case "s":
                return RawCell(CellKind.TEXT, self._text(int(stored)))
            case "b":
                return RawCell(CellKind.BOOLEAN, str(is_true(stored)).upper())
            case "e":
                return RawCell(CellKind.ERROR, stored)
            case "d":
                return iso_day_cell(stored)
        return RawCell(CellKind.TEXT, decoded(stored))

    def _number(self, stored: str, style: int) -> RawCell:
        is_whole = not any(mark in stored for mark in ".eE")
        number = int(stored) if is_whole else float(stored)
        styles, since_1904 = self._stored.styles, self._stored.since_1904
        if style in styles.days:
            return day_cell(number, since_1904, style in styles.spans)
        return RawCell.of_number(Decimal(repr(number)), since_1904)

    def _text(self, at: int) -> str:
        if at < 0:
            raise IndexError("a text before the first")
        return self._stored.texts[at]

    def _formula(self, formula: Element, place: tuple[int, int]) -> str:
        text, kind = "=" + (formula.text or ""), formula.get("t")
        if kind == "dataTable":
            inputs = (formula.get("r1"), formula.get("r2"))
            return f"=TABLE({','.join(filter(None, inputs))})"
        if kind != "shared":
            return text
        shared = formula.get("si", "")
        if formula.text:
            self._shared.setdefault(shared, (text, place))
        elif shared in self._shared:
            master, (row, column) = self._shared[shared]
            return moved(master, place[0] - row, place[1] - column)
        return text
