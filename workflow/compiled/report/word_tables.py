"""The widths of a Word table whose columns were repeated by a tag. Works on the element itself."""

from __future__ import annotations

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml.etree import _Element


def share_width(table: _Element) -> None:
    """Give a table as many columns as its rows have, as wide together as those it was drawn with.

    The first column keeps its width; the others share the rest. A table whose rows have the
    columns it was drawn with, or with cells over several columns, is left alone.
    """
    grid = table.find(qn("w:tblGrid"))
    rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
    columns = grid.findall(qn("w:gridCol")) if grid is not None else []
    counts = {len(row) for row in rows}
    if not columns or len(counts) != 1 or counts == {len(columns)} or _has_wide_cells(table):
        return
    (count,) = counts
    drawn = [int(column.get(qn("w:w"), "0")) for column in columns]
    rest = sum(drawn[1:]) // max(1, count - 1)
    widths = [drawn[0], *[rest] * (count - 1)]
    for column in columns:
        grid.remove(column)
    for width in widths:
        column = OxmlElement("w:gridCol")
        column.set(qn("w:w"), str(width))
        grid.append(column)
    for row in rows:
        for cell, width in zip(row, widths, strict=True):
            _set_width(cell, width)


def _has_wide_cells(table: _Element) -> bool:
    return next(table.iter(qn("w:gridSpan")), None) is not None


def _set_width(cell: _Element, width: int) -> None:
    for found in cell.iterfind(f"{qn('w:tcPr')}/{qn('w:tcW')}"):
        found.set(qn("w:w"), str(width))
        found.set(qn("w:type"), "dxa")
