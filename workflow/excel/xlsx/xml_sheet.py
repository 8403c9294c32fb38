"""One sheet of an .xlsx, from its XML → raw sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow.excel.xlsx.frame import frame_of
from workflow.excel.xlsx.nesting import Nesting
from workflow.excel.xlsx.number_formats import iso_day_cell
from workflow.excel.xlsx.plain_sheet import plain_sheet
from workflow.excel.xlsx.references import place_of
from workflow.excel.xlsx.shared_formulas import moved
from workflow.excel.xlsx.stored import Stored, whole
from workflow.excel.xlsx.workbook_part import is_true
from workflow.excel.xlsx.xml_parts import MAIN, steps
from workflow.model.cells import decoded
from workflow.model.raw import CellKind, RawCell, RawSheet

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _RUN = (
    MAIN + tag for tag in ("row", "c", "v", "f", "is", "t", "r")
)


def read_sheet(name: str, part: bytes, stored: Stored, keeps_results: bool = True) -> RawSheet:
    """Return what a sheet holds, with the results stored with its formulas or without."""
    plain = plain_sheet(part, stored, formulas=not keeps_results)
    if plain is not None:
        return plain.frame.around(name, plain.cells)
    rows = _Rows(stored, keeps_results)
    nesting = Nesting()
    for event, element in steps(part):
        if event == "start":
            nesting.enter(element.tag)
            continue
        nesting.leave()
        if element.tag == _ROW:
            rows.take(element)
            element.clear()
    frame = frame_of(element)  # the last to end is the root
    return frame.around(name, rows.cells, rows.hidden)


def texts_of(table: Element) -> list[str]:
    """Return the shared texts of a workbook."""
    return [plain_text(text) for text in table.iterfind(f"{MAIN}si")]


def plain_text(element: Element) -> str:
    """Return the text of a string, its runs joined, without furigana.

    ValueError for two texts in one place, or one behind runs: readers differ in which they take.
    """
    parts = [part for part in element if part.tag in (_TEXT, _RUN)]
    if any(part.tag == _TEXT for part in parts[1:]):
        raise ValueError("a text out of place")
    if any(len(part.findall(_TEXT)) > 1 for part in parts):
        raise ValueError("two texts in a run")
    texts = [
        text.text or ""
        for part in parts
        for text in ((part,) if part.tag == _TEXT else part.iterfind(_TEXT))
    ]
    return decoded("".join(texts))


def _truth(stored: str) -> str:
    """Return TRUE or FALSE; what is neither is refused, as whole numbers in other digits are."""
    if stored not in ("0", "1", "false", "true"):
        raise ValueError(f"a truth value {stored}")
    return str(is_true(stored)).upper()


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
        return self._stored_value(kind, stored, cell) if stored else None

    def _stored_value(self, kind: str, stored: str, cell: Element) -> RawCell:
        match kind:
            case "n":
                return self._stored.number_cell(stored, whole(cell.get("s", "0")))
            case "s":
                return self._stored.text_cell(whole(stored))
            case "b":
                return RawCell(CellKind.BOOLEAN, _truth(stored))
            case "e":
                return RawCell(CellKind.ERROR, stored)
            case "d":
                return iso_day_cell(stored)
            case "str":
                return RawCell(CellKind.TEXT, decoded(stored))
        raise ValueError(f"a cell of the kind {kind}")

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
