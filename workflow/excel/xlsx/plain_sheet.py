"""A sheet in its usual spelling, read without an XML tree of its rows; as a whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.excel.xlsx.frame import Frame
from workflow.excel.xlsx.plain_frame import plain_frame
from workflow.excel.xlsx.plain_rows import Cells, plain_cells
from workflow.excel.xlsx.plain_spelling import text_of
from workflow.excel.xlsx.stored import Stored


@dataclass(frozen=True, slots=True)
class PlainSheet:
    """The cells of a sheet without hidden rows, and what stands beside them."""

    cells: Cells
    frame: Frame


def plain_sheet(part: bytes, stored: Stored, formulas: bool) -> PlainSheet | None:
    """Return what a sheet holds; None when anything in its rows is spelled in another way.

    With formulas, cells may hold them; the results stored with them are left out.
    """
    head, opening, rest = text_of(part).partition("<sheetData>")
    rows, closing, tail = rest.partition("</sheetData>")
    if not (opening and closing):
        return None
    frame = plain_frame(f"{head}{opening}{closing}", tail)
    cells = None if frame is None else plain_cells(rows, stored, formulas)
    return None if frame is None or cells is None else PlainSheet(cells, frame)
