"""Our sheet 「指標」 for the city's own form, in a workbook of its own that is taken over."""

from __future__ import annotations

from io import BytesIO

from workflow.excel.workbook import ALLOWED_WHEN_LOCKED, add_sheet, new_workbook
from workflow.model.fields.declarations import FONT_SIZE
from workflow.templates.entry_sheet import write_entries
from workflow.templates.filling import Filling
from workflow.templates.layout import Layout


def own_indicators(asked: Layout, filling: Filling) -> bytes:
    """Return a workbook with the sheet alone, for the indicators without a place of their own."""
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    sheet = add_sheet(book, asked.sheet)
    write_entries(book, sheet, asked, {}, filling)
    sheet.protect(asked.lock_password, ALLOWED_WHEN_LOCKED)
    book.close()
    return stream.getvalue()
