"""Our sheets 「記入要領」 and 「指標」 for the city's own form, each in a workbook to take over."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from xlsxwriter import Workbook

from workflow.excel.workbook import ALLOWED_WHEN_LOCKED, GrowingSheet, add_sheet, new_workbook
from workflow.model.fields.declarations import FONT_SIZE
from workflow.templates.filling import Filling
from workflow.templates.layout import Layout
from workflow.templates.own.cover_cells import OwnCells
from workflow.templates.own.layout import OwnLayout
from workflow.templates.sheets.cover import write_cover
from workflow.templates.sheets.entries import write_entries


def own_cover(own: OwnLayout, filling: Filling, share: float) -> bytes:
    """Return a workbook with the cover alone, in a share of its usual width."""
    cells = OwnCells(own, filling)
    return _book(
        own.cover_sheet,
        own.layout.lock_password,
        lambda book, sheet: write_cover(book, sheet, cells.layout, filling, cells, share),
    )


def own_indicators(asked: Layout, filling: Filling) -> bytes:
    """Return a workbook with 「指標」 alone, for the indicators without a place of their own."""
    return _book(
        asked.sheet,
        asked.lock_password,
        lambda book, sheet: write_entries(book, sheet, asked, {}, filling),
    )


def _book(name: str, password: str, write: Callable[[Workbook, GrowingSheet], object]) -> bytes:
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    sheet = add_sheet(book, name)
    write(book, sheet)
    sheet.protect(password, ALLOWED_WHEN_LOCKED)
    book.close()
    return stream.getvalue()
