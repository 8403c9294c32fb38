"""One sheet of an .xlsx, from its XML → raw sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.excel.xlsx.conditional_formats import HIDDEN_VALUE, apply_conditions
from workflow.excel.xlsx.number_formats import is_struck, iso_day_cell
from workflow.excel.xlsx.package import is_true
from workflow.excel.xlsx.references import cell_index, moved
from workflow.excel.xlsx.sheet_parts import BLANKS, Frame, Runs, Stored, is_flat
from workflow.excel.xlsx.xml import MAIN, InPieces, holds, in_utf8, taken, xpath
from workflow.model.cells import a1, decoded
from workflow.model.raw import (
    FORMULA,
    CellKind,
    NotRowByRowError,
    RawCell,
    RawRow,
    RawSheet,
    TwoContents,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROW, _CELL, _LINK = (MAIN + tag for tag in ("row", "c", "hyperlink"))
_VALUE, _FORMULA, _INLINE, _TEXT, _RUN, _FONT = (
    MAIN + tag for tag in ("v", "f", "is", "t", "r", "rPr")
)
_START = 200  # bytes that tell in which letters a part is
STRIKE = b"strike"
"""Stands in a part in which anything is struck through."""
_IN_PLACE = xpath(
    "count(descendant::m:sheetData) = count(self::m:worksheet/m:sheetData[1])"
    " and count(descendant-or-self::m:row) = count(m:sheetData/m:row)"
    " and count(descendant::m:c) = count(m:sheetData/m:row/m:c)"
    " and count(descendant::m:mergeCells) = count(self::m:worksheet/m:mergeCells[1])"
    " and count(descendant::m:mergeCell) = count(m:mergeCells/m:mergeCell/@ref)"
    " and not(m:sheetData/m:row[translate(normalize-space(@r), '0123456789', '')])"
)
"""Whether all rows, cells and merges of a sheet lie where they belong, and rows have numbers."""
_ROW_IN_PLACE = xpath(
    "parent::m:sheetData and count(descendant::m:c) = count(m:c) and not(descendant::m:row"
    " or descendant::m:sheetData or descendant::m:mergeCells or descendant::m:mergeCell)"
)


def read_sheet(name: str, part: bytes, stored: Stored, keeps_results: bool = True) -> RawSheet:
    """Return what a sheet holds, with the results stored with its formulas or without.

    ValueError when rows, cells or merges lie where they must not, or say what cannot be. Excel
    calls such a workbook damaged. Some readers pass over a merge inside a row or take the second of
    two tables of rows; so nobody can say what was meant, and the sheet is refused.
    """
    rows = _Rows(stored, keeps_results, has_looks=stored.has_looks or holds(part, STRIKE))
    sheet = taken(part, _ROW, rows.take)
    if not _IN_PLACE(sheet):  # counted in libxml2: to ask each takes longer than to read it
        raise ValueError("rows, cells or merges out of place")
    if stored.conditional or holds(part, HIDDEN_VALUE):
        apply_conditions(sheet, rows.cells, stored.conditional)
    found = Frame.of(sheet).around(name, rows.cells, rows.hidden)
    return replace(found, doubled=rows.doubled) if rows.doubled else found


def rows_in_pieces(pieces: Iterable[bytes], stored: Stored) -> Iterator[RawRow]:
    """Yield the rows of a long sheet, as read_sheet finds them, with no more than one in memory.

    NotRowByRowError where what stands further down may change a row; ValueError as of read_sheet.
    """
    if stored.conditional:
        raise NotRowByRowError
    sheet = InPieces(_row_by_row(pieces, stored), _ROW, _LINK)
    rows = _Rows(stored, keeps_results=True, has_looks=stored.has_looks)
    last = 0
    for element in sheet.elements():
        number, cells = rows.take_one(element)
        if number <= last or any(row != number for row, _ in cells):
            raise NotRowByRowError
        last = number
        if cells:
            yield number, {column: cells[row, column] for row, column in sorted(cells)}
    if not _IN_PLACE(sheet.root):
        raise ValueError("rows, cells or merges out of place")
    if Frame.of(sheet.root).merges.areas:
        raise NotRowByRowError


def _row_by_row(pieces: Iterable[bytes], stored: Stored) -> Iterator[bytes]:
    """Yield the pieces of a sheet as long as nothing stands in them that needs all of it."""
    marks = (HIDDEN_VALUE,) if stored.has_looks else (HIDDEN_VALUE, STRIKE)
    before = b""
    for piece in pieces:
        part = before + piece
        is_in_utf8 = before or piece[:_START].endswith(in_utf8(piece[:_START]))
        if not is_in_utf8 or any(holds(part, mark) for mark in marks):
            raise NotRowByRowError
        before = piece[-len(HIDDEN_VALUE) :]
        yield piece


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

    def take(self, piece: _Element) -> None:
        """Take all rows of a sheet, or one of them."""
        if piece.tag == _ROW:
            if not _ROW_IN_PLACE(piece):
                raise ValueError("cells out of place in a row")
            self._number(piece)
        self._note_hidden(piece)
        cells, has_looks = self.cells, self._has_looks
        for cell in piece.iter(_CELL):
            at = cell_index(cell.get("r") or self._numbered(piece, cell))
            if len(cell):
                raw = self._content(cell, at)
                # Nearly every cell is kept here, and as it is.
                if raw is None or has_looks or cells.setdefault(at, raw) is not raw:
                    self._keep(cell, at, raw)
            elif at in cells:
                self._keep(cell, at, None)

    def take_one(self, row: _Element) -> tuple[int, dict[tuple[int, int], RawCell]]:
        """Return the number of a row and what it holds, and keep none of it."""
        self.cells = {}
        self.doubled.clear()
        self.hidden.clear()
        self.take(row)
        return self._row, self.cells

    def _note_hidden(self, piece: _Element) -> None:
        for row in piece.iter(_ROW):
            if is_true(row.get("hidden")) or _is_flat(row):
                if not row.get("r"):
                    self._number(piece)
                self.hidden.append(int(row.get("r", "")))

    def _content(self, cell: _Element, at: tuple[int, int]) -> RawCell | None:
        """Return what a cell holds; most are stored as the number of a shared text alone."""
        first = cell[0]
        if cell.get("t") == "s" and first.tag == _VALUE and len(cell) == 1:
            shared = self._stored.texts.get(first.text)
            if shared is not None:
                return shared
        return self._raw(cell, at)

    def _keep(self, cell: _Element, at: tuple[int, int], raw: RawCell | None) -> None:
        if raw and self._has_looks:
            raw = self._with_look(raw, cell)
        first = self.cells.setdefault(at, raw) if raw else self.cells.get(at)
        if first is not raw and first != raw:
            assert first
            self.doubled[at] = (first, raw)  # nobody can say which of them is meant

    def _numbered(self, piece: _Element, cell: _Element) -> str:
        """Return the reference of a cell that is stored without one."""
        self._number(piece)
        reference: str | None = cell.get("r")
        if not reference:
            raise ValueError("a cell out of place")
        return reference

    def _number(self, piece: _Element) -> None:
        """Give rows and cells without a number that which follows on the one before."""
        for row in piece.iter(_ROW):
            self._row = int(row.get("r") or self._row + 1)
            row.set("r", str(self._row))
            column = 0
            for cell in row.iterchildren(_CELL):
                reference = cell.get("r") or a1(self._row, column + 1)
                cell.set("r", reference)
                column = cell_index(reference)[1]

    def _with_look(self, raw: RawCell, cell: _Element) -> RawCell:
        """Return a cell with what a person sees of it."""
        kind, first = cell.get("t"), cell[0]
        runs: Runs = ()
        if kind == "s":
            runs = self._stored.runs.get(first.text or "", ())
        elif kind == "inlineStr" and first.tag == _INLINE:
            runs = runs_of(first)
        return self._stored.with_look(raw, cell.get("s", "0"), runs)

    def _raw(self, cell: _Element, at: tuple[int, int]) -> RawCell | None:
        parts: dict[str, _Element] = {}
        for part in cell:
            if parts.setdefault(part.tag, part) is not part:
                raise ValueError("two contents in a cell")
        stored = parts.get(_VALUE)
        if stored is not None and stored.text and _INLINE in parts:
            raise ValueError("two contents in a cell")
        formula = parts.get(_FORMULA)
        if formula is not None and not self._keeps_results:
            return RawCell(FORMULA, self._formula(formula, at))
        value = self._value(cell, None if stored is None else stored.text, parts.get(_INLINE))
        if formula is None:
            return value
        return RawCell(FORMULA, self._formula(formula, at), cached=value)

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

    def _formula(self, formula: _Element, at: tuple[int, int]) -> str:
        text, kind = "=" + (formula.text or ""), formula.get("t")
        if kind == "dataTable":
            inputs = (formula.get("r1"), formula.get("r2"))
            return f"=TABLE({','.join(filter(None, inputs))})"
        if kind != "shared":
            return text
        shared = formula.get("si", "")
        if formula.text:
            self._shared.setdefault(shared, (text, at))
        elif shared in self._shared:
            master, (row, column) = self._shared[shared]
            return moved(master, at[0] - row, at[1] - column)
        return text
