"""One sheet of the city's workbook while it is filled: its cells, and what the schema orders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import cell_index
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import CellIndex, a1, encoded
from workflow.model.fields.declarations import Value
from workflow.model.raw import Area
from workflow.templates.layout import NUMBER_LABEL

if TYPE_CHECKING:
    from lxml.etree import _Element

_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations",
    "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
"""The children of a sheet as the schema orders them."""
_RANKS = {MAIN + tag: rank for rank, tag in enumerate(_ORDER)}
_CONTROLS = _RANKS[MAIN + "controls"]  # what an extension wraps stands in their place
_ROWS, ROW, CELL = MAIN + "sheetData", MAIN + "row", MAIN + "c"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DAY_ZERO = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was
_RANGE_SEPARATOR = ":"


class SheetTree:
    """A sheet as a tree, its rows and cells numbered."""

    def __init__(self, root: _Element) -> None:
        self.root = root
        rows = root.find(_ROWS)
        if rows is None:
            raise ValueError("a sheet without rows")
        self.rows = rows
        self._lines: dict[int, _Element] = {}
        self._cells: dict[CellIndex, _Element] = {}
        self.number()

    def number(self) -> None:
        """Know every row and cell by its number; what has none follows the one before."""
        self._lines.clear()
        self._cells.clear()
        row = 0
        for line in self.rows.iterchildren(ROW):
            row = int(line.get("r") or row + 1)
            line.set("r", str(row))
            self._lines[row] = line
            column = 0
            for cell in line.iterchildren(CELL):
                reference = cell.get("r")
                column = cell_index(reference)[1] if reference else column + 1
                cell.set("r", a1(row, column))
                self._cells[row, column] = cell

    def cell(self, at: CellIndex) -> _Element:
        """Return a cell, made where it is missing."""
        if at not in self._cells:
            row, column = at
            line = self._lines.get(row)
            if line is None:
                line = self.rows.makeelement(ROW, {"r": str(row)})
                self.rows.insert(sum(1 for known in self._lines if known < row), line)
                self._lines[row] = line
            made = line.makeelement(CELL, {"r": a1(row, column)})
            if style := line.get("s"):
                made.set("s", style)
            line.insert(sum(1 for r, c in self._cells if r == row and c < column), made)
            self._cells[at] = made
        return self._cells[at]

    def write(self, at: CellIndex, value: Value | None) -> None:
        """Put a value into a cell in place of whatever it holds; its style stays."""
        cell = self.cell(at)
        for part in list(cell):
            cell.remove(part)
        for name in ("t", "cm", "vm", "ph"):
            cell.attrib.pop(name, None)
        match value:
            case None | "":
                return
            case Decimal():
                _store(cell, str(float(value)))
            case date() if value >= _FIRST_DAY:
                _store(cell, str((value - _DAY_ZERO).days))
            case _:
                cell.set("t", "inlineStr")
                text = value.isoformat() if isinstance(value, date) else str(value)
                inline = cell.makeelement(f"{MAIN}is", {})
                stored = cell.makeelement(f"{MAIN}t", {_SPACE: "preserve"})
                stored.text = encoded(text)
                inline.append(stored)
                cell.append(inline)

    def forget_results(self) -> None:
        """Drop what was stored with formulas: who opens the workbook next counts it anew."""
        for cell in self._cells.values():
            if cell.find(f"{MAIN}f") is not None:
                for result in cell.findall(f"{MAIN}v"):
                    cell.remove(result)
                cell.attrib.pop("t", None)

    def put(self, element: _Element) -> None:
        """Put a child of the sheet where the schema wants it, behind those of its kind."""
        rank = _RANKS[str(element.tag)]
        for at, child in enumerate(self.root):
            if _RANKS.get(str(child.tag), _CONTROLS) > rank:
                self.root.insert(at, element)
                return
        self.root.append(element)

    def take_out(self, tag: str) -> None:
        """Remove the children of a kind."""
        for element in self.root.findall(MAIN + tag):
            self.root.remove(element)

    def has_child(self, tag: str) -> bool:
        """Whether the sheet has a child of a kind."""
        return self.root.find(MAIN + tag) is not None

    def child(self, tag: str) -> _Element:
        """Return the child of a kind, made where it is missing."""
        found = self.root.find(MAIN + tag)
        if found is None:
            found = self.root.makeelement(MAIN + tag, {})
            self.put(found)
        return found


def _store(cell: _Element, text: str) -> None:
    stored = cell.makeelement(f"{MAIN}v", {})
    stored.text = text
    cell.append(stored)


def cells_of(area: Area) -> Iterator[CellIndex]:
    """Yield the cells of an area, its first one first."""
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield row, column


def range_of(area: Area) -> str:
    """Return an area as A1:B2, or A1 for one cell.

    >>> range_of(Area(1, 1, 2, 2)), range_of(Area(3, 1, 3, 1))
    ('A1:B2', 'A3')
    """
    first, last = a1(area.top, area.left), a1(area.bottom, area.right)
    return first if first == last else f"{first}{_RANGE_SEPARATOR}{last}"


# 様式番号 in the footers, where no mark gives it a place.

_FOOTERS = (
    ("oddFooter", ""),
    ("evenFooter", "differentOddEven"),
    ("firstFooter", "differentFirst"),
)
_SECTION = re.compile("(?<!&)(?:&&)*&[LCR]")
_FOOTER_ORDER = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")


def write_number(tree: SheetTree, form_number: str) -> None:
    """Write the 様式番号 into every footer a sheet shows, beside what the city has there."""
    around = tree.child("headerFooter")
    number = f"{NUMBER_LABEL} {form_number}".replace("&", "&&")
    for tag, needs in _FOOTERS:
        if needs and around.get(needs) not in ("1", "true"):
            continue
        found = around.find(f"{MAIN}{tag}")
        if found is None:
            found = around.makeelement(f"{MAIN}{tag}", {})
            behind = [c for c in around if _footer_rank(c) < _footer_rank(found)]
            around.insert(len(behind), found)
        found.text = _with_number(found.text or "", number)


def _footer_rank(element: _Element) -> int:
    return _FOOTER_ORDER.index(str(element.tag).rpartition("}")[2])


def _with_number(text: str, number: str) -> str:
    """Return a footer with the 様式番号 in the first of its three parts that is free.

    >>> _with_number("&C&P / &N", "様式番号 1")
    '&L様式番号 1&C&P / &N'
    >>> _with_number("&L左&C中&R右", "様式番号 1")
    '&L左&C中&R右　様式番号 1'
    """
    if text and not text.startswith(("&L", "&C", "&R")):
        text = f"&C{text}"
    used = {found[0][-1] for found in _SECTION.finditer(text)}
    if "L" not in used:
        return f"&L{number}{text}"
    if "R" not in used:
        return f"{text}&R{number}"
    return f"{text}　{number}"
