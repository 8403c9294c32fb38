"""Cells of an .xlsx given other texts, and nothing else of the workbook changed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING

from lxml.etree import tostring

from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.references import area_of, cell_index
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import a1, encoded, folded

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROWS, _ROW, _CELL, _MERGES = (MAIN + tag for tag in ("sheetData", "row", "c", "mergeCells"))
_INLINE, _TEXT = MAIN + "is", MAIN + "t"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

Texts = Mapping[tuple[int, int], str]
"""What is to stand in cells, by 1-based row and column; a blank text empties the cell."""


def with_texts(content: bytes, texts: Mapping[str, Texts]) -> bytes:
    """Return a workbook with other texts in cells, by the names of their sheets.

    A cell keeps its style. A merged cell that covers one of them is unmerged, so that the text can
    be seen. All other parts of the package stay byte for byte.
    """
    package = Package(content)
    wanted = {folded(name): cells for name, cells in texts.items()}
    changed = {
        sheet.part: _changed(package.tree(sheet.part), wanted.pop(folded(sheet.name)))
        for sheet in package.sheets
        if folded(sheet.name) in wanted and sheet.holds_cells
    }
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in package.archive.infolist():
            archive.writestr(part, changed.get(part.filename, package.archive.read(part)))
    return stream.getvalue()


def _changed(sheet: _Element, texts: Texts) -> bytes:
    table = sheet.find(_ROWS)
    if table is not None:
        _number(table)
        for at, text in sorted(texts.items()):
            _write(_cell(table, at), text)
    _unmerge(sheet, texts)
    return bytes(tostring(sheet, encoding="UTF-8", xml_declaration=True, standalone=True))


def _number(table: _Element) -> None:
    """Give every row and cell its number; what has none follows the one before."""
    row = 0
    for line in table.iterchildren(_ROW):
        row = int(line.get("r") or row + 1)
        line.set("r", str(row))
        column = 0
        for cell in line.iterchildren(_CELL):
            reference = cell.get("r")
            column = cell_index(reference)[1] if reference else column + 1
            cell.set("r", a1(row, column))


def _cell(table: _Element, at: tuple[int, int]) -> _Element:
    """Return the cell at a place, made where it is missing; rows and cells keep their order."""
    row, column = at
    line = _entered(table, _ROW, row, str(row), lambda r: int(r.get("r", "0")))
    return _entered(line, _CELL, column, a1(row, column), lambda c: cell_index(c.get("r", ""))[1])


def _entered(
    around: _Element, tag: str, number: int, reference: str, number_of: Callable[[_Element], int]
) -> _Element:
    """Return the row or cell of a number, which is made in its place if it is missing."""
    at = 0
    for at, element in enumerate(around, start=1):
        if element.tag == tag and number_of(element) >= number:
            if number_of(element) == number:
                return element
            at -= 1
            break
    made = around.makeelement(tag, {"r": reference})
    around.insert(at, made)
    return made


def _write(cell: _Element, text: str) -> None:
    """Put a text into a cell in place of whatever it holds; its style stays."""
    for part in list(cell):
        cell.remove(part)
    for name in ("t", "cm", "vm"):
        cell.attrib.pop(name, None)
    if text:
        cell.set("t", "inlineStr")
        inline = cell.makeelement(_INLINE, {})
        cell.append(inline)
        stored = cell.makeelement(_TEXT, {_SPACE: "preserve"})
        stored.text = encoded(text)
        inline.append(stored)


def _unmerge(sheet: _Element, texts: Texts) -> None:
    merges = sheet.find(_MERGES)
    if merges is None:
        return
    for merge in list(merges):
        area = area_of(merge.get("ref", ""))
        if any(area.holds(*cell) for cell in texts):
            merges.remove(merge)
    if len(merges):
        merges.set("count", str(len(merges)))
    else:
        sheet.remove(merges)
