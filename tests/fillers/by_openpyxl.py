"""Fill a template with openpyxl, which saves what it knows of a workbook and no more."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook

from tests.fillers.xml_patch import Texts
from workflow.templates.layout import ENTRY_SHEET, ID_LABEL


def fill(template: Path, target: Path, texts: Texts, received: datetime) -> None:
    """Save a filled copy of a template; cells are found by 整理番号 and label."""
    book = load_workbook(template)
    sheet = book[ENTRY_SHEET]
    grid = enumerate(sheet.iter_rows(values_only=True), start=1)
    header, labels = next((row, cells) for row, cells in grid if ID_LABEL in cells)
    columns = {str(text): n for n, text in enumerate(labels, start=1) if text is not None}
    for row in range(header + 1, sheet.max_row + 1):
        for label, value in texts.get(str(sheet.cell(row, columns[ID_LABEL]).value), {}).items():
            cell = sheet.cell(row, columns[label])
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # openpyxl would take a leading = for a formula
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    os.utime(target, (received.timestamp(), received.timestamp()))
