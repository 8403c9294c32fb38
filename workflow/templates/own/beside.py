"""What hangs on a sheet of the city's workbook follows its cells: drawings, comments, controls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import area_of, cell_index
from workflow.model.cells import CellIndex, a1
from workflow.templates.own.package.parts import Parts
from workflow.templates.own.package.rows import Repetition
from workflow.templates.own.package.sheet import SheetTree, range_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_EXTENDED = "{http://schemas.microsoft.com/office/excel/2006/main}"
_LINKS = ("fmlaLink", "fmlaRange", "fmlaGroup", "fmlaTxbx")
_SHAPE_ROW = re.compile(rb"(<x:Row>)(\d+)(</x:Row>)")
_SHAPE_LINK = re.compile(rb"(<x:Fmla(?:Link|Range|Group)>)([^<]*)(</x:)")
_SHAPE_ANCHOR = re.compile(rb"(<x:Anchor>)([\d\s,-]*)(</x:Anchor>)")
_SHAPE = re.compile(rb"<v:shape\b.*?</v:shape>", re.DOTALL)
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)")


def linked_cells(parts: Parts, part: str) -> Iterator[CellIndex]:
    """Yield the cells of a sheet in which its boxes to tick and lists keep their state."""
    for _, kind, to in parts.relations(part):
        if kind == "ctrlProp" and to:
            link = parts.tree(to).get("fmlaLink", "").rpartition("!")[2]
            if _PLACE.fullmatch(link):
                yield cell_index(link.replace("$", ""))


def each_link(parts: Parts, part: str, to: Callable[[str], str]) -> None:
    """Rewrite every reference of the controls of a sheet."""
    for _, kind, name in parts.relations(part):
        if kind == "ctrlProp" and name:
            root = parts.tree(name)
            for key in _LINKS:
                if root.get(key):
                    root.set(key, to(root.get(key, "")))
            parts.put(name, root)
        elif kind == "vmlDrawing" and name:
            parts.stored[name] = _SHAPE_LINK.sub(
                lambda m: m[1] + to(m[2].decode()).encode() + m[3], parts.stored[name]
            )


def move_down(parts: Parts, part: str, tree: SheetTree, repetition: Repetition) -> None:
    """Move what hangs on a sheet below its repeated rows as far down as they went."""
    _move_markers(tree.root, repetition)
    for ranges in tree.root.iter(f"{_EXTENDED}sqref"):
        areas = (a for one in (ranges.text or "").split() for a in repetition.areas(area_of(one)))
        ranges.text = " ".join(range_of(area) for area in areas)
    for _, kind, name in list(parts.relations(part)):
        if kind in ("drawing", "comments", "threadedComment") and name:
            root = parts.tree(name)
            _move_markers(root, repetition)
            for element in root.iter("{*}comment", "{*}threadedComment"):
                row, column = cell_index(element.get("ref", "A1"))
                element.set("ref", a1(repetition.row(row), column))
            parts.put(name, root)
        elif kind == "vmlDrawing" and name:
            parts.stored[name] = _SHAPE.sub(
                lambda m: _moved_shape(m[0], repetition), parts.stored[name]
            )
    each_link(parts, part, lambda link: _moved_link(link, repetition))


def _move_markers(root: _Element, repetition: Repetition) -> None:
    """Move the corners of what is drawn, counted from 0."""
    for row in root.iter(f"{_DRAWN}row"):
        row.text = str(repetition.row(int(row.text or 0) + 1) - 1)


def _moved_link(link: str, repetition: Repetition) -> str:
    sheet, mark, reference = link.rpartition("!")
    return f"{sheet}{mark}{repetition.formula(reference)}"


def _moved_shape(shape: bytes, repetition: Repetition) -> bytes:
    def anchor(found: re.Match[bytes]) -> bytes:
        numbers = [int(number) for number in found[2].split(b",")]
        for at in (2, 6):
            numbers[at] = repetition.row(numbers[at] + 1) - 1
        return found[1] + ", ".join(map(str, numbers)).encode() + found[3]

    def row(found: re.Match[bytes]) -> bytes:
        moved = repetition.row(int(found[2]) + 1) - 1
        return found[1] + str(moved).encode() + found[3]

    return _SHAPE_ROW.sub(row, _SHAPE_ANCHOR.sub(anchor, shape))
