"""The cover 「記入要領」 of the city's own form, in a workbook of its own that is taken over."""

from __future__ import annotations

from io import BytesIO

from workflow.excel.workbook import ALLOWED_WHEN_LOCKED, add_sheet, new_workbook
from workflow.model.fields.declarations import FONT_SIZE
from workflow.templates.cover_sheet import write_cover
from workflow.templates.filling import Filling
from workflow.templates.own.cover_cells import OwnCells
from workflow.templates.own.places import OwnLayout


def own_cover(own: OwnLayout, filling: Filling, share: float) -> bytes:
    """Return a workbook with the cover alone, in a share of its usual width."""
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    sheet = add_sheet(book, own.cover_sheet)
    cells = OwnCells(own, filling)
    write_cover(book, sheet, cells.layout, filling, cells, share)
    sheet.protect(own.layout.lock_password, ALLOWED_WHEN_LOCKED)
    book.close()
    return stream.getvalue()
