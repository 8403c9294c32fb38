"""Layout → the bytes of a locked workbook. The same layout gives the same bytes."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from workflow.sheets import add_sheet, new_workbook
from workflow.templates.cover_sheet import NUMBER_CELL, write_cover
from workflow.templates.entry_sheet import write_entries
from workflow.templates.layout import (
    COVER_SHEET,
    DIGEST_PROPERTY,
    ENTRY_SHEET,
    FONT_SIZE,
    NUMBER_NAME,
    NUMBER_PROPERTY,
    Layout,
)
from workflow.years import era_year


def template_bytes(layout: Layout) -> bytes:
    """Return the template as an .xlsx file."""
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE, locked=True)
    _write_stamps(book, layout)
    cover, entries = add_sheet(book, COVER_SHEET), add_sheet(book, ENTRY_SHEET)
    choices = write_cover(book, cover, layout)
    write_entries(book, entries, layout, choices)
    for sheet in (cover, entries):
        sheet.protect(layout.lock_password, _ALLOWED)
    book.define_name(NUMBER_NAME, f"='{COVER_SHEET}'!{NUMBER_CELL}")
    book.close()
    return stream.getvalue()


_ALLOWED: dict[str, Any] = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_rows": True,
    "format_columns": True,
    "autofilter": True,
}


def _write_stamps(book: Workbook, layout: Layout) -> None:
    midnight = datetime.combine(layout.issued_at.date(), time())
    book.set_properties(
        {
            "title": f"{layout.title} {era_year(layout.number.year)} {layout.department.name}",
            "company": layout.municipality,
            "created": midnight,
        }
    )
    book.set_custom_property(NUMBER_PROPERTY, str(layout.number), "text")
    book.set_custom_property(DIGEST_PROPERTY, layout.digest, "text")
