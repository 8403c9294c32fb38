"""Fill a template as a department does: find the row, type into its cells, save."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from workflow.templates.layout import ENTRY_SHEET, ID_LABEL

Answers = Mapping[str, Mapping[str, str | float | date]]
"""What to write: 整理番号 → label of the field → value."""


def fill(template: Path, target: Path, answers: Answers, received: datetime) -> None:
    """Save a filled copy of a template, as received at a given moment."""
    book = load_workbook(template)
    sheet = book[ENTRY_SHEET]
    columns, first = _header(sheet)
    for row in range(first, sheet.max_row + 1):
        written = answers.get(str(sheet.cell(row, columns[ID_LABEL]).value), {})
        for label, value in written.items():
            cell = sheet.cell(row, columns[label])
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # openpyxl would take a leading = for a formula
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    os.utime(target, (received.timestamp(), received.timestamp()))


def _header(sheet: Worksheet) -> tuple[dict[str, int], int]:
    for row, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        columns = {str(text): n for n, text in enumerate(cells, start=1) if text is not None}
        if ID_LABEL in columns:
            return columns, row + 1
    raise ValueError(f"{sheet.title} has no row with {ID_LABEL}")
