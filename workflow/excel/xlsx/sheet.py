"""One sheet of an .xlsx, from its XML → raw sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.excel.xlsx.conditional_formats import HIDDEN_VALUE, apply_conditions
from workflow.excel.xlsx.number_formats import is_struck, iso_day_cell
from workflow.excel.xlsx.package import is_true
from workflow.excel.xlsx.references import moved, place_of
from workflow.excel.xlsx.sheet_parts import BLANKS, Frame, Runs, Stored, formula_cell, is_flat
from workflow.excel.xlsx.xml import MAIN, walked
from workflow.model.cells import decoded
from workflow.model.raw import CellKind, RawCell, RawSheet, TwoContents

if TYPE_CHECKING:
    from lxml.etree import _Element

_SHEET, _ROWS, _ROW, _CELL, _MERGES, _MERGE = (
    MAIN + tag for tag in ("worksheet", "sheetData", "row", "c", "mergeCells", "mergeCell")
)
_VALUE, _FORMULA, _INLINE, _TEXT, _RUN, _FONT = (
    MAIN + tag for tag in ("v", "f", "is", "t", "r", "rPr")
)
STRIKE = b"strike"
"""Stands in a part in which anything is struck through."""
_MAY_LIE_IN = {_ROWS: _SHEET, _ROW: _ROWS, _CELL: _ROW, _MERGES: _SHEET, _MERGE: _MERGES}
_SINGLE = frozenset({_ROWS, _MERGES})
_PARTS_OF_A_CELL = frozenset({_VALUE, _FORMULA, _INLINE})


def read_sheet(name: str, part: bytes, stored: Stored, keeps_results: bool = True) -> RawSheet:
    """Return what a sheet holds, with the results stored with its formulas or without.

    ValueError when rows, cells or merges lie where they must not, or say what cannot be. Excel
    calls such a workbook damaged. Some readers pass over a merge inside a row or take the second of
    two tables of rows; so nobody can say what was meant, and the sheet is refused.
    """
    rows = _Rows(stored, keeps_results, has_looks=stored.has_looks or STRIKE in part)
    sheet = walked(part, _ROW, rows.take)
    _refuse_misplaced_beside_rows(sheet)
    if stored.conditional or HIDDEN_VALUE in part:
        apply_conditions(sheet, rows.cells, stored.conditional)
    found = Frame.of(sheet).around(name, rows.cells, rows.hidden)
    return replace(found, doubled=rows.doubled) if rows.doubled else found


def _refuse_misplaced_beside_rows(sheet: _Element) -> None:
    """Look into a sheet but for its rows, which were looked into as they came by."""
    seen: set[str] = set()
    for element in _placed_beside_rows(sheet):
        _refuse_misplaced_itself(element)
        if element.tag in seen:
            raise ValueError(f"{element.tag} twice")
        seen |= {element.tag} & _SINGLE


def _placed_beside_rows(sheet: _Element) -> Iterator[_Element]:
    if sheet.tag in _MAY_LIE_IN:
        yield sheet
    for part in sheet:
        is_table = part.tag == _ROWS
        if is_table:
            yield part
        for element in part if is_table else (part,):
            if element.tag != _ROW:
                yield from element.iter(*_MAY_LIE_IN)


def _refuse_misplaced_in(row: _Element) -> None:
    """Raise ValueError when a row or cell, or anything in it, is out of place."""
    for element in row.iter(*_MAY_LIE_IN):
        _refuse_misplaced_itself(element)


def _refuse_misplaced_itself(element: _Element) -> None:
    around = element.getparent()
    if around is None or around.tag != _MAY_LIE_IN[element.tag]:
        raise ValueError(f"{element.tag} out of place")


def plain_text(element: _Element) -> str:
    """Return the text of a string, its runs joined, without furigana.

    ValueError for two texts in one place, or one behind runs: readers differ in which they take.
    """
    if len(element) == 1 and (only := element[0]).tag == _TEXT and not len(only):
        return decoded(only.text or "")  # as nearly every text is stored
    parts = [part for part in element if part.tag in (_TEXT, _RUN)]
    if any(part.tag == _TEXT for part in parts[1:]):
        raise ValueError("a text out of place")
    return decoded("".join(map(_part_of_text, parts)))


def _part_of_text(part: _Element) -> str:
    """Return a text, or the one in a run."""
    within = [child for child in part if child.tag == _TEXT]
    if len(within) > 1:
        raise ValueError("two texts in a run")
    text = part if part.tag == _TEXT else next(iter(within), None)
    if text is not None and len(text):
        raise ValueError("a text within a text")
    return "" if text is None else text.text or ""


def runs_of(element: _Element) -> Runs:
    """Return a string in its runs, and whether each is struck through; nothing without runs."""
    return tuple(
        (_part_of_text(run), None if (font := run.find(_FONT)) is None else is_struck(font))
        for run in element.iterchildren(_RUN)
    )


def _other_value(kind: str, stored: str, metadata: str | None = None) -> RawCell:
    """Return a value that is stored with its cell and no number. ValueError for an unknown kind.

    An error with metadata stands for what older programs cannot show: a picture in its cell.
    """
    match kind:
        case "b":
            return _truth(stored.strip(BLANKS))
        case "e" if metadata:
            return RawCell(CellKind.PICTURE, "画像")
        case "e":
            return RawCell(CellKind.ERROR, stored.strip(BLANKS))
        case "d":
            return iso_day_cell(stored.strip(BLANKS))
        case "str":
            return RawCell(CellKind.TEXT, decoded(stored))
    raise ValueError(f"a cell of the kind {kind}")


def _truth(stored: str) -> RawCell:
    if stored not in ("0", "1", "false", "true"):
        return RawCell(CellKind.MALFORMED, stored)
    return RawCell(CellKind.BOOLEAN, str(is_true(stored)).upper())


def _is_flat(row: _Element) -> bool:
    """Whether a row is too low to be seen; of a height of 0, openpyxl says only that it is set."""
    height = row.get("ht")
    return is_true(row.get("customHeight")) if height is None else is_flat(height)


class _Rows:
    """The rows of a sheet as they come by."""

    def __init__(self, stored: Stored, keeps_results: bool, has_looks: bool) -> None:
        self.cells: dict[tuple[int, int], RawCell] = {}
        self.doubled: dict[tuple[int, int], TwoContents] = {}
        self.hidden: list[int] = []
        self._stored = stored
        self._keeps_results = keeps_results
        self._has_looks = has_looks
        self._shared: dict[str, tuple[str, tuple[int, int]]] = {}
        self._row = 0

    def take(self, row: _Element) -> None:
        """Take a row and its cells; rows and cells without a number follow the one before."""
        _refuse_misplaced_itself(row)
        self._row = int(row.get("r") or self._row + 1)
        if is_true(row.get("hidden")) or _is_flat(row):
            self.hidden.append(self._row)
        column = 0
        for cell in row:
            if cell.tag != _CELL:
                _refuse_misplaced_in(row)
                continue
            reference = cell.get("r")
            place = place_of(reference) if reference else (self._row, column + 1)
            column = place[1]
            raw = (self._shared_text(cell) or self._raw(cell, place)) if len(cell) else None
            if raw is None:
                if place in self.cells:
                    self._note_second(place, raw)
                continue
            if self._has_looks:
                raw = self._with_look(raw, cell)
            if self.cells.setdefault(place, raw) is not raw:
                self._note_second(place, raw)

    def _note_second(self, place: tuple[int, int], raw: RawCell | None) -> None:
        """Note that a cell has two contents: nobody can say which of them is meant."""
        first = self.cells[place]
        if first != raw:
            self.doubled[place] = (first, raw)

    def _with_look(self, raw: RawCell, cell: _Element) -> RawCell:
        """Return a cell with what a person sees of it."""
        kind, first = cell.get("t"), cell[0]
        runs: Runs = ()
        if kind == "s":
            runs = self._stored.runs.get(first.text or "", ())
        elif kind == "inlineStr" and first.tag == _INLINE:
            runs = runs_of(first)
        return self._stored.with_look(raw, cell.get("s", "0"), runs)

    def _shared_text(self, cell: _Element) -> RawCell | None:
        """Return what most cells hold, stored as it usually is; None of any other cell."""
        only = cell[0]
        if cell.get("t") == "s" and only.tag == _VALUE and len(cell) == 1 and not len(only):
            return self._stored.texts.get(only.text)
        return None

    def _raw(self, cell: _Element, place: tuple[int, int]) -> RawCell | None:
        parts: dict[str, _Element] = {}
        for part in cell:
            if parts.setdefault(part.tag, part) is not part:
                raise ValueError("two contents in a cell")
            if len(part) or part.tag not in _PARTS_OF_A_CELL:
                _refuse_misplaced_in(cell)
        stored = parts.get(_VALUE)
        if stored is not None and stored.text and _INLINE in parts:
            raise ValueError("two contents in a cell")
        value = self._value(cell, None if stored is None else stored.text, parts.get(_INLINE))
        formula = parts.get(_FORMULA)
        if formula is None:
            return value
        text = self._formula(formula, place)
        if value is None or not self._keeps_results:
            return formula_cell(text)
        return RawCell(CellKind.FORMULA, text, cached=value)

    def _value(
        self, cell: _Element, stored: str | None, inline: _Element | None = None
    ) -> RawCell | None:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return None if inline is None else RawCell(CellKind.TEXT, plain_text(inline))
        if not stored or not (kind == "str" or stored.strip(BLANKS)):
            return None
        if kind == "s":
            return self._stored.text_cell(stored.strip(BLANKS))
        if kind == "n":
            return self._stored.number_cell(stored.strip(BLANKS), cell.get("s") or "0")
        return _other_value(kind, stored, cell.get("vm"))

    def _formula(self, formula: _Element, place: tuple[int, int]) -> str:
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
